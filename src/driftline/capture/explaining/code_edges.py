"""Column edges of what a run wrote, as the text of the user's own code tells them.

Enters: tables with origins, from ``followed``, and what was read in this process. Leaves: edges per output column, with
provenance ``code``: the origins of the text, bound to the datasets that were read at those calls, the latest before
the write or all until then; of a frame that a SELECT gave, through that SELECT. Where the columns that were written are
not those that the text tells of, all of it is less sure. Of one run no more than ``MOST`` edges are told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.explaining import placing
from driftline.capture.explaining.followed import Program
from driftline.capture.explaining.moments import Moments
from driftline.capture.frames import origin
from driftline.capture.ground import fault
from driftline.capture.program import openings
from driftline.capture.program.sites import DECIDES, Read, Visit
from driftline.capture.runs import headers, observe, renamed
from driftline.capture.runs.columns import CODE, Bound, Reach
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.script import follow, tables
from driftline.capture.script.cames import deciding
from driftline.capture.script.reading import (
    FILTER,
    HEDGED,
    INDEX,
    LOADS,
    ORDER,
    ROWS_OF,
    SORT,
    SURE,
    Came,
    Cames,
    Table,
)
from driftline.capture.script.site import Path
from driftline.capture.sql.relation import CONDITIONAL, step
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Field

MOST = 50_000  # edges of one run
STATES = 20  # of one output that are looked back at
WIDE = 200  # columns of one source that an origin without a column stands for
UNNAMED = 0.55  # of the confidence, where a file may call a column something else than the reader was told
OTHERWISE = 0.6  # of the confidence, where other columns were written than the text tells of
_WEIGHTS = "sample_weight"  # of a fit: they shape the model as its label does
TOO_MANY = "columns that the code tells of: too many to be said"


class Words:
    """What the code says of the outputs of one run."""

    def __init__(self, trace: Trace, folder: str) -> None:
        seen = (*trace.inputs, *trace.outputs)
        self._trace = trace
        self._folder = folder
        self._now = renamed.of(trace)
        self._files = {one.touched.dataset: one for one in seen}
        self._found = {one.touched.dataset: one for one in trace.inputs}
        visits = [visit for one in trace.outputs for state in _states(one) for visit in _visits(state)]
        self._program = Program({id(visit.way): visit.way for visit in visits}.values(), self._header)
        self._moments = Moments(self._program.placed, self._program.tree)
        self._turns = _turns(visits, self._moments.openings)
        self._left = MOST
        self._behind: dict[int, Bound] = {}  # states that were written over, by what they came from

    def of(self, seen: Seen, names: Sequence[str] | None) -> Bound | None:
        """Return what the code says of an output with these columns; None where it says nothing."""
        if names is None and seen.path:
            names = fault.attempt("headers", headers.of_lines, seen.path)
        by_call: dict[tuple[Any, ...], list[Visit]] = {}
        for visit in _visits(seen):
            by_call.setdefault((id(visit.way), visit.part, visit.into), []).append(visit)
        found = [
            _Written(table, visits, {}, handed=placing.handed(table, same[0], names))
            if same[0].into
            else _Written(table, visits, *placing.of_part(same[0].part, names))
            for same in by_call.values()
            for table, visits in self._given(same, _table(seen) if same[0].into else "")
        ]
        if not names and seen.touched.kind == "model":
            return self._shaped(found)
        told = {(id(one.visits[0].way), one.visits[0].part) for one in found}
        found = [one for one in found if one.table != tables.EMPTY]  # of which nothing was written by that
        return self._bound(found, whole=len(told) == len(by_call), home=seen) if found else None

    def of_former(self, seen: Seen, order: int) -> Bound:
        """Return what an output came from as it was at that place in the order, when the run read it."""
        state = next((one for one in _states(seen)[1:] if all(visit.order < order for visit in one.visits)), None)
        if state is None:
            return {}, []
        if id(state) not in self._behind:
            self._behind[id(state)] = {}, []  # of a state that was made of itself
            names = None if state.fields is None else tuple(field.name for field in state.fields)
            self._behind[id(state)] = self.of(state, names) or ({}, [])
        return self._behind[id(state)]

    def _given(self, same: Sequence[Visit], name: str) -> list[tuple[Table, list[Visit]]]:
        """Return what a call was given these times: time by time where the text has it as often, else together.

        Of what a session writes into several tables it is what comes to the one with that name.
        """
        apart = [(table, [visit]) for visit in same if (table := self._in_turn(visit, name)) is not None]
        if len(apart) == len(same):
            return apart
        rows = [self._program.given(same[0].way, place) for place in _rows_of(name)]
        if any(one is not None for one in rows):
            return [(next(one for one in rows if one is not None), list(same))]
        table = self._program.given(same[0].way, times=len(same))
        if table is not None and len(self._moments.openings.get(same[0].way.path(), ())) > len(same):
            table = follow.of_any_turn(table)
        return [] if table is None else [(table, list(same))]

    def _in_turn(self, visit: Visit, name: str) -> Table | None:
        turns = self._turns.get(id(visit.way), {})
        turn = turns.get(visit.order)
        if turn is None:
            return None
        found = (self._program.in_turn(visit.way, turn, len(turns), place) for place in (*_rows_of(name), None))
        return next((one for one in found if one is not None), None)

    def _shaped(self, found: "Sequence[_Written]") -> Bound | None:
        """Of a model without features: what it was fitted on shapes it as a whole."""
        rows: dict[Any, Reach] = {}
        for one in found:
            reaches = _Sources(self, one.visits).reaches((*one.table.all(), *one.table.rows))
            _take(rows, _as_a_whole(reaches), 1.0)
        return ({}, list(rows.values())) if rows else None

    def of_fit(self, visit: Visit, names: Sequence[str]) -> tuple[Bound, list[Reach]] | None:
        """Return what the code says of these columns of the data of a fit, and of its label; None = nothing."""
        data = self._argument(visit, 0, "X")
        found = (
            None
            if data is None
            else self._bound([_Written(data, [visit], {name: name for name in names})], strict=False)
        )
        if found is None:
            return None
        label = self._argument(visit, 1, "y")
        behind: dict[Any, Reach] = {}
        if label is not None:
            for one in (label, self._argument(visit, _WEIGHTS, _WEIGHTS) or tables.EMPTY):
                _take(behind, _Sources(self, [visit]).reaches(one._replace(labels={}).all()), 1.0)
        return found, list(behind.values())

    def _argument(self, visit: Visit, place: int | str, name: str) -> Table | None:
        for one in (place, name):
            found = self._program.in_turn(visit.way, visit.turn, visit.way.times, one)
            if found is not None:
                return found
        found = self._program.given(visit.way, place)
        return self._program.given(visit.way, name) if found is None else found

    def _bound(
        self, found: "Sequence[_Written]", *, whole: bool = True, strict: bool = True, home: Seen | None = None
    ) -> Bound | None:
        """Bind tables to columns; less surely where not all are there, or ``strict``, where it has other columns."""
        fields: dict[str, dict[Any, Reach]] = {}
        rows: dict[Any, Reach] = {}
        for told, visits, names, apart, handed in found:
            table = told if not names else placing.as_written(told, list(names.values()))
            sources = _Sources(self, visits, home)
            sure = names is None or handed is not None or not strict or placing.as_told(table, names.values())
            share = 1.0 if whole and sure else OTHERWISE
            columns = {name: name for name in placing.named(table)} if names is None else names
            for name, cames in handed or [(name, table.of(own)) for name, own in columns.items()]:
                if name.startswith(DECIDES):
                    _take(rows, sources.reaches(deciding(cames, FILTER)), share)
                    continue
                held = fields.setdefault(name, {})
                _take(held, sources.reaches(cames), share)
                self._left -= len(held)
                if self._left < 0:
                    self._trace.gaps[TOO_MANY] = self._trace.gaps.get(TOO_MANY, 0) + 1
                    return None
            if names is None:
                _take(rows, _as_a_whole(sources.reaches(placing.nameless(table))), share)
            shaping = [*sources.reaches(table.rows), *sources.shaping()]
            for into in [held for name, held in fields.items() if name in columns] if apart else [rows]:
                _take(into, shaping, share)
                self._left -= len(shaping)
        return {name: list(held.values()) for name, held in fields.items() if held}, list(rows.values())

    # --- what was read ------------------------------------------------------------------------------------------

    def read(self, came: Came, visits: Sequence[Visit]) -> list[tuple[Read, float]]:
        """Return what these visits wrote of what was read where an origin names, and how sure that can be at most."""
        path = self._program.taken(came.read)
        found: dict[int, tuple[Read, float]] = {}
        for visit in visits:
            reads, sure = self._moments.read(path, visit, every=came.every)
            for one in reads:
                _, known = found.get(id(one), (one, 0.0))
                found[id(one)] = one, max(known, 1.0 if sure else HEDGED)
        return list(found.values())

    def columns(self, one: Read) -> tuple[str, ...] | None:
        """Return the columns of what was read; None where they are not known."""
        fields = one.fields or self._header(one)
        return None if fields is None else tuple(field.name for field in fields)

    def datasets(self, one: Read) -> tuple[Dataset, ...]:
        """Return what was read, as it is called now."""
        at_ns = self._now.at_ns(one.order)
        if one.datasets or not one.path:
            return tuple([self._now.dataset(dataset, at_ns) for dataset in one.datasets])
        spot = observe.located(self._now.path(one.path, at_ns), self._folder)
        return (Dataset(spot.namespace, spot.name),)

    def holds(self, dataset: Dataset) -> frozenset[str] | None:
        """Return the columns of a dataset that the run has read, as it is stored; None where they are not known."""
        fields = _fields(self._files.get(dataset))
        return None if fields is None else frozenset(field.name for field in fields)

    def selected(self, one: Read, column: str) -> Bound:
        """Return what is behind a column of a frame that is known by what it was made of."""
        return self._now.bound(origin.of_node(one.node, self._folder).bind((column,)), self._now.at_ns(one.order))

    def _header(self, one: Read) -> tuple[Field, ...] | None:
        for dataset in self.datasets(one):
            seen, found_there = self._files.get(dataset), self._found.get(dataset)
            if seen is not found_there is not None and _is_other(found_there):
                return _fields(found_there) or None  # what lies there now was never read
            known = _fields(seen)
            if known:
                return known
            if seen is not None and seen.path:
                found = fault.attempt("headers", _named_there, seen.path)
                if found is not None:
                    return tuple(map(Field, found))
        return None


class _Written(NamedTuple):
    """A table, as calls have written it."""

    table: Table
    visits: list[Visit]
    names: Mapping[str, str] | None  # columns of the output, with what the table calls them; None = those of the table
    apart: bool = False  # they have rows of their own, as a sheet of a workbook
    handed: list[tuple[str, Cames]] | None = None  # to a statement, which says what comes to which column


class _Sources:
    """What origins are, for the visits of one way to one output."""

    def __init__(self, words: Words, visits: Sequence[Visit], home: Seen | None = None) -> None:
        self._words = words
        self._visits = visits
        self._home = home  # what was written, which the run may have read before
        self._reads: dict[tuple[Any, bool], list[tuple[Read, float]]] = {}
        self._known: dict[tuple[int, str], list[Reach]] = {}
        self._named: dict[int, tuple[str, ...] | None] = {}  # columns of what was read
        self._rows: set[Reach] = set()

    def reaches(self, cames: Iterable[Came]) -> Iterable[Reach]:
        """Yield the source columns that origins are."""
        for came in cames:
            key = (came.read, came.every)
            if key not in self._reads:
                self._reads[key] = self._words.read(came, self._visits)
            for one, most in self._reads[key]:
                for reach in self._behind(one, came.column):
                    kind = step((reach.type, reach.subtype), (came.type, came.subtype))  # type: ignore[arg-type] # words only
                    sure = round(reach.confidence * min(came.confidence, most), 6)
                    yield reach._replace(type=kind[0], subtype=kind[1], confidence=sure, provenance=CODE, put=came.put)

    def shaping(self) -> list[Reach]:
        """Return what shaped the rows of frames that were selected, of all that have been asked for so far."""
        return [reach._replace(provenance=CODE) for reach in self._rows]

    def _behind(self, one: Read, column: str) -> list[Reach]:
        key = (id(one), column)  # it is held by ``_reads``
        found = self._known.get(key)
        if found is None and column in {ORDER, LOADS}:
            rows = [] if one.node is None else self._words.selected(one, "")[1]
            found = self._known[key] = [reach for reach in rows if (reach.subtype == SORT) is (column == ORDER)]
        if found is None:
            names = self._inside(one, column) if column not in {"", INDEX} else self._any_of(one, column)[:WIDE]
            if column == "" and one.node is None and self._columns(one) is None:
                names = ("",)  # the file as a whole
            found = self._known[key] = [reach for name in names for reach in self._of(one, name)]
        return found

    def _columns(self, one: Read) -> tuple[str, ...] | None:
        if id(one) not in self._named:
            self._named[id(one)] = self._words.columns(one)
        return self._named[id(one)]

    def _inside(self, one: Read, column: str) -> tuple[str, ...]:
        """Return a column, or those that lie in it where it is none by itself: of an array, or nested."""
        own = self._columns(one) or ()
        return (() if column in own else tuple(name for name in own if name.startswith(f"{column}."))[:WIDE]) or (
            column,
        )

    def _any_of(self, one: Read, which: str) -> tuple[str, ...]:
        """Return all columns of what was read, or those of its file that the frame does not have: its index."""
        own = self._columns(one) or ()
        if which != INDEX or one.node is not None:
            return own
        stored = {name for dataset in self._words.datasets(one) for name in self._words.holds(dataset) or ()}
        return tuple(sorted(stored.difference(own))) or own[:1]

    def _of(self, one: Read, column: str) -> Iterable[Reach]:
        if one.node is not None:
            fields, rows = self._words.selected(one, column)
            ordered = getattr(one.node, "ordered", False)  # then the text tells what is made of their order
            if not getattr(one.node, "loaded", False):  # else the text tells what it belongs to
                self._rows.update(reach for reach in rows if not (ordered and reach.subtype == SORT))
            yield from fields.get(column, ())
            return
        given, called, sure = self._columns(one), column, 1.0
        if one.renamed is not None:
            sure = 1.0 if column in one.renamed else UNNAMED
            called = one.renamed.get(column, column)
        for dataset in self._words.datasets(one):
            held = self._words.holds(dataset)
            name = column if held and called not in held and column in held else called
            known = held is None or name in held or not given or column in given
            if known:
                yield Reach(dataset.namespace, dataset.name, name, "DIRECT", "IDENTITY", confidence=sure)
            if known and self._home is not None and dataset == self._home.touched.dataset:
                fields, rows = self._words.of_former(self._home, one.order)
                self._rows.update(rows)
                yield from (
                    reach._replace(confidence=min(reach.confidence / SURE, 1.0)) for reach in fields.get(name, ())
                )


def _as_a_whole(reaches: Iterable[Reach]) -> Iterator[Reach]:
    """Yield what shapes an output as a whole, as nobody knows which part of it."""
    return (reach._replace(type="INDIRECT", subtype=CONDITIONAL[1]) for reach in reaches)


def _states(seen: Seen) -> list[Seen]:
    """Return an output, and the states that it has taken the place of, the latest first."""
    found = [seen]
    while found[-1].former is not None and len(found) < STATES:
        found.append(found[-1].former)
    return found


def _visits(seen: Seen) -> list[Visit]:
    return [*seen.visits, *openings.written(seen.path)] if seen.path else seen.visits


def _table(seen: Seen) -> str:
    """Return the name of a table of a database, without what it lies in."""
    return seen.touched.dataset.name.replace(":", ".").rpartition(".")[2].casefold()


def _rows_of(name: str) -> tuple[str, ...]:
    """Return where the text keeps what a session writes into a table: of that, else of any that it does not know."""
    return (ROWS_OF + name, ROWS_OF) if name else ()


def _turns(visits: Sequence[Visit], openings: Mapping[Path, Sequence[Visit]]) -> dict[int, dict[int, int]]:
    """Return which time each way was taken, by when that was; of those that several threads took nothing."""
    by_way: dict[int, list[Visit]] = {}
    for visit in visits:
        by_way.setdefault(id(visit.way), []).append(visit)
    found = {way: openings.get(same[0].way.path()) or same for way, same in by_way.items()}
    return {
        way: {order: turn for turn, order in enumerate(sorted({one.order for one in same}))}
        for way, same in found.items()
        if len({one.thread for one in same}) == 1
    }


def _fields(seen: Seen | None) -> tuple[Field, ...] | None:
    if seen is None:
        return None
    return seen.touched.fields if seen.contents is None or seen.contents.arrays else seen.contents.fields


def _named_there(path: str) -> tuple[str, ...] | None:
    return headers.of_lines(path) or headers.of_file(path)


def _is_other(seen: Seen) -> bool:
    """Whether a file that was read has been written over since, or something else lies where it lay."""
    try:
        return bool(seen.path) and (seen.size, seen.modified_ns) != measure.state(seen.path)
    except OSError:
        return True


def _take(held: dict[Any, Reach], found: Iterable[Reach], share: float) -> None:
    """Add edges, each once: the surest."""
    for reach in found:
        key = reach[:5]
        known = held.get(key)
        sure = round(reach.confidence * share, 6)
        if known is None or known.confidence < sure:
            held[key] = reach._replace(confidence=sure, put=reach.put or (known is not None and known.put))
        elif reach.put:
            held[key] = known._replace(put=True)
