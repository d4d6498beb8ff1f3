"""The user's own code: whose it is, its text, its version, what it runs in, the places in it that read and write."""
