-- Findings, changes, incidents, quarantines, the outbox and small values, in the same dialect as queries.sql.

-- name: finding_put
-- Keep or replace a finding.
insert into finding (id, node, version, severity, time_us, body)
values (:id, :node, :version, :severity, :time_us, :body)
on conflict (id) do update set severity = excluded.severity, time_us = excluded.time_us, body = excluded.body;

-- name: finding_get
-- One finding.
select body from finding where id = :id;

-- name: findings_of
-- Findings of a dataset (or of all, when the node is ''), of one version or all, in a span of time, newest first.
select body from finding
where node = :node and (version = :version or :version = '') and time_us >= :since_us and time_us < :until_us
order by time_us desc, id limit :limit;

-- name: findings_between
-- Findings of every dataset in a span of time, newest first.
select body from finding where time_us >= :since_us and time_us < :until_us order by time_us desc, id limit :limit;

-- name: change_put
-- Keep a change; of several runs that saw it, the first one's word stands.
insert into change (id, node, run, time_us, body) values (:id, :node, :run, :time_us, :body)
on conflict (id) do update set run = excluded.run, time_us = excluded.time_us, body = excluded.body
where excluded.time_us < change.time_us;

-- name: change_get
-- One change.
select body from change where id = :id;

-- name: changes_of
-- Changes of a node in a span of time, newest first.
select body from change where node = :node and time_us >= :since_us and time_us < :until_us order by time_us desc, id limit :limit;

-- name: changes_between
-- Changes of every node in a span of time, newest first.
select body from change where time_us >= :since_us and time_us < :until_us order by time_us desc, id limit :limit;

-- name: incident_put
-- Keep or replace an incident.
insert into incident (id, state, opened_us, updated_us, body) values (:id, :state, :opened_us, :updated_us, :body)
on conflict (id) do update set state = excluded.state, opened_us = excluded.opened_us, updated_us = excluded.updated_us,
  body = excluded.body;

-- name: incident_member_put
-- A finding or a change belongs to an incident.
insert into incident_member (member, incident) values (:member, :incident) on conflict (member, incident) do nothing;

-- name: incidents_of_member
-- The incidents that a finding or a change belongs to.
select i.body from incident_member m join incident i on i.id = m.incident where m.member = :member order by i.opened_us;

-- name: incidents_like
-- Incidents whose id begins so.
select body from incident where id >= :low and id < :high order by id limit :limit;

-- name: incidents_all
-- Incidents, newest first.
select body from incident order by opened_us desc, id limit :limit offset :offset;

-- name: incidents_in_state
-- Incidents in one state, newest first.
select body from incident where state = :state order by opened_us desc, id limit :limit offset :offset;

-- name: incident_counts
-- How many incidents are in which state.
select state, count(*) from incident group by state;

-- name: quarantine_put
-- Keep or replace a quarantine.
insert into quarantine (id, node, created_us, released_us, body) values (:id, :node, :created_us, :released_us, :body)
on conflict (id) do update set released_us = excluded.released_us, body = excluded.body;

-- name: quarantine_get
-- One quarantine.
select body from quarantine where id = :id;

-- name: quarantines_active
-- Quarantines in force, oldest first.
select body from quarantine where released_us = 0 order by created_us, id limit :limit;

-- name: quarantines_all
-- Every quarantine, newest first.
select body from quarantine order by created_us desc, id limit :limit;

-- name: outbox_put
-- Something is to be told; no row comes back when it is known already.
insert into outbox (channel, key, body, attempts, due_us, sent, error) values (:channel, :key, :body, 0, 0, 0, '')
on conflict (channel, key) do nothing returning id;

-- name: outbox_claim
-- Take what is due, for the length of a lease.
update outbox set due_us = :lease_us, attempts = attempts + 1
where id in (select id from outbox where sent = 0 and due_us <= :now_us order by due_us, id limit :limit {skip})
returning id, channel, key, body, attempts;

-- name: outbox_done
-- It was told.
update outbox set sent = 1, error = '' where id = :id;

-- name: outbox_failed
-- It could not be told; try again later.
update outbox set error = :error, due_us = :due_us where id = :id;

-- name: outbox_waiting
-- How much is still to be told.
select count(*) from outbox where sent = 0;

-- name: setting_get
-- A small named value.
select body from setting where name = :name;

-- name: setting_put
-- Keep a small named value.
insert into setting (name, body) values (:name, :body) on conflict (name) do update set body = excluded.body;

-- name: setting_remove
-- Let go of a small named value.
delete from setting where name = :name;
