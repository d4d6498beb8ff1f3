"""Column lineage of frames and models in memory: where their columns come from, carried beside them, weakly."""
