"""Whole numbers that lie near each other, counted by their value instead of sorted.

Enters: numbers of one column, as ``gathered`` tells them. Leaves: the ``Levels`` that sorting them would tell, or
nothing where they lie too far apart. Counting takes one pass on any processor; sorting 16 bits, as most such numbers
need, takes ten times as long on one whose vectors have no such sort. Never writes into a buffer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.profile import gathered, levels
from driftline.profile.gathered import Part, Room
from driftline.profile.levels import Levels

WIDE = 1 << 16  # different numbers that are counted at most: their counts stay in the cache
_SPARSE = 4  # times as many as there are rows, at most
_FEW = 4  # values in a row that are looked for one by one, which any processor does many at a time
_INT64 = np.dtype(np.int64)


def counted(parts: Sequence[Part], room: Room) -> Levels | None:
    """Return the different values of those that are there, and how often each is; None where they are to be sorted.

    ``room``: memory to work in.
    """
    if any(found.dtype.kind not in "iu" for found, _ in parts):
        return None
    bounds = gathered.bounds(parts)
    if bounds is None or bounds[1] >= 1 << 63:
        return None
    low, size = bounds[0], bounds[1] - bounds[0] + 1
    if size > min(WIDE, _SPARSE * sum(len(found) for found, _ in parts)):
        return None
    few = size <= _FEW
    low = 0 if low > 0 and bounds[1] < WIDE and not few else low  # what is counted as it lies needs no copy
    counts = np.zeros(bounds[1] - low + 1, np.int64)
    for found, there in parts:
        kept = found if there is None else found[there]
        counts += _each(kept, low, size) if few else np.bincount(_from(kept, low, room), minlength=len(counts))
    values = counts.nonzero()[0]
    return levels.of_values(values + low, counts[values])


def _each(values: NDArray[Any], low: int, size: int) -> NDArray[np.int64]:
    """Return how many of values are ``low``, how many one more, and so on: none is below, or ``size`` above."""
    counts = [int(np.count_nonzero(values == low + more)) for more in range(1, size)]
    return np.array([len(values) - sum(counts), *counts])


def _from(values: NDArray[Any], low: int, room: Room) -> NDArray[Any]:
    """Return how far values lie above ``low``."""
    if low == 0 and values.dtype == _INT64:
        return values
    out = room.take(len(values), _INT64)
    np.subtract(values, low, out=out, dtype=_INT64)
    return out
