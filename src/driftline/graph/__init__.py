"""The shape: folds events into runs, walks lineage up and down, tells what changed between two runs."""
