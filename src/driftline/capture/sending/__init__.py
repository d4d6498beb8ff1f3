"""From the user's thread to a server: a queue, the thread behind it, the spool on disk, the connection."""
