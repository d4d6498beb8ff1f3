"""Statements of DuckDB that run again and again: what they read and wrote the first time holds the next time, too.

Enters: statements that were understood and recorded, each on a connection and a run, and when something has changed:
catalogs, search paths, what tables hold, by the number that ``duckdb_catalog`` counts. Leaves: for the same text, or
one that differs from it in texts and compared numbers alone, what takes down that it ran once more; and of the edges of
statements that are alike one entry in a run. Statements that read or write files, or frames in variables, are looked at
each time.
"""

import time
import weakref
from collections.abc import Sequence
from typing import Any

from driftline.capture.ground import bounded
from driftline.capture.hooks import earlier, inserted
from driftline.capture.hooks.duckdb_frames import Query
from driftline.capture.runs import collect, recalled
from driftline.capture.runs.around import enclosing
from driftline.capture.runs.columns import When
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sql import outline
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.known import Analysis
from driftline.capture.sql.relation import Output
from driftline.event.lineage import Dataset

MOST = 1_000  # texts of a connection
LONG = 20_000  # characters of one that is kept as it is
FORMS = 10_000  # of statements in a run whose edges are told apart
FURTHER = "columns of further statements"
_EDGES = "edges of duckdb"  # among what a run recalls
_MARKED = "duckdb"
_MARK = "\u00a7"  # begins what stands for a text


class Written:
    """A table that a statement writes each time that it runs."""

    __slots__ = ("again", "place", "seen", "when")

    def __init__(self, seen: Seen, edges: SqlEdges | None, again: inserted.Again | None) -> None:
        self.seen = seen
        self.when: When | None = None if edges is None else edges.when
        self.again = again  # where the script hands values over
        self.place = -1  # among the outputs of the run; -1 = it waits for a commit

    def settle(self, run: Recording, edges: SqlEdges | None) -> None:
        """It is recorded, and its edges are to be: those of a statement like an earlier one are told once."""
        version, alike = self.seen.touched.version, recalled.of(run.trace, "write").alike(self.seen)
        found = next(((place, one) for place, one in alike if one.touched.version == version), None)
        if found is not None:
            self.place, self.seen = found
        if edges is not None:
            self.when = _folded(run, self.seen, edges)

    def stands(self, run: Recording) -> bool:
        """Whether it is among the outputs still, or waits to be."""
        outputs = run.trace.outputs
        return self.place < 0 or (self.place < len(outputs) and outputs[self.place] is self.seen)

    def ran(self, run: Recording, now_ns: int, connection: Any) -> None:
        """The statement has run once more."""
        self.seen.at_ns = max(self.seen.at_ns, now_ns)
        if self.when is not None:
            self.when.last = time.perf_counter_ns()
        if self.again is not None:
            self.again.take(run, None if self.place >= 0 else connection)


def _folded(run: Recording, seen: Seen, edges: SqlEdges) -> When | None:
    """Record edges unless they are there already, which ran for the last time now; returns when they run."""
    held = run.trace.recalled.setdefault(_EDGES, {})
    key = (id(seen.edges), edges.lineage, tuple(edges.datasets.items()), edges.begins, edges.whole, edges.keys,
           edges.renamed, id(edges.said), _spelled(edges))  # fmt: skip
    known = None if run.inherited else held.get(key)
    if known is not None:
        when, later = known[1].when, edges.when
        if when is not None and later is not None:
            when.first, when.last = min(when.first, later.first), max(when.last, later.last)
        return when if isinstance(when, When) else None
    if len(held) >= FORMS:
        run.gap(FURTHER)
        return None
    held[key] = seen.edges, edges  # both are kept, so that no other has their numbers
    run.edges(seen.touched.dataset, edges, seen.touched.version)
    return edges.when


def _spelled(edges: SqlEdges) -> tuple[str, ...]:
    """Return how the names are spelled that stand for texts."""
    names = (getattr(item, "name", "") for item in edges.lineage.items)
    columns = (edge.column for item in edges.lineage.items for edge in getattr(item, "edges", ()))
    marked = {name for name in (*names, *columns, *(edge.column for edge in edges.lineage.rows)) if _MARK in name}
    return tuple(map(edges.spelled, sorted(marked)))


class Again:
    """A statement that may run again."""

    __slots__ = ("_connection", "_form", "_mark", "_reads", "fresh", "gaps", "number", "query", "written")

    def __init__(
        self,
        number: int,
        run: Recording,
        connection: Any,
        analysis: Analysis,
        written: Sequence[Written],
        query: Query | None,
        reads: frozenset[Dataset],
    ) -> None:
        self.number = number  # of changes until then
        self.query = query  # whose result it gives; None = no rows that are followed
        self.written = written
        self._reads = reads.difference(each.seen.touched.dataset for each in written)
        self.gaps = tuple(f"{gap}: {analysis.head}" for one in analysis.statements for gap in one.gaps)
        self.fresh = ""  # a text that the run does not show yet
        self._form = analysis.form
        self._mark = run.trace.recalled.setdefault(_MARKED, object())  # it would keep the run itself
        self._connection = weakref.ref(connection)
        if query is not None:
            query.again = all(isinstance(item, Output) for item in query.lineage.items)

    def holds(self, number: int) -> bool:
        """Whether it does the same still, for the run of now."""
        if self.number != number:
            return False
        run = enclosing()
        if run is None or run.inherited or run.trace.recalled.get(_MARKED) is not self._mark:
            return False
        return all(one.stands(run) for one in self.written)

    def __call__(self, run: Recording, *, failed: bool = False) -> None:
        """Take down that it ran once more."""
        fresh, self.fresh = self.fresh, ""
        if failed:
            return
        now_ns = time.time_ns()
        collect.goes_on(run.trace, now_ns)
        earlier.read(run, self._reads)
        for gap in self.gaps:
            run.gap(gap)
        if fresh:
            run.statement(fresh, self._form)
        for one in self.written:
            one.ran(run, now_ns, self._connection())


class Repeated:
    """The statements of all connections that may run again."""

    def __init__(self) -> None:
        self._texts: weakref.WeakKeyDictionary[Any, dict[tuple[str, bool], Again]] = weakref.WeakKeyDictionary()
        self._forms: weakref.WeakKeyDictionary[Any, dict[tuple[str, bool], Again]] = weakref.WeakKeyDictionary()

    def of(self, connection: Any, text: str, number: int, *, told: bool) -> Again | None:
        """Return what a text is known to do; None where it is to be looked at anew."""
        texts = None if connection is None else self._texts.get(connection)
        if texts is None:
            return None
        found = texts.get((text, told))
        if found is not None:
            return found if found.holds(number) else None
        found = self._forms[connection].get((outline.of(text)[0], told)) if len(text) <= outline.LENGTH else None
        if found is None or not found.holds(number):
            return None
        found.fresh = text if told else ""
        return found

    def put(self, connection: Any, text: str, analysis: Analysis, again: Again, *, told: bool) -> None:
        """Remember what a text has done."""
        texts, forms = self._texts.setdefault(connection, {}), self._forms.setdefault(connection, {})
        if len(text) <= LONG:
            bounded.room(texts, MOST)
            texts[text, told] = again
        if len(text) <= outline.LENGTH and alike(analysis):
            bounded.room(forms, MOST)
            forms[analysis.template, told] = again


def alike(analysis: Analysis) -> bool:
    """Whether all texts of a form read and write the same: none of its texts is, or becomes, a name."""
    for one in analysis.statements:
        if one.writes is None and not named(one.lineage):
            return False
        if _MARK in repr((one.reads, one.writes, one.lineage)):
            return False
    return True


def named(lineage: Any) -> bool:
    """Whether all columns of a query have names of their own."""
    return lineage is not None and all(isinstance(item, Output) and item.name for item in lineage.items)
