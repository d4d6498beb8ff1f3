"""What statements made of a table in the order in which they ran, each of what the table was made of before it.

Enters: the edges of each statement that wrote the table, when it ran, and what the code tells of the rows that were
handed to others. Leaves: the edges of the table as it is in the end: a column of its own that a statement reads is what
came there before, and the version before the run, unless the run has emptied the table. What all rows are set to takes
the place of what was there. A statement that ran several times may see whatever ran before it did for the last time.
"""

import itertools
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from driftline.capture.runs import columns
from driftline.capture.runs.columns import Bindable, Bound, Reach
from driftline.event.lineage import Dataset

DROPPED = "dropped columns"  # likewise: which were dropped, in small letters, and when
EMPTIED = "emptied"  # among what a run recalls: by dataset when it was made without rows
_MOST = 300  # statements; of more the order is not kept
_ROUNDS = 10  # of statements that run in turns
_NEVER, _EVER = 0, 1 << 63

Handed = Callable[[int, int], Bound]  # what the code tells of what was handed over between two times


class _Stated(NamedTuple):
    edges: Any  # columns.Changing; None = of words that know no time
    outer: dict[str, list[Reach]]  # from elsewhere
    inner: dict[str, list[Reach]]  # from the table itself, before
    rows: list[Reach]
    own_rows: list[Reach]
    first: int
    last: int
    sets: frozenset[str] | None  # columns of which nothing is left of before, in small letters; None = all


class _Ends:
    """When something took the place of what was there: by column, and all that did so of any column."""

    def __init__(self, found: Iterable[tuple[int, int, frozenset[str] | None]]) -> None:
        ordered = sorted(found, key=lambda one: one[1])
        self._of: dict[str, tuple[list[int], list[int]]] = {}
        for name in {"", *(name for _, _, sets in ordered for name in sets or ())}:
            known = [(first, last) for first, last, sets in ordered if sets is None or name in sets]
            since = list(itertools.accumulate((first for first, _ in known), max))
            self._of[name] = [last for _, last in known], since

    def since(self, small: str, at: int) -> int:
        """Since when what was there ``at`` a time can have come to a column; "" = to any."""
        lasts, since = self._of.get(small) or self._of[""]
        place = bisect_left(lasts, at)
        return since[place - 1] if place else _NEVER

    def any(self, small: str, at: int) -> bool:
        """Whether there was one of a column before ``at`` a time."""
        lasts = (self._of.get(small) or self._of[""])[0]
        return bool(lasts) and lasts[0] < at


class Composed:
    """What the statements on one table have made of it."""

    def __init__(
        self,
        own: Dataset,
        stated: Sequence[tuple[Bindable, Bound]],
        emptied: Sequence[int],
        handed: Handed,
        dropped: Sequence[tuple[int, frozenset[str]]] = (),
    ) -> None:
        self._own = own
        self._handed = handed
        self._told: dict[tuple[int, int], dict[str, list[Reach]]] = {}
        entries = _merged(own, stated)
        self._ordered = len(entries) <= _MOST
        self._entries = entries
        ends: list[tuple[int, int, frozenset[str] | None]] = [(at, at, None) for at in emptied]
        ends += [(at, at, names) for at, names in dropped]
        self._ends = _Ends(
            [*ends, *((one.first, one.last, one.sets) for one in entries if one.sets is None or one.sets)]
        )
        self._known = [one.outer for one in entries]
        self._shape = [one.rows for one in entries]
        self._columns: dict[str, list[tuple[int, str]]] = {}  # in small letters -> the statements, and their spelling
        for place, one in enumerate(entries):
            for name in dict.fromkeys((*one.outer, *one.inner)):
                self._columns.setdefault(name.lower(), []).append((place, name))
        self._found: dict[str, dict[tuple[int, int], list[Reach]]] = {}  # what ``_stated`` has found of a column
        self._settle()

    def stated(self) -> Bound:
        """Return what the statements tell, without what they themselves have done away with."""
        names = {name: None for known in self._known for name in known}
        fields = {name: found for name in names if (found := self._stated(name, _EVER, _EVER))}
        since = self._ends.since("", _EVER)
        shape = [rows for one, rows in zip(self._entries, self._shape, strict=True) if one.last >= since]
        return columns.together([(fields, []), *(({}, rows) for rows in shape)])

    def code(self, names: Iterable[str]) -> Bound:
        """Return what the code tells of these columns, as far as it is left in the end."""
        whole = self._handed(self._ends.since("", _EVER), _EVER)
        return {name: self._of_code(name, _EVER, _EVER) for name in dict.fromkeys((*names, *whole[0]))}, whole[1]

    def _settle(self) -> None:
        """Lead on what statements read of the table itself, until nothing is added."""
        places = [place for place, one in enumerate(self._entries) if one.inner or one.own_rows]
        read = {place: _read(self._entries[place]) for place in places}
        times: dict[str, int] = {}  # that a column was added to
        seen: dict[int, list[int]] = {}
        for _ in range(_ROUNDS):
            changed = False
            for place in places:
                now = [times.get(small, 0) for small in read[place]]
                if seen.get(place) == now:
                    continue  # nothing was added to what it reads
                seen[place] = now
                fields, rows = self._led_on(self._entries[place])
                if (fields, rows) == (self._known[place], self._shape[place]):
                    continue
                changed = True
                for name, found in fields.items():
                    if found != self._known[place].get(name):
                        times[name.lower()] = times.get(name.lower(), 0) + 1
                        self._found.pop(name.lower(), None)
                self._known[place], self._shape[place] = fields, rows
            if not changed:
                return

    def _led_on(self, one: _Stated) -> Bound:
        """Return what a statement tells, with what it read of the table itself led on."""
        fields = dict(one.outer)
        for name, reaches in one.inner.items():
            led = [each for reach in reaches for each in self._led(one, reach)]
            fields[name] = columns.together([({name: [*fields.get(name, ()), *led]}, [])])[0][name]
        if not one.own_rows:
            return fields, one.rows
        rows = [each for reach in one.own_rows for each in self._led(one, reach)]
        return fields, columns.together([({}, [*one.rows, *rows])])[1]

    def _led(self, one: _Stated, reach: Reach) -> list[Reach]:
        at = one.last if self._ordered else _EVER
        before = [*self._stated(reach.field, one.first, at), *self._of_code(reach.field, one.first, at)]
        found = list(one.edges.led_on(reach, before))
        gone = self._ends.any(reach.field.lower(), one.first)
        return found if gone else [*found, reach]

    def _stated(self, name: str, first: int, at: int) -> list[Reach]:
        """Return what statements had brought to a column until ``at`` a time, by one that ran from ``first`` on."""
        small = name.lower()
        since, those = self._ends.since(small, first), self._columns.get(small, ())
        until = bisect_left(those, at, key=self._first)  # they stand in the order in which they first ran
        known = self._found.setdefault(small, {})
        if (since, until) not in known:
            seen = [(place, held) for place, held in those[:until] if self._entries[place].last >= since]
            found = [reach for place, held in seen for reach in self._known[place].get(held, ())]
            known[since, until] = columns.together([({name: found}, [])])[0][name]
        return known[since, until]

    def _first(self, one: tuple[int, str]) -> int:
        return self._entries[one[0]].first

    def _of_code(self, name: str, first: int, at: int) -> list[Reach]:
        key = (self._ends.since(name.lower(), first), at)
        if key not in self._told:
            self._told[key] = {held.lower(): found for held, found in self._handed(*key)[0].items()}
        return self._told[key].get(name.lower(), [])


def _read(one: _Stated) -> list[str]:
    """Return the columns of the table itself that a statement reads, in small letters."""
    reaches = itertools.chain(one.own_rows, *one.inner.values())
    return list(dict.fromkeys(reach.field.lower() for reach in reaches))


def _merged(own: Dataset, stated: Sequence[tuple[Bindable, Bound]]) -> list[_Stated]:
    """Return statements in order, each form of them once."""
    found: dict[object, _Stated] = {}
    for place, (edges, bound) in enumerate(stated):
        if not columns.changing(edges) or edges.when is None:
            found[place] = _Stated(None, bound[0], {}, bound[1], [], _NEVER, _EVER, frozenset())
            continue
        key = (id(edges.lineage), tuple(edges.datasets.items()))
        known = found.get(key)
        if known is not None:
            found[key] = known._replace(first=min(known.first, edges.when.first), last=max(known.last, edges.when.last))
            continue
        inner = {
            name: some for name, reaches in bound[0].items() if (some := [one for one in reaches if _is(one, own)])
        }
        outer = {name: [one for one in reaches if not _is(one, own)] for name, reaches in bound[0].items()}
        rows, own_rows = [one for one in bound[1] if not _is(one, own)], [one for one in bound[1] if _is(one, own)]
        sets = None if edges.begins else _set(edges) if edges.whole else frozenset[str]()
        found[key] = _Stated(edges, outer, inner, rows, own_rows, edges.when.first, edges.when.last, sets)
    return sorted(found.values(), key=lambda one: one.first)


def _set(edges: columns.Changing) -> frozenset[str]:
    gone = frozenset(old.lower() for old, _ in edges.renamed)
    return gone.union(item.name.lower() for item in edges.lineage.items if getattr(item, "name", ""))


def _is(reach: Reach, own: Dataset) -> bool:
    return (reach.namespace, reach.name) == (own.namespace, own.name)


def elsewhere(own: Dataset, bound: Bound) -> Bound:
    """Return what of some edges does not come from the table itself."""
    fields = {name: [one for one in reaches if not _is(one, own)] for name, reaches in bound[0].items()}
    return {name: some for name, some in fields.items() if some}, [one for one in bound[1] if not _is(one, own)]
