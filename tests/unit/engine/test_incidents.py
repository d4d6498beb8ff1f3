"""The fourth step: what belongs together, what is held out, and when an incident is over. Days were counted by hand."""

from typing import Any

import msgspec
import pytest


def states(town: Any) -> list[str]:
    return [incident.state for incident in town.engine.incidents()[0]]


def test_an_incident_knows_what_else_is_hit(ill: Any) -> None:
    (incident,), _ = ill.engine.incidents()
    # downstream of the feed: both jobs that read it, what they write, and the desk
    assert set(incident.hit) == {
        "job:desk:join", "job:desk:keep", "job:desk:refund-desk",
        ill.features.node, ill.archive.node, ill.desk.node,
    }  # fmt: skip
    assert incident.first_bad_us == ill.time(30, 3)
    assert sum(cause.score for cause in incident.causes) + incident.unknown == pytest.approx(1.0, abs=0.01)


def test_three_healthy_days_resolve_an_incident_and_two_do_not(ill: Any) -> None:
    # the last alarm is of day 30; healthy batches of the same hour on days 31 and 32 are one and two days after it
    ill.live(31, 32)
    assert states(ill) == ["contained"]
    ill.live(33, 33)
    assert states(ill) == ["contained"]  # features are well again three days after the join, not after the desk's alarm
    ill.live(34, 34)
    (incident,), _ = ill.engine.incidents()
    assert incident.state == "resolved"
    assert incident.updated_us == ill.time(34, 3)


def test_a_new_alarm_starts_the_wait_anew(ill: Any) -> None:
    ill.live(31, 32)
    ill.live(33, 33, ill.seconds)
    ill.live(34, 35)
    assert states(ill) == ["contained"]
    ill.live(36, 37)
    assert states(ill) == ["resolved"]


def test_the_same_fault_after_an_incident_is_over_is_a_new_incident(ill: Any) -> None:
    ill.live(31, 40)
    ill.live(41, 41, ill.seconds)
    found, total = ill.engine.incidents()
    assert total == 2
    assert [incident.first_bad for incident in found] == ["2013-02-11", "2013-01-31"]  # days 41 and 30
    assert [incident.state for incident in found] == ["contained", "resolved"]


def test_an_incident_without_news_for_a_week_takes_no_new_symptom(ill: Any) -> None:
    # nothing arrives on days 31 to 37; day 38 is more than seven days after the last alarm
    ill.live(38, 38, ill.seconds)
    assert ill.engine.incidents()[1] == 2


def test_an_incident_within_its_week_takes_the_next_symptom(ill: Any) -> None:
    ill.live(36, 36, ill.seconds)
    assert ill.engine.incidents()[1] == 1


def test_datasets_of_an_open_incident_are_involved_after_a_start_too(ill: Any) -> None:
    involved = dict(ill.engine.house.involved)
    assert set(involved) == {ill.flights.node, ill.features.node, ill.desk.node}
    ill.reopen()
    assert ill.engine.house.involved == involved


def test_a_changed_job_is_the_first_cause_where_its_input_did_not_move(healthy: Any) -> None:
    def half(table: Any) -> None:
        for name in table:
            table[name] = table[name][::2]

    events = healthy.events(30, code="2")
    broken = healthy.events(30, half, code="2")
    # the job reads the whole feed and writes half of it
    event = msgspec.json.decode(events[1])
    event["outputs"] = msgspec.json.decode(broken[1])["outputs"]
    healthy.engine.ingest_many([events[0], msgspec.json.encode(event)])
    (incident,), _ = healthy.engine.incidents()
    assert incident.causes[0].node == "job:desk:join"
    assert incident.causes[0].kind == "code"
    report = healthy.engine.incident(incident.id)
    assert [change.kind for change in report.changes] == ["code"]


def test_listeners_are_told_of_an_incident_by_its_id(healthy: Any) -> None:
    heard: list[tuple[str, str]] = []
    healthy.engine.house.listeners.append(lambda topic, subject: heard.append((topic, subject)))
    healthy.live(30, 30, healthy.seconds)
    (incident,), _ = healthy.engine.incidents()
    assert ("incident", incident.id) in heard
