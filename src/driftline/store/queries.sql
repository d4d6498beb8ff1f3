-- The log, lineage and blobs. One comment per statement; ":name" parameters; text that SQLite 3.40 and PostgreSQL 15
-- both accept. Walks, trouble and the ledger have files of their own.

-- name: log_append
-- Keep one raw event; no row comes back when its content is known already.
insert into event_log (hash, run, event_us, received_us, status, reason, raw)
values (:hash, :run, :event_us, :received_us, :status, :reason, :raw)
on conflict (hash) do nothing returning seq;

-- name: log_of_run
-- The accepted events of one run, in the order in which they came.
select raw from event_log where run = :run and status = 'accepted' order by seq;

-- name: log_read
-- The log from one place on.
select seq, hash, run, event_us, received_us, status, reason, raw from event_log where seq > :after order by seq limit :limit;

-- name: log_quarantined
-- Events that could not be read, newest first.
select seq, hash, run, event_us, received_us, status, reason, raw from event_log
where status = 'quarantined' order by seq desc limit :limit;

-- name: tally_add
-- Add to a running count.
insert into tally (name, amount) values (:name, :amount)
on conflict (name) do update set amount = tally.amount + excluded.amount;

-- name: tally_all
-- Every running count.
select name, amount from tally order by name;

-- name: node_intern
-- Give a dataset or a job its id.
insert into node (type, namespace, name, node, kind) values (:type, :namespace, :name, :node, '')
on conflict (type, namespace, name) do nothing returning id;

-- name: node_of
-- The id and kind of a dataset or a job.
select id, kind from node where type = :type and namespace = :namespace and name = :name;

-- name: node_kind
-- Say what kind of thing a dataset is.
update node set kind = :kind where id = :id;

-- name: node_by_id
-- A dataset or job.
select id, type, namespace, name, node, kind from node where id = :id;

-- name: node_by_text
-- The dataset or job with a node id.
select id, type, namespace, name, node, kind from node where node = :node order by id limit 1;

-- name: nodes_named
-- Datasets and jobs of exactly this name, whatever the case.
select id, type, namespace, name, node, kind from node where lower(name) = :name order by type, node limit :limit;

-- name: nodes_like
-- Datasets and jobs whose name has a form.
select id, type, namespace, name, node, kind from node where lower(name) like :form escape '\' order by type, node limit :limit;

-- name: node_counts
-- How many datasets and jobs there are.
select type, count(*) from node group by type;

-- part: dataset_columns
-- What a line of the catalogue is made of.
select n.id, n.namespace, n.name, n.node, n.kind,
  (select count(*) from version v where v.dataset_id = n.id and v.version <> '' and v.time_us < :unborn),
  (select v.id from version v where v.dataset_id = n.id and v.version <> '' and v.time_us < :unborn
   order by v.time_us desc, v.id desc limit 1)
from node n

-- name: datasets_page
-- One page of the catalogue, by name.
{dataset_columns} where n.type = 'DATASET' and lower(n.node) like :form escape '\'
order by n.name, n.namespace limit :limit offset :offset;

-- name: dataset_line
-- The catalogue's line on one dataset.
{dataset_columns} where n.id = :id;

-- name: datasets_total
-- How many datasets a page is cut from.
select count(*) from node n where n.type = 'DATASET' and lower(n.node) like :form escape '\';

-- name: field_intern
-- Give a column its id.
insert into field (dataset_id, name) values (:dataset, :name) on conflict (dataset_id, name) do nothing returning id;

-- name: field_of
-- The id of a column.
select id from field where dataset_id = :dataset and name = :name;

-- name: fields_of
-- The columns that were ever seen of a dataset.
select id, name from field where dataset_id = :dataset order by id;

-- name: fields_named
-- Columns of exactly this name, in whatever dataset.
select f.name, n.namespace, n.name from field f join node n on n.id = f.dataset_id
where f.name = :name order by n.node limit :limit;

-- name: run_of
-- One execution; the last attempt when the attempt is 0.
select id, attempt, job_id, time_us, body from run
where run = :run and (attempt = :attempt or :attempt = 0) order by attempt desc limit 1;

-- name: run_put
-- Keep or replace the fold of one execution.
insert into run (run, attempt, job_id, time_us, settled, body) values (:run, :attempt, :job, :time_us, :settled, :body)
on conflict (run, attempt) do update set job_id = excluded.job_id, time_us = excluded.time_us,
  settled = excluded.settled, body = excluded.body
returning id;

-- name: run_before
-- The last execution of a job that came to a good end before a moment.
select body from run where job_id = :job and settled = 1 and time_us < :before_us order by time_us desc, run desc limit 1;

-- name: runs_of_job
-- The newest executions of a job.
select body from run where job_id = :job and time_us < :before_us order by time_us desc, run desc limit :limit;

-- name: run_count
-- How many executions are known.
select count(*) from run;

-- name: version_intern
-- Give a state of a dataset its id; it has not come into being until a run says so.
insert into version (dataset_id, version, time_us, run_id, slice, profile, best, filled, body)
values (:dataset, :version, :unborn, null, '', '', '', '', :empty)
on conflict (dataset_id, version) do nothing returning id;

-- name: version_of
-- The id of a state of a dataset.
select id from version where dataset_id = :dataset and version = :version;

-- name: version_state
-- What is held of one version.
select best, filled, body from version where id = :id;

-- name: version_settle
-- Say what a version is, when it came into being and by which run.
update version set time_us = :time_us, run_id = :run, slice = :slice, profile = :profile, best = :best, filled = :filled,
  body = :body where id = :id;

-- name: version_writer
-- The run that a version came into being by.
select run_id from version where id = :id;

-- name: version_said
-- Every run that still says something of a version.
select t.role, t.run_id, r.run, r.time_us, r.body from touch t join run r on r.id = t.run_id
where t.version_id = :version and t.valid_to_us = :open;

-- part: version_columns
-- What a version summary is made of.
select v.id, n.namespace, n.name, v.version, v.time_us, v.body, r.run, j.namespace, j.name, n.kind
from version v join node n on n.id = v.dataset_id left join run r on r.id = v.run_id left join node j on j.id = r.job_id

-- name: version_by_id
-- One version.
{version_columns} where v.id = :id;

-- name: versions_before
-- The versions of a dataset that came into being before a moment, newest first.
{version_columns}
where v.dataset_id = :dataset and v.version <> '' and v.time_us < :before_us order by v.time_us desc, v.id desc limit :limit;

-- name: versions_of_slice
-- The versions of one partition of a dataset, newest first.
{version_columns}
where v.dataset_id = :dataset and v.slice = :slice and v.version <> '' and v.time_us < :before_us
order by v.time_us desc, v.id desc limit :limit;

-- name: versions_like
-- Versions of a dataset whose name begins so.
{version_columns}
where v.dataset_id = :dataset and lower(v.version) like :form escape '\' and v.version <> '' and v.time_us < :unborn
order by v.time_us desc, v.id desc limit :limit;

-- name: version_count
-- How many versions are known.
select count(*) from version where version <> '' and time_us < :unborn;

-- name: profiles_before
-- The profiles of a dataset's versions that came into being before a moment, newest first.
select v.version, v.slice, v.time_us, b.packed, b.data from version v join blob b on b.hash = v.profile
where v.dataset_id = :dataset and v.time_us < :before_us and v.profile <> ''
order by v.time_us desc, v.id desc limit :limit;

-- name: touch_put
-- A run read or wrote a version.
insert into touch (version_id, role, run_id, job_id, dataset_id, valid_from_us, valid_to_us)
values (:version, :role, :run, :job, :dataset, :from_us, :to_us)
on conflict (version_id, role, run_id) do update set job_id = excluded.job_id, dataset_id = excluded.dataset_id,
  valid_from_us = excluded.valid_from_us, valid_to_us = excluded.valid_to_us;

-- name: touch_close
-- A run no longer says that it read or wrote a version: it was never so.
update touch set valid_to_us = valid_from_us where version_id = :version and role = :role and run_id = :run;

-- name: runs_of_version
-- The runs that read (0) or wrote (1) a version, oldest first.
select r.run from touch t join run r on r.id = t.run_id
where t.version_id = :version and t.role = :role and t.valid_to_us = :open order by r.time_us, r.run limit :limit;

-- name: flow_add
-- A job's runs read or write a dataset from its first run that said so to its last.
insert into flow (source, target, provenance, confidence, valid_from_us, last_us, valid_to_us)
values (:source, :target, 'explicit', 1.0, :time_us, :time_us, :open)
on conflict (target, source) do update set
  valid_from_us = case when flow.valid_to_us <> :open or excluded.valid_from_us < flow.valid_from_us
    then excluded.valid_from_us else flow.valid_from_us end,
  last_us = case when flow.valid_to_us <> :open or excluded.last_us > flow.last_us
    then excluded.last_us else flow.last_us end,
  valid_to_us = excluded.valid_to_us;

-- name: flow_span
-- When a job's runs first and last read (0) or wrote (1) a dataset.
select
  (select t.valid_from_us from touch t where t.job_id = :job and t.dataset_id = :dataset and t.role = :role
   and t.valid_to_us = :open order by t.valid_from_us limit 1),
  (select t.valid_from_us from touch t where t.job_id = :job and t.dataset_id = :dataset and t.role = :role
   and t.valid_to_us = :open order by t.valid_from_us desc limit 1);

-- name: flow_set
-- Correct when a flow was first and last seen.
update flow set valid_from_us = :first_us, last_us = :last_us, valid_to_us = :open where source = :source and target = :target;

-- name: flow_close
-- No run says this flow any more: it was never so.
update flow set valid_to_us = valid_from_us where source = :source and target = :target;

-- name: edge_put
-- One version fed another through a run.
insert into version_edge (source, target, run_id, provenance, confidence, valid_from_us, valid_to_us)
values (:source, :target, :run, :provenance, :confidence, :from_us, :to_us)
on conflict (target, source, run_id) do update set provenance = excluded.provenance, confidence = excluded.confidence,
  valid_from_us = excluded.valid_from_us, valid_to_us = excluded.valid_to_us;

-- name: edge_close
-- A run no longer says that one version fed another: it was never so.
update version_edge set valid_to_us = valid_from_us where source = :source and target = :target and run_id = :run;

-- name: column_set_intern
-- Give a set of column edges its id.
insert into column_set (hash, body) values (:hash, :body) on conflict (hash) do nothing returning id;

-- name: column_set_of
-- A set of column edges by the hash of its content.
select id, body from column_set where hash = :hash;

-- name: column_set_by_id
-- A set of column edges.
select body from column_set where id = :id;

-- name: run_columns_put
-- What a run says of the columns of a dataset.
insert into run_columns (job_id, dataset_id, run_id, set_id, valid_from_us, valid_to_us)
values (:job, :dataset, :run, :set, :from_us, :to_us)
on conflict (job_id, dataset_id, run_id) do update set set_id = excluded.set_id, valid_from_us = excluded.valid_from_us,
  valid_to_us = excluded.valid_to_us;

-- name: run_columns_close
-- A run no longer says anything of the columns of a dataset.
update run_columns set valid_to_us = valid_from_us where job_id = :job and dataset_id = :dataset and run_id = :run;

-- name: run_columns_of
-- What one run says of the columns of a dataset.
select set_id, valid_from_us from run_columns
where job_id = :job and dataset_id = :dataset and run_id = :run and valid_to_us = :open;

-- name: run_columns_last
-- The newest word of a job on the columns of a dataset.
select set_id, valid_from_us from run_columns
where job_id = :job and dataset_id = :dataset and valid_to_us = :open order by valid_from_us desc, run_id desc limit 1;

-- name: run_columns_all
-- Every word of a job on the columns of a dataset, oldest first.
select c.set_id, c.valid_from_us from run_columns c join run r on r.id = c.run_id
where c.job_id = :job and c.dataset_id = :dataset and c.valid_to_us = :open order by c.valid_from_us, r.run;

-- name: column_edge_put
-- A column reaches another, from one run of the job to a later one.
insert into column_edge (source, target, job_id, kind, source_dataset, target_dataset, provenance, confidence,
  valid_from_us, valid_to_us)
values (:source, :target, :job, :kind, :source_dataset, :target_dataset, :provenance, :confidence, :from_us, :to_us)
on conflict (target, source, job_id, kind, valid_from_us) do update set provenance = excluded.provenance,
  confidence = excluded.confidence, valid_to_us = excluded.valid_to_us;

-- name: column_edge_end
-- A column edge holds until the run that first no longer says it.
update column_edge set valid_to_us = :to_us
where target = :target and source = :source and job_id = :job and kind = :kind and valid_to_us = :open;

-- name: column_edges_void
-- Forget when a job's column edges into a dataset held, before it is worked out anew.
update column_edge set valid_to_us = valid_from_us where job_id = :job and target_dataset = :dataset and valid_to_us > valid_from_us;

-- name: blob_put
-- Keep bytes under the hash of their content.
insert into blob (hash, packed, data) values (:hash, :packed, :data) on conflict (hash) do nothing;

-- name: blob_get
-- The bytes with a hash.
select packed, data from blob where hash = :hash;
