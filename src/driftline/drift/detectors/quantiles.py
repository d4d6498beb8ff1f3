"""Detector ``quantiles``: a numeric distribution that moved or widened.

Detects shifts of location, spread and shape between the batch and the pool; does not see a few extreme values (see
``range``). Value: the largest distance of the two distribution functions over 100 quantiles of the pool
(Kolmogorov-Smirnov, 0 … 1). Floor 0.05. Test: its asymptotic distribution.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import kolmogorov

from driftline.drift.batch import Batch, Measure
from driftline.drift.reference import Reference
from driftline.profile import Column, Profile

_FLOOR = 0.05
_LEVELS = np.linspace(0.005, 0.995, 100)
_FEW = 5


def measure(batch: Batch, reference: Reference, pool: Profile | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per numeric column that has values on both sides."""
    if pool is None:
        return
    for name, column in batch.profile.columns.items():
        known = pool.columns.get(name)
        if known is None or not _numeric(column) or not _numeric(known):
            continue
        distance = ks_distance(column, known)
        n, m = column.finite, known.finite
        middle, usual_middle = float(column.quantile(0.5)), float(known.quantile(0.5))
        yield Measure(
            detector="quantiles",
            column=name,
            kind=_kind(column, known),
            value=distance,
            floor=_FLOOR,
            p_test=float(kolmogorov(np.sqrt(n * m / (n + m)) * distance)),
            statistic="median",
            reference=usual_middle,
            current=middle,
            sentence=f"Median of {name} is {middle:,.4g}, usually {usual_middle:,.4g} (distance {distance:.2f} of 1).",
        )


def ks_distance(current: Column, pool: Column) -> float:
    """Return the largest gap of the two distribution functions over the pool's quantiles, 0 … 1."""
    grid = np.asarray(pool.quantile(_LEVELS), dtype=float)
    gaps = np.abs(np.asarray(current.cdf(grid)) - np.asarray(pool.cdf(grid)))
    return float(gaps.max())


def _kind(current: Column, pool: Column) -> str:
    shift = abs(float(current.quantile(0.5)) - float(pool.quantile(0.5)))
    width = float(pool.quantile(0.75)) - float(pool.quantile(0.25))
    now = float(current.quantile(0.75)) - float(current.quantile(0.25))
    return "location" if shift >= abs(now - width) / 2 else "spread"


def _numeric(column: Column) -> bool:
    return column.type in {"number", "time", "boolean"} and column.finite >= _FEW
