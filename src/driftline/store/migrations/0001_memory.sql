-- The log: events as they came, once each by content.
create table event_log (
  seq {id},
  hash text not null unique,
  run text not null,
  event_us bigint not null,
  received_us bigint not null,
  status text not null,
  reason text not null,
  raw {blob} not null
);
create index event_log_run on event_log (run, seq);
create index event_log_refused on event_log (seq) where status = 'quarantined';

-- Running counts, so that an overview never counts a table.
create table tally (name text primary key, amount bigint not null) {norowid};

-- Datasets and jobs share one space of ids: a flow leads from one to the other.
create table node (
  id {id},
  type text not null,
  namespace text not null,
  name text not null,
  node text not null,
  kind text not null,
  unique (type, namespace, name)
);
create index node_text on node (node);
create index node_name on node (lower(name));

-- Columns. The row set of a dataset as a whole stands in column edges as minus the dataset's id.
create table field (
  id {id},
  dataset_id bigint not null,
  name text not null,
  unique (dataset_id, name)
);
create index field_name on field (name);

-- Executions. The body is the fold of their events, without column edges.
create table run (
  id {id},
  run text not null,
  attempt bigint not null,
  job_id bigint not null,
  time_us bigint not null,
  settled smallint not null,
  body {blob} not null,
  unique (run, attempt)
);
create index run_job on run (job_id, settled, time_us);

-- States of datasets. A rank orders what runs said of one: writes before reads, then time, then run.
create table version (
  id {id},
  dataset_id bigint not null,
  version text not null,
  time_us bigint not null,
  run_id bigint,
  slice text not null,
  profile text not null,
  best text not null,
  filled text not null,
  body {blob} not null,
  unique (dataset_id, version)
);
create index version_time on version (dataset_id, time_us, id);

-- Which run read (0) or wrote (1) which version.
create table touch (
  version_id bigint not null,
  role smallint not null,
  run_id bigint not null,
  job_id bigint not null,
  dataset_id bigint not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (version_id, role, run_id)
) {norowid};
create index touch_flow on touch (job_id, dataset_id, role, valid_from_us, valid_to_us);

-- Dataset to job (READ) and job to dataset (WRITE): the union over the job's runs.
create table flow (
  source bigint not null,
  target bigint not null,
  provenance text not null,
  confidence double precision not null,
  valid_from_us bigint not null,
  last_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source)
) {norowid};
create index flow_down on flow (source, target, valid_from_us, valid_to_us);

-- Version to version, through a run.
create table version_edge (
  source bigint not null,
  target bigint not null,
  run_id bigint not null,
  provenance text not null,
  confidence double precision not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source, run_id)
) {norowid};
create index version_edge_down on version_edge (source, target, run_id, valid_from_us, valid_to_us);

-- Sets of column edges, once each by content, and which run of a job said which about a dataset.
create table column_set (id {id}, hash text not null unique, body {blob} not null);
create table run_columns (
  job_id bigint not null,
  dataset_id bigint not null,
  run_id bigint not null,
  set_id bigint not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (job_id, dataset_id, run_id)
) {norowid};
create index run_columns_time on run_columns (job_id, dataset_id, valid_from_us, run_id, set_id, valid_to_us);

-- Column to column, for as long as the job's runs say so.
create table column_edge (
  source bigint not null,
  target bigint not null,
  job_id bigint not null,
  kind text not null,
  source_dataset bigint not null,
  target_dataset bigint not null,
  provenance text not null,
  confidence double precision not null,
  valid_from_us bigint not null,
  valid_to_us bigint not null,
  primary key (target, source, job_id, kind, valid_from_us)
) {norowid};
create index column_edge_down on column_edge (source, target, job_id, kind, valid_from_us, valid_to_us);
create index column_edge_rows on column_edge (source_dataset, target, source);
create index column_edge_said on column_edge (job_id, target_dataset, valid_to_us);

-- Bytes by the hash of their content.
create table blob (id {id}, hash text not null unique, packed smallint not null, data {blob} not null);

-- Trouble.
create table finding (
  id text primary key,
  node text not null,
  version text not null,
  severity text not null,
  time_us bigint not null,
  body {blob} not null
);
create index finding_node on finding (node, time_us);
create index finding_time on finding (time_us);
create table change (
  id text primary key,
  node text not null,
  run text not null,
  time_us bigint not null,
  body {blob} not null
);
create index change_node on change (node, time_us);
create index change_time on change (time_us);
create table incident (
  id text primary key,
  state text not null,
  opened_us bigint not null,
  updated_us bigint not null,
  body {blob} not null
);
create index incident_state on incident (state, opened_us);
create index incident_opened on incident (opened_us);
create table incident_member (
  member text not null,
  incident text not null,
  primary key (member, incident)
) {norowid};
create table quarantine (
  id text primary key,
  node text not null,
  created_us bigint not null,
  released_us bigint not null,
  body {blob} not null
);
create index quarantine_active on quarantine (created_us) where released_us = 0;

-- What is to be told, once per channel and key.
create table outbox (
  id {id},
  channel text not null,
  key text not null,
  body {blob} not null,
  attempts bigint not null,
  due_us bigint not null,
  sent smallint not null,
  error text not null,
  unique (channel, key)
);
create index outbox_due on outbox (due_us, id) where sent = 0;

-- Small named values.
create table setting (name text primary key, body {blob} not null);

-- The answer ledger: what is not in a Parquet segment yet, and the segments there are.
create table answer_inbox (
  seq {id},
  id text not null unique,
  time_us bigint not null,
  endpoint text not null,
  body {blob} not null
);
create index answer_inbox_time on answer_inbox (time_us, id);
create table ledger_segment (
  name text primary key,
  month text not null,
  answers bigint not null,
  first_id text not null,
  last_id text not null,
  since_us bigint not null,
  until_us bigint not null
);
