"""What a statement reads and writes, and which columns reach which."""
