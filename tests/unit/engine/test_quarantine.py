"""The sixth step: what the switch file says, by hand from who derives from whom in the town."""

from typing import Any

import pytest

from driftline.engine import quarantine
from driftline.errors import NotFound
from driftline.event.lineage import Version
from driftline.event.report import Quarantine
from driftline.guard.switch import Switch


def held_back(town: Any, dataset: Any, version: str) -> bool:
    """Whether a guard that reads the switch would hold an answer on this version back."""
    return bool(Switch(town.home).decide([Version(dataset, version)]))


def test_a_bad_version_and_what_derives_from_it_are_published_and_nothing_else(ill: Any) -> None:
    said = ill.switch
    nodes = {entry["node"]: entry["id"] for entry in said["entries"]}
    features = f"{ill.features.node}#x30"
    assert features in nodes
    # the desk's answers of day 30 stood on the features of day 30; the archive only on the feed
    assert set(said["affected"]) == {features, f"{ill.desk.node}#d30"}
    assert nodes[features] in said["affected"][f"{ill.desk.node}#d30"]
    assert Switch(ill.home).mode == "enforce"
    assert held_back(ill, ill.features, "x30")
    assert held_back(ill, ill.desk, "d30")
    assert not held_back(ill, ill.features, "x29")
    assert not held_back(ill, ill.archive, "k30")


def test_a_bad_version_is_published_before_anybody_has_read_it(healthy: Any) -> None:
    events = healthy.events(30, healthy.seconds)
    healthy.engine.ingest_many(events[:2])  # the join alone
    assert held_back(healthy, healthy.features, "x30")
    assert not held_back(healthy, healthy.desk, "d30")


def test_each_bad_batch_is_quarantined_anew_and_a_good_one_flows(ill: Any) -> None:
    ill.live(31, 31, ill.seconds)
    ill.live(32, 32)
    assert [held_back(ill, ill.features, f"x{day}") for day in (30, 31, 32)] == [True, True, False]


def test_a_version_is_quarantined_once_however_many_of_its_columns_moved(ill: Any) -> None:
    nodes = [entry.node for entry in ill.engine.quarantines()]
    assert len(nodes) == len(set(nodes))


def test_a_quarantine_names_its_incident_and_its_reason(ill: Any) -> None:
    (incident,), _ = ill.engine.incidents()
    entry = next(e for e in ill.engine.quarantines() if e.node == f"{ill.features.node}#x30")
    assert entry.incident == incident.id
    assert "delay" in entry.reason
    assert entry.created_us == ill.time(30, 3)


def test_in_manual_mode_nothing_is_quarantined_by_itself(open_healthy: Any) -> None:
    town = open_healthy(quarantine="manual")
    town.live(30, 30, town.seconds)
    (incident,), _ = town.engine.incidents()
    assert incident.state == "open"
    assert town.engine.quarantines() == []
    assert not (town.home / "guard.json").exists()


def test_a_person_quarantines_a_dataset_and_every_version_of_it_is_held(healthy: Any) -> None:
    entry = healthy.engine.quarantine("features", "I do not trust it")
    assert (entry.node, entry.reason, entry.incident) == (healthy.features.node, "I do not trust it", "")
    assert [one["node"] for one in healthy.switch["entries"]] == [healthy.features.node]
    assert held_back(healthy, healthy.features, "x3")
    assert held_back(healthy, healthy.features, "x99")
    assert not held_back(healthy, healthy.flights, "f3")


def test_what_derives_from_a_quarantined_dataset_is_held_too(healthy: Any) -> None:
    healthy.engine.quarantine("features", "I do not trust it")
    assert held_back(healthy, healthy.desk, "d3")
    healthy.live(30, 30)
    assert held_back(healthy, healthy.desk, "d30")


def test_a_person_quarantines_a_version_and_what_derives_from_it_is_held(healthy: Any) -> None:
    healthy.engine.quarantine(f"{healthy.features.node}#x3", "a bad day")
    assert held_back(healthy, healthy.features, "x3")
    assert held_back(healthy, healthy.desk, "d3")
    assert not held_back(healthy, healthy.desk, "d4")


def test_what_a_person_quarantines_reaches_what_is_made_of_it_later(healthy: Any) -> None:
    events = healthy.events(30)
    healthy.engine.ingest_many(events[:2])
    healthy.engine.quarantine(f"{healthy.features.node}#x30", "wait")
    before = healthy.switch["sequence"]
    healthy.engine.ingest_many(events[2:])
    assert held_back(healthy, healthy.desk, "d30")
    assert not held_back(healthy, healthy.archive, "k30")
    assert healthy.switch["sequence"] == before + 1


def test_an_event_that_concerns_no_quarantine_publishes_nothing(ill: Any) -> None:
    before = ill.switch
    ill.live(31, 31)
    assert ill.switch == before


def test_a_released_quarantine_lets_everything_flow_and_stays_on_record(healthy: Any) -> None:
    entry = healthy.engine.quarantine(f"{healthy.features.node}#x3", "a bad day")
    released = healthy.engine.release(entry.id, "maria")
    assert released.released_by == "maria"
    assert released.released_us > 0
    assert Switch(healthy.home).state.entries == ()
    assert not held_back(healthy, healthy.desk, "d3")
    assert healthy.engine.quarantines() == []
    assert [one.id for one in healthy.engine.quarantines(active=False)] == [entry.id]


def test_of_two_quarantines_on_one_way_lifting_one_leaves_the_other(healthy: Any) -> None:
    above = healthy.engine.quarantine(f"{healthy.flights.node}#f3", "the feed")
    healthy.engine.quarantine(f"{healthy.features.node}#x3", "the join")
    healthy.engine.release(above.id, "maria")
    assert not held_back(healthy, healthy.flights, "f3")
    assert held_back(healthy, healthy.desk, "d3")


def test_an_unknown_quarantine_or_name_is_refused_and_publishes_nothing(healthy: Any) -> None:
    with pytest.raises(NotFound):
        healthy.engine.release("nothing", "maria")
    with pytest.raises(NotFound):
        healthy.engine.quarantine("no such table", "why")
    assert healthy.engine.quarantines() == []


def test_guards_that_only_observe_are_told_so(open_healthy: Any) -> None:
    town = open_healthy(guards="observe")
    town.live(30, 30, town.seconds)
    assert town.switch["mode"] == "observe"
    assert Switch(town.home).mode == "observe"
    assert f"{town.features.node}#x30" in {entry["node"] for entry in town.switch["entries"]}


def test_what_is_affected_is_known_again_after_a_start(ill: Any) -> None:
    affected, quarantined = dict(ill.engine.house.affected), list(ill.engine.house.quarantined)
    ill.reopen()
    assert {node: set(keys) for node, keys in ill.engine.house.affected.items()} == {
        node: set(keys) for node, keys in affected.items()
    }
    assert {entry.id for entry in ill.engine.house.quarantined} == {entry.id for entry in quarantined}


def test_a_dataset_quarantined_since_a_day_spares_the_versions_before(healthy: Any) -> None:
    since = healthy.time(20, 0)
    entry = Quarantine(id="since", node=healthy.features.node, since_us=since, reason="late", created_us=since)
    house = healthy.engine.house
    house.store.quarantines.add(entry)
    quarantine.remember(house)
    quarantine.publish(house)
    assert held_back(healthy, healthy.features, "x20")
    assert not held_back(healthy, healthy.features, "x19")
    (said,) = healthy.switch["entries"]
    assert len(said["spared"]) == 20  # days 0 to 19


def test_listeners_hear_of_every_publication(healthy: Any) -> None:
    heard: list[tuple[str, str]] = []
    healthy.engine.house.listeners.append(lambda topic, subject: heard.append((topic, subject)))
    entry = healthy.engine.quarantine("features", "why")
    assert heard == [("guard", entry.id)]
