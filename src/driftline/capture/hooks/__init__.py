"""One file per library whose readers and writers are recorded while a run is active, and what these files share."""
