-- The statements of the answer ledger. One comment each, as in queries.sql.

-- name: answer_inbox_add
-- Keep an answer; the first one with an id stands.
insert into answer_inbox (id, time_us, endpoint, body) values (:id, :time_us, :endpoint, :body)
on conflict (id) do nothing;

-- name: answer_inbox_end
-- The number of the last waiting answer.
select coalesce(max(seq), 0) from answer_inbox;

-- name: answer_inbox_count
-- How many answers wait after a number.
select count(*) from answer_inbox where seq > :after_seq;

-- name: answer_inbox_get
-- One waiting answer.
select body from answer_inbox where id = :id;

-- name: answer_inbox_newest
-- Waiting answers, the newest first, before a place in that order.
select body from answer_inbox
where time_us >= :since_us and time_us < :until_us and (:endpoint = '' or endpoint = :endpoint)
  and (time_us < :before_us or (time_us = :before_us and id < :before_id))
order by time_us desc, id desc limit :limit;

-- name: answer_inbox_oldest
-- What a compaction moves next.
select seq, body from answer_inbox order by seq limit :limit;

-- name: answer_inbox_clear
-- Forget what has been moved to segments.
delete from answer_inbox where seq <= :until_seq;

-- name: ledger_segments
-- The Parquet files that count.
select name, month, answers, first_id, last_id, since_us, until_us from ledger_segment order by month, first_id;

-- name: ledger_segment_add
-- Let a Parquet file count.
insert into ledger_segment (name, month, answers, first_id, last_id, since_us, until_us)
values (:name, :month, :answers, :first_id, :last_id, :since_us, :until_us)
on conflict (name) do nothing;

-- name: ledger_segment_remove
-- Let a Parquet file count no longer.
delete from ledger_segment where name = :name;

-- name: ledger_count
-- How many answers there are.
select (select count(*) from answer_inbox) + (select coalesce(sum(answers), 0) from ledger_segment);

-- name: ledger_moment
-- Segments, the waiting answers after a number, and the last number, all as of one moment.
select 'segment' as sort, answers as number, null as body, name, month, first_id, last_id, since_us, until_us
from ledger_segment
union all
select 'answer', seq, body, '', '', '', '', 0, 0 from answer_inbox where seq > :after_seq
union all
select 'end', coalesce(max(seq), 0), null, '', '', '', '', 0, 0 from answer_inbox;
