-- The states that datasets and their slices went through, as runs saw them.

-- name: state_put
-- A run saw a version as a slice of its dataset.
insert into state (dataset_id, valid_from_us, slice, version_id, role, run_id)
values (:dataset, :from_us, :slice, :version, :role, :run)
on conflict (dataset_id, valid_from_us, slice, version_id, role, run_id) do nothing;

-- name: state_drop
-- A run no longer says that it saw a version as a slice.
delete from state where dataset_id = :dataset and valid_from_us = :from_us and slice = :slice
  and version_id = :version and role = :role and run_id = :run;

-- part: by_content
-- Whether a version may be called by what was found; more exactly tells who reads the rows.
substr(v.version, 1, 4) in ('xxh3', 'stat', 'etag', 'md5:') or substr(v.version, 1, 3) = 'sha'
  or substr(v.version, 1, 1) in ('t', 'w')

-- name: states_whole
-- What runs saw of a dataset without slices up to a moment, the newest first; not what says nothing of what was there.
select t.version_id, t.role, t.run_id, t.job_id, t.valid_from_us, v.version, v.since_us, r.run
from touch t join version v on v.id = t.version_id join run r on r.id = t.run_id
where t.dataset_id = :dataset and t.valid_from_us <= :moment_us and t.valid_to_us = :open and t.role < 2
  and v.version <> '' and v.slice = '' and (t.role = 1 or t.valid_from_us = v.since_us or {by_content})
order by t.valid_from_us desc limit :limit;

-- name: states_sliced
-- What runs saw of a slice of a dataset up to a moment, the newest first.
select s.version_id, s.role, s.run_id, r.job_id, s.valid_from_us, v.version, v.since_us, r.run
from state s join version v on v.id = s.version_id join run r on r.id = s.run_id
where s.dataset_id = :dataset and s.slice = :slice and s.valid_from_us <= :moment_us and v.version <> ''
  and (s.role = 1 or s.valid_from_us = v.since_us or {by_content})
order by s.valid_from_us desc limit :limit;

-- name: other_whole
-- When a run last saw another version of a dataset, up to a moment: along an index, however often one was read.
select t.valid_from_us from touch t join version v on v.id = t.version_id
where t.dataset_id = :dataset and t.valid_from_us <= :moment_us and t.version_id <> :version and t.valid_to_us = :open
  and t.role < 2 and v.version <> ''
order by t.valid_from_us desc limit 1;

-- name: other_sliced
-- When a run last saw another version of a slice, up to a moment.
select s.valid_from_us from state s join version v on v.id = s.version_id
where s.dataset_id = :dataset and s.slice = :slice and s.valid_from_us <= :moment_us and s.version_id <> :version
  and v.version <> ''
order by s.valid_from_us desc limit 1;

-- name: later_whole
-- When a dataset was seen some sights after a moment, and before another.
select valid_from_us from touch
where dataset_id = :dataset and valid_from_us > :after_us and valid_from_us < :moment_us and valid_to_us = :open
  and role < 2
order by valid_from_us limit 1 offset :skip;

-- name: later_sliced
-- When a slice was seen some sights after a moment, and before another.
select valid_from_us from state
where dataset_id = :dataset and slice = :slice and valid_from_us > :after_us and valid_from_us < :moment_us
order by valid_from_us limit 1 offset :skip;

-- name: touch_earlier
-- Whether a run saw a version before a moment.
select 1 from version v where v.id = :version and v.since_us < :before_us and exists (
  select 1 from touch t where t.version_id = v.id and t.role < 2 and t.valid_from_us < :before_us and t.valid_to_us = :open);

-- name: state_earlier
-- Whether a run saw a version as a slice before a moment.
select 1 from state where version_id = :version and slice = :slice and valid_from_us < :before_us limit 1;

-- name: slices_of_version
-- The slices that a version was.
select distinct slice from state where version_id = :version order by slice;

-- name: slices_between
-- The slices of a dataset that runs saw between two moments.
with recursive walk (slice) as (
  select min(slice) from state where dataset_id = :dataset
  union all
  select (select min(s.slice) from state s where s.dataset_id = :dataset and s.slice > walk.slice) from walk
  where walk.slice is not null
)
select slice from walk where slice is not null and exists (
  select 1 from state s where s.dataset_id = :dataset and s.slice = walk.slice
    and s.valid_from_us > :since_us and s.valid_from_us <= :until_us)
order by slice limit :limit;

-- name: slices_of_run
-- The versions that a run read as slices of a dataset.
select distinct s.slice, s.version_id
from (select distinct valid_from_us from touch where run_id = :run) w cross join state s
where s.dataset_id = :dataset and s.valid_from_us = w.valid_from_us and s.run_id = :run and s.role = 0
order by s.slice, s.version_id;

-- name: run_touching_before
-- The last execution of a job before a moment that read (0) or wrote (1) a dataset.
select r.id, r.time_us from run r
where r.job_id = :job and r.time_us < :before_us and r.attempt > 0 and exists (
  select 1 from touch t where t.job_id = r.job_id and t.dataset_id = :dataset and t.role = :role and t.run_id = r.id)
order by r.time_us desc, r.run desc limit 1;

-- name: run_reading
-- The last execution that read a dataset up to a moment.
select t.run_id from touch t where t.dataset_id = :dataset and t.valid_from_us <= :moment_us and t.role = 0
order by t.valid_from_us desc limit 1;
