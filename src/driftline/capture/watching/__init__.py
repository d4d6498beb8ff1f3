"""What a program calls to be watched: hooks put on, the runs that processes and steps are, the gate."""
