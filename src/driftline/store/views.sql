-- What questions ask beyond walks: names that share columns and versions, last executions, and what came or went.

-- name: alias_fields
-- The columns of the same name that other names of their datasets have; a name that has no such column leads on.
with recursive reached (field, name, dataset, provenance, confidence) as (
  select g.id, g.name, e.source, e.provenance, e.confidence
  from field g cross join edge e
  where g.id in {integers:ids} and e.target = g.dataset_id
    and e.via = 0 and e.hops = 0 and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
  union
  select w.field, w.name, e.source, e.provenance, e.confidence
  from reached w cross join edge e
  where e.target = w.dataset
    and e.via = 0 and e.hops = 0 and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
    and not exists (select 1 from field h where h.dataset_id = w.dataset and h.name = w.name and h.since_us <= :as_of_us)
)
select w.field, f.id, f.dataset_id, w.provenance, w.confidence
from reached w cross join field f
where f.dataset_id = w.dataset and f.name = w.name and f.id <> w.field and f.since_us <= :as_of_us;

-- name: alias_datasets
-- The other names of some datasets.
select target, source, provenance, confidence from edge
where target in {integers:ids} and via = 0 and hops = 0 and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: alias_versions
-- The same versions under the other names of their datasets; a name that has no such version leads on.
with recursive reached (id, version, dataset, provenance, confidence) as (
  select v.id, v.version, e.source, e.provenance, e.confidence
  from version v cross join edge e
  where v.id in {integers:ids} and v.version <> '' and e.target = v.dataset_id
    and e.via = 0 and e.hops = 0 and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
  union
  select w.id, w.version, e.source, e.provenance, e.confidence
  from reached w cross join edge e
  where e.target = w.dataset
    and e.via = 0 and e.hops = 0 and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
    and not exists (
      select 1 from version x cross join touch u
      where x.dataset_id = w.dataset and x.version = w.version and u.version_id = x.id
        and u.valid_from_us <= :as_of_us and u.valid_to_us > :as_of_us
    )
)
select w.id, v.id, w.provenance, w.confidence
from reached w cross join version v
where v.dataset_id = w.dataset and v.version = w.version and v.id <> w.id and exists (
  select 1 from touch t where t.version_id = v.id and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us
);

-- name: edges_direct_into
-- What feeds some datasets and jobs without a job between.
select e.target, e.source, e.via, e.hops, e.provenance, e.confidence from edge e join node n on n.id = e.source
join node m on m.id = e.target
where e.target in {integers:ids} and e.via = 0 and n.type <> 'HUB' and m.type <> 'HUB'
  and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us;

-- name: edges_direct_out_of
-- What some datasets and jobs feed without a job between.
select e.target, e.source, e.via, e.hops, e.provenance, e.confidence from edge e join node n on n.id = e.source
join node m on m.id = e.target
where e.source in {integers:ids} and e.via = 0 and n.type <> 'HUB' and m.type <> 'HUB'
  and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us;

-- name: last_runs
-- The last execution of each of some jobs that had ended by a moment and that names a dataset.
select n.id, (
  select r.id from run r where r.job_id = n.id and r.attempt > 0 and r.time_us <= :as_of_us and exists (
    select 1 from touch t where t.run_id = r.id and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us)
  order by r.time_us desc, r.run desc, r.attempt desc limit 1)
from node n where n.id in {integers:ids};

-- name: last_runs_open
-- The last execution of each of some jobs that was on its way at a moment: of those that ended later, the next twenty.
select n.id, (
  select near_run.id from (
    select r.id, r.time_us, r.run, r.attempt from run r
    where r.job_id = n.id and r.attempt > 0 and r.time_us > :as_of_us
    order by r.time_us, r.run, r.attempt limit 20) near_run
  where exists (
    select 1 from touch t where t.run_id = near_run.id and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us)
  order by near_run.time_us desc, near_run.run desc, near_run.attempt desc limit 1)
from node n where n.id in {integers:ids};

-- name: touched_by_runs
-- What some runs read (0) or wrote (1), as of a moment.
select distinct run_id, role, dataset_id, job_id from touch
where run_id in {integers:ids} and role < 2 and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: steps_of_runs
-- The steps through some runs, as datasets: 0 stands for the run.
select t.run_id, coalesce(v.dataset_id, 0), coalesce(w.dataset_id, 0), t.provenance, t.confidence
from trace t left join version v on v.id = t.target left join version w on w.id = t.source
where t.run_id in {integers:ids} and t.hops > 0 and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us;

-- name: traces_of_runs
-- The steps through some runs.
select target, source, run_id, hops, provenance, confidence, valid_from_us from trace
where run_id in {integers:ids} and hops > 0 and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: versions_touched
-- The versions that some runs read (0) or wrote (1).
select distinct run_id, role, version_id from touch
where run_id in {integers:ids} and role < 2 and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: children_of_runs
-- The executions that some runs started.
select r.id, r.parent from run r where r.parent in {texts:texts} and r.parent <> '' and r.attempt > 0
order by r.time_us, r.run, r.attempt;

-- name: nodes_typed_after
-- A page of datasets or jobs in the order of their ids.
select id, type, namespace, name, node, kind, since_us, facets from node where id > :after and type = :type
order by id limit :limit;

-- name: edge_targets_between
-- The datasets and jobs into which an edge came, went or changed between two moments.
select distinct target from edge where target > :after and ((valid_from_us > :since_us and valid_from_us <= :until_us)
  or (valid_to_us > :since_us and valid_to_us <= :until_us)) order by target limit :limit;

-- name: flow_targets_between
-- The datasets and jobs into which a flow came or went between two moments.
select distinct target from flow where target > :after and ((valid_from_us > :since_us and valid_from_us <= :until_us)
  or (valid_to_us > :since_us and valid_to_us <= :until_us)) order by target limit :limit;

-- name: column_targets_between
-- The columns and row sets (negative) into which an edge came, went or changed between two moments.
select distinct target from column_edge where target > :after
  and ((valid_from_us > :since_us and valid_from_us <= :until_us)
  or (valid_to_us > :since_us and valid_to_us <= :until_us)) order by target limit :limit;

-- name: nodes_between
-- Datasets and jobs that were first heard of between two moments.
select id, type, namespace, name, node, kind from node
where id > :after and since_us > :since_us and since_us <= :until_us and type <> 'HUB' order by id limit :limit;

-- name: nodes_said_since
-- A page of datasets or jobs that were heard of before a moment and again after it.
select id from node where id > :after and type = :type and since_us <= :since_us and last_us > :since_us
order by id limit :limit;

-- name: schemas_then
-- The schemas of datasets at a moment: of the newest version that says one, else of the newest word on the dataset.
select n.id, coalesce((
    select v.schema_id from version v
    where v.dataset_id = n.id and v.version <> '' and v.schema_id <> 0 and v.since_us <= :as_of_us
    order by v.since_us desc, v.version desc limit 1), (
    select t.schema_id from touch t join run r on r.id = t.run_id
    where t.dataset_id = n.id and t.schema_id <> 0 and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us
    order by t.valid_from_us desc, r.run desc, r.attempt desc limit 1), 0)
from node n where n.id in {integers:ids};

-- name: runs_then
-- The last execution of jobs that had ended by a moment, whatever it touched.
select n.id, (
  select r.id from run r where r.job_id = n.id and r.attempt > 0 and r.time_us <= :as_of_us
  order by r.time_us desc, r.run desc, r.attempt desc limit 1)
from node n where n.id in {integers:ids};

-- name: nodes_by_text
-- Datasets and jobs by their node ids.
select id, type, namespace, name, node, kind from node where node in {texts:texts} and type <> 'HUB';
