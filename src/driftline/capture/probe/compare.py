"""Two results of one function, before and after a change: which rows came or went or moved, which values differ.

Enters: results as columns, with the hidden ids of their rows where these came through. Leaves: the differences. Values
are compared in order, numbers with a relative tolerance, as sums in another order differ in their last digits.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from typing import Any, NamedTuple

from driftline.capture.probe import tables
from driftline.capture.probe.mutate import missing

ID = "__driftline_row_"  # begins the names of the columns that carry ids
_DIGITS = 9  # of a number that count


class Result(NamedTuple):
    """One result as columns; cells are hashable."""

    columns: dict[str, list[Hashable]]
    rows: int
    keys: list[tuple[Hashable, ...]] | None = None  # per row its ids; None = they did not come through
    carried: tuple[str, ...] = ()  # the arguments whose ids the keys are made of


class Difference(NamedTuple):
    """What a change did to a result."""

    columns: frozenset[str] = frozenset()  # columns in which the same row has another value
    cells: int = 0  # how many rows have another value in any of them
    rows: bool = False  # rows came or went
    paired: bool = False  # rows of several sources met other partners
    order: bool = False  # the same rows in another order
    names: frozenset[str] = frozenset()  # columns that came or went

    def __bool__(self) -> bool:
        return bool(self.columns or self.rows or self.order or self.names)


def cell(value: Any) -> Hashable:
    """Return a value as it is compared."""
    if missing(value):
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, float):
        if value == 0 or math.isinf(value):
            return value
        return float(f"{value:.{_DIGITS}g}")
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value if isinstance(value, Hashable) else repr(value)


def results(given: Any, hidden: Sequence[str] = (), by_index: str = "", besides: Collection[int] = ()) -> list[Result]:
    """Return what a function has returned, as results.

    Args:
        given: a table, a value, or a tuple of these.
        hidden: arguments that carry an id column.
        by_index: the argument whose ids are in the index of a pandas table.
        besides: results whose index is none of ids.

    Raises:
        NotATable: it is something else.
    """
    parts = given if isinstance(given, tuple) else (given,)
    return [_result(part, hidden, by_index if place not in besides else "") for place, part in enumerate(parts)]


def _result(given: Any, hidden: Sequence[str], by_index: str) -> Result:
    if given is None or isinstance(given, bool | int | float | str):
        return Result({tables.SERIES: [cell(given)]}, 1)
    if hasattr(given, "item") and getattr(given, "shape", None) == ():
        return Result({tables.SERIES: [cell(given.item())]}, 1)
    if isinstance(given, list) and not given:
        return Result({}, 0)
    columns: dict[str, list[Hashable]] = {}
    ids: dict[str, list[Hashable]] = {}
    carried = {f"{ID}{name}": name for name in hidden}
    for name in tables.names(given):
        values = [cell(value) for value in tables.column(given, name)]
        if str(name) in carried:
            ids[carried[str(name)]] = values
        else:
            columns[str(name)] = values
    if by_index and tables.library(given) == "pandas":
        ids[by_index] = [cell(value) for value in given.index.tolist()]
    elif tables.library(given) == "pandas":
        _index(given, columns)
    rows = tables.height(given)
    kept = {name: values for name, values in ids.items() if not values or any(value is not None for value in values)}
    keys = list(zip(*kept.values(), strict=True)) if kept else None
    return Result(columns, rows, keys, tuple(kept))


def _index(given: Any, columns: dict[str, list[Hashable]]) -> None:
    """Levels of an index that have a name are columns too, as those of a grouping."""
    for place, name in enumerate(given.index.names):
        if name is not None and str(name) not in columns:
            columns[str(name)] = [cell(value) for value in given.index.get_level_values(place).tolist()]


def same(one: Sequence[Result], other: Sequence[Result]) -> bool:
    """Whether two runs returned the same, ids aside."""
    return len(one) == len(other) and all(
        left.rows == right.rows and left.columns == right.columns for left, right in zip(one, other, strict=True)
    )


def difference(before: Result, after: Result) -> Difference:
    """Return what differs between two results."""
    if not before.columns or not after.columns:  # without rows some results have no columns
        return Difference(rows=before.rows != after.rows)
    shared = before.columns.keys() & after.columns.keys()
    names = frozenset(before.columns.keys() ^ after.columns.keys())
    if before.keys is None or after.keys is None or before.carried != after.carried:
        return _by_place(before, after, shared, names)
    if len(set(before.keys)) != len(before.keys) or len(set(after.keys)) != len(after.keys):
        return _by_place(before, after, shared, names)
    return _by_key(before, after, shared, names)


def _by_place(before: Result, after: Result, shared: Any, names: frozenset[str]) -> Difference:
    if before.rows != after.rows:
        changed = frozenset(name for name in shared if Counter(before.columns[name]) != Counter(after.columns[name]))
        return Difference(changed, max(before.rows, after.rows), rows=True, names=names)
    changed = frozenset(name for name in shared if before.columns[name] != after.columns[name])
    cells = sum(
        any(before.columns[name][row] != after.columns[name][row] for name in changed) for row in range(before.rows)
    )
    return Difference(changed, cells, names=names)


def _by_key(before: Result, after: Result, shared: Any, names: frozenset[str]) -> Difference:
    assert before.keys is not None
    assert after.keys is not None
    place = {key: row for row, key in enumerate(after.keys)}
    common = [(row, place[key]) for row, key in enumerate(before.keys) if key in place]
    rows = len(common) != before.rows or before.rows != after.rows
    paired = False
    if rows and len(before.carried) > 1:
        known = set(before.keys)
        firsts = {key[0] for key in before.keys}
        paired = any(key not in known and key[0] in firsts for key in after.keys)
    changed: set[str] = set()
    touched: set[int] = set()
    for name in shared:
        left, right = before.columns[name], after.columns[name]
        differing = [row for row, other in common if left[row] != right[other]]
        if differing:
            changed.add(name)
            touched.update(differing)
    order = not rows and [other for _, other in common] != sorted(other for _, other in common)
    return Difference(frozenset(changed), len(touched), rows, paired, order, names)


def multiset(result: Result, without: frozenset[str]) -> Counter[tuple[Hashable, ...]]:
    """Return the rows of a result as a multiset, some columns left out."""
    kept = [values for name, values in sorted(result.columns.items()) if name not in without]
    return Counter(zip(*kept, strict=True)) if kept else Counter({(): result.rows})
