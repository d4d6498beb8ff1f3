"""The user's own code: whose it is, its text, its version, and the places in it where data are read and written."""
