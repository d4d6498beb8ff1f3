-- Into which datasets and jobs edges or flows were written, one row per transaction, so that who holds the whole graph
-- in memory reads again only what moved. Targets: 64-bit integers, the low byte first.
create table edge_moved (seq {id}, targets {blob} not null);
