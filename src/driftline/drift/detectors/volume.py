"""Detector ``volume``: more or fewer rows than usual.

Detects a batch whose row count is far from the usual of the last eight weeks and from that of the same weekday; does
not detect rows that were replaced one for one. Value: |ln((rows + 1) / (usual + 1))|. Floor 0.1, about 10 %.
"""

import math
from collections.abc import Iterator

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference, usual

_FLOOR = 0.1


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure for the batch."""
    if not reference.rows:
        return
    rows = batch.profile.rows
    expected = usual(reference.rows, batch.weekday, rows)
    yield Measure(
        detector="volume",
        column="",
        kind="volume",
        value=abs(math.log((rows + 1) / (expected + 1))),
        floor=_FLOOR,
        statistic="rows",
        reference=float(expected),
        current=float(rows),
        sentence=f"{rows:,} rows, usually {expected:,.0f}.",
    )
