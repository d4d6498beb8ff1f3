"""Column edges of plain Python: the text of the user's own code is followed, and nothing of it is run."""
