"""Some rows of the tables that a step was given, such that rows that belong together are taken together.

Enters: tables. Leaves: smaller ones of the same kind, which share no memory that is written to. Small tables are taken
whole; of a large one first the rows whose values meet those of tables that were taken before, in columns of the same
name, then rows at even distances. Rows keep their order. Bounded: of a very large table only some rows are looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.probe import compare, tables

ROWS = 2_000  # that are taken of one table
LOOKED = 20_000  # that are looked at in one table
_KEYS = 4  # columns by which tables are matched


def of(given: Mapping[str, Any], rows: int = ROWS) -> dict[str, Any]:
    """Return a sample of each table; all of it where it is small."""
    return smaller(given, rows, fresh=True)


def smaller(given: Mapping[str, Any], rows: int, *, fresh: bool = False) -> dict[str, Any]:
    """Return tables with at most ``rows`` rows each; ``fresh``: copies, even where nothing is left out."""
    taken: dict[str, Any] = {}
    for name in sorted(given, key=lambda one: tables.height(given[one])):
        whole = given[name]
        height = tables.height(whole)
        if height <= rows:
            taken[name] = tables.take(whole, range(height)) if fresh else whole
            continue
        looked = _even(range(height), min(height, max(LOOKED, rows)))
        part = tables.take(whole, looked) if len(looked) < height else whole
        taken[name] = tables.take(part, _chosen(part, list(taken.values()), rows))
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
            hits = [row for row, value in enumerate(values) if compare.cell(value) in known]
            if len(hits) < height:
                matching |= dict.fromkeys(hits)
    room = rows - rows // 4 if matching else 0
    first = _even(list(matching), room)
    held = set(first)
    rest = [row for row in _even(range(height), rows) if row not in held][: rows - len(first)]
    return sorted([*first, *rest])


def _even(rows: Sequence[int], count: int) -> list[int]:
    """At most ``count`` of ``rows``, at even distances."""
    if len(rows) <= count:
        return list(rows)
    return [rows[place * len(rows) // count] for place in range(count)]
