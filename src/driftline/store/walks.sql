-- The recursive walks of the store, in the same dialect as queries.sql. "walk" is every step, "reached" every node once.

-- part: up_flows
-- Datasets and jobs upstream, nearest first.
with recursive walk(id, depth) as (
  select cast(:start as bigint), 0
  union
  select e.source, w.depth + 1 from walk w join flow e on e.target = w.id
  where w.depth < :depth and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
),
reached(id, depth) as (select id, min(depth) from (select id, depth from walk limit :rows) as near group by id)

-- part: down_flows
-- Datasets and jobs downstream, nearest first.
with recursive walk(id, depth) as (
  select cast(:start as bigint), 0
  union
  select e.target, w.depth + 1 from walk w join flow e on e.source = w.id
  where w.depth < :depth and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
),
reached(id, depth) as (select id, min(depth) from (select id, depth from walk limit :rows) as near group by id)

-- part: flow_nodes
-- What a node of a dataset graph is made of.
select n.id, w.depth, n.node, n.type, n.name, n.kind from reached w join node n on n.id = w.id order by w.depth, n.node

-- part: flow_links
-- Flows that end in what was reached; the caller keeps those that also begin there.
select e.source, e.target, e.provenance, e.confidence from reached w join flow e on e.target = w.id
where e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us

-- name: flow_nodes_up
-- Datasets and jobs upstream of one.
{up_flows} {flow_nodes};

-- name: flow_steps_up
-- How many steps the walk takes, counted up to a bound.
{up_flows} select count(*) from (select id from walk limit :rows) as near;

-- name: flow_links_up
-- The flows among what is upstream.
{up_flows} {flow_links};

-- name: flow_nodes_down
-- Datasets and jobs downstream of one.
{down_flows} {flow_nodes};

-- name: flow_steps_down
-- How many steps the walk takes, counted up to a bound.
{down_flows} select count(*) from (select id from walk limit :rows) as near;

-- name: flow_links_down
-- The flows among what is downstream.
{down_flows} {flow_links};

-- part: up_versions
-- Versions upstream, nearest first.
with recursive walk(id, depth) as (
  select cast(:start as bigint), 0
  union
  select e.source, w.depth + 1 from walk w join version_edge e on e.target = w.id
  where w.depth < :depth and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
),
reached(id, depth) as (select id, min(depth) from (select id, depth from walk limit :rows) as near group by id)

-- part: down_versions
-- Versions downstream, nearest first.
with recursive walk(id, depth) as (
  select cast(:start as bigint), 0
  union
  select e.target, w.depth + 1 from walk w join version_edge e on e.source = w.id
  where w.depth < :depth and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
),
reached(id, depth) as (select id, min(depth) from (select id, depth from walk limit :rows) as near group by id)

-- part: version_nodes
-- What a node of a version graph is made of.
select v.id, w.depth, n.namespace, n.name, v.version, v.slice, n.kind, v.time_us
from reached w join version v on v.id = w.id join node n on n.id = v.dataset_id order by w.depth, n.node, v.version

-- part: version_links
-- Version edges that end in what was reached, with the run that they go through.
select e.source, e.target, e.provenance, e.confidence, r.run, r.time_us, j.name
from reached w join version_edge e on e.target = w.id join run r on r.id = e.run_id join node j on j.id = r.job_id
where e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us

-- name: version_nodes_up
-- Versions upstream of one.
{up_versions} {version_nodes};

-- name: version_steps_up
-- How many steps the walk takes, counted up to a bound.
{up_versions} select count(*) from (select id from walk limit :rows) as near;

-- name: version_links_up
-- The edges among the versions upstream.
{up_versions} {version_links};

-- name: version_nodes_down
-- Versions downstream of one.
{down_versions} {version_nodes};

-- name: version_steps_down
-- How many steps the walk takes, counted up to a bound.
{down_versions} select count(*) from (select id from walk limit :rows) as near;

-- name: version_links_down
-- The edges among the versions downstream.
{down_versions} {version_links};

-- part: up_columns
-- Columns upstream, nearest first; what shapes a row set shapes each of its columns.
with recursive walk(id, dataset_id, depth) as (
  select f.id, f.dataset_id, 0 from field f where f.dataset_id = :dataset and (f.name = :column or :every = 1)
  union
  select e.source, e.source_dataset, w.depth + 1
  from walk w join column_edge e on (e.target = w.id or e.target = -w.dataset_id)
  where w.depth < :depth and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
),
reached(id, dataset_id, depth) as (
  select id, dataset_id, min(depth) from (select id, dataset_id, depth from walk limit :rows) as near
  group by id, dataset_id)

-- part: down_columns
-- Columns downstream, nearest first; a row set (negative id) goes on through each of its columns.
with recursive walk(id, dataset_id, depth) as (
  select f.id, f.dataset_id, 0 from field f where f.dataset_id = :dataset and (f.name = :column or :every = 1)
  union
  select e.target, e.target_dataset, w.depth + 1
  from walk w join column_edge e
    on (e.source = w.id or e.source_dataset = case when w.id < 0 then w.dataset_id else 0 end)
  where w.depth < :depth and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
),
reached(id, dataset_id, depth) as (
  select id, dataset_id, min(depth) from (select id, dataset_id, depth from walk limit :rows) as near
  group by id, dataset_id)

-- part: column_nodes
-- What a node of a column graph is made of; a row set has no column.
select w.id, w.depth, n.namespace, n.name, coalesce(f.name, ''), n.kind
from reached w join node n on n.id = w.dataset_id left join field f on f.id = w.id order by w.depth, n.node, coalesce(f.name, '')

-- name: column_nodes_up
-- Columns upstream of one, or of every column of a dataset.
{up_columns} {column_nodes};

-- name: column_steps_up
-- How many steps the walk takes, counted up to a bound.
{up_columns} select count(*) from (select id from walk limit :rows) as near;

-- name: column_links_up
-- The edges among the columns upstream; those into a row set are drawn into each column of it that was reached.
{up_columns}
select e.source, w.id, e.kind, e.provenance, e.confidence
from reached w join column_edge e on (e.target = w.id or e.target = -w.dataset_id)
where e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us;

-- name: column_nodes_down
-- Columns downstream of one, or of every column of a dataset.
{down_columns} {column_nodes};

-- name: column_steps_down
-- How many steps the walk takes, counted up to a bound.
{down_columns} select count(*) from (select id from walk limit :rows) as near;

-- name: column_links_down
-- The edges among the columns downstream; those out of a row set are drawn from it.
{down_columns}
select w.id, e.target, e.kind, e.provenance, e.confidence
from reached w join column_edge e
  on (e.source = w.id or e.source_dataset = case when w.id < 0 then w.dataset_id else 0 end)
where e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us;

