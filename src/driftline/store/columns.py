"""Column edges of a job and when they held.

Enters: what a run says of the columns of a dataset it wrote. Leaves: one row per edge and span of time. The set of
edges is kept once by content, so that a daily run that says the same as yesterday costs one row. A span begins with
the first run that says the edge and ends with the first later run that speaks of the dataset's columns without it. A
span that turns out wrong, because an older run was heard of late, is worked out anew.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from driftline.event.lineage import ColumnEdge, Dataset
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection
from driftline.store.names import Names
from driftline.store.sheet import Sheet

_encode = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(tuple[ColumnEdge, ...]).decode

_CACHED = 2_000
_packed: dict[int, tuple[tuple[ColumnEdge, ...], dict[Dataset, bytes]]] = {}  # by identity; holds what it knows

Owner = tuple[int, int]  # job, dataset


class Word(NamedTuple):
    """From when on a run says which set of edges of a dataset's columns."""

    set_id: int
    from_us: int
    run: tuple[str, int]  # id and attempt


def by_target(edges: tuple[ColumnEdge, ...]) -> dict[Dataset, bytes]:
    """Return the edges by the dataset that they lead into, as bytes: the same for the same edges."""
    held = _packed.get(id(edges))  # the same tuple comes again and again: facets are read once by content
    if held is not None and held[0] is edges:
        return held[1]
    sets: dict[Dataset, set[ColumnEdge]] = {}
    for edge in edges:
        sets.setdefault(edge.target, set()).add(edge)
    found = {target: _encode(tuple(sorted(sets[target]))) for target in sorted(sets)}
    if len(_packed) > _CACHED:
        _packed.clear()
    _packed[id(edges)] = (edges, found)
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
    for edge, time_us in since.items():
        held.setdefault(edge, []).append((time_us, OPEN))
    return {edge: [span for span in found if span[0] < span[1]] for edge, found in held.items()}


class Columns:
    """The column edges."""

    def __init__(self, connection: Connection, names: Names, blobs: Blobs) -> None:
        self._connection = connection
        self._names = names
        self._blobs = blobs
        self._last: dict[Owner, Word | None] = {}
        self._rows = Sheet(connection, "run_columns", ("job", "dataset", "run", "from_us"))
        self._anew: dict[Owner, None] = {}
        connection.on_rollback(self.forget)

    def edges(self, set_id: int) -> tuple[ColumnEdge, ...]:
        """Return a set of column edges by its number."""
        return unpack(self._blobs.get(set_id)) if set_id else ()

    def say(
        self, owner: Owner, run_id: int, run: tuple[str, int], before: Mapping[int, int], now: Mapping[int, int]
    ) -> None:
        """Take what a run says of the columns of a dataset, in place of what it said before.

        Args:
            owner: job and dataset.
            run_id: the run.
            run: its id and attempt, which order words of the same moment.
            before: from which moment on it said which set of edges.
            now: what it says instead; set 0: nothing any more.
        """
        for from_us in before.keys() - now.keys():
            self._rows.drop((*owner, run_id, from_us))
        for from_us, set_id in now.items():
            if before.get(from_us) != set_id:
                self._rows.put((*owner, run_id, from_us), {"to_us": OPEN, "set": set_id})
        if before or owner in self._anew:
            self._anew[owner] = None
            return
        for from_us, set_id in sorted(now.items()):
            last = self._newest(owner)
            if last is not None and (from_us, run) <= (last.from_us, last.run):
                self._anew[owner] = None
                return
            if last is None or last.set_id != set_id:
                self._follow(owner, last.set_id if last else 0, self.edges(set_id), from_us)
            self._last[owner] = Word(set_id, from_us, run)

    def settle(self) -> None:
        """Write what was said; work out anew what could not be followed."""
        self._rows.flush()
        for owner in self._anew:
            self._recount(owner)
        self._anew.clear()

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._last.clear()
        self._anew.clear()

    def _newest(self, owner: Owner) -> Word | None:
        if owner not in self._last:
            row = self._connection.row("run_columns_last", job=owner[0], dataset=owner[1])
            self._last[owner] = Word(row[0], row[1], (row[2], row[3])) if row else None
        return self._last[owner]

    def _follow(self, owner: Owner, before: int, edges: tuple[ColumnEdge, ...], time_us: int) -> None:
        """The newest run says something new: end what it leaves out, begin what it adds."""
        old = set(self.edges(before))
        ended = [
            {**self._key(owner[0], edge), "to_us": time_us, "open": OPEN} for edge in sorted(old.difference(edges))
        ]
        self._connection.many("column_edge_end", ended)
        self._put(owner[0], {edge: [(time_us, OPEN)] for edge in edges if edge not in old})

    def _recount(self, owner: Owner) -> None:
        job, dataset = owner
        words: list[tuple[int, tuple[ColumnEdge, ...]]] = []
        newest: Word | None = None
        for set_id, from_us, *run in self._connection.rows("run_columns_all", job=job, dataset=dataset):
            words.append((from_us, self.edges(set_id)))
            newest = Word(set_id, from_us, (run[0], run[1]))
        self._last[owner] = newest
        self._connection.execute("column_edges_drop", job=job, dataset=dataset)
        self._put(job, spans(words))

    def _put(self, job_id: int, held: dict[ColumnEdge, list[tuple[int, int]]]) -> None:
        rows: list[dict[str, object]] = []
        for edge, times in sorted(held.items()):
            key = self._key(job_id, edge)
            rest = {
                "source_dataset": self._names.dataset(edge.source),
                "target_dataset": self._names.dataset(edge.target),
                "provenance": edge.provenance,
                "confidence": edge.confidence,
                "hops": 1,
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
