-- The lineage is worked out anew from the log: what was derived before goes, and every event waits to be folded again.
drop table touch;
drop table flow;
drop table version_edge;
drop table run_columns;
drop table column_edge;
drop table column_set;
drop table version;
drop table run;
drop table field;
drop table node;
drop table blob;
alter table event_log rename to old_log;
drop index event_log_run;
drop index event_log_refused;

-- The log: every event as it came, once by content, cut into a skeleton and facets that are kept once. An owner is what
-- an event speaks of: a run, a job or a dataset. Packed: 0 = as it came, else how it was made small.
create table event_log (
  seq {place},
  event_us bigint not null,
  hash {blob} not null,
  owner {blob} not null,
  kind smallint not null,
  received_us bigint not null,
  status smallint not null,
  packed smallint not null,
  body {blob} not null,
  unique (event_us, hash)
) {by_month};
-- only: postgresql
create table event_log_default partition of event_log default;
-- only: postgresql
create index event_log_seq on event_log (seq);
create index event_log_owner on event_log (owner, seq);

-- What a receipt says beyond "accepted": why an event waits in quarantine, what was repaired, what could not be read.
create table receipt (seq bigint primary key, status smallint not null, body {blob} not null);
create index receipt_refused on receipt (seq) where status = 1;

-- Events whose owner is still to be folded. Quiet: lineage only, no findings (the past is not news).
create table pending (seq bigint primary key, owner {blob} not null, kind smallint not null, quiet smallint not null);

-- Bytes by the hash of their content.
create table blob (
  id {id},
  hash bigint not null,
  mark bigint not null,
  packed smallint not null,
  data {blob} not null,
  unique (hash, mark)
);

-- Datasets, jobs and the hubs of very wide runs share one space of ids. Since: the first event that names it.
create table node (
  id bigint primary key,
  type text not null,
  namespace text not null,
  name text not null,
  node text not null,
  kind text not null,
  since_us bigint not null,
  last_us bigint not null,
  facets {blob} not null,
  unique (type, namespace, name)
);
create index node_text on node (node);
create index node_name on node (lower(name));
create index node_page on node (type, name, namespace);

-- Columns. The row set of a dataset as a whole stands in column edges as minus the dataset's id.
create table field (
  id bigint primary key,
  dataset_id bigint not null,
  name text not null,
  since_us bigint not null,
  unique (dataset_id, name)
);
create index field_name on field (name);

-- Executions, and beside them (attempt 0) what job and dataset events say without a run.
create table run (
  id bigint primary key,
  run text not null,
  attempt bigint not null,
  job_id bigint not null,
  state text not null,
  time_us bigint not null,
  settled smallint not null,
  parent text not null,
  body {blob} not null,
  unique (run, attempt)
);
create index run_job on run (job_id, time_us, settled);
create index run_parent on run (parent) where parent <> '';

-- Which job ran on behalf of which: task, DAG, application.
create table job_parent (
  job_id bigint not null,
  parent_id bigint not null,
  root_id bigint not null,
  valid_from_us bigint not null,
  primary key (job_id, parent_id, root_id)
) {norowid};

-- States of datasets. A rank orders what runs said of one: writes before reads, then time, then run. Since: when one was
-- first spoken of, which a later end of its run does not change.
create table version (
  id bigint primary key,
  dataset_id bigint not null,
  version text not null,
  time_us bigint not null,
  run_id bigint not null,
  slice text not null,
  profile text not null,
  schema_id bigint not null,
  best text not null,
  filled text not null,
  body {blob} not null,
  since_us bigint not null,
  unique (dataset_id, version)
);
create index version_since on version (dataset_id, since_us, version);
create index version_time on version (dataset_id, time_us, version);

-- What a run said of a version that it read (0), wrote (1) or, without a run, was told of (2).
create table touch (
  version_id bigint not null,
  role smallint not null,
  run_id bigint not null,
  job_id bigint not null,
  dataset_id bigint not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  informed_us bigint not null,
  schema_id bigint not null,
  body {blob} not null,
  primary key (version_id, role, run_id, valid_from_us)
) {norowid};
create index touch_run on touch (run_id);
create index touch_flow on touch (job_id, dataset_id, role, run_id);
create index touch_dataset on touch (dataset_id, valid_from_us, run_id);

-- Steps between versions (their ids) and runs (minus their ids). Hops 1: to or from a run; 2: from version to version
-- through it; 0: known without a run, not walked.
create table trace (
  target bigint not null,
  source bigint not null,
  run_id bigint not null,
  hops smallint not null,
  provenance text not null,
  confidence double precision not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source, run_id, valid_from_us)
) {norowid};
create index trace_down on trace (source, valid_from_us, target, run_id, hops);
create index trace_run on trace (run_id);

-- Dataset to job (READ) and job to dataset (WRITE): the union over the job's runs.
create table flow (
  target bigint not null,
  source bigint not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source, valid_from_us)
) {norowid};
create index flow_down on flow (source, target, valid_from_us, valid_to_us);

-- The other names that a dataset was said to have (a blob), by the moment at which it was said.
create table alias_word (dataset_id bigint not null, time_us bigint not null, run_id bigint not null, names_id bigint not null,
  primary key (dataset_id, time_us, run_id)) {norowid};
create index alias_word_run on alias_word (run_id);

-- What a job's runs add up to say of the sources of one dataset.
create table pairing (job_id bigint not null, target bigint not null, body {blob} not null, primary key (job_id, target)) {norowid};

-- Statements that hold between two datasets or jobs without a run's product: aliases, views, jobs that feed jobs.
create table tie (
  target bigint not null,
  source bigint not null,
  owner bigint not null,
  hops smallint not null,
  provenance text not null,
  confidence double precision not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source, owner, valid_from_us)
) {norowid};
create index tie_owner on tie (owner);

-- Dataset to dataset, through a job (via) or directly; the edges that questions walk.
create table edge (
  target bigint not null,
  source bigint not null,
  via bigint not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  hops smallint not null,
  provenance text not null,
  confidence double precision not null,
  primary key (target, source, via, valid_from_us)
) {norowid};
create index edge_down on edge (source, target, via, valid_from_us, valid_to_us, hops, provenance, confidence);
create index edge_via on edge (via, target);

-- Which set of column edges (a blob) a run of a job said about a dataset, from when.
create table run_columns (
  job_id bigint not null,
  dataset_id bigint not null,
  run_id bigint not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  set_id bigint not null,
  primary key (job_id, dataset_id, run_id, valid_from_us)
) {norowid};
create index run_columns_run on run_columns (run_id);

-- Column to column, for as long as the job's runs say so.
create table column_edge (
  target bigint not null,
  source bigint not null,
  job_id bigint not null,
  kind text not null,
  source_dataset bigint not null,
  target_dataset bigint not null,
  hops smallint not null,
  provenance text not null,
  confidence double precision not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source, job_id, kind, valid_from_us)
) {norowid};
create index column_edge_down on column_edge (source, target, job_id, kind, valid_from_us, valid_to_us);
create index column_edge_rows on column_edge (source_dataset, target, source);
create index column_edge_said on column_edge (job_id, target_dataset);

-- The old log is read into the new one by adopt.py, which also counts.
delete from tally;
