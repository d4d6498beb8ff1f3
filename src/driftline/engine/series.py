"""The series beside a finding: how the number that moved ran from version to version, before and after.

Enters: a finding. Leaves: the same finding with points (event time, value) of the versions around it and the band that
earlier versions kept to. Worked out from stored profiles at the moment of asking. Reads only.
"""

from collections.abc import Callable

import msgspec

from driftline import profile
from driftline.engine.house import House
from driftline.event.finding import Finding
from driftline.profile import Column, Profile

BEFORE, AFTER = 42, 14  # versions shown
_DAY_US = 86_400_000_000


def traced(house: House, finding: Finding) -> Finding:
    """Return ``finding`` with its series; unchanged where no profile tells it."""
    until = finding.time_us + AFTER * _DAY_US
    history = house.store.profiles.history(finding.dataset, until, BEFORE + AFTER)
    points = []
    for _, _, time_us, data in reversed(history):
        value = _value(finding, profile.decode(data))
        if value is not None:
            points.append((time_us, value))
    usual = [value for time_us, value in points if time_us < finding.time_us]
    if not usual or len(points) < 3:
        return finding
    evidence = msgspec.structs.replace(finding.evidence, series=tuple(points), low=min(usual), high=max(usual))
    return msgspec.structs.replace(finding, evidence=evidence)


def _value(finding: Finding, measured: Profile) -> float | None:
    if not finding.column:
        return float(measured.rows)
    column = measured.columns.get(finding.column)
    pick = _PICKS.get(finding.detector)
    if column is None or pick is None:
        return None
    value = pick(column, finding)
    return None if value is None or value != value else float(value)


def _median(column: Column, finding: Finding) -> float | None:  # noqa: ARG001 - one signature
    return column.quantile(0.5) if column.finite else None


def _width(column: Column, finding: Finding) -> float | None:  # noqa: ARG001 - one signature
    return column.quantile(0.95) - column.quantile(0.05) if column.finite else None


def _extreme(column: Column, finding: Finding) -> float | None:  # noqa: ARG001 - one signature
    return column.maximum


def _missing(column: Column, finding: Finding) -> float | None:  # noqa: ARG001 - one signature
    return column.null_share


def _distinct(column: Column, finding: Finding) -> float | None:  # noqa: ARG001 - one signature
    return column.distinct_count()


def _share(column: Column, finding: Finding) -> float | None:
    levels = column.levels()
    if not levels:
        return None
    return levels.get(finding.statistic.removeprefix("share of "), 0) / sum(levels.values())


_PICKS: dict[str, Callable[[Column, Finding], float | None]] = {
    "nulls": _missing,
    "quantiles": _median,
    "spread": _width,
    "range": _extreme,
    "levels": _distinct,
    "categories": _share,
}
