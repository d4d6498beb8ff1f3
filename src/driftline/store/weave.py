"""Writing executions into the memory: their versions, their edges, their columns.

Enters: histories, several at once; those of one run id together, as they stand in place of all that was said of it
before. Leaves: rows, written once per batch. What an execution said before and says no longer goes, and what was added
up from it is added up anew: the memory is the same whatever the order in which events came. Never reads an event.
"""

import json
from collections.abc import Collection, Iterator, Sequence

import msgspec

from driftline.event.lineage import History, Job, RunShape
from driftline.store import versions
from driftline.store.amounts import Amounts
from driftline.store.blobs import Blobs
from driftline.store.columns import Columns
from driftline.store.connection import OPEN, Connection, Row
from driftline.store.edges import Edges
from driftline.store.facts import NOTHING, Facts, Held, Step, Teller, Touch
from driftline.store.names import Counter, Names
from driftline.store.sheet import Sheet
from driftline.store.versions import Schemas, Versions

_SETTLED = frozenset({"COMPLETE", ""})  # a good end, or a sender that says no states: what a later run is compared with
_encode = msgspec.msgpack.Encoder().encode


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of an execution beside its row: all that is not about datasets."""

    started_us: int = 0
    ended_us: int = 0
    nominal_us: int = 0
    parent_job: tuple[str, str] | None = None
    root: str = ""
    root_job: tuple[str, str] | None = None
    code: str = ""
    parameters: dict[str, str] = {}


decode = msgspec.msgpack.Decoder(Body).decode


class Weaver:
    """Writes executions."""

    def __init__(self, connection: Connection, names: Names, blobs: Blobs, columns: Columns) -> None:
        self._connection = connection
        self._names = names
        self._columns = columns
        self._amounts = Amounts(connection)
        self._versions = Versions(connection, self._amounts)
        self._edges = Edges(connection, names, blobs)
        self._teller = Teller(names, self._versions, Schemas(blobs), blobs)
        connection.on_rollback(self._teller.forget)
        self._run_ids = Counter(connection, "run")
        self._touches = Sheet(connection, "touch", ("version", "role", "run", "from_us"))
        self._steps = Sheet(connection, "trace", ("target", "source", "run", "from_us"))
        self._states = Sheet(connection, "state", ("dataset", "from_us", "slice", "version", "role", "run"))
        self._ties = Sheet(connection, "tie", ("target", "source", "owner", "from_us"))
        self._aliases = Sheet(connection, "alias", ("dataset", "time_us", "run"))

    @property
    def edges(self) -> Edges:
        """The edges between datasets and jobs."""
        return self._edges

    def put(self, histories: Sequence[History]) -> None:
        """Write executions; all attempts of a run id are to be among them."""
        with self._connection.transaction():
            known = self._known({history.shape.run for history in histories})
            self._teller.prepare(histories)
            rows, work = [], []
            for history in histories:
                row = known.pop(history.key, None)
                run_id = row[0] if row else self._run_ids.next()
                job = self._names.job(history.shape.job, history.states[0].since_us)
                rows.append(self._row(history, run_id, job))
                new = self._teller.facts(history, run_id)
                if history.shape.attempt > 0:
                    self._count(job, row)
                if row and row[3] != job:  # another job's execution has taken this number
                    work.append((run_id, (row[1], row[2]), 0, self._facts(run_id), NOTHING))
                    row = None
                old = self._facts(run_id) if row else NOTHING
                work.append((run_id, history.key, history.shape.time_us, old, new))
            gone = [(row[0], (row[1], row[2]), 0, self._facts(row[0]), NOTHING) for row in known.values()]
            for run_id, key, time_us, old, new in (*gone, *work):
                self._write(run_id, key, time_us, old, new)
            self._lose(known.values())
            self._connection.many("run_put", rows)
            self._flush()

    def drop(self, runs: set[str]) -> None:
        """Let go of all executions of some run ids."""
        with self._connection.transaction():
            known = self._known(runs)
            for row in known.values():
                self._write(row[0], (row[1], row[2]), 0, self._facts(row[0]), NOTHING)
            self._lose(known.values())
            self._flush()

    def _count(self, job: int, before: Row | None) -> None:
        """An execution of a job is there; before, it was not, or it was one of another job."""
        if before is None or before[3] != job:
            self._amounts.runs(job, 1)
            if before is not None:
                self._amounts.runs(before[3], -1)
        else:
            self._amounts.runs(job, 0)

    def _lose(self, rows: Collection[Row]) -> None:
        for row in rows:
            if row[2] > 0:
                self._amounts.runs(row[3], -1)
        self._connection.many("run_drop", [{"id": row[0]} for row in rows])

    def _known(self, runs: set[str]) -> dict[tuple[str, int], Row]:
        texts = json.dumps(sorted(runs))
        return {(row[1], row[2]): row for row in self._connection.rows("runs_named", texts=texts)}

    @staticmethod
    def _row(history: History, run_id: int, job: int) -> dict[str, object]:
        shape = history.shape
        body = Body(
            shape.started_us,
            shape.ended_us,
            shape.nominal_us,
            (shape.parent_job.namespace, shape.parent_job.name) if shape.parent_job else None,
            shape.root,
            (shape.root_job.namespace, shape.root_job.name) if shape.root_job else None,
            shape.code,
            shape.parameters,
        )
        return {
            "id": run_id,
            "run": shape.run,
            "attempt": shape.attempt,
            "job": job,
            "state": shape.state,
            "time_us": shape.time_us,
            "settled": int(shape.state in _SETTLED and history.kind == "run"),
            "parent": shape.parent,
            "body": _encode(body),
        }

    def _facts(self, run_id: int) -> Facts:
        """Return what an execution says as it is written."""
        touches = {
            (row[0], row[1], row[3]): Touch(row[8], row[2], row[11], row[3], row[4], row[5], row[6], row[7])
            for row in self._connection.rows("touches_of_run", run=run_id)
        }
        steps = {
            (target, source, since): Step(hops, provenance, confidence, since, until)
            for target, source, hops, provenance, confidence, since, until in self._connection.rows(
                "traces_of_run", run=run_id
            )
        }
        ties = {
            (target, source, since): Held(hops, provenance, confidence, until)
            for target, source, since, until, hops, provenance, confidence in self._connection.rows(
                "ties_of", owner=run_id
            )
        }
        columns = {
            (job, dataset, since): set_id
            for job, dataset, since, set_id in self._connection.rows("run_columns_of", run=run_id)
        }
        aliases = {
            (dataset, time_us): names_id
            for dataset, time_us, names_id in self._connection.rows("alias_words_of", run=run_id)
        }
        return Facts(touches, steps, ties, columns, aliases)

    def _write(self, run_id: int, run: tuple[str, int], time_us: int, old: Facts, new: Facts) -> None:
        self._write_touches(run_id, run, time_us, old, new)
        for (target, source, since), step in new.steps.items():
            if old.steps.get((target, source, since)) != step:
                values = dict(zip(("hops", "provenance", "confidence", "from_us", "to_us"), step, strict=True))
                self._steps.put((target, source, run_id, since), values)
        for target, source, since in old.steps.keys() - new.steps.keys():
            self._steps.drop((target, source, run_id, since))
        for (target, source, since), tie in new.ties.items():
            if old.ties.get((target, source, since)) != tie:
                self._ties.put((target, source, run_id, since), tie._asdict())
        for target, source, since in old.ties.keys() - new.ties.keys():
            self._ties.drop((target, source, run_id, since))
        for key, names_id in new.aliases.items():
            self._aliases.put((*key, run_id), {"names": names_id})
        for key in old.aliases.keys() - new.aliases.keys():
            self._aliases.drop((*key, run_id))
        self._edges.weave(old, new)
        self._write_columns(run_id, run, old, new)

    def _write_touches(self, run_id: int, run: tuple[str, int], time_us: int, old: Facts, new: Facts) -> None:
        for key, touch in new.touches.items():
            if old.touches.get(key) != touch:
                values = {
                    "job": touch.job,
                    "dataset": touch.dataset,
                    "to_us": touch.to_us,
                    "informed_us": touch.informed_us,
                    "schema": touch.schema,
                    "body": touch.body,
                }
                self._touches.put((key[0], key[1], run_id, key[2]), values)
        states = [set(_states(run_id, facts)) for facts in (old, new)]
        for state in states[1] - states[0]:
            self._states.put(state, {})
        for state in states[0] - states[1]:
            self._states.drop(state)
        for version, role, since in old.touches.keys() - new.touches.keys():
            self._touches.drop((version, role, run_id, since))
        for touch in old.touches.values():
            self._versions.recount((touch.dataset, touch.version))
        for key, touch in new.touches.items():
            ranked = versions.rank(key[1], time_us, *run)
            self._versions.spoken((touch.dataset, touch.version), touch.from_us)
            if touch.to_us == OPEN:
                self._versions.say((touch.dataset, touch.version), ranked, run_id, touch.body, touch.schema)

    def _write_columns(self, run_id: int, run: tuple[str, int], old: Facts, new: Facts) -> None:
        owners: dict[tuple[int, int], tuple[dict[int, int], dict[int, int]]] = {}
        for place, facts in enumerate((old, new)):
            for (job, dataset, since), found in facts.columns.items():
                owners.setdefault((job, dataset), ({}, {}))[place][since] = found
        for owner, (before, now) in owners.items():
            if before != now:
                self._columns.say(owner, run_id, run, before, now)

    def _flush(self) -> None:
        """Write what was said, then add up anew what cannot be added to."""
        self._names.flush()
        self._touches.flush()
        self._steps.flush()
        self._states.flush()
        self._ties.flush()
        self._aliases.flush()
        self._versions.settle()
        self._versions.flush()
        self._columns.settle()
        self._edges.settle()
        self._edges.flush()
        self._names.flush()
        self._amounts.flush()


def _states(run_id: int, facts: Facts) -> Iterator[tuple[int, int, str, int, int, int]]:
    """Yield the keys of the states of slices that an execution saw: dataset, when, slice, version, role, execution."""
    for (version, role, since), touch in facts.touches.items():
        for slice_ in versions.slices(touch.body) if role != versions.TOLD and touch.to_us == OPEN else ():
            yield touch.dataset, since, slice_, version, role, run_id


def shape(row: Row) -> RunShape:
    """Return an execution from a row of ``run_row``, without its datasets."""
    from_body = decode(row[8])
    return RunShape(
        run=row[1],
        attempt=row[2],
        job=Job(row[9] or "", row[10] or ""),
        state=row[4],
        started_us=from_body.started_us,
        ended_us=from_body.ended_us,
        nominal_us=from_body.nominal_us,
        parent=row[7],
        parent_job=Job(*from_body.parent_job) if from_body.parent_job else None,
        root=from_body.root,
        root_job=Job(*from_body.root_job) if from_body.root_job else None,
        code=from_body.code,
        parameters=from_body.parameters,
    )
