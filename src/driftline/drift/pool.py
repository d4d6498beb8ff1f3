"""What comparisons ask of a profile again and again: of a batch, and of the pool of recent healthy batches.

Enters: a profile, for the pool a merged one. Leaves: levels, and of all numeric columns at once the quantiles that
detectors compare; each worked out on first use and kept as long as the profile is looked at.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.profile import Column, Profile, Ranks

LEVELS = np.linspace(0.005, 0.995, 100)
PLACES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


class Grid(NamedTuple):
    """Numeric columns as comparisons need them, one a line."""

    values: NDArray[np.float64]  # at ``LEVELS``
    shares: NDArray[np.float64]  # values at most these


class View:
    """A profile that is looked at."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._levels: dict[str, dict[str, int] | None] = {}

    def column(self, name: str) -> Column | None:
        """Return the column, or None."""
        return self.profile.columns.get(name)

    def levels(self, name: str) -> dict[str, int] | None:
        """Return the count per level of a column; None where not all are listed."""
        if name not in self._levels:
            self._levels[name] = self.profile.columns[name].levels()
        return self._levels[name]

    @cached_property
    def ranks(self) -> Ranks:
        """The columns that have a finite value."""
        return Ranks({name: column for name, column in self.profile.columns.items() if column.finite})

    @cached_property
    def places(self) -> NDArray[np.float64]:
        """Quantiles of the columns in ``ranks`` at ``PLACES``, one column a line."""
        return self.ranks.quantile(PLACES)


class Vocabulary(NamedTuple):
    """The levels of a column in order, and how often each is there."""

    names: list[str]
    counts: NDArray[np.float64]


class Pool(View):
    """What recent healthy batches add up to."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self._vocabularies: dict[str, Vocabulary] = {}

    def vocabulary(self, name: str) -> Vocabulary:
        """Return the levels of a column of which all are listed."""
        found = self._vocabularies.get(name)
        if found is None:
            levels = self.levels(name) or {}
            names = sorted(levels)
            found = self._vocabularies[name] = Vocabulary(names, np.array([levels[one] for one in names], dtype=float))
        return found

    @cached_property
    def grid(self) -> Grid:
        """The columns in ``ranks``."""
        values = self.ranks.quantile(LEVELS)
        return Grid(values, self.ranks.cdf(range(len(values)), values))
