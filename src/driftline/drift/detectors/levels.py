"""Detector ``levels``: text values never seen before in a column with a fixed vocabulary.

Detects new codes, changed case, added blanks, placeholders; does not look at columns whose values keep being new
(names, ids). Value: share of rows with an unseen level, 0 … 1. Floor 0.005. Test: binomial with the Good-Turing style
bound (levels + 1) / (rows seen + 1) on the chance of an unseen level (Good 1953, doi 10.1093/biomet/40.3-4.237).
"""

from collections.abc import Iterator

from driftline import later
from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference

_FLOOR = 0.005
special = later.module("scipy.special")  # costly to import, and of no use until something has moved


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure per column with a vocabulary."""
    for name, column in batch.profile.columns.items():
        known = reference.columns.get(name)
        if known is None or not known.levels or column.type != "text":
            continue
        levels = batch.view.levels(name)
        if not levels:
            continue
        fresh = {level: count for level, count in levels.items() if level not in known.levels}
        rows, count = sum(levels.values()), sum(fresh.values())
        chance = min(0.5, (len(known.levels) + 1) / (known.seen + 1))
        shown = ", ".join(repr(level[:24]) for level in sorted(fresh, key=lambda level: (-fresh[level], level))[:3])
        yield Measure(
            detector="levels",
            column=name,
            kind="new level",
            value=count / rows,
            floor=_FLOOR,
            p_test=float(special.bdtrc(count - 1, rows, chance)) if count else 1.0,
            statistic="new_share",
            reference=0.0,
            current=count / rows,
            sentence=f"{count / rows:.1%} of {name} holds values never seen before: {shown}." if fresh else "",
        )
