-- The edges that questions walk, and the words that they are added up from.

-- name: flow_put
-- A job reads or writes a dataset, for a span of time.
insert into flow (target, source, valid_from_us, valid_to_us, provenance)
values (:target, :source, :from_us, :to_us, :provenance)
on conflict (target, source, valid_from_us) do update set valid_to_us = excluded.valid_to_us,
  provenance = excluded.provenance;

-- name: flow_drop
-- A span in which a job was said to read or write a dataset, and was not.
delete from flow where target = :target and source = :source and valid_from_us = :from_us;

-- name: flow_spans
-- When a job reads or writes a dataset.
select valid_from_us, valid_to_us, provenance from flow where target = :target and source = :source order by valid_from_us;

-- name: flows_into
-- What leads into some datasets and jobs.
select source, target from flow where target in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: flows_out_of
-- What some datasets and jobs lead to.
select source, target from flow where source in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: flows_unlisted
-- What some jobs read as far as only column lineage says so.
select source, target from flow where target in {integers:ids} and provenance <> 'explicit'
  and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: feeds_into
-- Jobs that feed jobs which write some datasets, without a dataset between them: dataset, job, its writer.
select f.target, e.source, f.source, e.provenance, e.confidence
from flow f cross join edge e cross join node n cross join node m
where f.target in {integers:ids} and f.valid_from_us <= :as_of_us and f.valid_to_us > :as_of_us
  and e.target = f.source and e.via = 0 and e.hops = 1 and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
  and n.id = e.source and n.type = 'JOB' and m.id = e.target and m.type = 'JOB' order by f.target, f.source, e.source;

-- name: feeds_out_of
-- Jobs that are fed by jobs which read some datasets: dataset, job, its reader.
select f.source, e.target, f.target, e.provenance, e.confidence
from flow f cross join edge e cross join node n cross join node m
where f.source in {integers:ids} and f.valid_from_us <= :as_of_us and f.valid_to_us > :as_of_us
  and e.source = f.target and e.via = 0 and e.hops = 1 and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us
  and n.id = e.target and n.type = 'JOB' and m.id = e.source and m.type = 'JOB' order by f.source, f.target, e.target;

-- name: rootless_of
-- Datasets and jobs that are said to have no source, while none is known: which, and who says so last.
select t.target, t.owner from tie t where t.target in {integers:ids} and t.source = t.target
  and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us
  and not exists (select 1 from edge e where e.target = t.target and e.hops > 0
    and e.valid_from_us <= :as_of_us and e.valid_to_us > :as_of_us)
  and not exists (select 1 from flow f join node n on n.id = f.source where f.target = t.target and n.type = 'DATASET'
    and f.valid_from_us <= :as_of_us and f.valid_to_us > :as_of_us)
order by t.target, t.valid_from_us, t.owner;

-- name: pairing_of
-- What a job's runs add up to say of the sources of a dataset.
select body from pairing where job_id = :job and target = :target;

-- name: pairing_put
-- Keep what a job's runs add up to say of the sources of a dataset.
insert into pairing (job_id, target, body) values (:job, :target, :body)
on conflict (job_id, target) do update set body = excluded.body;

-- name: tie_put
-- One dataset or job feeds another, says a run, a job or a dataset.
insert into tie (target, source, owner, hops, provenance, confidence, valid_from_us, valid_to_us)
values (:target, :source, :owner, :hops, :provenance, :confidence, :from_us, :to_us)
on conflict (target, source, owner, valid_from_us) do update set hops = excluded.hops,
  provenance = excluded.provenance, confidence = excluded.confidence, valid_to_us = excluded.valid_to_us;

-- name: tie_drop
-- A tie that is said no more: it was never so.
delete from tie where target = :target and source = :source and owner = :owner and valid_from_us = :from_us;

-- name: ties_of
-- What one run, job or dataset says.
select target, source, valid_from_us, valid_to_us, hops, provenance, confidence from tie where owner = :owner;

-- name: alias_put
-- The other names that a dataset was said to have at a moment.
insert into alias_word (dataset_id, time_us, run_id, names_id) values (:dataset, :time_us, :run, :names)
on conflict (dataset_id, time_us, run_id) do update set names_id = excluded.names_id;

-- name: alias_drop
-- A word on a dataset's names that is said no more.
delete from alias_word where dataset_id = :dataset and time_us = :time_us and run_id = :run;

-- name: alias_words
-- Every word on the other names of a dataset, oldest first.
select w.time_us, r.run, w.names_id from alias_word w join run r on r.id = w.run_id
where w.dataset_id = :dataset order by w.time_us, r.run, r.attempt;

-- name: alias_words_of
-- What one run said of names.
select dataset_id, time_us, names_id from alias_word where run_id = :run;

-- name: edge_put
-- One dataset feeds another, through a job or directly, for a span of time.
insert into edge (target, source, via, valid_from_us, valid_to_us, hops, provenance, confidence)
values (:target, :source, :via, :from_us, :to_us, :hops, :provenance, :confidence)
on conflict (target, source, via, valid_from_us) do update set valid_to_us = excluded.valid_to_us,
  hops = excluded.hops, provenance = excluded.provenance, confidence = excluded.confidence;

-- name: edge_drop
-- A span of an edge that was never so.
delete from edge where target = :target and source = :source and via = :via and valid_from_us = :from_us;

-- name: edges_via
-- The edges into a dataset through one job.
select source, valid_from_us, valid_to_us, hops, provenance, confidence from edge where via = :via and target = :target;

-- name: edges_into
-- What feeds some datasets and jobs; 1 at the end: what feeds is a job.
select target, source, via, hops, provenance, confidence, case when via > 0 or hops = 0 then 0
  else (select count(*) from node where id = source and type = 'JOB') end from edge
where target in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: edges_out_of
-- What some datasets and jobs feed; 1 at the end: what is fed is a job.
select target, source, via, hops, provenance, confidence, case when via > 0 or hops = 0 then 0
  else (select count(*) from node where id = target and type = 'JOB') end from edge
where source in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: run_columns_put
-- What a run says of the columns of a dataset, from a moment on.
insert into run_columns (job_id, dataset_id, run_id, valid_from_us, valid_to_us, set_id)
values (:job, :dataset, :run, :from_us, :to_us, :set)
on conflict (job_id, dataset_id, run_id, valid_from_us) do update set valid_to_us = excluded.valid_to_us,
  set_id = excluded.set_id;

-- name: run_columns_drop
-- A run no longer says anything of the columns of a dataset.
delete from run_columns where job_id = :job and dataset_id = :dataset and run_id = :run and valid_from_us = :from_us;

-- name: run_columns_of
-- What one run says of columns.
select job_id, dataset_id, valid_from_us, set_id from run_columns where run_id = :run;

-- name: run_columns_last
-- The newest word of a job on the columns of a dataset.
select c.set_id, c.valid_from_us, r.run, r.attempt from run_columns c join run r on r.id = c.run_id
where c.job_id = :job and c.dataset_id = :dataset order by c.valid_from_us desc, r.run desc, r.attempt desc limit 1;

-- name: run_columns_all
-- Every word of a job on the columns of a dataset, oldest first.
select c.set_id, c.valid_from_us, r.run, r.attempt from run_columns c join run r on r.id = c.run_id
where c.job_id = :job and c.dataset_id = :dataset order by c.valid_from_us, r.run, r.attempt;

-- name: column_edge_put
-- A column reaches another, from one run of the job to a later one.
insert into column_edge (target, source, job_id, kind, source_dataset, target_dataset, hops, provenance, confidence,
  valid_from_us, valid_to_us)
values (:target, :source, :job, :kind, :source_dataset, :target_dataset, :hops, :provenance, :confidence, :from_us, :to_us)
on conflict (target, source, job_id, kind, valid_from_us) do update set provenance = excluded.provenance,
  confidence = excluded.confidence, valid_to_us = excluded.valid_to_us;

-- name: column_edge_end
-- A column edge holds until the run that first no longer says it.
update column_edge set valid_to_us = :to_us
where target = :target and source = :source and job_id = :job and kind = :kind and valid_to_us = :open;

-- name: column_edges_drop
-- Forget when a job's column edges into a dataset held, before it is worked out anew.
delete from column_edge where job_id = :job and target_dataset = :dataset and hops = 1;

-- name: column_edges_into
-- What reaches some columns or row sets (negative).
select target, source, kind, provenance, confidence, source_dataset, target_dataset, hops from column_edge
where target in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: column_edges_out_of
-- What some columns or row sets (negative) reach.
select target, source, kind, provenance, confidence, source_dataset, target_dataset, hops from column_edge
where source in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: column_edges_out_of_datasets
-- What any column of some datasets reaches.
select target, source, kind, provenance, confidence, source_dataset, target_dataset, hops from column_edge
where source_dataset in {integers:ids} and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: fields_of_datasets
-- The columns of some datasets.
select id, dataset_id from field where dataset_id in {integers:ids} and since_us <= :as_of_us;

-- name: traces_into
-- Steps that end in some versions or runs (negative).
select target, source, run_id, hops, provenance, confidence, valid_from_us from trace
where target in {integers:ids} and hops > 0 and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: traces_out_of
-- Steps that begin in some versions or runs (negative).
select target, source, run_id, hops, provenance, confidence, valid_from_us from trace
where source in {integers:ids} and hops > 0 and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: traces_unversioned
-- Steps out of a dataset that was read without saying which version, or by its rows alone, within a span of time.
select t.target, t.source, t.run_id, t.hops, t.provenance, t.confidence, t.valid_from_us
from version v join trace t on t.source = v.id
where v.dataset_id = :dataset and (v.version = '' or (substr(v.version, 1, 3) = 't4-' and v.run_id = 0))
  and t.hops > 0 and t.valid_from_us > :after_us
  and t.valid_from_us <= :until_us and t.valid_from_us <= :as_of_us and t.valid_to_us > :as_of_us;

-- name: version_then
-- The version that a dataset had just before a moment.
select id, version, time_us, since_us from version
where dataset_id = :dataset and version <> '' and since_us < :time_us order by since_us desc, version desc limit 1;

-- name: version_written_then
-- The version that a dataset had just before a moment, but for those that readers named by their rows.
select id, version, time_us, since_us from version
where dataset_id = :dataset and version <> '' and (substr(version, 1, 3) <> 't4-' or run_id <> 0)
  and since_us < :time_us order by since_us desc, version desc limit 1;

-- name: version_next
-- When a dataset got its next version after one.
select min(since_us) from version where dataset_id = :dataset and version <> '' and (substr(version, 1, 3) <> 't4-' or run_id <> 0) and since_us > :time_us;

-- name: write_then
-- The last writing of a version of a dataset between two moments: it may have been there before.
select v.id, v.version, v.time_us, t.valid_from_us from touch t join version v on v.id = t.version_id
where t.dataset_id = :dataset and t.role = 1 and t.valid_from_us > :after_us and t.valid_from_us < :time_us
  and t.valid_to_us = :open and v.version <> ''
order by t.valid_from_us desc limit 1;

-- name: write_next
-- When a dataset's version was next replaced by one that had been there before.
select t.valid_from_us from touch t join version v on v.id = t.version_id
where t.dataset_id = :dataset and t.role = 1 and t.valid_from_us > :time_us and t.version_id <> :version
  and t.valid_to_us = :open and v.version <> ''
order by t.valid_from_us limit 1;

-- name: writes_of
-- When a version was written.
select valid_from_us from touch where version_id = :version and role = 1 and valid_from_us > :after_us
  and valid_to_us = :open order by valid_from_us;

-- name: ties_into
-- Everything that is said to lead into one dataset or job without a run.
select source, valid_from_us, valid_to_us, provenance, confidence from tie where target = :target;

-- name: ties_said
-- What is said to lead into some datasets or jobs without a run, and the executions that said it first.
select target, source, min(owner) from tie where target in {integers:ids} and owner > 0 and source <> target
group by target, source
union all
select t.target, t.source, coalesce(w.run_id, t.owner) from tie t
left join alias_word w on w.dataset_id = -t.owner and w.time_us = t.valid_from_us
where t.target in {integers:ids} and t.owner < 0;

-- name: versions_written_by
-- The executions that wrote some versions.
select version_id, run_id from touch where version_id in {integers:ids} and role = 1;

-- name: writers_of
-- The executions that wrote some versions, as of a moment.
select distinct version_id, run_id from touch where version_id in {integers:ids} and role = 1
  and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: touches_unlisted
-- What some executions read as far as only column lineage says so.
select distinct version_id, run_id from touch where run_id in {integers:ids} and role = 0 and informed_us < :open
  and valid_from_us <= :as_of_us and valid_to_us > :as_of_us;

-- name: runs_beside
-- The executions that read (0) or wrote (1) some versions.
select distinct version_id, run_id from touch where version_id in {integers:ids} and role = :role
  and valid_from_us <= :as_of_us and valid_to_us > :as_of_us order by version_id, run_id limit :limit;

-- name: field_owners
-- The datasets of some columns.
select id, dataset_id from field where id in {integers:ids};

-- name: moved_put
-- Edges or flows into some datasets and jobs were written.
insert into edge_moved (targets) values (:targets) returning seq;

-- name: moved_drop
-- What moved long ago is read again by whoever still needs it, with everything else.
delete from edge_moved where seq <= :seq;

-- name: moved_span
-- The first and the last word on what moved.
select coalesce((select min(seq) from edge_moved), 0), coalesce((select max(seq) from edge_moved), 0);

-- name: moved_since
-- Where edges or flows were written after a word.
select targets from edge_moved where seq > :after order by seq;

-- part: edge_row
-- An edge with its span of time. Without a job between, via is minus 1 where the target is a job, and 2 less where the
-- source is one.
select target, source, case when via > 0 or hops = 0 then via
  else -(select count(*) from node where id = target and type = 'JOB')
    - 2 * (select count(*) from node where id = source and type = 'JOB') end,
  valid_from_us, valid_to_us, hops, provenance, confidence from edge

-- part: flow_row
-- A flow with its span of time.
select target, source, 0, valid_from_us, valid_to_us, 0, provenance, 0 from flow

-- name: edges_whole
-- All edges, in the order of the arrays.
{edge_row} order by target, source, via, valid_from_us;

-- name: flows_whole
-- All flows, in the order of the arrays.
{flow_row} order by target, source, valid_from_us;

-- name: edges_moved
-- All edges into some datasets and jobs, whenever they held.
{edge_row} where target in {integers:ids} order by target, source, via, valid_from_us;

-- name: flows_moved
-- All flows into some datasets and jobs, whenever they held.
{flow_row} where target in {integers:ids} order by target, source, valid_from_us;
