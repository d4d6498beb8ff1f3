"""How likely it is that any value of a kind is among those of a column: whole numbers, days and codes often all are.

Enters: the profile of a column. Leaves: a chance from 0 to 1. Numbers and times lie on a grid (whole ones, cents,
days); the chance is the share of its places between the smallest and the largest that are taken. Of texts it is told by
how often one comes again: what is drawn from a list of codes comes again and again, names and keys do not.
"""

import numpy as np

from driftline.profile.column import Column

_GRIDS = {
    "number": (1.0, 0.5, 0.1, 0.01, 0.001),
    "time": (86_400e6, 3_600e6, 60e6, 1e6, 1e3, 1.0),  # days down to microseconds
}
_NEAR = 1e-6  # of a step: as a grid of decimals is spelt in doubles


def chance(column: Column) -> float:
    """Return how likely another value of that kind would be among those of ``column``; 1 where nothing is known."""
    if column.type not in _GRIDS:
        present = column.rows - column.nulls
        return 1.0 - column.distinct_count() / present if column.type == "text" and present else 1.0
    low, high = column.minimum, column.maximum
    if low is None or high is None:
        return 1.0
    points = column.quantiles.points()[0]
    for step in _GRIDS[column.type]:
        places = points / step
        if np.abs(places - np.rint(places)).max() < _NEAR:
            return min(1.0, column.distinct_count() / ((high - low) / step + 1.0))
    return 0.0
