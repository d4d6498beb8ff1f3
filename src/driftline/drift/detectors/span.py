"""Detector ``range``: values outside everything ever seen.

Detects changed units, signs, currencies and encodings in any share of the rows, because such values leave the range
that the column has kept to; does not see moves within the range. Value: share of values outside, 0 … 1. Floor 0.004.
Test: under exchangeability a new value lies outside the range of N others with chance at most 2 / (N + 1); binomial
over the batch.
"""

from collections.abc import Iterator

import numpy as np

from driftline import later
from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference, Span
from driftline.profile import Column

_FLOOR = 0.004
special = later.module("scipy.special")  # costly to import, and of no use until something has moved


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per numeric column with a known range."""
    for name, column in batch.profile.columns.items():
        known = reference.columns.get(name)
        if known is None or known.low is None or known.high is None or column.minimum is None:
            continue
        if column.type not in {"number", "boolean"} or not column.finite:
            continue
        share = outside(column, known)
        count = round(share * column.finite)
        yield Measure(
            detector="range",
            column=name,
            kind="location",
            value=share,
            floor=_FLOOR,
            p_test=float(special.bdtrc(count - 1, column.finite, 2 / (known.seen + 2))) if count else 1.0,
            statistic="outside_share",
            reference=0.0,
            current=share,
            sentence=(
                f"{share:.1%} of {name} lies outside the range ever seen, {known.low:,.6g} to {known.high:,.6g}: "
                f"now {column.minimum:,.6g} to {column.maximum:,.6g}."
            ),
        )


def outside(column: Column, known: Span) -> float:
    """Return the share of finite values below ``known.low`` or above ``known.high``; exactly 0 where there are none."""
    if known.low is None or known.high is None or column.minimum is None or column.maximum is None:
        return 0.0
    if column.minimum >= known.low and column.maximum <= known.high:
        return 0.0
    below, upto = np.asarray(column.cdf(np.array([np.nextafter(known.low, -np.inf), known.high])), dtype=float)
    return max(float(below + 1.0 - upto), 1.0 / column.finite)
