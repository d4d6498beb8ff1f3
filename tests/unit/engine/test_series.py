"""The series beside a finding. Values were worked out by hand from the town's tables."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from driftline.engine import series


def finding(town: Any, detector: str, column: str = "delay") -> Any:
    found = town.engine.house.store.incidents.findings(town.features.node)
    return next(one for one in found if (one.detector, one.column) == (detector, column))


def test_a_finding_is_shown_with_the_versions_that_led_up_to_it(ill: Any) -> None:
    ill.live(31, 33)
    traced = series.traced(ill.engine.house, finding(ill, "quantiles")).evidence
    assert [time for time, _ in traced.series] == [ill.time(day, 3) for day in range(34)]
    values = [value for _, value in traced.series]
    assert values[30] > 15 * max(values[:30])  # the median in seconds
    assert (traced.low, traced.high) == (min(values[:30]), max(values[:30]))
    assert values[31] <= traced.high + 5


def test_each_detector_is_shown_by_the_number_that_it_watches(ill: Any) -> None:
    tables = [ill.events.__globals__["flights"](day) for day in range(31)]
    table, well = tables[30], np.concatenate([one["delay"] for one in tables[:30]])
    now = 60 * table["delay"][~np.isnan(table["delay"])]
    outside = ((now < np.nanmin(well)) | (now > np.nanmax(well))).mean()
    house = ill.engine.house
    assert series.traced(house, finding(ill, "range")).evidence.series[-1][1] == pytest.approx(outside, abs=0.01)
    missing = replace(finding(ill, "range"), detector="nulls")
    assert series.traced(house, missing).evidence.series[-1][1] == np.isnan(table["delay"]).mean()
    rows = replace(finding(ill, "range"), detector="volume", column="")
    assert {value for _, value in series.traced(house, rows).evidence.series} == {150.0}
    share = replace(finding(ill, "range"), detector="categories", column="carrier", statistic="share of B6")
    expected = table["carrier"].count("B6") / 150
    assert series.traced(house, share).evidence.series[-1][1] == pytest.approx(expected)


def test_a_finding_that_no_profile_can_show_stays_as_it_is(ill: Any) -> None:
    house = ill.engine.house
    for other in (
        replace(finding(ill, "range"), column="nobody"),
        replace(finding(ill, "range"), detector="documents"),
        replace(finding(ill, "range"), time_us=ill.time(0, 3)),  # nothing came before
    ):
        assert series.traced(house, other) == other
