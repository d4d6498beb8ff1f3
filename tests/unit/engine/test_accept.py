"""The first step: what is kept of an event, and what a run adds up to. Expected values were counted by hand."""

import json
from itertools import permutations
from typing import Any

import pytest

from driftline.event import ids
from driftline.event.lineage import Job


def test_an_event_that_is_no_json_is_kept_raw_with_the_reason(town: Any) -> None:
    raw = b'{"eventTime": "2013-01-01T10:00:00Z", "run'
    receipt = town.engine.ingest(raw)
    assert receipt.status == "quarantined"
    assert receipt.reason
    (kept,) = town.engine.house.store.log.refused()
    assert (kept.raw, kept.reason, kept.id) == (raw, receipt.reason, receipt.event)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"eventTime": "yesterday", "job": {"namespace": "n", "name": "j"}}, "yesterday"),
        ({"eventTime": "2013-01-01T10:00:00Z", "run": {"runId": "r"}}, "job"),
        ({"eventTime": "2013-01-01T10:00:00Z", "job": {"namespace": "", "name": "j"}}, "empty"),
        ({"eventTime": "2013-01-01T10:00:00Z", "eventType": "DONE", "job": {"namespace": "n", "name": "j"}}, "START"),
        ({"eventTime": "2013-01-01T10:00:00Z"}, "neither"),
        ([], "object"),
    ],
)
def test_a_receipt_of_a_refused_event_says_what_is_wrong(town: Any, body: Any, word: str) -> None:
    receipt = town.engine.ingest(json.dumps(body).encode())
    assert receipt.status == "quarantined"
    assert word in receipt.reason


def test_a_bad_event_between_good_ones_loses_none_of_them(town: Any) -> None:
    events = town.events(0)
    receipts = town.engine.ingest_many([events[0], b"\xff\x00", *events[1:]])
    assert [receipt.status for receipt in receipts] == ["accepted", "quarantined", *["accepted"] * 4]
    overview = town.engine.overview()
    assert overview.events == {"accepted": 5, "merged": 0, "quarantined": 1, "replaced": 0}
    assert (overview.runs, overview.jobs) == (3, 3)  # join, keep, refund-desk


def test_the_same_event_twice_is_merged_and_changes_nothing(town: Any) -> None:
    town.live(0, 0)
    before = town.engine.overview()
    receipts = town.engine.ingest_many(town.events(0))
    assert {receipt.status for receipt in receipts} == {"merged"}
    after = town.engine.overview()
    assert after.events == {"accepted": 5, "merged": 5, "quarantined": 0, "replaced": 0}
    assert (after.runs, after.versions) == (before.runs, before.versions)
    assert town.engine.house.known[town.features.node].reference.batches == 1


def test_a_receipt_names_an_event_by_its_time_and_its_content(town: Any) -> None:
    raw = town.events(0)[0]
    receipt = town.engine.ingest(raw)
    assert receipt.event == f"{town.time(0, 2):014x}{ids.content(raw)}"
    entry, _ = town.engine.house.store.log.find(receipt.event)
    assert entry.raw == raw


def test_what_was_only_accepted_is_kept_and_followed_later(town: Any) -> None:
    store = town.engine.house.store
    assert {receipt.status for receipt in town.engine.accept(town.events(0))} == {"accepted"}
    assert (store.log.backlog(), town.engine.overview().runs) == (5, 0)
    assert town.engine.follow() == 5
    assert (store.log.backlog(), town.engine.overview().runs) == (0, 3)
    assert town.engine.follow() == 0


def test_a_facet_that_cannot_be_read_is_named_and_its_event_accepted(town: Any) -> None:
    event = json.loads(town.events(0)[1])
    event["outputs"][0]["facets"]["schema"] = {"fields": "none"}
    receipt = town.engine.ingest(json.dumps(event).encode())
    assert receipt.status == "accepted"
    assert "outputs[0].schema" in receipt.facets
    assert town.engine.receipt(receipt.event) == receipt


def test_of_many_events_only_those_asked_for_have_whole_receipts_at_once(town: Any) -> None:
    event = json.loads(town.events(0)[1])
    event["outputs"][0]["facets"]["schema"] = {"fields": "none"}
    sent = [json.dumps({**event, "eventTime": f"2026-01-01T00:00:0{second}Z"}).encode() for second in range(3)]
    receipts = town.engine.accept(sent, noted={1})
    assert [list(receipt.facets) for receipt in receipts] == [[], ["outputs[0].schema"], []]
    assert town.engine.receipt(receipts[2].event).facets == receipts[1].facets


def graph(town: Any) -> tuple[Any, ...]:
    """The shape as a person would see it: everything around the features, in tables, columns and versions."""
    store = town.engine.house.store
    versions = [
        (version.version, version.job, version.rows, version.time_us)
        for dataset in (town.flights, town.features, town.desk)
        for version in store.lineage.versions(dataset)
    ]
    node = town.features.node
    return (
        town.engine.lineage(node, depth=9),
        town.engine.lineage(node, depth=9, columns=True),
        town.engine.lineage(f"{node}#x0", depth=9),
        versions,
    )


def test_events_in_any_order_give_the_same_graph(open_town: Any) -> None:
    events = town_events = open_town().events(0)
    join, desk = events[:2], events[3:]
    orders = [[*first, *second] for first in permutations(join) for second in permutations(desk)]
    orders += [desk + join, desk[::-1] + join[::-1], [desk[1], join[1], desk[0], join[0]]]
    seen = []
    for order in orders:
        town = open_town()
        assert {receipt.status for receipt in town.engine.ingest_many(order)} == {"accepted"}
        seen.append(graph(town))
    assert all(one == seen[0] for one in seen)
    assert len(seen[0][0].nodes) == 5  # flights, join, features, refund-desk (job), refund-desk (dataset)
    assert town_events == events


def test_a_start_that_comes_after_its_complete_does_not_open_the_run_again(town: Any) -> None:
    start, complete = town.events(0)[:2]
    town.engine.ingest_many([complete, start])
    run = town.engine.house.store.lineage.previous_run(Job("desk", "join"), town.time(1, 0))
    assert run is not None
    assert run.state == "COMPLETE"
    assert (run.started_us, run.ended_us) == (town.time(0, 2), town.time(0, 3))


def test_a_job_event_is_accepted_and_followed_by_nothing(town: Any) -> None:
    body = {"eventTime": "2013-01-01T10:00:00Z", "job": {"namespace": "n", "name": "j"}}
    assert town.engine.ingest(json.dumps(body).encode()).status == "accepted"
    assert town.engine.overview().runs == 0


def test_the_run_before_is_the_last_finished_one_of_the_same_job(town: Any) -> None:
    town.live(0, 2)
    store = town.engine.house.store
    third = store.lineage.previous_run(Job("desk", "join"), town.time(3, 0))
    assert third is not None
    before = store.lineage.previous_run(third.job, third.time_us)
    assert before is not None
    assert before.ended_us == town.time(1, 3)
    assert store.lineage.previous_run(before.job, before.time_us).ended_us == town.time(0, 3)


def test_profiles_are_kept_under_the_hash_that_their_version_names(town: Any) -> None:
    town.live(0, 0)
    (version,) = town.engine.house.store.lineage.versions(town.features)
    report = town.engine.dataset(town.features.node)
    assert version.version == "x0"
    assert [column.name for column in report.columns] == ["delay", "distance", "carrier"]
