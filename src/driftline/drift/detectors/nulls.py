"""Detector ``nulls``: values that went missing, or that suddenly never do.

Detects a null share far from usual; does not detect placeholders such as 0 or "n/a" (see ``levels`` and ``range``).
Value: difference of the arcsine-transformed shares (variance-stabilised, 0 … pi/2). Floor 0.05. Test: two-sided
binomial against the usual share.
"""

import math
from collections.abc import Iterator

from driftline import later
from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference, usual

_FLOOR = 0.05
special = later.module("scipy.special")  # costly to import, and of no use until something has moved


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per column."""
    for name, column in batch.profile.columns.items():
        span = reference.columns.get(name)
        if span is None or not span.nulls or not column.rows:
            continue
        share = column.null_share
        expected = usual(span.nulls, batch.weekday, share)
        moved = abs(math.asin(math.sqrt(share)) - math.asin(math.sqrt(expected)))
        yield Measure(
            detector="nulls",
            column=name,
            kind="missing",
            value=moved,
            floor=_FLOOR,
            p_test=_binomial(column.nulls, column.rows, expected) if moved > _FLOOR else 1.0,
            statistic="null_share",
            reference=expected,
            current=share,
            sentence=f"{share:.1%} of {name} is missing, usually {expected:.1%}.",
        )


def _binomial(nulls: int, rows: int, expected: float) -> float:
    chance = min(max(expected, 1 / (rows + 1)), 1 - 1 / (rows + 1))
    tail = special.bdtrc(nulls - 1, rows, chance) if nulls > chance * rows else special.bdtr(nulls, rows, chance)
    return min(1.0, 2.0 * float(tail))
