"""Columns that only number the rows or go up in equal steps: equal content of two of them does not make them one.

Enters: tables, their profiles. Leaves: the names of such columns. Row numbers, calendars and texts that end in such
numbers count. Looks at the first rows first, and at what is repeated often not at all.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.event import names
from driftline.profile import Profile, Told, buffers
from driftline.profile.sheet import Sheet

LONG = 3  # rows that are looked at first
_LONGER = 32  # then so many texts
_NARROW = frozenset({pa.float16(), pa.float32()})
_ENDING = re.compile(r"[0-9]+$")

Named = tuple[str, pa.ChunkedArray]


def columns(table: pa.Table, told: Mapping[str, Told] | None = None) -> frozenset[str]:
    """Return the columns of ``table`` that number the rows; ``told``: what is known of them."""
    return _among(zip(names.distinct(table.column_names), table.columns, strict=True), told)


def of_each(whole: Sheet, built: Sequence[Profile]) -> list[frozenset[str]]:
    """Return the same for each of the Arrow tables of a sheet, of which the profiles are known."""
    uneven = _uneven(whole)
    return [
        _among([whole.columns[place][:2] for place in range(start, end) if place not in uneven], one.columns)
        for (_, start, end), one in zip(whole.tables, built, strict=True)
    ]


def _among(found: Iterable[Named], told: Mapping[str, Told] | None) -> frozenset[str]:
    """Return which of the columns number the rows; numbers that repeat often need no look."""
    few: Collection[str] = () if told is None else {
        name
        for name, column in told.items()
        if column.type in {"number", "time"} and column.distinct_count() <= column.rows / 2
    }  # fmt: skip
    return frozenset([name for name, column in found if name not in few and _regular(column)])


def _uneven(whole: Sheet) -> set[int]:
    """Return the places of columns of numbers that go on in other steps than they begin with, as far as that is cheap.

    Whole numbers and doubles whose steps differ as doubles do differ; narrower floats have steps of their own.
    """
    places, values, bounds = whole.numbers
    known = [
        (place, start)
        for place, start in zip(places, bounds, strict=False)
        if whole.lengths[place] >= LONG and whole.columns[place].values.type not in _NARROW
    ]
    if not known:
        return set()
    starts = np.array([start for _, start in known])
    first, second, third = (values[starts + place] for place in range(LONG))
    differ = second - first != third - second
    return {place for (place, _), one in zip(known, differ.tolist(), strict=True) if one}


def _regular(column: pa.ChunkedArray) -> bool:
    """Whether a column goes up or down in equal steps, as row numbers and calendars do; texts that end so as well."""
    if column.null_count or len(column) < LONG:
        return False
    family = buffers.family(column.type)
    if family == "text" or (family == "dictionary" and buffers.family(column.type.value_type) == "text"):
        counts = (1, LONG, _LONGER, len(column))  # few texts go on in equal steps by chance
        return all(_stepwise([_number(text) for text in column.slice(0, count).to_pylist()]) for count in counts)
    if family not in {"number", "time"} or pa.types.is_time(column.type):
        return False
    begin = np.concatenate([buffers.numbers(chunk) for chunk in column.slice(0, LONG).chunks])
    if not _even(begin):
        return False
    return _even(np.concatenate([buffers.numbers(chunk) for chunk in column.chunks]))


def _even(values: NDArray[Any]) -> bool:
    if values.dtype.kind in "iu" and values.dtype.itemsize < 8:  # in which steps may not fit
        values = values.astype(np.int64)
    steps = values[1:] - values[:-1]
    return bool((steps == steps[0]).all())


def _number(text: str | None) -> int | None:
    found = _ENDING.search(text) if text else None
    return int(found[0][-18:]) if found else None


def _stepwise(numbers: Sequence[int | None]) -> bool:
    if None in numbers:
        return False
    steps = {after - before for before, after in itertools.pairwise(cast("Sequence[int]", numbers))}
    return len(steps) < 2
