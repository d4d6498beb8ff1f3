"""Column edges of a job and when they held.

Enters: what a run says of the columns of a dataset it wrote. Leaves: one row per edge and span of time. The
set of edges is kept once by content, so that a daily run that says the same as yesterday costs one row. A
span begins with the first run that says the edge and ends with the first later run that speaks of the
dataset's columns without it. Never deletes: a span that turns out wrong, because an older run was heard of
late, becomes empty.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from driftline.event import ids
from driftline.event.lineage import ColumnEdge, Dataset
from driftline.store.connection import OPEN, Connection
from driftline.store.names import Names

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[ColumnEdge, ...]).decode


class ColumnSet(NamedTuple):
    """All column edges that a run says of one target."""

    target: Dataset
    edges: tuple[ColumnEdge, ...]  # sorted, once each
    hash: str
    body: bytes


def by_target(edges: Sequence[ColumnEdge]) -> list[ColumnSet]:
    """Return the edges by the dataset that they lead into."""
    sets: dict[Dataset, list[ColumnEdge]] = {}
    for edge in edges:
        sets.setdefault(edge.target, []).append(edge)
    found = []
    for target in sorted(sets):
        unique = tuple(sorted(set(sets[target])))
        body = _encode(unique)
        found.append(ColumnSet(target, unique, ids.digest(body), body))
    return found


def kind(edge: ColumnEdge) -> str:
    """Return the kind of link, such as ``DIRECT:IDENTITY``."""
    return f"{edge.type}:{edge.subtype}" if edge.subtype else edge.type


def spans(words: Sequence[tuple[int, tuple[ColumnEdge, ...]]]) -> dict[ColumnEdge, list[tuple[int, int]]]:
    """Return the spans (from, to) in which each edge held, from (time, edges said) in order of time."""
    held: dict[ColumnEdge, list[tuple[int, int]]] = {}
    since: dict[ColumnEdge, int] = {}
    for time_us, said in words:
        now = set(said)
        for edge in [edge for edge in since if edge not in now]:
            held.setdefault(edge, []).append((since.pop(edge), time_us))
        for edge in now:
            since.setdefault(edge, time_us)
    for edge, start in since.items():
        held.setdefault(edge, []).append((start, OPEN))
    return held


class Columns:
    """The column edges."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def edges(self, hash_: str) -> tuple[ColumnEdge, ...]:
        """Return a set of column edges by its hash."""
        row = self._connection.row("column_set_of", hash=hash_)
        return _decode(row[1]) if row else ()

    def say(self, job_id: int, run_id: int, time_us: int, said: ColumnSet) -> None:
        """Take what a run says of the columns of a dataset."""
        dataset_id = self._names.dataset(said.target)
        known = self._connection.row("column_set_of", hash=said.hash)
        row = known or self._connection.row("column_set_intern", hash=said.hash, body=said.body)
        assert row is not None
        set_id: int = row[0]
        key = {"job": job_id, "dataset": dataset_id}
        before = self._connection.row("run_columns_of", run=run_id, open=OPEN, **key)
        last = self._connection.row("run_columns_last", open=OPEN, **key)
        self._connection.execute("run_columns_put", run=run_id, set=set_id, from_us=time_us, to_us=OPEN, **key)
        if before == (set_id, time_us):
            return
        if before is None and (last is None or time_us > last[1]):
            if last is None or last[0] != set_id:
                self._follow(job_id, last[0] if last else 0, said.edges, time_us)
        else:
            self._recount(job_id, dataset_id)

    def withdraw(self, job_id: int, run_id: int, target: Dataset) -> None:
        """Take back what a run said of the columns of ``target``."""
        dataset_id = self._names.dataset(target)
        self._connection.execute("run_columns_close", job=job_id, dataset=dataset_id, run=run_id)
        self._recount(job_id, dataset_id)

    def _follow(self, job_id: int, before: int, edges: tuple[ColumnEdge, ...], time_us: int) -> None:
        """The newest run says something new: end what it leaves out, begin what it adds."""
        row = self._connection.row("column_set_by_id", id=before)
        old = set(_decode(row[0])) if row else set()
        ended = [{**self._key(job_id, edge), "to_us": time_us, "open": OPEN} for edge in old.difference(edges)]
        self._connection.many("column_edge_end", ended)
        self._put(job_id, {edge: [(time_us, OPEN)] for edge in edges if edge not in old})

    def _recount(self, job_id: int, dataset_id: int) -> None:
        """Work out anew when each edge held."""
        words = []
        for set_id, time_us in self._connection.rows("run_columns_all", job=job_id, dataset=dataset_id, open=OPEN):
            row = self._connection.row("column_set_by_id", id=set_id)
            words.append((time_us, _decode(row[0]) if row else ()))
        self._connection.execute("column_edges_void", job=job_id, dataset=dataset_id)
        self._put(job_id, spans(words))

    def _put(self, job_id: int, held: dict[ColumnEdge, list[tuple[int, int]]]) -> None:
        rows: list[dict[str, object]] = []
        for edge, times in sorted(held.items()):
            key = self._key(job_id, edge)
            rest = {
                "source_dataset": self._names.dataset(edge.source),
                "target_dataset": self._names.dataset(edge.target),
                "provenance": edge.provenance,
                "confidence": edge.confidence,
            }
            rows.extend({**key, **rest, "from_us": start, "to_us": end} for start, end in times)
        self._connection.many("column_edge_put", rows)

    def _key(self, job_id: int, edge: ColumnEdge) -> dict[str, int | str]:
        return {
            "job": job_id,
            "source": self._names.field(self._names.dataset(edge.source), edge.source_column),
            "target": self._names.field(self._names.dataset(edge.target), edge.target_column),
            "kind": kind(edge),
        }
