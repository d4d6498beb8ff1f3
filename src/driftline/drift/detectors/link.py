"""Detector ``link``: an exact relation between input and output rows that broke.

Detects a job that used to write exactly as many rows (or a fixed multiple) as it read and no longer does: joins that
drop or multiply rows, filters that came or went. It says that the *job* changed, not its input. Does not look at
relations that ever varied. Value: |ln(ratio / usual ratio)|. Floor 0.01. Needs at least 8 batches with one ratio.
"""

import math
from collections.abc import Iterator

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference

_FLOOR = 0.01
_NEEDED = 8
_SAME = 1e-9


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per input whose ratio never varied."""
    for node, rows in batch.feeds.items():
        past = reference.ratios.get(node, ())
        if rows <= 0 or len(past) < _NEEDED or max(past) - min(past) > _SAME * max(past) or not past[-1]:
            continue
        ratio = batch.profile.rows / rows
        yield Measure(
            detector="link",
            column="",
            kind="broken link",
            value=abs(math.log(max(ratio, _SAME) / past[-1])),
            floor=_FLOOR,
            statistic=f"rows per row of {node}",
            reference=past[-1],
            current=ratio,
            sentence=(
                f"{batch.profile.rows:,} rows from {rows:,} of {node.split(':', 2)[-1]}: {ratio:.3g} for each, always "
                f"{past[-1]:.3g} in the last {len(past)} batches."
            ),
        )
