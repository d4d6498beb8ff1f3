-- The log of events, their receipts, what waits to be folded, and the blobs that they share.

-- name: schema_newest
-- The newest schema that the store was brought to.
select max(version) from schema_version;

-- name: log_top
-- The last place in the log.
select coalesce(max(seq), 0) from event_log;

-- name: log_known
-- The events of some moments, to tell what is known already.
select event_us, hash from event_log where event_us in {integers:ids};

-- name: log_append
-- Keep one raw event, unless its content is known already.
insert into event_log (seq, event_us, hash, owner, kind, received_us, status, packed, body)
values (:seq, :event_us, :hash, :owner, :kind, :received_us, :status, :packed, :body)
on conflict (event_us, hash) do nothing;

-- name: log_of_owner
-- The accepted events of one run, job or dataset.
select packed, body from event_log where owner = :owner and kind = :kind and status = 0 order by seq;

-- name: log_amount
-- How many events of an owner there are.
select count(*) from event_log where owner = :owner and kind = :kind;

-- name: log_drop
-- Let go of the events of an owner.
delete from event_log where owner = :owner and kind = :kind;

-- name: log_read
-- The log from one place on.
select seq, event_us, hash, owner, kind, received_us, status, packed, body from event_log
where seq > :after order by seq limit :limit;

-- name: log_at
-- Events by their places in the log.
select seq, event_us, hash, owner, kind, received_us, status, packed, body from event_log where seq in {integers:ids} order by seq;

-- name: log_names
-- What events at some places in the log are known by.
select seq, event_us, hash from event_log where seq in {integers:ids} order by seq;

-- name: log_between
-- Events by when they happened, newest first.
select seq, event_us, hash, owner, kind, received_us, status, packed, body from event_log
where event_us >= :since_us and event_us < :until_us and status = 0 order by event_us desc, seq desc limit :limit offset :offset;

-- name: log_between_up
-- Events by when they happened, oldest first.
select seq, event_us, hash, owner, kind, received_us, status, packed, body from event_log
where event_us >= :since_us and event_us < :until_us and status = 0 order by event_us, seq limit :limit offset :offset;

-- name: log_status
-- Say what became of an event.
update event_log set status = :status where seq = :seq;

-- name: log_by_hash
-- An event by the hash of its content and when it happened.
select seq, event_us, hash, owner, kind, received_us, status, packed, body from event_log
where event_us = :event_us and hash = :hash;

-- name: receipt_put
-- Keep what a receipt says beyond "accepted".
insert into receipt (seq, status, body) values (:seq, :status, :body)
on conflict (seq) do update set status = excluded.status, body = excluded.body;

-- name: receipt_get
-- What a receipt says beyond "accepted".
select status, body from receipt where seq = :seq;

-- name: receipts_refused
-- What waits in quarantine, newest first.
select e.event_us, e.hash, r.seq, r.body, e.received_us, e.packed, e.body from receipt r join event_log e on e.seq = r.seq
where r.status = 1 order by r.seq desc limit :limit;

-- name: pending_put
-- An event whose owner is to be folded.
insert into pending (seq, owner, kind, quiet) values (:seq, :owner, :kind, :quiet) on conflict (seq) do nothing;

-- name: pending_next
-- The events that wait, oldest first.
select seq, owner, kind, quiet from pending order by seq limit :limit;

-- name: pending_done
-- These events wait no longer.
delete from pending where seq in {integers:ids};

-- name: pending_count
-- How many events wait.
select count(*) from pending;

-- name: tally_add
-- Add to a running count.
insert into tally (name, amount) values (:name, :amount)
on conflict (name) do update set amount = tally.amount + excluded.amount;

-- name: tally_all
-- Every running count.
select name, amount from tally order by name;

-- name: blob_put
-- Keep bytes under the hash of their content.
insert into blob (hash, mark, packed, data) values (:hash, :mark, :packed, :data) on conflict (hash, mark) do nothing;

-- name: blobs_hashed
-- The numbers of blobs by the first half of their hash.
select id, hash, mark from blob where hash in {integers:ids};

-- name: blobs_numbered
-- Blobs by number.
select id, packed, data from blob where id in {integers:ids};

-- name: blob_marked
-- The bytes with a hash.
select packed, data from blob where hash = :hash and mark = :mark;

-- name: blob_top
-- The highest number of a blob.
select coalesce(max(id), 0) from blob;

-- name: blob_ids
-- Numbers of blobs, a page at a time.
select id from blob where id > :after order by id limit :limit;

-- name: blobs_drop
-- Let go of blobs.
delete from blob where id in {integers:ids};

-- name: log_bodies
-- The packed events.
select packed, body from event_log;

-- name: blobs_named
-- Blobs that rows name by number.
select schema_id from touch where schema_id > 0 union select schema_id from version where schema_id > 0
union select set_id from run_columns where set_id > 0 union select names_id from alias_word;

-- name: blobs_profiles
-- Profiles that versions name by the hash of their content.
select distinct profile from version where profile <> '';

-- name: version_bodies
-- What is held of each version, the hash of its fingerprint among it.
select body from version;

-- name: blob_numbered
-- The number of the bytes with a hash.
select id from blob where hash = :hash and mark = :mark;

-- name: facets_all
-- The facets that stand, of all datasets and jobs.
select facets from node;
