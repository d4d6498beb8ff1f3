"""Quantiles and distribution functions of many columns at once.

Enters: columns by name, each with a finite value. Leaves: one line per column, in their order, of what
``Column.quantile`` and ``Column.cdf`` say one by one, to the bit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.profile import quantiles
from driftline.profile.column import Column

Lines = NDArray[np.float64]


class Ranks:
    """The quantile points of columns, end to end."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.place = {name: place for place, name in enumerate(columns)}  # the line of each column
        self._points = quantiles.points_of([column.quantiles for column in columns.values()])
        self._ranks = self._points.counts.cumsum()  # over all columns
        self._below = self._ranks[self._points.starts] - self._points.counts[self._points.starts]
        self._totals = self._ranks[self._points.bounds[1:] - 1] - self._below
        self._low = np.array([column.minimum for column in columns.values()], dtype=float)
        self._high = np.array([column.maximum for column in columns.values()], dtype=float)
        self._finite = np.array([column.finite for column in columns.values()])

    def quantile(self, shares: NDArray[Any]) -> Lines:
        """Return, per column, the value at each of ``shares``, between 0 and 1 (both excluded)."""
        totals = self._totals[:, None]
        # as in ``Quantiles.at``
        target = np.ceil(shares * totals - 1e-9 * totals**0.5)
        found = self._ranks.searchsorted(np.maximum(target, 1) + self._below[:, None])
        lines: Lines = self._points.values[np.minimum(found, self._points.bounds[1:, None] - 1)]
        return lines

    def cdf(self, places: Sequence[int], points: Lines) -> Lines:
        """Return the share of finite values that are at most each of ``points``; line i is of column ``places[i]``."""
        spans, values = self._points.spans, self._points.values
        found = np.empty(points.shape, np.int64)
        for line, place, asked in zip(found, places, points, strict=True):
            start, end = spans[place]
            line[:] = values[start:end].searchsorted(asked, side="right")
        starts = self._points.starts[places][:, None]
        ranks = np.where(found > 0, self._ranks[starts + found - 1] - self._below[places][:, None], 0)
        shares = ranks / self._finite[places][:, None]
        low, high = self._low[places][:, None], self._high[places][:, None]
        return np.where(points < low, 0.0, np.where(points >= high, 1.0, shares))
