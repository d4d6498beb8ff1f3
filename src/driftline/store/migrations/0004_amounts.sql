-- Into which datasets and jobs edges or flows were written, one row per transaction, so that who holds the whole graph
-- in memory reads again only what moved. Targets: 64-bit integers, the low byte first.
create table edge_moved (seq {id}, targets {blob} not null);

-- How many executions a job has and how its last one stands, how many versions a dataset has: pages show it, and nobody
-- counts millions of rows for them. Node 0: executions without a job.
create table node_amount (
  node_id bigint primary key,
  runs bigint not null,
  versions bigint not null,
  state text not null
) {norowid};
create index node_amount_state on node_amount (state, node_id);
insert into node_amount (node_id, runs, versions, state)
select job_id, count(*), 0, '' from run where attempt > 0 group by job_id;
insert into node_amount (node_id, runs, versions, state)
select dataset_id, 0, count(*), '' from version where version <> '' and time_us < 9223372036854775807 group by dataset_id;
update node_amount set state = coalesce((
  select r.state from run r where r.job_id = node_id and r.attempt > 0
  order by r.time_us desc, r.run desc, r.attempt desc limit 1), '') where runs > 0 and node_id > 0;
