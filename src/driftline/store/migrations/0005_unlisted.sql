-- compatible: 4
-- How it is known that a job reads a dataset: its runs list it (explicit), or only column lineage names it (column).
alter table flow add column provenance text not null default 'explicit';

-- Lists of jobs begin with the one that was last spoken of.
create index node_last on node (type, last_us, id);
create index node_job_space on node (namespace, last_us, id) where type = 'JOB';
drop index node_amount_state;
create index node_amount_state on node_amount (state, node_id, runs);
