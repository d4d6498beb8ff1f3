-- compatible: 4
-- Runs are shown, and found, by the last eight digits of their ids.
create index run_tail on run (substr(run, 29));
