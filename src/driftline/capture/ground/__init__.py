"""What everything else of capture stands on: the fault rule, whose work it is, what Python holds and opens."""
