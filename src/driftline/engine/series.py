"""The series beside a finding: how the number that moved ran from version to version, before and after.

Enters: a finding and when its incident began. Leaves: the same finding with points (event time, value) of the
versions around it and the band that the versions before the incident kept to. Worked out from stored profiles at the
moment of asking.
"""

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from driftline import profile
from driftline.engine.house import House
from driftline.event.finding import Finding
from driftline.profile import Column, Profile

BEFORE, AFTER = 42, 14  # versions shown
_DAY_US = 86_400_000_000
Pick = Callable[[Column], float | None]


def traced(house: House, finding: Finding, since_us: int = 0) -> Finding:
    """Return ``finding`` with its series; unchanged where no profile tells it. ``since_us`` 0 = since the finding."""
    since_us = since_us or finding.time_us
    until = finding.time_us + AFTER * _DAY_US
    history = house.store.profiles.history(finding.dataset, until, BEFORE + AFTER)
    read = [(time_us, profile.readable(data)) for _, _, time_us, data in reversed(history)]
    measured = [(time_us, one) for time_us, one in read if one is not None]
    points = [(time_us, value) for time_us, value in _values(finding, measured, since_us) if math.isfinite(value)]
    usual = [value for time_us, value in points if time_us < since_us]
    if not usual or len(points) < 3:
        return finding
    evidence = msgspec.structs.replace(finding.evidence, series=tuple(points), low=min(usual), high=max(usual))
    return msgspec.structs.replace(finding, evidence=evidence)


def _values(finding: Finding, measured: Sequence[tuple[int, Profile]], since_us: int) -> list[tuple[int, float]]:
    if not finding.column:
        return [(time_us, float(one.rows)) for time_us, one in measured]
    columns = [(time_us, one.columns[finding.column]) for time_us, one in measured if finding.column in one.columns]
    pick = _pick(finding, [column for time_us, column in columns if time_us < since_us])
    if pick is None:
        return []
    values = ((time_us, pick(column)) for time_us, column in columns)
    return [(time_us, float(value)) for time_us, value in values if value is not None]


def _pick(finding: Finding, before: Sequence[Column]) -> Pick | None:
    """Return how the finding's own statistic is read from a column."""
    if finding.detector == "nulls":
        return lambda column: column.null_share
    if finding.detector == "quantiles":
        return lambda column: column.quantile(0.5) if column.finite else None
    if finding.detector == "spread":
        return lambda column: column.quantile(0.95) - column.quantile(0.05) if column.finite else None
    if finding.detector == "categories":
        return lambda column: _share(column, finding.statistic.removeprefix("share of "))
    if finding.detector == "levels":
        known = {level for column in before for level in column.levels() or ()}
        return lambda column: 1.0 - sum(_share(column, level) or 0.0 for level in known)
    if finding.detector == "range":
        return _outside(before)
    return None


def _share(column: Column, level: str) -> float | None:
    levels = column.levels()
    return levels.get(level, 0) / sum(levels.values()) if levels else None


def _outside(before: Sequence[Column]) -> Pick | None:
    lows = [column.minimum for column in before if column.minimum is not None]
    highs = [column.maximum for column in before if column.maximum is not None]
    if not lows or not highs:
        return None
    ends = np.array([np.nextafter(min(lows), -np.inf), max(highs)])

    def pick(column: Column) -> float | None:
        if not column.finite:
            return None
        below, upto = column.cdf(ends)
        return float(below + 1.0 - upto)

    return pick
