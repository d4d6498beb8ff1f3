"""The steps of migrations that SQL cannot say.

Enters: a raw connection inside the migration's transaction. Leaves, of migration 2: the same events, once each, and no
old log; what follows from them is worked out quietly when the store is next written to, as the past is not news. Of
migration 8: the states of slices, from what runs said of versions.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from driftline.errors import BadEvent
from driftline.event import names, openlineage
from driftline.store import log, packing, sql, versions
from driftline.store.log import Fresh, Note

_ROWS = "select seq, event_us, received_us, status, reason, raw from old_log where seq > :after order by seq limit 1000"
_EVENT = """insert into event_log (seq, event_us, hash, owner, kind, received_us, status, packed, body)
values (:seq, :event_us, :hash, :owner, :kind, :received_us, :status, :packed, :body)"""
_PENDING = "insert into pending (seq, owner, kind, quiet) values (:seq, :owner, :kind, 1)"
_RECEIPT = "insert into receipt (seq, status, body) values (:seq, :status, :body)"
_TALLY = """insert into tally (name, amount)
select 'events ' || case status when 0 then 'accepted' else 'quarantined' end, count(*) from event_log
group by status"""


_SLICED = """select t.version_id, t.role, t.run_id, t.dataset_id, t.valid_from_us, t.body
from touch t join version v on v.id = t.version_id
where v.slice <> '' and t.role < 2 and t.valid_to_us = 9223372036854775807 and t.version_id > :after
  and t.version_id <= :upto"""
_STATE = """insert into state (dataset_id, valid_from_us, slice, version_id, role, run_id)
values (:dataset, :since, :slice, :version, :role, :run)"""
_STEP = 1_000  # versions at once


class Raw(Protocol):
    """A driver's connection."""

    def execute(self, text: Any, values: Any = ..., /) -> Any:
        """Run one statement; return its cursor."""


def old_log(raw: Raw, dialect: str) -> None:
    """Read the old log into the new one, and let go of it."""
    spelt = {
        text: sql.psycopg(text) if dialect == "postgresql" else text for text in (_ROWS, _EVENT, _PENDING, _RECEIPT)
    }
    after = 0
    while rows := raw.execute(spelt[_ROWS], {"after": after}).fetchall():
        _take(raw, spelt, rows)
        after = rows[-1][0]
    raw.execute(_TALLY)
    raw.execute("drop table old_log")


def slices(raw: Raw, dialect: str) -> None:
    """Write which slices runs saw."""
    spelt = {text: sql.psycopg(text) if dialect == "postgresql" else text for text in (_SLICED, _STATE)}
    ((top,),) = raw.execute("select coalesce(max(id), 0) from version").fetchall()
    for after in range(0, top, _STEP):
        rows = raw.execute(spelt[_SLICED], {"after": after, "upto": after + _STEP}).fetchall()
        for version, role, run, dataset, since, body in rows:
            row = {"dataset": dataset, "since": since, "version": version, "role": role, "run": run}
            for slice_ in versions.slices(bytes(body)):
                raw.execute(spelt[_STATE], {**row, "slice": slice_})


def _take(raw: Raw, spelt: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> None:
    for seq, event_us, received_us, status, reason, body in rows:
        fresh = Fresh(body, refused=reason or "it could not be read") if status != "accepted" else _read(body)
        packed, small = packing.cut(body, (), {})
        values = {
            "seq": seq,
            "event_us": 0 if fresh.refused else event_us,
            "hash": log.digest(body),
            "owner": log.owner_key(fresh.owner, fresh.kind),
            "kind": fresh.kind,
            "received_us": received_us,
            "status": log.QUARANTINED if fresh.refused else log.ACCEPTED,
            "packed": packed,
            "body": small,
        }
        raw.execute(spelt[_EVENT], values)
        if fresh.refused:
            note = log.encode_note(Note(fresh.refused))
            raw.execute(spelt[_RECEIPT], {"seq": seq, "status": log.QUARANTINED, "body": note})
        else:
            raw.execute(spelt[_PENDING], {key: values[key] for key in ("seq", "owner", "kind")})


def _read(body: bytes) -> Fresh:
    try:
        event = openlineage.decode(body)
    except BadEvent as error:
        return Fresh(body, refused=error.message)
    if event.run is not None:
        return Fresh(body, owner=event.run.run_id, kind=log.RUN)
    part, kind, name = (
        (event.job, log.JOB, names.job_id) if event.job else (event.dataset, log.DATASET, names.dataset_id)
    )
    assert part is not None
    return Fresh(body, owner=name(part.namespace, part.name), kind=kind)
