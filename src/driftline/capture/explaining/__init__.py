"""Where columns come from that no library tells: what the user's code says, bound to what a run has seen."""
