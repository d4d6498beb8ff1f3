"""Files that hold tables: how they are written, what is inside, and which version they are."""
