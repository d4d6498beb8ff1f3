"""One execution while it lasts, and what is told of it: versions read and written, their columns, and events."""
