"""Detector ``quantiles``: a numeric distribution that moved or widened.

Detects shifts of location, spread and shape between the batch and the pool; does not see a few extreme values (see
``range``). Value: the largest distance of the two distribution functions over 100 quantiles of the pool
(Kolmogorov-Smirnov, 0 … 1). Floor 0.05. Test: its asymptotic distribution.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from driftline import later
from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference
from driftline.profile import Column

_FLOOR = 0.05
_FEW = 5
special = later.module("scipy.special")  # costly to import, and of no use until something has moved


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per numeric column that has values on both sides."""
    if pool is None:
        return
    pairs = [
        (name, column.finite, known.finite)
        for name, column in batch.profile.columns.items()
        if (known := pool.column(name)) is not None and _numeric(column) and _numeric(known)
    ]
    if not pairs:
        return
    here, there = ([ranks.place[name] for name, *_ in pairs] for ranks in (batch.view.ranks, pool.ranks))
    values, shares = pool.grid.values[there], pool.grid.shares[there]
    distances = np.abs(batch.view.ranks.cdf(here, values) - shares).max(axis=1)
    effective = np.sqrt([n * m / (n + m) for _, n, m in pairs])
    now, usual = batch.view.places[here].tolist(), pool.places[there].tolist()
    for (name, *_), places, usual_places, distance, p_value in zip(
        pairs, now, usual, distances.tolist(), special.kolmogorov(effective * distances).tolist(), strict=True
    ):
        middle, usual_middle = places[2], usual_places[2]
        yield Measure(
            detector="quantiles",
            column=name,
            kind=_kind(places, usual_places),
            value=distance,
            floor=_FLOOR,
            p_test=p_value,
            statistic="median",
            reference=usual_middle,
            current=middle,
            sentence=f"Median of {name} is {middle:,.4g}, usually {usual_middle:,.4g} (distance {distance:.2f} of 1).",
        )


def _kind(now: Sequence[float], usual: Sequence[float]) -> str:
    """Say whether the middle moved more than the half width did; both at ``PLACES``."""
    shift = abs(now[2] - usual[2])
    wider = abs((now[3] - now[1]) - (usual[3] - usual[1])) / 2
    return "location" if shift >= wider else "spread"


def _numeric(column: Column) -> bool:
    return column.type in {"number", "time", "boolean"} and column.finite >= _FEW
