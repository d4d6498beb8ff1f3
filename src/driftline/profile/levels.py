"""The different finite numbers of columns, and how often each is there: all that is told of numbers comes from them.

Enters: ascending numbers of one column, or of several columns end to end. Leaves: ``Levels``, the
columns end to end, so that what is asked of each number is asked once for all of them. No column is empty.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXACT = 1 << 53  # below it a double holds every whole number


class Levels:
    """Column k has ``values[bounds[k]:bounds[k + 1]]``, ascending and distinct, each ``counts`` times (above 0)."""

    __slots__ = ("bounds", "counts", "sizes", "spans", "starts", "values")

    def __init__(self, values: NDArray[Any], counts: NDArray[np.int64], bounds: NDArray[np.int64]) -> None:
        self.values = values
        self.counts = counts
        self.bounds = bounds  # one more than there are columns
        self.starts = bounds[:-1]
        self.sizes = bounds[1:] - bounds[:-1]
        ends: list[int] = bounds.tolist()
        self.spans = list(itertools.pairwise(ends))  # where each column begins, and where it ends

    def totals(self) -> list[int]:
        """Return how many numbers each column has."""
        found: list[int] = np.add.reduceat(self.counts, self.starts).tolist()
        return found

    def ends(self) -> NDArray[Any]:
        """Return the largest number of each column."""
        return self.values[self.bounds[1:] - 1]


def of_values(values: NDArray[Any], counts: NDArray[np.int64]) -> Levels:
    """Return the levels of one column by its distinct ``values`` and their ``counts``."""
    return Levels(values, counts, np.array([0, len(values)]))


def end_to_end(parts: Sequence[Levels]) -> Levels:
    """Return the levels of several columns as doubles, which have to hold them."""
    bounds = np.cumsum([0, *(len(part.values) for part in parts)])
    values = np.concatenate([part.values for part in parts], dtype=np.float64, casting="unsafe")
    return Levels(values, np.concatenate([part.counts for part in parts]), bounds)


def of_sorted(ordered: NDArray[Any]) -> Levels:
    """Return the levels of one column by all its values, finite, ascending."""
    if not len(ordered):
        return of_values(ordered, np.zeros(0, np.int64))
    ends = (ordered[1:] != ordered[:-1]).nonzero()[0]
    starts = np.empty(len(ends) + 2, np.int64)
    starts[0], starts[1:-1], starts[-1] = 0, ends + 1, len(ordered)
    return of_values(ordered[starts[:-1]], starts[1:] - starts[:-1])


def of_lines(values: NDArray[np.float64], bounds: NDArray[np.int64], present: NDArray[np.int64]) -> Levels:
    """Return the levels of columns end to end, each ascending, NaN behind its ``present`` values (at least one).

    Column k has ``values[bounds[k]:bounds[k + 1]]``.
    """
    first = np.empty(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    first[bounds[:-1]] = True
    first &= values == values  # no NaN
    starts = first.nonzero()[0]
    own = starts.searchsorted(bounds)
    ends = np.empty_like(starts)
    ends[:-1] = starts[1:]
    ends[own[1:] - 1] = bounds[:-1] + present
    return Levels(values[starts], ends - starts, own)


def as_doubles(found: Levels) -> Levels:
    """Return levels as doubles, without a negative zero; whole numbers of one column that are one double become one."""
    values = found.values.astype(np.float64) + 0.0
    if (
        found.values.dtype.kind == "f"
        or (values[0] > -EXACT and values[-1] < EXACT)
        or (values[1:] != values[:-1]).all()
    ):
        return Levels(values, found.counts, found.bounds)
    starts = np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1))
    return of_values(values[starts], np.add.reduceat(found.counts, starts))
