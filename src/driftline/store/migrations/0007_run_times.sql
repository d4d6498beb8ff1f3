-- compatible: 4
-- Runs of all jobs are listed by time, and counted by how they ended since a moment.
create index run_time on run (time_us, state);
