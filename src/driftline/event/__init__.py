"""The vocabulary: the records that rooms exchange, ids, naming and OpenLineage JSON. No input, no output."""
