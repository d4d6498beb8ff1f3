"""The pool of recent healthy batches, with what comparisons ask of it again and again.

Enters: a merged profile. Leaves: per numeric column its quantile grid, worked out on first use and kept as long as
the pool.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.profile import Column, Profile

LEVELS = np.linspace(0.005, 0.995, 100)
PLACES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


class Grid(NamedTuple):
    """A numeric column as comparisons need it."""

    values: NDArray[np.float64]  # at ``LEVELS``
    shares: NDArray[np.float64]  # values at most these
    places: NDArray[np.float64]  # at ``PLACES``


class Pool:
    """What recent healthy batches add up to."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._grids: dict[str, Grid] = {}

    def column(self, name: str) -> Column | None:
        """Return the merged column, or None."""
        return self.profile.columns.get(name)

    def grid(self, name: str) -> Grid:
        """Return the grid of a numeric column."""
        found = self._grids.get(name)
        if found is None:
            column = self.profile.columns[name]
            values = column.quantile(LEVELS)
            found = Grid(values, column.cdf(values), column.quantile(PLACES))
            self._grids[name] = found
        return found
