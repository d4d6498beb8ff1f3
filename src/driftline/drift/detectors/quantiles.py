"""Detector ``quantiles``: a numeric distribution that moved or widened.

Detects shifts of location, spread and shape between the batch and the pool; does not see a few extreme values (see
``range``). Value: the largest distance of the two distribution functions over 100 quantiles of the pool
(Kolmogorov-Smirnov, 0 … 1). Floor 0.05. Test: its asymptotic distribution.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import PLACES, Pool
from driftline.drift.reference import Reference
from driftline.profile import Column

_FLOOR = 0.05
_FEW = 5


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per numeric column that has values on both sides."""
    if pool is None:
        return
    from scipy.special import kolmogorov  # costly to import, and of no use until data is compared

    for name, column in batch.profile.columns.items():
        known = pool.column(name)
        if known is None or not _numeric(column) or not _numeric(known):
            continue
        grid = pool.grid(name)
        distance = float(np.abs(column.cdf(grid.values) - grid.shares).max())
        places = column.quantile(PLACES)
        n, m = column.finite, known.finite
        middle, usual_middle = float(places[2]), float(grid.places[2])
        yield Measure(
            detector="quantiles",
            column=name,
            kind=_kind(places, grid.places),
            value=distance,
            floor=_FLOOR,
            p_test=float(kolmogorov(np.sqrt(n * m / (n + m)) * distance)),
            statistic="median",
            reference=usual_middle,
            current=middle,
            sentence=f"Median of {name} is {middle:,.4g}, usually {usual_middle:,.4g} (distance {distance:.2f} of 1).",
        )


def _kind(now: NDArray[np.float64], usual: NDArray[np.float64]) -> str:
    """Say whether the middle moved more than the half width did; both at ``PLACES``."""
    shift = abs(now[2] - usual[2])
    wider = abs((now[3] - now[1]) - (usual[3] - usual[1])) / 2
    return "location" if shift >= wider else "spread"


def _numeric(column: Column) -> bool:
    return column.type in {"number", "time", "boolean"} and column.finite >= _FEW
