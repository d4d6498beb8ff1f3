"""The wiring: the one place that calls the rooms, in the order in which a record walks through them."""
