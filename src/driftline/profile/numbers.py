"""Columns of numbers and times, measured together: one pass over the different values of all of them.

Enters: their ``Levels``, or short columns side by side, and what was counted before of each. Leaves: ``Column`` per
column, the same whatever it is measured beside. Never sees a null, NaN or infinity: they are counted elsewhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from driftline.profile import distinct, frequent, levels, moments, quantiles
from driftline.profile.column import Column, Type
from driftline.profile.frequent import Frequent
from driftline.profile.levels import Levels

_NAMES = ("false", "true")


class Counted(NamedTuple):
    """What is known of a column before its finite values are looked at; see ``Column``."""

    type: Type
    rows: int
    nulls: int
    nans: int = 0
    infinities: int = 0


def measured(columns: Sequence[Counted], found: Levels, seed: int) -> list[Column]:
    """Return the columns whose finite values are ``found``; of whole numbers beyond 53 bits one column at a time."""
    doubles = levels.as_doubles(found)
    parts = zip(
        columns,
        _signs(doubles),
        moments.of_levels(doubles),
        quantiles.of_levels(doubles),
        distinct.of_levels(found, seed),
        frequent.of_levels(found, frequent.NUMBER),
        strict=True,
    )
    return [_named(Column(*counted, *signs, *rest)) for counted, signs, *rest in parts]


def _named(column: Column) -> Column:
    """Return booleans, measured as 0 and 1, with the names of their values."""
    if column.type != "boolean":
        return column
    values = tuple(_NAMES[int(value)] for value in column.frequent.values)
    return msgspec.structs.replace(column, frequent=Frequent(values, column.frequent.counts))


def _signs(found: Levels) -> list[tuple[int, int]]:
    """Return, per column, how many values are 0 and how many are below."""
    out = []
    for (start, end), first in zip(found.spans, found.values[found.starts].tolist(), strict=True):
        at = start if first > 0 else start + int(found.values[start:end].searchsorted(0.0))
        zeros = int(found.counts[at]) if at < end and found.values[at] == 0 else 0
        out.append((zeros, int(np.add.reduce(found.counts[start:at]))))
    return out
