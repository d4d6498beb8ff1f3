"""The story as a whole: one fault, one incident, one message; nothing where nobody is hit."""

import itertools
import sqlite3
from typing import Any

import pytest

from driftline.alert.channels.channel import NotDelivered
from driftline.engine import compare, ingest
from driftline.errors import StoreUnusable


class Told:
    """A channel that remembers what it was given."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def send(self, message: Any, delivery: str) -> None:
        """Remember ``message``."""
        self.messages.append(message)


@pytest.fixture
def told(healthy: Any) -> Told:
    """Return what the healthy town tells from now on."""
    channel = Told()
    healthy.engine.house.outbox._channels["told"] = channel
    return channel


def test_thirty_healthy_days_make_no_finding_worth_an_incident(healthy: Any) -> None:
    store = healthy.engine.house.store
    assert healthy.engine.incidents() == ([], 0)
    assert [finding for finding in store.incidents.findings() if finding.severity == "alarm"] == []
    assert not (healthy.home / "guard.json").exists()


def test_a_fault_in_the_feed_is_one_incident_with_the_feed_as_first_cause(healthy: Any, told: Told) -> None:
    healthy.live(30, 30, healthy.seconds)
    (incident,), total = healthy.engine.incidents()
    assert total == 1
    assert incident.causes[0].node == healthy.flights.node
    assert incident.causes[0].path == (healthy.flights.node, "job:desk:join", healthy.features.node)
    assert incident.first_bad == "2013-01-31"  # day 30, counted from 2013-01-01
    assert incident.endpoints == (healthy.desk.node,)
    assert [message.key for message in told.messages] == [incident.id]
    assert "feed/flights" in told.messages[0].subject


def test_the_next_bad_batches_extend_the_incident_and_are_not_told_again(healthy: Any, told: Told) -> None:
    healthy.live(30, 30, healthy.seconds)
    (first,), _ = healthy.engine.incidents()
    healthy.live(31, 34, healthy.seconds)
    (last,), total = healthy.engine.incidents()
    assert (total, len(told.messages)) == (1, 1)
    assert (last.id, last.symptom, last.opened_us) == (first.id, first.symptom, first.opened_us)
    assert last.updated_us == healthy.time(34, 9)
    assert set(first.findings) < set(last.findings)


def test_an_alarm_on_a_column_that_does_not_reach_the_outcome_opens_no_incident(healthy: Any, told: Told) -> None:
    healthy.live(30, 32, healthy.stretch)
    alarms = [f for f in healthy.engine.house.store.incidents.findings() if f.severity == "alarm"]
    assert {(finding.dataset, finding.column) for finding in alarms} == {
        (healthy.flights, "distance"),
        (healthy.features, "distance"),
    }
    assert healthy.engine.incidents() == ([], 0)
    assert (told.messages, healthy.engine.quarantines()) == ([], [])


def test_an_alarm_with_no_endpoint_downstream_opens_no_incident(healthy: Any, told: Told) -> None:
    healthy.live(30, 32, spoil_archive=healthy.seconds)
    alarms = [f for f in healthy.engine.house.store.incidents.findings() if f.severity == "alarm"]
    assert {finding.dataset for finding in alarms} == {healthy.archive}
    assert healthy.engine.incidents() == ([], 0)
    assert told.messages == []


def test_a_channel_that_fails_holds_up_no_event_and_loses_no_message(healthy: Any, told: Told) -> None:
    class Deaf:
        def send(self, message: Any, delivery: str) -> None:
            raise NotDelivered("nobody there")

    house = healthy.engine.house
    house.outbox._channels["deaf"] = Deaf()
    healthy.live(30, 30, healthy.seconds)
    assert len(told.messages) == 1
    assert house.store.outbox.waiting() == 1


def test_what_follows_from_an_event_is_kept_together_or_waits(healthy: Any, monkeypatch: Any) -> None:
    store = healthy.engine.house.store
    events = healthy.events(30, healthy.seconds)
    before = store.log.counts()
    monkeypatch.setattr(store.quarantines, "add", _broken)
    healthy.engine.ingest(events[0])
    with pytest.raises(sqlite3.OperationalError, match="disk"):
        healthy.engine.ingest(events[1])
    assert store.log.counts()["accepted"] == before["accepted"] + 2
    assert (healthy.engine.incidents(), store.log.backlog()) == (([], 0), 1)
    monkeypatch.undo()
    assert healthy.engine.ingest(events[1]).status == "merged"  # sent again, as nobody was told that it was taken
    assert (healthy.engine.incidents()[1], store.log.backlog()) == (1, 0)


def test_catching_up_works_out_what_waits_at_that_moment_and_no_more(town: Any, monkeypatch: Any) -> None:
    house = town.engine.house
    monkeypatch.setattr(ingest, "TOGETHER", 2)
    rounds = []

    def follow(_: Any) -> int:  # somebody records as fast as we fold
        rounds.append(1)
        return 2

    town.engine.accept(town.events(0))  # five events: three rounds of two
    monkeypatch.setattr(ingest, "follow", follow)
    ingest.catch_up(house)
    assert len(rounds) == 3


def test_a_question_is_answered_where_another_process_holds_the_store(
    town: Any, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    town.engine.accept(town.events(0))

    def busy(_: Any) -> int:
        raise StoreUnusable("database is locked")

    monkeypatch.setattr(ingest, "follow", busy)
    town.engine.catch_up()
    assert "recorded just now is not looked at" in caplog.text


def test_a_store_that_may_only_be_read_is_not_written_by_a_question(town: Any, monkeypatch: Any) -> None:
    town.engine.accept(town.events(0))
    monkeypatch.setattr(town.engine.house.store._connection, "read_only", True)
    town.engine.catch_up()
    assert town.engine.house.store.log.backlog() == 5


def _broken(*_: Any) -> None:
    raise sqlite3.OperationalError("disk I/O error")


def test_the_order_of_arrival_within_a_bad_day_does_not_change_the_first_cause(open_healthy: Any) -> None:
    for start, complete in itertools.permutations(range(2)):
        town = open_healthy()
        events = town.events(30, town.seconds)
        town.engine.ingest_many([events[start], events[complete], *events[2:]])
        (incident,), _ = town.engine.incidents()
        assert incident.causes[0].node == town.flights.node


def test_a_run_of_which_nothing_can_be_told_holds_up_none_of_the_others(
    healthy: Any, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(house: Any, run: Any) -> Any:
        if run.job.name == "keep":
            raise ValueError("like no other")
        return real(house, run)

    real = compare.batches
    monkeypatch.setattr(compare, "batches", fails)
    healthy.live(30, 30, healthy.seconds)
    (incident,), _ = healthy.engine.incidents()
    assert incident.causes[0].node == healthy.flights.node
    assert healthy.engine.house.store.log.backlog() == 0
    assert len(told.messages) == 1
    assert "nothing but lineage follows from run" in caplog.text
