"""Single events: receipts, quarantine, and trying again, as it is and mended; the events were written by hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import BadInput, NotFound
from driftline.event.mapping import Mapping, Rule
from driftline.graph import fold as pure

DONE = Mapping((Rule(when={"eventType": "DONE"}, set={"eventType": "COMPLETE"}),))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(Settings(home=str(tmp_path), console=False)) as found:
        yield found


def event(number: int = 1, **changes: Any) -> bytes:
    body = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-01T10:00:00Z",
        "producer": "p",
        "schemaURL": "s",
        "run": {"runId": f"0194a1b2-0000-7000-8000-{number:012d}"},
        "job": {"namespace": "n", "name": f"j{number}"},
        **changes,
    }
    return json.dumps(body).encode()


def test_a_receipt_can_be_asked_for_and_says_what_it_said(engine: Engine) -> None:
    sent = [
        event(),
        event(2, eventTime="2026-01-01", job={"namespace": "n", "name": "j", "facets": {"sql": {}}}),
        b"no",
    ]
    given = engine.ingest_many(sent)
    assert [engine.receipt(receipt.event) for receipt in given] == given
    assert [engine.event(receipt.event) for receipt in given] == sent
    assert [receipt.status for receipt in given] == ["accepted", "accepted", "quarantined"]
    assert given[1].repairs
    assert given[1].facets
    for id_ in ("", "x", "0" * 46, given[0].event[:-1]):
        with pytest.raises(NotFound):
            engine.receipt(id_)
        with pytest.raises(NotFound):
            engine.event(id_)


def test_what_is_in_quarantine_is_listed_newest_first(engine: Engine) -> None:
    engine.ingest_many([b"one", b"\xfftwo", event(), b"three"])
    assert [held.body for held in engine.held_events()] == ["three", "\ufffdtwo", "one"]
    assert [held.body for held in engine.held_events(1)] == ["three"]


def test_an_event_that_rules_mend_is_taken_and_its_receipt_says_as_which(engine: Engine) -> None:
    bad = engine.ingest(event(eventType="DONE"))
    assert engine.replay(DONE, rehearse=True).taken[0].event == bad.event
    assert engine.receipt(bad.event) == bad
    done = engine.replay(DONE)
    assert [receipt.status for receipt in done.taken] == ["accepted"]
    assert json.loads(engine.event(done.taken[0].event)) == json.loads(event())
    assert engine.receipt(bad.event).replaced_by == done.taken[0].event
    assert engine.event(bad.event) == event(eventType="DONE")
    overview = engine.overview()
    assert (overview.events["quarantined"], overview.events["replaced"], overview.runs) == (0, 1, 1)
    assert engine.replay(DONE) == type(done)()


def test_what_the_rules_do_not_mend_stays_with_its_reason_whatever_it_is(engine: Engine) -> None:
    bad = [b"no", b"\xff", b"", b"[" * 9_999, b'{"n":' + b"9" * 5_000 + b"}", event(run={}), event(eventTime="DONE")]
    given = engine.ingest_many(bad)
    refused = engine.replay(DONE).refused
    assert [(receipt.event, receipt.reason) for receipt in refused] == [(one.event, one.reason) for one in given]
    assert [engine.receipt(receipt.event) for receipt in given] == given


def test_only_those_that_are_named_are_tried(engine: Engine) -> None:
    first, second = engine.ingest_many([event(1, eventType="DONE"), event(2, eventType="DONE")])
    assert len(engine.replay(DONE, [second.event]).taken) == 1
    assert engine.receipt(first.event).status == "quarantined"
    with pytest.raises(BadInput, match=second.event):
        engine.replay(DONE, [second.event])


def test_a_mended_event_that_is_known_already_adds_nothing(engine: Engine) -> None:
    good = engine.ingest(json.dumps(json.loads(event()), separators=(",", ":")).encode())  # as a mended one is written
    engine.ingest(event(eventType="DONE"))
    assert engine.replay(DONE).taken == (good,)
    assert engine.overview().runs == 1


def test_an_event_that_could_not_be_folded_is_folded_when_it_is_replayed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_events: Any) -> Any:
        raise LookupError("like no other")

    with monkeypatch.context() as patched:
        patched.setattr(pure, "fold", fails)
        receipt = engine.ingest(event())
        assert engine.receipt(receipt.event).status == "quarantined"
        again = engine.replay()
        assert (again.taken, [one.event for one in again.refused]) == ((), [receipt.event])
    assert engine.overview().events["quarantined"] == 1
    assert engine.replay().taken == (receipt,)
    overview = engine.overview()
    assert (overview.events["quarantined"], overview.events["accepted"], overview.runs) == (0, 1, 1)
    assert engine.receipt(receipt.event) == receipt
    assert engine.held_events() == []


def test_a_time_far_in_the_future_is_noted_on_the_receipt(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = 1_767_268_800_000_000  # 2026-01-01 12:00 UTC
    monkeypatch.setattr(engine.house, "now", lambda: noon)
    given = engine.ingest_many([event(), event(2, eventTime="2026-01-02T12:00:01Z"), event(3, eventTime="2206-01-01")])
    assert given[0].repairs == {}
    assert given[1].repairs == {"eventTime": "more than a day after the event was received, kept as it is"}
    assert given[2].repairs["eventTime"].startswith("no time of day, read as midnight; more than a day after")
    monkeypatch.setattr(engine.house, "now", lambda: noon + 10 * 86_400_000_000)
    assert [engine.receipt(receipt.event) for receipt in given] == given  # what counts is when it was received


def test_what_is_discarded_waits_no_longer_and_stays_in_the_log(engine: Engine) -> None:
    one, two, good = engine.ingest_many([b"one", b"two", event()])
    assert engine.discard([one.event]) == 1
    assert [held.event for held in engine.held_events()] == [two.event]
    counts = engine.house.store.log.counts()
    assert (counts["quarantined"], counts["discarded"], counts["accepted"]) == (1, 1, 1)
    told = engine.receipt(one.event)
    assert (told.status, told.reason) == ("discarded", one.reason)
    assert engine.event(one.event) == b"one"
    for unfit in (one.event, good.event, "x"):
        with pytest.raises(BadInput, match="not in quarantine"):
            engine.discard([two.event, unfit])
    assert engine.discard() == 1
    assert engine.discard() == 0
    assert engine.replay().refused == ()
