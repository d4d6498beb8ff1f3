"""In which way a column reaches a result: by its values, or by deciding which rows there are, or in which order.

Enters: what changing the column did. Leaves: influences with OpenLineage's types. The tests, in this order:

- a column that reaches a result unchanged is IDENTITY; the others are looked at without it;
- what stays the same under every map that keeps equal equal, and not under a permutation, depends on which rows are
  equal: GROUP_BY, or WINDOW where the rows stay;
- what stays the same when a column of another table is mapped along depends on which rows match: JOIN;
- what stays the same under maps that keep the order depends on the order: SORT, or WINDOW;
- a single cell that only makes its row come or go, whatever its value: FILTER; that only chooses between two values:
  CONDITIONAL;
- all else is the value itself: TRANSFORMATION, or AGGREGATION where several rows meet in one.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from driftline.capture.probe import compare, mutate, tables
from driftline.capture.probe.call import Call, Tables
from driftline.capture.probe.compare import Result
from driftline.capture.probe.detect import KEEPING, Effect
from driftline.capture.probe.report import Influence

_CELLS = 6  # rows of which one cell is changed
_MEET = 1.5  # source rows per row of the result from which on rows are said to meet
_ALL = frozenset[str]()


class Trial(NamedTuple):
    """What became of a result when one cell was changed to several values, or its row was left out."""

    row: int
    others: list[Result]
    without: Result | None


class Along(NamedTuple):
    """A column of another table that was mapped as one was, and what became of the results."""

    other: Effect
    by: mutate.Map
    results: list[Result]


class Classifier:
    """Tells the ways of all columns of one call."""

    def __init__(self, call: Call, data: Tables, base: Sequence[Result], effects: Sequence[Effect]) -> None:
        self._call = call
        self._data = data
        self._base = base
        self._effects = effects
        self._mapped_along: dict[tuple[str, str], list[Along]] = {}
        self._doubled: dict[str, list[Result] | None] = {}
        self._trials: dict[tuple[str, str], list[tuple[int, list[list[Result]], list[Result] | None]]] = {}

    def influences(self, effect: Effect) -> Iterator[Influence]:
        """Yield the influences of one column."""
        for output in range(len(self._base)):
            if effect.any(output):
                for target, type_, subtype in self._ways(effect, output):
                    yield Influence(effect.argument, str(effect.column), output, target, type_, subtype)

    def _ways(self, effect: Effect, output: int) -> Iterator[tuple[str, Any, str]]:
        base = self._base[output]
        same = self._unchanged(effect, output)
        found = effect.differences.values()
        named = frozenset(name for one in found for name in one[output].names) & base.columns.keys()
        changed = frozenset(name for one in found for name in one[output].columns) - same
        rows = any(one[output].rows for one in found)
        if named:  # columns that come from values, as those of a pivot
            for name in sorted(named | changed):
                yield name, "INDIRECT", "CONDITIONAL"
            return
        keyed = base.keys is not None
        equal = self._by_equality(effect, output, same)
        matched = not equal and self._by_match(effect, output, same)
        for name in sorted(same):
            met = not keyed and not equal and not matched and self._meet(effect, output)
            yield name, "DIRECT", "AGGREGATION" if met else "IDENTITY"
        if not changed and not rows and not any(one[output].order for one in found):
            return
        if equal:
            yield from self._shaping("GROUP_BY", base, changed, rows)
        elif matched:
            yield "", "INDIRECT", "JOIN"
        elif self._by_order(effect, output, same):
            ordered = any(one[output].order for one in found)
            yield from self._shaping("SORT", base, changed, rows or ordered or not changed)
        else:
            yield from self._by_value(effect, output, same, changed, rows)

    def _shaping(
        self, subtype: str, base: Result, changed: frozenset[str], rows: bool
    ) -> Iterator[tuple[str, Any, str]]:
        """A column by whose equality or order rows are grouped or sorted; WINDOW where each row stays what it is."""
        if rows or base.keys is None:
            yield "", "INDIRECT", subtype
        else:
            for name in sorted(changed):
                yield name, "INDIRECT", "WINDOW"

    # --- the tests --------------------------------------------------------------------------------------------

    def _unchanged(self, effect: Effect, output: int) -> frozenset[str]:
        """The columns of the result that hold values of the column as they are, under every change of it.

        Where no change leaves any row, as of a key that has to match, the column of the other table is mapped along; of
        the two the one of the earlier argument counts as the source.
        """
        argument = effect.argument
        source = tables.column(self._data[argument], effect.column)
        maps = [make(source) for make in (mutate.moved, mutate.turned)]
        changed = [
            (effect.results[way][output], by)
            for way, by in zip(KEEPING, maps, strict=True)
            if by is not None and way in effect.results
        ]
        if changed and not any(found.rows for found, _ in changed):
            names = list(self._data)
            along = [one for one in self._along(effect) if one.results[output].rows]
            if any(names.index(one.other.argument) < names.index(argument) for one in along):
                return _ALL
            changed = [(one.results[output], one.by) for one in along]
        cells = list(map(compare.cell, source))
        mapped = [(found, list(map(compare.cell, mutate.mapped(source, by)))) for found, by in changed]
        return frozenset(
            name
            for name, values in self._base[output].columns.items()
            if mapped and values and self._holds(self._base[output], argument, values, cells)
            if all(
                name in found.columns and self._holds(found, argument, found.columns[name], after)
                for found, after in mapped
            )
        )

    @staticmethod
    def _holds(result: Result, argument: str, values: Sequence[Hashable], source: Sequence[Hashable]) -> bool:
        """Whether values of a result are those of the source: row by row where ids tell, else among them."""
        if result.keys is not None and argument in result.carried:
            place = result.carried.index(argument)
            ids = [key[place] for key in result.keys]
            return all(value == source[row] for value, row in zip(values, ids, strict=True) if isinstance(row, int))
        return {value for value in values if value is not None} <= set(source)

    def _equal(self, results: Sequence[Result], output: int, without: frozenset[str]) -> bool:
        return compare.multiset(results[output], without) == compare.multiset(self._base[output], without)

    def _by_equality(self, effect: Effect, output: int, same: frozenset[str]) -> bool:
        keeping = [effect.results[way] for way in KEEPING if way in effect.results]
        breaking = [effect.results[way] for way in ("permuted", "coarse") if way in effect.results]
        return (
            bool(keeping)
            and all(self._equal(found, output, same) for found in keeping)
            and any(not self._equal(found, output, same) for found in breaking)
        )

    def _by_match(self, effect: Effect, output: int, same: frozenset[str]) -> bool:
        """Whether some column of another table, mapped along, makes the change undone."""
        ways = [effect.results[way] for way in KEEPING if way in effect.results]
        if ways and all(self._equal(found, output, same) for found in ways):
            return False
        return any(
            self._equal(one.results, output, same | self._unchanged(one.other, output))
            for one in self._along(effect)
            if one.other.any(output)
        )

    def _along(self, effect: Effect) -> list[Along]:
        """What becomes of the results when a column of another table that shares values is mapped as this one is."""
        key = (effect.argument, str(effect.column))
        if key not in self._mapped_along:
            self._mapped_along[key] = list(self._pairs(effect))
        return self._mapped_along[key]

    def _pairs(self, effect: Effect) -> Iterator[Along]:
        source = tables.column(self._data[effect.argument], effect.column)
        by = mutate.moved(source) or mutate.turned(source)
        known = {value for value in map(compare.cell, source) if value is not None}
        for other in self._effects if by is not None else ():
            assert by is not None
            values = tables.column(self._data[other.argument], other.column)
            kinds = {type(value) for value in values[:20]} & {type(value) for value in source[:20]}
            if other.argument == effect.argument or not kinds or known.isdisjoint(map(compare.cell, values)):
                continue
            both = {
                **self._data,
                effect.argument: self._mapped(effect.argument, effect.column, by),
                other.argument: self._mapped(other.argument, other.column, by),
            }
            found = self._results(both)
            if found is not None:
                yield Along(other, by, found)

    def _mapped(self, argument: str, column: Any, by: mutate.Map) -> Any:
        data = self._data[argument]
        try:
            return tables.replaced(data, column, mutate.mapped(tables.column(data, column), by))
        except tables.CannotHold:
            return data

    def _results(self, data: Tables) -> list[Result] | None:
        found = self._call.attempt(data)
        return found if found is not None and len(found) == len(self._base) else None

    def _by_order(self, effect: Effect, output: int, same: frozenset[str]) -> bool:
        """Whether maps that keep the order change nothing, in values and in order, but others do."""
        moved = effect.results.get("moved")
        if moved is None:
            return False
        base = self._base[output]
        plain = {name: values for name, values in base.columns.items() if name not in same}
        kept = all(moved[output].columns.get(name) == values for name, values in plain.items())
        others = [effect.results[way][output] for way in ("turned", "permuted") if way in effect.results]
        if not kept or moved[output].rows != base.rows:
            return False
        return any(found.columns.get(name) != values for found in others for name, values in plain.items())

    # --- one cell at a time -----------------------------------------------------------------------------------

    def _trial(self, effect: Effect, output: int) -> list[Trial]:
        key = (effect.argument, str(effect.column))
        if key not in self._trials:
            self._trials[key] = [self._one(effect, row) for row in self._rows(effect.argument)]
        return [
            Trial(row, [found[output] for found in others], None if without is None else without[output])
            for row, others, without in self._trials[key]
        ]

    def _rows(self, argument: str) -> list[int]:
        height = tables.height(self._data[argument])
        known: set[Any] = set()
        for result in self._base:
            if result.keys is not None and argument in result.carried:
                place = result.carried.index(argument)
                known.update(key[place] for key in result.keys if isinstance(key[place], int))
        inside = sorted(known)[:: max(1, len(known) // (_CELLS - 2))][: _CELLS - 2]
        spread = [(2 * place + 1) * height // (2 * _CELLS) for place in range(_CELLS)]
        return list(dict.fromkeys([*inside, *spread]))[:_CELLS] if height else []

    def _one(self, effect: Effect, row: int) -> tuple[int, list[list[Result]], list[Result] | None]:
        data = self._data[effect.argument]
        values = tables.column(data, effect.column)
        found: list[list[Result]] = []
        for value in mutate.variants(values, row):
            changed = list(values)
            changed[row] = value
            try:
                made = tables.replaced(data, effect.column, changed)
            except tables.CannotHold:
                continue
            result = self._results({**self._data, effect.argument: made})
            if result is not None:
                found.append(result)
        rest = [place for place in range(len(values)) if place != row]
        return row, found, self._results({**self._data, effect.argument: tables.take(data, rest)})

    def _by_value(
        self, effect: Effect, output: int, same: frozenset[str], changed: frozenset[str], rows: bool
    ) -> Iterator[tuple[str, Any, str]]:
        base = self._base[output]
        trials = self._trial(effect, output)
        if self._present(trials, base, same):
            yield "", "INDIRECT", "FILTER"
            return
        paired = any(found[output].paired for found in effect.differences.values())
        if base.keys is not None:
            if rows:
                yield "", "INDIRECT", "JOIN" if paired else "FILTER"
        elif any(one.rows != base.rows for trial in trials for one in trial.others):
            yield "", "INDIRECT", "FILTER"
        meeting = self._meet(effect, output)
        for name in sorted(changed):
            yield self._of_column(name, trials, base, meeting)

    def _present(self, trials: Sequence[Trial], base: Result, same: frozenset[str]) -> bool:
        """Whether a cell only decides if its row is there."""
        plain = compare.multiset(base, same)
        decided = False
        for trial in trials:
            if trial.without is None:
                continue
            gone = compare.multiset(trial.without, same)
            ends = [compare.multiset(one, same) for one in trial.others]
            others = [end for end in ends if end != plain]
            if not others:
                continue
            if any(end != others[0] for end in others):
                return False
            if others[0] != gone and plain != gone:
                return False
            decided = decided or others[0] == gone or plain == gone
        return decided

    def _meet(self, effect: Effect, output: int) -> bool:
        """Whether several rows of the source meet in one row of the result."""
        base = self._base[output]
        trials = self._trial(effect, output)
        reached = [trial for trial in trials if any(compare.difference(base, one) for one in trial.others)]
        touched = [compare.difference(base, one).cells for trial in reached for one in trial.others]
        if base.keys is not None:
            return any(cells > 1 for cells in touched) and effect.argument in base.carried
        whole = [effect.differences[way][output].cells for way in KEEPING if way in effect.differences]
        merges = self._merges(effect.argument, output)
        if merges is not None:
            return merges and not self._chooses(effect, output)
        sources = tables.height(self._data[effect.argument]) * len(reached) / max(1, len(trials))
        return sources / max(1, max(whole, default=1)) > _MEET

    def _merges(self, argument: str, output: int) -> bool | None:
        """Whether a table with each row twice makes about as many rows as with each row once; None = it fails."""
        if argument not in self._doubled:
            data = self._data[argument]
            rows = [*range(tables.height(data)), *range(tables.height(data))]
            self._doubled[argument] = self._results({**self._data, argument: tables.take(data, rows)})
        found = self._doubled[argument]
        return None if found is None else found[output].rows < _MEET * self._base[output].rows

    def _chooses(self, effect: Effect, output: int) -> bool:
        """Whether of rows that are there twice, with other values, always the first or always the last counts."""
        data = self._data[effect.argument]
        values = tables.column(data, effect.column)
        twice = tables.take(data, [*range(len(values)), *range(len(values))])
        ends: list[tuple[bool, bool]] = []
        for way, make in (("moved", mutate.moved), ("turned", mutate.turned)):
            by = make(values)
            if by is None or way not in effect.results:
                continue
            try:
                changed = tables.replaced(twice, effect.column, [*values, *mutate.mapped(values, by)])
            except tables.CannotHold:
                continue
            found = self._results({**self._data, effect.argument: changed})
            if found is None:
                return False
            plain = compare.multiset(found[output], _ALL)
            last = compare.multiset(effect.results[way][output], _ALL)
            ends.append((plain == compare.multiset(self._base[output], _ALL), plain == last))
        return bool(ends) and (all(first for first, _ in ends) or all(last for _, last in ends))

    def _of_column(self, name: str, trials: Sequence[Trial], base: Result, meeting: bool) -> tuple[str, Any, str]:
        """How a column reaches one column of the result by its value."""
        options: list[frozenset[Hashable]] = []
        for trial in trials:
            seen = self._seen(name, trial, base)
            if len(seen) > 2:
                return name, "DIRECT", "AGGREGATION" if meeting else "TRANSFORMATION"
            if len(seen) == 2:
                options.append(seen)
        if len(options) > 1 and len(set(options)) > 1:
            return name, "INDIRECT", "CONDITIONAL"
        return name, "DIRECT", "AGGREGATION" if meeting else "TRANSFORMATION"

    @staticmethod
    def _seen(name: str, trial: Trial, base: Result) -> frozenset[Hashable]:
        """The values that the cells of a column took that one cell of the source moves."""
        before = base.columns.get(name, [])
        found: dict[int, set[Hashable]] = {}
        for other in trial.others:
            after = other.columns.get(name, [])
            if len(after) == len(before):
                for row, value in enumerate(after):
                    if value != before[row]:
                        found.setdefault(row, {before[row]}).add(value)
        return max(map(frozenset, found.values()), key=len) if found else frozenset()
