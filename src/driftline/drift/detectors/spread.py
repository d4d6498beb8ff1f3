"""Detector ``spread``: a numeric distribution that became much wider or narrower.

Detects changed units and lost precision, also where the values stay within the range ever seen; does not see a shift.
Value: |ln(width / usual width)|, the width being the distance of the 5 % and the 95 % quantile. Floor 0.25. A column
that is constant in the middle 90 % on either side is left to ``quantiles``. No test against sampling: batch to batch
only.
"""

import math
from collections.abc import Iterator

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference

_FLOOR = 0.25
_FEW = 20


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per numeric column with a width on both sides."""
    if pool is None:
        return
    for name, column in batch.profile.columns.items():
        known = pool.column(name)
        if known is None or column.type != "number" or known.type != "number":
            continue
        if column.finite < _FEW or not known.finite:
            continue
        places, before = batch.view.places[batch.view.ranks.place[name]], pool.places[pool.ranks.place[name]]
        now, usual = float(places[-1] - places[0]), float(before[-1] - before[0])
        if now <= 0.0 or usual <= 0.0:
            continue
        yield Measure(
            detector="spread",
            column=name,
            kind="spread",
            value=abs(math.log(now / usual)),
            floor=_FLOOR,
            statistic="q95 - q05",
            reference=usual,
            current=now,
            sentence=f"The middle 90 % of {name} spans {now:,.4g}, usually {usual:,.4g}.",
        )
