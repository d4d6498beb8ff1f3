"""Some rows of the tables that a step was given, such that rows that belong together are taken together.

Enters: tables. Leaves: smaller ones of the same kind. Small tables are taken
whole; of a large one first the rows whose values meet those of tables that were taken before, in columns of the same
name, then rows at even distances. Rows keep their order. Bounded: of a very large table only some rows are looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.probe import compare, tables

LOOKED = 10_000  # rows that are looked at in one table
_KEYS = 4  # columns by which tables are matched


def of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return some rows of each table, or all of a small one, as copies; quick, for the user's thread."""
    return {
        name: tables.copied(one)
        if tables.height(one) <= LOOKED
        else tables.take(one, _even(tables.height(one), LOOKED))
        for name, one in given.items()
    }


def smaller(given: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return tables with at most ``rows`` rows each, of rows that belong together."""
    taken: dict[str, Any] = {}
    for name in sorted(given, key=lambda one: tables.height(given[one])):
        whole = given[name]
        small = tables.height(whole) <= rows
        taken[name] = whole if small else tables.take(whole, _chosen(whole, list(taken.values()), rows))
    return {name: tables.plain_index(taken[name]) for name in given}


def _chosen(part: Any, others: Sequence[Any], rows: int) -> list[int]:
    """The rows to take: those that match first, then some of all."""
    height = tables.height(part)
    matching: dict[int, None] = {}
    for other in others:
        shared = [name for name in tables.names(part) if name in tables.names(other)][:_KEYS]
        for name in shared:
            known = set(map(compare.cell, tables.column(other, name)))
            values = tables.column(part, name)
            found = [row for row, value in enumerate(values) if compare.cell(value) in known]
            if len(found) < height:
                matching |= dict.fromkeys(found)
    room = rows - rows // 4 if matching else 0
    hits = list(matching)
    first = [hits[place] for place in _even(len(hits), room)]
    held = set(first)
    rest = [row for row in _even(height, rows) if row not in held][: rows - len(first)]
    return sorted([*first, *rest])


def _even(rows: int, count: int) -> list[int]:
    """At most ``count`` of so many rows, at even distances."""
    return list(range(rows)) if rows <= count else [place * rows // count for place in range(count)]
