"""Which alarms reach people. Each case is one finding made by hand on a graph that real events wove."""

from typing import Any

import msgspec
import pytest

from driftline.engine import consequence
from driftline.event.finding import Finding


def finding(dataset: Any, column: str = "", severity: str = "alarm", version: str = "v") -> Finding:
    return Finding(
        id="f", dataset=dataset, version=version, column=column, detector="range", kind="location", statistic="share",
        severity=severity, time_us=1, sentence="It moved.",
    )  # fmt: skip


def reaches(town: Any, dataset: Any, column: str = "", severity: str = "alarm") -> bool:
    return consequence.reaches_people(town.engine.house, finding(dataset, column, severity))


@pytest.fixture
def lived(town: Any) -> Any:
    """Return a town of one day."""
    town.live(0, 0)
    return town


def test_an_alarm_on_a_column_that_pays_reaches_people_and_another_column_does_not(lived: Any) -> None:
    assert reaches(lived, lived.features, "delay")
    assert not reaches(lived, lived.features, "carrier")


def test_an_alarm_about_all_rows_of_what_the_endpoint_reads_reaches_people(lived: Any) -> None:
    assert reaches(lived, lived.features)


@pytest.mark.parametrize("severity", ["note", "warn"])
def test_less_than_an_alarm_reaches_nobody(lived: Any, severity: str) -> None:
    assert not reaches(lived, lived.features, "delay", severity)


def test_an_alarm_far_upstream_waits_until_it_shows_where_the_endpoint_reads(lived: Any) -> None:
    assert not reaches(lived, lived.flights, "delay")


def test_an_alarm_in_data_that_nobody_serves_reaches_nobody(lived: Any) -> None:
    assert not reaches(lived, lived.archive, "delay")
    assert not reaches(lived, lived.archive)


def test_an_alarm_in_the_outcome_of_an_endpoint_reaches_people(lived: Any) -> None:
    assert reaches(lived, lived.desk, "money")
    assert reaches(lived, lived.desk)
    assert not reaches(lived, lived.desk, "score")  # the desk names decision and money as its outcome


def desk_event(town: Any, **changes: Any) -> bytes:
    """The desk's run of day 0 with other facets on what it wrote."""
    event = msgspec.json.decode(town.events(0)[4])
    held = event["outputs"][0]["facets"]
    for key, value in changes.items():
        if value is None:
            del held[key]
        else:
            held[key] |= value
    return msgspec.json.encode(event)


def test_without_column_lineage_into_the_endpoint_any_column_reaches_people(town: Any) -> None:
    town.engine.ingest_many([*town.events(0)[:4], desk_event(town, columnLineage=None)])
    assert reaches(town, town.features, "carrier")


def test_an_endpoint_that_declares_no_outcome_is_meant_as_a_whole(town: Any) -> None:
    town.engine.ingest_many([*town.events(0)[:4], desk_event(town, driftline_state={"attributes": {}})])
    assert reaches(town, town.desk, "score")
    assert reaches(town, town.features, "delay")


def test_a_column_that_only_reaches_something_else_of_the_endpoint_reaches_nobody(town: Any) -> None:
    said = {"attributes": {"outcome": "decision"}}
    lineage = msgspec.json.decode(town.events(0)[4])["outputs"][0]["facets"]["columnLineage"]
    del lineage["fields"]["decision"]  # only money is left, and money is not the outcome now
    town.engine.ingest_many([*town.events(0)[:4], desk_event(town, driftline_state=said, columnLineage=lineage)])
    assert not reaches(town, town.features, "delay")
