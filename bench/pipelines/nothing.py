"""The shortest script: what is left is what ``watch`` costs once."""
