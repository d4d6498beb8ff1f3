-- The canonical state: every derived fact by names instead of ids, so that two stores can be compared.

-- name: canonical_node
-- Datasets and jobs.
select type, namespace, name, kind, since_us, last_us, facets from node where type <> 'HUB';

-- part: ran
-- An execution by name.
r.run, r.attempt

-- name: canonical_run
-- Executions.
select {ran}, j.node, r.state, r.time_us, r.settled, r.parent, r.body from run r left join node j on j.id = r.job_id;

-- name: canonical_job_parent
-- On whose behalf jobs ran.
select j.node, p.node, o.node, h.valid_from_us
from job_parent h join node j on j.id = h.job_id join node p on p.id = h.parent_id join node o on o.id = h.root_id;

-- name: canonical_touch
-- What executions said of versions.
select {ran}, t.role, n.node, v.version, t.valid_from_us, t.valid_to_us, t.informed_us, b.hash, b.mark, t.body
from touch t join run r on r.id = t.run_id join version v on v.id = t.version_id join node n on n.id = t.dataset_id
left join blob b on b.id = t.schema_id;

-- name: canonical_version
-- Versions.
select n.node, v.version, v.since_us, v.time_us, {ran}, v.slice, v.profile, b.hash, b.mark, v.best, v.body
from version v join node n on n.id = v.dataset_id left join run r on r.id = v.run_id left join blob b on b.id = v.schema_id
where v.best <> '';

-- name: canonical_trace
-- Steps between versions and executions.
select {ran}, tn.node, tv.version, sn.node, sv.version, e.hops, e.provenance, e.confidence, e.valid_from_us, e.valid_to_us
from trace e join run r on r.id = e.run_id
left join version tv on tv.id = e.target left join node tn on tn.id = tv.dataset_id
left join version sv on sv.id = e.source left join node sn on sn.id = sv.dataset_id;

-- name: canonical_flow
-- Reads and writes of jobs.
select s.node, t.node, f.valid_from_us, f.valid_to_us, f.provenance
from flow f join node s on s.id = f.source join node t on t.id = f.target where f.valid_from_us < f.valid_to_us;

-- name: canonical_state
-- Which executions saw which versions as slices.
select d.node, s.slice, v.version, s.role, {ran}, s.valid_from_us
from state s join version v on v.id = s.version_id join node d on d.id = s.dataset_id join run r on r.id = s.run_id;

-- name: canonical_edge
-- Edges between datasets and jobs.
select s.type, s.namespace, s.name, t.type, t.namespace, t.name, j.node, e.hops, e.provenance, e.confidence,
  e.valid_from_us, e.valid_to_us
from edge e join node s on s.id = e.source join node t on t.id = e.target left join node j on j.id = e.via
where e.valid_from_us < e.valid_to_us;

-- name: canonical_tie
-- Ties, whoever says them.
select s.type, s.namespace, s.name, t.type, t.namespace, t.name, {ran}, d.node, e.hops, e.provenance, e.confidence,
  e.valid_from_us, e.valid_to_us
from tie e join node s on s.id = e.source join node t on t.id = e.target
left join run r on r.id = e.owner left join node d on d.id = -e.owner where e.valid_from_us < e.valid_to_us;

-- name: canonical_run_columns
-- What executions said of columns.
select {ran}, j.node, d.node, c.valid_from_us, b.hash, b.mark
from run_columns c join run r on r.id = c.run_id left join node j on j.id = c.job_id join node d on d.id = c.dataset_id
left join blob b on b.id = c.set_id;

-- name: canonical_column_edge
-- Column edges.
select s.node, sf.name, t.node, tf.name, j.node, c.kind, c.provenance, c.confidence, c.valid_from_us, c.valid_to_us
from column_edge c join node s on s.id = c.source_dataset join node t on t.id = c.target_dataset
left join field sf on sf.id = c.source left join field tf on tf.id = c.target left join node j on j.id = c.job_id
where c.valid_from_us < c.valid_to_us;
