-- The catalogue: labels that people give, the glossary, and the index that is searched.

-- name: label_put
-- Somebody says something of a node.
insert into label (node, sort, name, value, body, said_by, since_us, until_us, ended_by)
values (:node, :sort, :name, :value, :body, :said_by, :since_us, :until_us, '');

-- name: label_end
-- It is said no more.
update label set until_us = :until_us, ended_by = :ended_by
where node = :node and sort = :sort and name = :name and until_us = :open;

-- name: labels_of
-- What was said of some nodes at a moment.
select node, sort, name, value, body, said_by, since_us from label
where node in {texts:texts} and since_us <= :at_us and until_us > :at_us order by node, sort, name;

-- name: labels_tagged
-- The tags of every node at a moment, up to a number.
select name, value, node, body, said_by, since_us from label
where sort = 'TAG' and since_us <= :at_us and until_us > :at_us limit :limit;

-- name: labels_any
-- Whether anybody ever said anything.
select 1 from label limit 1;

-- name: label_nodes
-- The nodes with a label that stands.
select node from label where sort = :sort and name = :name and until_us = :open order by node;

-- name: tag_counts
-- How often each tag stands.
select name, count(*) from label where sort = 'TAG' and until_us = :open group by name order by name;

-- name: block_put
-- A tag does not pass an edge.
insert into tag_block (source, target, tag, said_by, since_us, until_us, ended_by)
values (:source, :target, :tag, :said_by, :since_us, :until_us, '')
on conflict (source, target, tag, since_us) do update set until_us = excluded.until_us;

-- name: block_end
-- It passes again.
update tag_block set until_us = :until_us, ended_by = :by
where source = :source and target = :target and tag = :tag and until_us = :open;

-- name: blocks_at
-- The blocks at a moment.
select source, target, tag, said_by, since_us from tag_block
where since_us <= :at_us and until_us > :at_us order by source, target, tag;

-- name: tag_kind_put
-- What a tag means.
insert into tag_kind (name, body) values (:name, :body) on conflict (name) do update set body = excluded.body;

-- name: tag_kinds
-- What tags mean.
select name, body from tag_kind order by name;

-- name: term_put
-- Keep a term of the glossary.
insert into term (name, body) values (:name, :body) on conflict (name) do update set body = excluded.body;

-- name: term_get
-- One term.
select body from term where name = :name;

-- name: term_drop
-- Let go of a term.
delete from term where name = :name;

-- name: terms_all
-- The glossary.
select name, body from term order by name;

-- name: nodes_to_index
-- Datasets and jobs from an id on, with their facets.
select id, type, namespace, name, kind, last_us, facets from node
where id > :id and type <> 'HUB' order by id limit :limit;

-- name: nodes_held
-- Datasets and jobs with their facets.
select id, type, namespace, name, kind, last_us, facets from node where id in {integers:ids} and type <> 'HUB';

-- name: nodes_told
-- Those of some nodes that events tag, or a column of which, with their facets.
select distinct e.owner, n.namespace, n.name, n.facets from entry e join node n on n.id = e.owner where e.owner in {integers:ids} and e.told = 1;

-- name: fields_named_of
-- The names of the columns of some datasets.
select dataset_id, name from field where dataset_id in {integers:ids} order by id;

-- name: states_said_of
-- The runs and versions (and datasets whose names look like it) that something is said of.
select distinct node from label where until_us = :open and (node like 'run:%' or node like 'dataset:%#%');

-- name: states_indexed
-- The runs and versions that can be found.
select node from entry where owner = 0 and type in ('RUN', 'VERSION');

-- name: entry_top
-- The highest number of an entry.
select coalesce(max(id), 0) from entry;

-- name: entries_of
-- The entries of some datasets and jobs.
select id, node, owner, hash, used, used_us from entry where owner in {integers:ids};

-- name: entry_of
-- The entry of a node.
select id, owner, type, hash from entry where node = :node;

-- name: marks_told
-- The labels of everything that events tag, or a column of which.
select distinct marks from entry where told = 1;

-- name: entry_put
-- Keep what can be found.
insert into entry (id, node, owner, type, kind, namespace, name, marks, sensitive, told, hash, used, used_us)
values (:id, :node, :owner, :type, :kind, :namespace, :name, :marks, :sensitive, :told, :hash, :used, :used_us)
on conflict (id) do update set kind = excluded.kind, marks = excluded.marks, sensitive = excluded.sensitive,
  told = excluded.told, hash = excluded.hash, used = excluded.used, used_us = excluded.used_us;

-- name: entry_used
-- How often something was read lately; its columns are taken to be read with it.
update entry set used = :used, used_us = :used_us where owner = :owner;

-- name: entry_drop
-- It cannot be found any more.
delete from entry where id = :id;

-- name: entries_clear
-- Nothing can be found.
delete from entry;

-- name: posting_put
-- A word stands in an entry.
insert into posting (term, rank, entry) values (:term, :rank, :entry);

-- name: postings_drop
-- The words of an entry.
delete from posting where entry = :entry;

-- name: postings_clear
-- No word stands anywhere.
delete from posting;

-- name: usage_dataset
-- How many times a dataset was read since a moment, up to a number, and how many things derive from it.
select (select count(*) from (select 1 as one from touch where dataset_id = :id and role = 0 and valid_from_us >= :since_us limit 500) as near),
  (select count(distinct target) from edge where source = :id and valid_to_us = :open);

-- name: usage_job
-- How many times a job ran since a moment, up to a number, and how many datasets it writes.
select (select count(*) from (select 1 as one from run where job_id = :id and time_us >= :since_us limit 500) as near),
  (select count(distinct target) from flow where source = :id and valid_to_us = :open);

-- part: wanted
-- What a search is narrowed to.
(:type = '' or e.type = :type) and (:kind = '' or e.kind = :kind) and (:namespace = '' or e.namespace = :namespace)

-- part: found
-- What is needed of an entry to rank and count it.
e.id, e.node, e.type, e.kind, e.namespace, e.name, e.marks, e.sensitive, e.used

-- name: postings_count
-- In how many places words between two stand, up to a number.
select count(*) from (select 1 as one from posting where term >= :low and term < :high limit :limit) as near;

-- name: entries_matching
-- The entries with a word between two, the whole word before longer ones, and the best places first.
select p.rank, p.term, {found} from posting p join entry e on e.id = p.entry
where p.term >= :low and p.term < :high and {wanted} order by p.term, p.rank, p.entry limit :limit;

-- name: entries_matching_both
-- The same, of entries that also have a word between two others, and one more where a third is asked for.
select p.rank, p.term, {found} from posting p join entry e on e.id = p.entry
where p.term >= :low and p.term < :high and {wanted}
and exists (select 1 from posting q where q.entry = p.entry and q.term >= :second_low and q.term < :second_high)
and (:third_low = '' or exists (select 1 from posting r where r.entry = p.entry and r.term >= :third_low and r.term < :third_high))
order by p.term, p.rank, p.entry limit :limit;

-- name: entries_used
-- Entries, those that are used most first.
select 0, '', {found} from entry e where {wanted} order by e.used desc, e.id desc limit :limit;

-- name: entries_among
-- Those of some nodes that can be found.
select 0, '', {found} from entry e where e.node in {texts:texts} and {wanted};

-- name: postings_in
-- Where words between two stand in some entries.
select entry, rank, term from posting where entry in {integers:ids} and term >= :low and term < :high;

-- name: nodes_in_trouble
-- The datasets of findings, and whatever changed, in incidents that are not over.
select distinct f.node, 'drift' from incident i join incident_member m on m.incident = i.id join finding f on f.id = m.member
where i.state in ('open', 'contained')
union
select distinct c.node, 'changed' from incident i join incident_member m on m.incident = i.id join change c on c.id = m.member
where i.state in ('open', 'contained');

-- name: nodes_alarmed
-- The datasets with findings that are more than notes, since a moment.
select node from finding where time_us >= :since_us and severity in ('warn', 'alarm');
