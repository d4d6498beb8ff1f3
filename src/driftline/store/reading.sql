-- Pages of what is known, for readers that ask by namespace, by job or by run, many at a time.

-- part: node_line
-- What a line on a dataset or a job is made of.
select n.id, n.type, n.namespace, n.name, n.node, n.kind, n.since_us, n.last_us, n.facets from node n

-- name: nodes_after
-- Datasets and jobs in the order in which they were first heard of.
select id, type, namespace, since_us, last_us from node where id > :after order by id limit :limit;

-- name: node_line_of
-- One dataset or job.
{node_line} where n.type = :type and n.namespace = :namespace and n.name = :name;

-- name: node_lines
-- Datasets and jobs.
{node_line} where n.id in {integers:ids};

-- name: node_lines_by_text
-- Datasets and jobs by their node ids.
{node_line} where n.node in {texts:nodes};

-- name: nodes_of_space
-- One page of the datasets or the jobs of a namespace, by name.
{node_line} where n.type = :type and n.namespace = :namespace and n.id not in {integers:hidden}
order by n.name limit :limit offset :offset;

-- name: nodes_of_type
-- One page of all datasets or all jobs, by name.
{node_line} where n.type = :type and n.id not in {integers:hidden} order by n.name, n.namespace limit :limit offset :offset;

-- part: last_first
-- The job that was last spoken of comes first.
order by n.last_us desc, n.id desc limit :limit offset :offset

-- name: jobs_of_space
-- One page of the jobs of a namespace.
{node_line} where n.type = 'JOB' and n.namespace = :namespace and n.id not in {integers:hidden} {last_first};

-- name: jobs_of_type
-- One page of all jobs.
{node_line} where n.type = 'JOB' and n.id not in {integers:hidden} {last_first};

-- part: in_state
-- The jobs whose last execution is in one of some states.
n.type = 'JOB' and n.id not in {integers:hidden} and exists (
  select 1 from node_amount a where a.node_id = n.id and a.state in {texts:states} and a.runs > 0)

-- part: in_rare_state
-- The same, where they are few.
n.type = 'JOB' and n.id not in {integers:hidden}
  and n.id in (select a.node_id from node_amount a where a.state in {texts:states} and a.runs > 0)

-- name: states_total
-- How many jobs' last execution is in one of some states.
select count(*) from node_amount where state in {texts:states} and runs > 0 and node_id not in {integers:hidden};

-- name: jobs_of_type_in_state
-- One page of the jobs whose last execution is in one of some states, where they are many.
{node_line} where {in_state} {last_first};

-- name: jobs_of_space_in_state
-- The same, of a namespace.
{node_line} where {in_state} and n.namespace = :namespace {last_first};

-- name: jobs_of_type_in_rare_state
-- One page of the jobs whose last execution is in one of some states, where they are few.
{node_line} where {in_rare_state} {last_first};

-- name: jobs_of_space_in_rare_state
-- The same, of a namespace.
{node_line} where {in_rare_state} and n.namespace = :namespace {last_first};

-- name: jobs_in_state_total
-- How many jobs of a namespace have a last execution in one of some states.
select count(*) from node n where {in_state} and n.namespace = :namespace;

-- name: nodes_found
-- Datasets and jobs whose name has a form, by name.
{node_line} where n.type in {texts:types} and (n.namespace = :namespace or :namespace = '')
  and n.id not in {integers:hidden} and lower(n.name) like :form escape '\'
order by n.name, n.type, n.namespace limit :limit;

-- name: nodes_found_newest
-- Datasets and jobs whose name has a form, the one that was last spoken of first.
{node_line} where n.type in {texts:types} and (n.namespace = :namespace or :namespace = '')
  and n.id not in {integers:hidden} and lower(n.name) like :form escape '\'
order by n.last_us desc, n.name, n.type, n.namespace limit :limit;

-- name: run_at_place
-- Of each of some jobs its newest execution (place 0), the one before it (1) and so on.
select n.id, (select r.id from run r where r.job_id = n.id and r.attempt > 0
              order by r.time_us desc, r.run desc, r.attempt desc limit 1 offset :place)
from node n where n.id in {integers:ids};

-- name: last_attempts
-- The newest executions of a job, of each run id the last attempt only.
{run_row} where r.job_id = :job and r.attempt > 0
  and not exists (select 1 from run b where b.run = r.run and b.job_id = r.job_id and b.attempt > r.attempt)
order by r.time_us desc, r.run desc limit :limit offset :offset;

-- name: runs_newest
-- The newest executions of all jobs, of each run id the last attempt only, in some states (every = 1: in any).
{run_row} where r.attempt > 0 and (r.state in {texts:states} or :every = 1)
  and not exists (select 1 from run b where b.run = r.run and b.job_id = r.job_id and b.attempt > r.attempt)
order by r.time_us desc, r.run desc limit :limit;

-- name: runs_newest_of_job
-- The same of one job.
{run_row} where r.job_id = :job and r.attempt > 0 and (r.state in {texts:states} or :every = 1)
  and not exists (select 1 from run b where b.run = r.run and b.job_id = r.job_id and b.attempt > r.attempt)
order by r.time_us desc, r.run desc limit :limit;

-- name: runs_in_states_since
-- How many executions in some states there are since a moment.
select count(*) from run where attempt > 0 and time_us >= :since_us and state in {texts:states};

-- name: run_ends
-- What some runs read (0) and wrote (1). A version that was not named is the one that the dataset had at that moment.
select t.run_id, t.role, n.id, n.namespace, n.name, v.id, v.version, v.run_id,
  case when v.version = '' then (select o.id from version o where o.dataset_id = t.dataset_id and o.version <> ''
    and o.time_us < t.valid_from_us order by o.time_us desc, o.version desc limit 1) end
from touch t join version v on v.id = t.version_id join node n on n.id = t.dataset_id
where t.run_id in {integers:ids} and t.role in (0, 1) and t.valid_to_us = :open
order by t.run_id, t.role, n.namespace, n.name, v.version;

-- name: newest_versions
-- The newest version of each of some datasets.
select n.id, (select v.id from version v where v.dataset_id = n.id and v.version <> '' and v.time_us < :unborn
              order by v.time_us desc, v.version desc limit 1)
from node n where n.id in {integers:ids};

-- name: versions_page
-- One page of the versions of a dataset, newest first.
{version_columns} where v.dataset_id = :dataset and v.version <> '' and v.time_us < :unborn
order by v.time_us desc, v.version desc limit :limit offset :offset;

-- name: versions_total
-- How many versions a dataset has.
select versions from node_amount where node_id = :dataset;

-- name: version_names
-- The names of a dataset's versions, newest first.
select id, version from version where dataset_id = :dataset and time_us < :unborn
order by time_us desc, version desc limit :limit offset :offset;

-- name: version_writers
-- The runs that wrote some versions.
select id, run_id from version where id in {integers:ids} and run_id > 0;

-- name: run_events_down
-- The places of run events by when they happened, newest first.
select seq from event_log where event_us >= :since_us and event_us < :until_us and kind = 0 and status = 0
order by event_us desc, seq desc limit :limit offset :offset;

-- name: run_events_up
-- The places of run events by when they happened, oldest first.
select seq from event_log where event_us >= :since_us and event_us < :until_us and kind = 0 and status = 0
order by event_us, seq limit :limit offset :offset;

-- name: run_events_counted
-- How many run events happened in a span of time, counted up to a limit.
select count(*) from (select 1 from event_log where event_us >= :since_us and event_us < :until_us and kind = 0
  and status = 0 limit :limit) as found;

-- name: events_in_span
-- How many events happened in a span of time.
select count(*) from event_log where event_us >= :since_us and event_us < :until_us;

-- name: skeletons_in_span
-- Run events of a span of time without their facets.
select packed, body from event_log where event_us >= :since_us and event_us < :until_us and kind = 0 and status = 0
limit :limit;

-- name: settings_named
-- Small named values.
select name, body from setting where name in {texts:names};
