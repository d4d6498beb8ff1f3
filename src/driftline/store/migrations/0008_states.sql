-- Which run read (0) or wrote (1) which version as a slice of its dataset: two slices may hold the same bytes, and one
-- slice the same bytes twice. What is not of a slice is told by ``touch`` alone.
create table state (
  dataset_id bigint not null,
  valid_from_us bigint not null,
  slice text not null,
  version_id bigint not null,
  role smallint not null,
  run_id bigint not null,
  primary key (dataset_id, valid_from_us, slice, version_id, role, run_id)
) {norowid};
create index state_slice on state (dataset_id, slice, valid_from_us);
create index state_version on state (version_id, slice);

-- Writings of a dataset in the order of time.
create index touch_written on touch (dataset_id, valid_from_us) where role = 1;

-- What is known of earlier runs is read by adopt.py.
