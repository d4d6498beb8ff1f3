"""What a chart beside a finding shows: reference and current distribution on one scale.

Enters: a batch, a measure, the pool. Leaves: at most 24 bins or levels. Numeric bins span the central 98 % of both
sides and the outermost bins take in what lies beyond, so that a changed unit stays visible. Never holds raw rows.
"""

import numpy as np

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.event.finding import Evidence, Histogram
from driftline.profile import Column

BINS = 24
SHOWN = 12


def evidence(batch: Batch, measure: Measure, pool: Pool | None) -> Evidence:
    """Return the two distributions of a column; nothing for a whole batch, whose series says it all."""
    if not measure.column:
        return Evidence()
    now = batch.profile.columns.get(measure.column)
    before = pool.column(measure.column) if pool is not None else None
    if now is None or before is None:
        return Evidence()
    if now.type == "text" and before.type == "text":
        return _levels(now, before)
    if now.finite and before.finite:
        return _bins(now, before)
    return Evidence()


def _bins(now: Column, before: Column) -> Evidence:
    low = min(float(now.quantile(0.01)), float(before.quantile(0.01)))
    high = max(float(now.quantile(0.99)), float(before.quantile(0.99)))
    if not low < high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    return Evidence(
        reference=Histogram(_shares(before, edges), edges=tuple(float(edge) for edge in edges)),
        current=Histogram(_shares(now, edges), edges=tuple(float(edge) for edge in edges)),
    )


def _shares(column: Column, edges: np.ndarray) -> tuple[float, ...]:
    upto = np.asarray(column.cdf(edges[1:-1]), dtype=float)
    return tuple(round(float(share), 5) for share in np.diff(np.concatenate(([0.0], upto, [1.0]))))


def _levels(now: Column, before: Column) -> Evidence:
    current, usual = now.levels() or {}, before.levels() or {}
    if not current or not usual:
        return Evidence()
    total, usual_total = sum(current.values()), sum(usual.values())
    names = sorted(
        current.keys() | usual.keys(),
        key=lambda level: (-max(current.get(level, 0) / total, usual.get(level, 0) / usual_total), level),
    )[:SHOWN]
    return Evidence(
        reference=Histogram(tuple(usual.get(name, 0) / usual_total for name in names), labels=tuple(names)),
        current=Histogram(tuple(current.get(name, 0) / total for name in names), labels=tuple(names)),
    )
