"""Detector ``categories``: a changed mix of levels.

Detects levels that became more or less frequent in a text or boolean column; does not look at columns with more levels
than a vocabulary holds. Value: total variation distance between batch and pool, 0 … 1. Floor 0.05. Test: Pearson's
chi-square of the two count tables, levels with an expected count under 5 joined.
"""

from collections.abc import Iterator

import numpy as np

from driftline import later
from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import LEVELS, Reference

_FLOOR = 0.05
_EXPECTED = 5.0
special = later.module("scipy.special")  # costly to import, and of no use until something has moved


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per column of levels."""
    if pool is None:
        return
    for name, column in batch.profile.columns.items():
        known = pool.column(name)
        if known is None or column.type != "text" or known.type != "text":
            continue
        now, before = batch.view.levels(name), pool.levels(name)
        if not now or not before or len(before) > LEVELS:
            continue
        names, usual = pool.vocabulary(name)
        if not now.keys() <= before.keys():
            names = sorted(now.keys() | before.keys())
            usual = np.array([before.get(level, 0) for level in names], dtype=float)
        current = np.array([now.get(level, 0) for level in names], dtype=float)
        share, usual_share = current / current.sum(), usual / usual.sum()
        moved = np.abs(share - usual_share)
        distance, most = float(moved.sum() / 2), int(moved.argmax())
        yield Measure(
            detector="categories",
            column=name,
            kind="mix",
            value=distance,
            floor=_FLOOR,
            p_test=chi_square(current, usual),
            statistic=f"share of {names[most]}"[:80],
            reference=float(usual_share[most]),
            current=float(share[most]),
            sentence=(
                f"{name} = {names[most][:40]!r} makes up {share[most]:.1%}, usually {usual_share[most]:.1%} "
                f"({distance:.1%} of the rows changed level)."
            ),
        )


def chi_square(current: np.ndarray, usual: np.ndarray) -> float:
    """Return the p-value of Pearson's chi-square for a 2 x levels table of counts; 1 where it cannot be told."""
    table = np.stack((current, usual))
    rows = table.sum(axis=1, keepdims=True)
    total = rows.sum()
    columns = table.sum(axis=0)
    small = columns * rows.min() / total < _EXPECTED
    if small.any():
        table = np.column_stack((table[:, ~small], table[:, small].sum(axis=1)))
        columns = table.sum(axis=0)
    if not columns.all():
        table, columns = table[:, columns > 0], columns[columns > 0]
    if table.shape[1] < 2:
        return 1.0
    expected = rows * columns / total
    return float(special.chdtrc(table.shape[1] - 1, ((table - expected) ** 2 / expected).sum()))
