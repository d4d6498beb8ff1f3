"""The third step: each version is judged once, and the reference goes on after the store was opened again."""

from typing import Any

import msgspec
import pytest

from driftline.engine import compare
from driftline.engine.known import Known
from driftline.event.lineage import Job


def judgements(town: Any) -> list[tuple[Any, ...]]:
    """Everything found, in a form that two towns can be compared by."""
    found = town.engine.house.store.incidents.findings(limit=10_000)
    return sorted((f.id, f.severity, f.size, f.p_value, f.sentence) for f in found)


def reference(town: Any, dataset: Any) -> Any:
    return town.engine.house.known[dataset.node].reference


def test_a_version_is_judged_by_the_run_that_shows_it_first_only(town: Any) -> None:
    town.live(0, 0)
    known = town.engine.house.known
    # features are written by join and read by refund-desk; flights are read by join and keep: one batch each
    assert {node: one.reference.batches for node, one in known.items()} == {
        town.flights.node: 1, town.features.node: 1, town.archive.node: 1, town.desk.node: 1,
    }  # fmt: skip
    assert known[town.features.node].judged == ("x0@2013-01-01",)


def test_of_a_run_that_failed_only_what_it_read_is_judged(town: Any) -> None:
    start, complete = town.events(0)[:2]
    town.engine.ingest(start)
    town.engine.ingest(complete.replace(b'"COMPLETE"', b'"FAIL"'))
    assert list(town.engine.house.known) == ["dataset:file:feed/flights"]


def test_rows_of_inputs_are_what_an_output_is_held_against(town: Any) -> None:
    town.live(0, 2)
    # 150 flights in, 150 features out, three times; a feed from outside has no inputs
    assert reference(town, town.features).ratios == {town.flights.node: (1.0, 1.0, 1.0)}
    assert reference(town, town.flights).ratios == {}


def test_a_run_that_reads_very_much_is_held_against_none_of_it(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ratio for each pair of thousands of files would be some million ratios."""
    monkeypatch.setattr(compare, "_FEEDS", 0)
    town.live(0, 2)
    assert reference(town, town.features).ratios == {}


def test_findings_are_those_of_all_batches(healthy: Any) -> None:
    healthy.live(30, 30, healthy.seconds)
    run = healthy.engine.house.store.lineage.previous_run(Job("desk", "join"), healthy.time(31, 0))
    assert run is not None
    assert compare.batches(healthy.engine.house, run) == []  # judged before
    healthy.engine.house.known.clear()
    healthy.engine.house.store.state.put(f"reference:{healthy.flights.node}", b"")
    (judged,) = compare.batches(healthy.engine.house, run)  # flights anew, without a reference: nothing to find
    assert judged.node == healthy.flights.node
    assert compare.findings([judged]) == []


def records(town: Any) -> list[Any]:
    """What the store keeps of each comparison."""
    datasets = (town.flights, town.features, town.archive, town.desk)
    stored = [town.engine.house.store.state.get(f"reference:{dataset.node}") for dataset in datasets]
    return [msgspec.msgpack.decode(body, type=Known) for body in stored]


def test_opening_the_store_again_every_day_changes_no_measure(open_town: Any) -> None:
    unbroken, broken = open_town(), open_town()
    for number in range(27):
        unbroken.live(number, number)
        broken.live(number, number)
        broken.reopen()
    assert records(broken) == records(unbroken)


def test_opening_the_store_again_in_an_incident_changes_no_judgement(open_healthy: Any) -> None:
    unbroken, broken = open_healthy(), open_healthy()
    for number in range(30, 36):
        spoil = unbroken.seconds if number < 34 else None
        unbroken.live(number, number, spoil)
        broken.live(number, number, spoil)
        broken.reopen()
    assert judgements(broken) == judgements(unbroken)
    assert broken.engine.incidents() == unbroken.engine.incidents()
    assert records(broken) == records(unbroken)


def test_columns_of_an_incident_do_not_become_the_new_normal(healthy: Any) -> None:
    highest = reference_high(healthy)
    healthy.live(30, 34, healthy.seconds)
    assert highest < 200 < 60 * 60  # minutes while well
    assert reference_high(healthy) == highest
    assert reference(healthy, healthy.features).batches == 35
    member = healthy.engine.house.known[healthy.features.node].members[-1]
    assert member.without == ("delay",)


def test_an_alarm_that_concerns_nobody_becomes_the_new_normal(healthy: Any) -> None:
    healthy.live(30, 30, healthy.stretch)
    # distances of 100 to 2,500 miles, times 60: 6,000 to 150,000
    assert 6_000 < reference(healthy, healthy.features).columns["distance"].high <= 150_000


def reference_high(town: Any) -> float:
    """The highest delay that the reference of the features knows."""
    town.engine.house.known.clear()
    return float(compare._known(town.engine.house, town.features.node).reference.columns["delay"].high)


@pytest.mark.parametrize("place", ["known", "pools", "weeks", "profiles"])
def test_whatever_is_in_memory_can_be_lost(open_healthy: Any, place: str) -> None:
    kept, lost = open_healthy(), open_healthy()
    for number in range(30, 33):
        spoil = kept.seconds if number == 31 else None
        kept.live(number, number, spoil)
        getattr(lost.engine.house, place).clear()
        lost.live(number, number, spoil)
    assert judgements(lost) == judgements(kept)
    assert records(lost) == records(kept)


def test_a_batch_whose_transaction_failed_is_judged_when_its_event_comes_again(
    open_healthy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, failed = open_healthy(), open_healthy()
    whole.live(30, 30, whole.seconds)
    events = failed.events(30, failed.seconds)
    failed.engine.ingest(events[0])
    with monkeypatch.context() as patch:
        patch.setattr(failed.engine.house.store.state, "put", _full)
        with pytest.raises(OSError, match="no space"):
            failed.engine.ingest(events[1])
    failed.engine.ingest_many(events[1:])
    assert judgements(failed) == judgements(whole)
    assert records(failed) == records(whole)
    assert failed.engine.quarantines() == whole.engine.quarantines()


def _full(*_: Any) -> None:
    raise OSError("no space left on device")


def test_memory_of_profiles_is_bounded(healthy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "_KEPT", 3)
    healthy.live(30, 36)
    assert len(healthy.engine.house.profiles) <= 3
    assert len(healthy.engine.house.weeks) <= 3
