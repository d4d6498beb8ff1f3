"""Writing a run into the memory: its versions, its edges, its columns.

Enters: the fold of one run's events. Leaves: rows; what the run said before and no longer says is closed,
never deleted. A closed fact has an empty span (it ends where it begins), so no question about any moment
meets it again: the memory is the same whatever the order in which events came. Never reads an event.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from driftline.event.lineage import Edge, Field, RunShape, Touched, Version
from driftline.store.columns import Columns, ColumnSet, by_target
from driftline.store.connection import OPEN, Connection
from driftline.store.names import Names
from driftline.store.versions import READ, WRITE, Body, Versions, rank

_SETTLED = frozenset({"COMPLETE", ""})  # a good end, or a sender that says no states: what a later run is compared with
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Body).decode


class Touch(NamedTuple):
    """One version as a run touched it."""

    version: int
    role: int
    dataset: int


class Before(NamedTuple):
    """What the run said before."""

    job: int
    time_us: int
    shape: RunShape
    columns: tuple[str, ...]


class Weaver:
    """Writes runs."""

    def __init__(self, connection: Connection, names: Names, versions: Versions, columns: Columns) -> None:
        self._connection = connection
        self._names = names
        self._versions = versions
        self._columns = columns
        self._schemas: dict[int, tuple[Field, ...]] = {}
        connection.on_rollback(self._schemas.clear)

    def put(self, shape: RunShape) -> bool:
        """Write one run; return False when nothing about it is new."""
        sets = by_target(shape.columns)
        bare = msgspec.structs.replace(shape, columns=())
        body = _encode(Body(bare, tuple(said.hash for said in sets)))
        with self._connection.transaction():
            row = self._connection.row("run_of", run=shape.run, attempt=shape.attempt)
            before = None
            if row:
                if row[4] == body:
                    return False
                held = decode(row[4])
                before = Before(row[2], row[3], held.shape, held.columns)
            written = self._connection.row(
                "run_put",
                run=shape.run,
                attempt=shape.attempt,
                job=self._names.job(shape.job.namespace, shape.job.name),
                time_us=shape.time_us,
                settled=int(shape.state in _SETTLED),
                body=body,
            )
            assert written is not None
            self._touch(written[0], bare, before)
            self._link(written[0], bare, before)
            self._say_columns(written[0], bare, sets, before)
        return True

    def _touch(self, run_id: int, shape: RunShape, before: Before | None) -> None:
        job = self._names.job(shape.job.namespace, shape.job.name)
        now = self._touches(shape)
        old = self._touches(before.shape) if before else {}
        moved = before is not None and (before.time_us, before.job) != (shape.time_us, job)
        rows = [
            {"version": t.version, "role": t.role, "run": run_id, "job": job, "dataset": t.dataset}
            for t in now
            if moved or t not in old
        ]
        self._connection.many("touch_put", [{**row, "from_us": shape.time_us, "to_us": OPEN} for row in rows])
        gone = [touch for touch in old if touch not in now]
        for touch in gone:
            self._connection.execute("touch_close", version=touch.version, role=touch.role, run=run_id)
        ends = dict.fromkeys(_ends(job, touch.dataset, touch.role) for touch in now if touch not in old or moved)
        self._connection.many(
            "flow_add",
            [{"source": a, "target": b, "time_us": shape.time_us, "open": OPEN} for a, b in ends],
        )
        if before and (moved or gone):
            for dataset, role in dict.fromkeys((touch.dataset, touch.role) for touch in old):
                for owner in {before.job, job}:
                    self._recount_flow(owner, dataset, role)
        self._say_versions(run_id, shape, before, now, old)

    def _say_versions(
        self,
        run_id: int,
        shape: RunShape,
        before: Before | None,
        now: dict[Touch, Touched],
        old: dict[Touch, Touched],
    ) -> None:
        """Let the run's word on each version count, and take back the word that it gave before."""
        for touch in [*now, *(touch for touch in old if touch not in now)]:
            said, was = now.get(touch), old.get(touch)
            ranked = rank(touch.role, shape.time_us, shape.run)
            if before and was is not None:
                earlier = rank(touch.role, before.time_us, shape.run)
                if said == was and earlier == ranked:
                    continue
                if self._versions.depends(touch.version, earlier):
                    self._versions.recount(touch.version)
                    continue
            if said is not None:
                self._versions.say(touch.version, ranked, said, run_id)

    def _touches(self, shape: RunShape) -> dict[Touch, Touched]:
        found: dict[Touch, Touched] = {}
        for role, items in ((READ, shape.inputs), (WRITE, shape.outputs)):
            for said in items:
                dataset = self._names.dataset(said.dataset)
                self._names.kind(dataset, said.kind)
                if said.fields and self._schemas.get(dataset) != said.fields:
                    for field in said.fields:
                        self._names.field(dataset, field.name)
                    self._schemas[dataset] = said.fields
                found[Touch(self._names.version(Version(said.dataset, said.version)), role, dataset)] = said
        return found

    def _recount_flow(self, job: int, dataset: int, role: int) -> None:
        source, target = _ends(job, dataset, role)
        span = self._connection.row("flow_span", job=job, dataset=dataset, role=role, open=OPEN)
        if span is None or span[0] is None:
            self._connection.execute("flow_close", source=source, target=target)
            return
        first, last = span
        self._connection.execute("flow_set", source=source, target=target, first_us=first, last_us=last, open=OPEN)

    def _link(self, run_id: int, shape: RunShape, before: Before | None) -> None:
        old = set(before.shape.edges) if before and before.time_us == shape.time_us else set()
        span = {"from_us": shape.time_us, "to_us": OPEN}
        rows = [
            {**self._edge(run_id, edge), **span, "provenance": edge.provenance, "confidence": edge.confidence}
            for edge in shape.edges
            if edge not in old
        ]
        self._connection.many("edge_put", rows)
        said = {(edge.source, edge.target) for edge in shape.edges}
        for edge in before.shape.edges if before else ():
            if (edge.source, edge.target) not in said:
                self._connection.execute("edge_close", **self._edge(run_id, edge))

    def _edge(self, run_id: int, edge: Edge) -> dict[str, int]:
        source, target = self._names.version(edge.source), self._names.version(edge.target)
        return {"source": source, "target": target, "run": run_id}

    def _say_columns(self, run_id: int, shape: RunShape, sets: Sequence[ColumnSet], before: Before | None) -> None:
        job = self._names.job(shape.job.namespace, shape.job.name)
        for said in sets:
            self._columns.say(job, run_id, shape.time_us, said)
        if before:
            now = {said.target for said in sets}
            for hash_ in before.columns:
                target = self._columns.edges(hash_)[0].target
                if target not in now or before.job != job:
                    self._columns.withdraw(before.job, run_id, target)


def decode(body: bytes) -> Body:
    """Return a run as it is kept."""
    return _decode(body)


def _ends(job: int, dataset: int, role: int) -> tuple[int, int]:
    return (job, dataset) if role == WRITE else (dataset, job)
