-- Names, runs, versions and what runs said of them. One comment per statement; ":name" parameters; text that SQLite
-- 3.40 and PostgreSQL 15 both accept.

-- name: node_top
-- The highest id of a dataset or job.
select coalesce(max(id), 0) from node;

-- name: field_top
-- The highest id of a column.
select coalesce(max(id), 0) from field;

-- name: run_top
-- The highest id of an execution.
select coalesce(max(id), 0) from run;

-- name: version_top
-- The highest id of a version.
select coalesce(max(id), 0) from version;

-- name: node_put
-- Keep what is known of a dataset or a job.
insert into node (id, type, namespace, name, node, kind, since_us, last_us, facets)
values (:id, :type, :namespace, :name, :node, :kind, :since_us, :last_us, :facets)
on conflict (type, namespace, name) do update set kind = excluded.kind, since_us = excluded.since_us,
  last_us = excluded.last_us, facets = excluded.facets;

-- name: node_of
-- A dataset or a job by name.
select id, kind, since_us, last_us, facets from node where type = :type and namespace = :namespace and name = :name;

-- name: nodes_by_ids
-- Datasets and jobs.
select id, type, namespace, name, node, kind from node where id in {integers:ids};

-- name: node_by_text
-- The dataset or job with a node id.
select id, type, namespace, name, node, kind, since_us from node where node = :node order by id limit 1;

-- name: nodes_named
-- Datasets and jobs of exactly this name, whatever the case.
select id, type, namespace, name, node, kind from node
where lower(name) = :name and type <> 'HUB' order by type, node limit :limit;

-- name: nodes_like
-- Datasets and jobs whose name has a form.
select id, type, namespace, name, node, kind from node
where lower(name) like :form escape '\' and type <> 'HUB' order by type, node limit :limit;

-- name: node_counts
-- How many datasets and jobs there are.
select type, count(*) from node group by type;

-- part: dataset_columns
-- What a line of the catalogue is made of.
select n.id, n.namespace, n.name, n.node, n.kind,
  coalesce((select a.versions from node_amount a where a.node_id = n.id), 0),
  (select v.id from version v where v.dataset_id = n.id and v.version <> '' and v.time_us < :unborn
   order by v.time_us desc, v.version desc limit 1)
from node n

-- name: datasets_page
-- One page of the catalogue, by name.
{dataset_columns} where n.type = 'DATASET' and lower(n.node) like :form escape '\'
order by n.name, n.namespace limit :limit offset :offset;

-- name: datasets_with_facet
-- Datasets of which a facet stands, the one that was spoken of last first.
select namespace, name from node where type = 'DATASET' and {holds} order by last_us desc, id desc limit :limit;

-- name: dataset_line
-- The catalogue's line on one dataset.
{dataset_columns} where n.id = :id;

-- name: datasets_total
-- How many datasets have a form: along the index of node ids, which begin with what they are of.
select count(*) from node n where n.node >= 'dataset:' and n.node < 'dataset;' and lower(n.node) like :form escape '\';

-- name: datasets_count
-- How many datasets there are.
select count(*) from node where type = 'DATASET';

-- name: field_put
-- Keep a column.
insert into field (id, dataset_id, name, since_us) values (:id, :dataset, :name, :since_us)
on conflict (dataset_id, name) do update set since_us = excluded.since_us;

-- name: field_of
-- The id of a column.
select id, since_us from field where dataset_id = :dataset and name = :name;

-- name: fields_by_ids
-- Columns with their datasets.
select f.id, n.namespace, n.name, f.name, n.kind from field f join node n on n.id = f.dataset_id where f.id in {integers:ids};

-- name: fields_named
-- Columns of exactly this name, in whatever dataset.
select f.name, n.namespace, n.name from field f join node n on n.id = f.dataset_id
where f.name = :name order by n.node limit :limit;

-- part: run_row
-- What is kept of an execution.
select r.id, r.run, r.attempt, r.job_id, r.state, r.time_us, r.settled, r.parent, r.body, j.namespace, j.name
from run r left join node j on j.id = r.job_id

-- name: run_of
-- One execution; the last attempt when the attempt is below 0.
{run_row} where r.run = :run and (r.attempt = :attempt or :attempt < 0) order by r.attempt desc limit 1;

-- name: runs_named
-- Every execution of some run ids.
{run_row} where r.run in {texts:texts} order by r.run, r.attempt;

-- name: runs_known
-- Which run ids were folded before.
select distinct run from run where run in {texts:texts};

-- name: runs_by_ids
-- Executions by their ids in the store.
{run_row} where r.id in {integers:ids};

-- name: runs_ending
-- Run ids by their last eight digits, as they are shown.
select distinct run from run where substr(run, 29) = :tail order by run limit :limit;

-- name: runs_beginning
-- Run ids that begin so.
select distinct run from run where run >= :low and run < :high order by run limit :limit;

-- name: run_put
-- Keep or replace one execution.
insert into run (id, run, attempt, job_id, state, time_us, settled, parent, body)
values (:id, :run, :attempt, :job, :state, :time_us, :settled, :parent, :body)
on conflict (run, attempt) do update set job_id = excluded.job_id, state = excluded.state, time_us = excluded.time_us,
  settled = excluded.settled, parent = excluded.parent, body = excluded.body;

-- name: run_drop
-- An execution that the events of its run do not add up to any more.
delete from run where id = :id;

-- name: run_before
-- The last execution of a job that came to a good end before a moment.
{run_row} where r.job_id = :job and r.settled = 1 and r.attempt > 0 and r.time_us < :before_us
order by r.time_us desc, r.run desc limit 1;

-- name: runs_of_job
-- The newest executions of a job.
{run_row} where r.job_id = :job and r.attempt > 0 and r.time_us < :before_us
order by r.time_us desc, r.run desc, r.attempt desc limit :limit offset :offset;

-- name: runs_of_job_total
-- How many executions of a job there are.
select runs from node_amount where node_id = :job;

-- name: runs_before
-- Run ids of which nothing was heard since a moment, by id.
select run from run where attempt > 0 and run > :after group by run having max(time_us) < :before_us order by run limit :limit;

-- name: versions_live
-- Versions of datasets of some kinds: the newest ones, and those since a moment.
select v.id from node n join version v on v.dataset_id = n.id
where n.kind in {texts:texts} and n.type = 'DATASET' and v.version <> '' and v.time_us < :unborn
  and (v.time_us >= :since_us or v.time_us = (select max(w.time_us) from version w
    where w.dataset_id = n.id and w.version <> '' and w.time_us < :unborn)) order by v.id;

-- name: amount_add
-- A job has more executions, a dataset more versions.
insert into node_amount (node_id, runs, versions, state) values (:node, :runs, :versions, '')
on conflict (node_id) do update set runs = node_amount.runs + excluded.runs,
  versions = node_amount.versions + excluded.versions;

-- name: amount_states
-- How the last executions of some jobs stand.
insert into node_amount (node_id, runs, versions, state)
select n.id, 0, 0, coalesce((
  select r.state from run r where r.job_id = n.id and r.attempt > 0
  order by r.time_us desc, r.run desc, r.attempt desc limit 1), '')
from node n where n.id in {integers:ids}
on conflict (node_id) do update set state = excluded.state;

-- name: amounts_total
-- How many executions and versions are known.
select cast(coalesce(sum(runs), 0) as bigint), cast(coalesce(sum(versions), 0) as bigint) from node_amount;

-- name: job_parent_put
-- A job ran on behalf of another.
insert into job_parent (job_id, parent_id, root_id, valid_from_us) values (:job, :parent, :root, :from_us)
on conflict (job_id, parent_id, root_id) do update set
  valid_from_us = case when excluded.valid_from_us < job_parent.valid_from_us then excluded.valid_from_us
    else job_parent.valid_from_us end;

-- name: job_parents
-- On whose behalf jobs ran.
select job_id, parent_id, root_id, valid_from_us from job_parent where job_id in {integers:ids} order by job_id, valid_from_us, parent_id;

-- name: version_put
-- Keep what is known of a state of a dataset.
insert into version (id, dataset_id, version, time_us, run_id, slice, profile, schema_id, best, filled, body, since_us)
values (:id, :dataset, :version, :time_us, :run, :slice, :profile, :schema, :best, :filled, :body, :since_us)
on conflict (dataset_id, version) do update set time_us = excluded.time_us, run_id = excluded.run_id,
  slice = excluded.slice, profile = excluded.profile, schema_id = excluded.schema_id, best = excluded.best,
  filled = excluded.filled, body = excluded.body, since_us = excluded.since_us;

-- name: version_of
-- A state of a dataset.
select id, time_us, run_id, slice, profile, schema_id, best, filled, body, since_us from version
where dataset_id = :dataset and version = :version;

-- name: versions_named
-- States of some datasets.
select dataset_id, version, id, time_us, run_id, slice, profile, schema_id, best, filled, body, since_us from version
where dataset_id in {integers:ids} and version in {texts:texts};

-- name: version_since
-- When a run first spoke of a version.
select min(valid_from_us) from touch where version_id = :version;

-- name: version_known
-- Whether anything was said of a version at a moment.
select 1 from touch where version_id = :version and valid_from_us <= :as_of_us and valid_to_us > :as_of_us limit 1;

-- name: version_said
-- Every run that says something of a version.
select t.role, t.run_id, r.run, r.attempt, t.schema_id, t.body, r.time_us from touch t join run r on r.id = t.run_id
where t.version_id = :version and t.valid_to_us = :open;

-- part: version_columns
-- What a version summary is made of.
select v.id, n.namespace, n.name, v.version, v.time_us, v.body, r.run, j.namespace, j.name, n.kind, v.schema_id, v.dataset_id,
  v.slice, v.since_us
from version v join node n on n.id = v.dataset_id left join run r on r.id = v.run_id left join node j on j.id = r.job_id

-- name: version_by_id
-- One version.
{version_columns} where v.id = :id;

-- name: versions_by_ids
-- Versions.
{version_columns} where v.id in {integers:ids};

-- name: versions_called
-- The versions of this name, of whatever dataset, the first known ones first.
select n.namespace, n.name, v.since_us from version v join node n on n.id = v.dataset_id
where v.version = :version and v.time_us < :unborn order by v.since_us, v.id limit :limit;

-- name: versions_before
-- The versions of a dataset that came into being before a moment, newest first.
{version_columns}
where v.dataset_id = :dataset and v.version <> '' and v.time_us < :before_us
order by v.time_us desc, v.version desc limit :limit;

-- name: versions_of_slice
-- The versions of one partition of a dataset, newest first.
{version_columns}
where v.dataset_id = :dataset and v.slice = :slice and v.version <> '' and v.time_us < :before_us
order by v.time_us desc, v.version desc limit :limit;

-- name: versions_like
-- Versions of a dataset whose name begins so.
{version_columns}
where v.dataset_id = :dataset and v.version like :form escape '\' and v.version <> '' and v.time_us < :unborn
order by v.time_us desc, v.version desc limit :limit;

-- name: version_in_slice
-- The version that runs saw last of a slice of a dataset, spelt so.
select v.id, n.namespace, n.name, v.version
from state s join version v on v.id = s.version_id join node n on n.id = v.dataset_id
where s.dataset_id = :dataset and s.slice = :slice and v.version <> '' and v.time_us < :unborn
order by s.valid_from_us desc, v.version desc limit 1;

-- name: version_of_slice
-- The newest version of a partition of a dataset.
{version_columns}
where v.dataset_id = :dataset and lower(v.slice) = :slice and v.version <> '' and v.time_us < :unborn
order by v.time_us desc, v.version desc limit 1;

-- name: profiles_before
-- The profiles of a dataset's versions that came into being before a moment, newest first.
select v.version, v.slice, v.time_us, v.profile from version v
where v.dataset_id = :dataset and v.time_us < :before_us and v.profile <> ''
order by v.time_us desc, v.version desc limit :limit;

-- name: touch_put
-- A run read or wrote a version.
insert into touch (version_id, role, run_id, job_id, dataset_id, valid_from_us, valid_to_us, informed_us, schema_id, body)
values (:version, :role, :run, :job, :dataset, :from_us, :to_us, :informed_us, :schema, :body)
on conflict (version_id, role, run_id, valid_from_us) do update set job_id = excluded.job_id,
  dataset_id = excluded.dataset_id, valid_to_us = excluded.valid_to_us, informed_us = excluded.informed_us,
  schema_id = excluded.schema_id, body = excluded.body;

-- name: touch_drop
-- A run no longer says that it read or wrote a version: it was never so.
delete from touch where version_id = :version and role = :role and run_id = :run and valid_from_us = :from_us;

-- name: touches_of_run
-- What a run says of versions.
select t.version_id, t.role, t.dataset_id, t.valid_from_us, t.valid_to_us, t.informed_us, t.schema_id, t.body, t.job_id,
  n.namespace, n.name, v.version
from touch t join version v on v.id = t.version_id join node n on n.id = t.dataset_id where t.run_id = :run;

-- name: touches_of_job
-- Which runs of a job read (0) or wrote (1) a dataset, and from when.
select run_id, valid_from_us, valid_to_us, informed_us from touch
where job_id = :job and dataset_id = :dataset and role = :role;

-- name: touches_by_runs
-- What some runs read (0) or wrote (1).
select run_id, dataset_id, valid_from_us, valid_to_us, informed_us from touch where run_id in {integers:ids} and role = :role;

-- name: runs_of_version
-- The runs that read (0) or wrote (1) a version, oldest first.
select r.run from touch t join run r on r.id = t.run_id
where t.version_id = :version and t.role = :role and t.valid_to_us = :open order by r.time_us, r.run limit :limit;

-- name: trace_put
-- One step between a version and a run, or between two versions through a run.
insert into trace (target, source, run_id, hops, provenance, confidence, valid_from_us, valid_to_us)
values (:target, :source, :run, :hops, :provenance, :confidence, :from_us, :to_us)
on conflict (target, source, run_id, valid_from_us) do update set hops = excluded.hops,
  provenance = excluded.provenance, confidence = excluded.confidence, valid_to_us = excluded.valid_to_us;

-- name: trace_drop
-- A run no longer says a step: it was never so.
delete from trace where target = :target and source = :source and run_id = :run and valid_from_us = :from_us;

-- name: traces_of_run
-- The steps through a run.
select target, source, hops, provenance, confidence, valid_from_us, valid_to_us from trace where run_id = :run;

-- name: traces_between
-- Which dataset fed a version of another, in some runs.
select t.run_id, s.dataset_id, t.provenance, t.confidence, t.valid_from_us, t.valid_to_us
from trace t join version v on v.id = t.target join version s on s.id = t.source
where t.run_id in {integers:ids} and v.dataset_id = :target and t.hops <> 1;
