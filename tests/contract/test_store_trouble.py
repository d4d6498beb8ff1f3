"""What every store promises about the log, trouble, the outbox and small things."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.errors import NotFound
from driftline.event import ids
from driftline.event.finding import Change, Finding, Incident
from driftline.event.lineage import Dataset
from driftline.event.report import Quarantine
from driftline.store import Store


def finding(name: str, time_us: int, dataset: str = "features", version: str = "v1") -> Finding:
    return Finding(
        id=name,
        dataset=Dataset("file", dataset),
        version=version,
        detector="nulls",
        kind="missing",
        statistic="null_share",
        time_us=time_us,
        sentence="Nulls rose from 1 % to 9 %.",
    )


def change(name: str, time_us: int, node: str = "job:demo:build") -> Change:
    return Change(id=name, kind="code", node=node, run="r", time_us=time_us, sentence="New code ran.")


def incident(name: str, opened_us: int, state: str = "open") -> Incident:
    return Incident(
        id=name, state=state, title="T.", opened_us=opened_us, updated_us=opened_us, symptom="f1", changes=("c1",)
    )  # type: ignore[arg-type] # a test's shorthand


def test_an_event_is_kept_once_by_content(store: Store) -> None:
    first = store.log.append(b'{"a":1}', event_us=5, received_us=6, run="r1")
    assert first == (ids.digest(b'{"a":1}'), True)
    assert store.log.append(b'{"a":1}', event_us=5, received_us=9, run="r1") == (first[0], False)
    assert store.log.of_run("r1") == [b'{"a":1}']
    assert store.log.counts() == {"accepted": 1, "merged": 1, "quarantined": 0}


def test_events_of_a_run_come_back_in_the_order_in_which_they_came(store: Store) -> None:
    for number in (3, 1, 2):
        store.log.append(b"%d" % number, event_us=number, received_us=0, run="r" if number != 1 else "other")
    assert store.log.of_run("r") == [b"3", b"2"]


def test_an_event_that_cannot_be_read_is_kept_with_its_reason(store: Store) -> None:
    store.log.append(b"\xff{", event_us=0, received_us=7, run="", status="quarantined", reason="not JSON")
    (kept,) = store.log.quarantined()
    assert (kept.raw, kept.reason, kept.received_us) == (b"\xff{", "not JSON", 7)
    assert store.log.of_run("") == []
    assert store.log.counts()["quarantined"] == 1


def test_the_log_is_read_on_from_a_place(store: Store) -> None:
    for number in range(5):
        store.log.append(b"%d" % number, event_us=number, received_us=0, run="r")
    first = list(store.log.read(0, 2))
    assert [entry.raw for entry in first] == [b"0", b"1"]
    assert [entry.raw for entry in store.log.read(first[-1].seq)] == [b"2", b"3", b"4"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=5_000) | st.text(alphabet="ab", min_size=900).map(str.encode))
def test_bytes_come_back_as_they_were(store: Store, data: bytes) -> None:
    hash_ = store.blobs.put(data)
    assert hash_ == ids.digest(data)
    assert store.blobs.get(hash_) == data
    assert store.blobs.get("nothing") is None


def test_findings_are_found_by_dataset_version_and_time(store: Store) -> None:
    store.incidents.put_findings([finding("f1", 10), finding("f2", 20, version="v2"), finding("f3", 30, "weather")])
    node = "dataset:file:features"
    assert [found.id for found in store.incidents.findings(node)] == ["f2", "f1"]
    assert [found.id for found in store.incidents.findings(node, version="v1")] == ["f1"]
    assert [found.id for found in store.incidents.findings(since_us=20, until_us=30)] == ["f2"]
    assert store.incidents.finding("f3") == finding("f3", 30, "weather")
    assert store.incidents.finding("f9") is None


def test_a_change_that_several_runs_saw_is_the_first_ones(store: Store) -> None:
    store.incidents.put_changes([change("c1", 20), change("c2", 30, "dataset:file:docs")])
    store.incidents.put_changes([change("c1", 50)])
    assert store.incidents.change("c1") == change("c1", 20)
    store.incidents.put_changes([change("c1", 10)])
    assert store.incidents.change("c1") == change("c1", 10)
    assert [found.id for found in store.incidents.changes()] == ["c2", "c1"]
    assert [found.id for found in store.incidents.changes("job:demo:build", since_us=5)] == ["c1"]


def test_incidents_are_listed_by_state_and_found_by_the_start_of_their_id(store: Store) -> None:
    for one in (incident("aa1", 10), incident("aa2", 20, "resolved"), incident("ab3", 30, "contained")):
        store.incidents.put(one)
    assert [found.id for found in store.incidents.list()[0]] == ["ab3", "aa2", "aa1"]
    assert store.incidents.list("resolved") == ([incident("aa2", 20, "resolved")], 1)
    assert [found.id for found in store.incidents.list(limit=1, offset=1)[0]] == ["aa2"]
    assert store.incidents.list(limit=1)[1] == 3
    assert [found.id for found in store.incidents.matching("aa")] == ["aa1", "aa2"]
    assert store.incidents.get("aa") is None
    assert store.incidents.get("aa1") == incident("aa1", 10)
    assert [found.id for found in store.incidents.unresolved()] == ["ab3", "aa1"]
    assert [found.id for found in store.incidents.of_member("c1")] == ["aa1", "aa2", "ab3"]
    assert store.incidents.counts() == {"open": 1, "resolved": 1, "contained": 1}


def test_an_incident_put_again_is_replaced(store: Store) -> None:
    store.incidents.put(incident("a", 10))
    store.incidents.put(incident("a", 10, "resolved"))
    assert store.incidents.list() == ([incident("a", 10, "resolved")], 1)


def test_a_released_quarantine_is_kept_but_no_longer_in_force(store: Store) -> None:
    held = Quarantine(id="q1", node="dataset:file:features#v1", reason="bad batch", created_us=10)
    store.quarantines.add(held)
    assert store.quarantines.list() == [held]
    released = store.quarantines.release("q1", "ann", 20)
    assert (released.released_us, released.released_by) == (20, "ann")
    assert store.quarantines.release("q1", "bob", 30) == released
    assert store.quarantines.list() == []
    assert store.quarantines.list(active=False) == [released]
    with pytest.raises(NotFound):
        store.quarantines.release("q2", "ann", 20)


def test_one_key_is_told_once_per_channel(store: Store) -> None:
    assert store.outbox.enqueue("webhook", "incident-1", b"body") is True
    assert store.outbox.enqueue("webhook", "incident-1", b"other") is False
    assert store.outbox.enqueue("console", "incident-1", b"body") is True
    assert [(out.channel, out.body) for out in store.outbox.due(9, 100)] == [
        ("webhook", b"body"),
        ("console", b"body"),
    ]


def test_what_is_taken_from_the_outbox_is_nobody_elses_until_its_lease_ends(store: Store) -> None:
    store.outbox.enqueue("webhook", "k", b"body")
    (taken,) = store.outbox.due(9, 100, lease_us=50)
    assert taken.attempts == 1
    assert store.outbox.due(9, 149) == []
    assert [out.attempts for out in store.outbox.due(9, 150)] == [2]


def test_what_failed_is_due_again_and_what_is_done_never(store: Store) -> None:
    store.outbox.enqueue("webhook", "k", b"body")
    (taken,) = store.outbox.due(9, 100)
    store.outbox.failed(taken.id, "refused", 500)
    assert store.outbox.due(9, 499) == []
    (again,) = store.outbox.due(9, 500)
    store.outbox.done(again.id)
    assert store.outbox.due(9, 10**15) == []
    assert store.outbox.waiting() == 0
    assert store.outbox.enqueue("webhook", "k", b"body") is False


def test_small_values_are_kept_replaced_and_removed(store: Store) -> None:
    assert store.state.get("place") is None
    store.state.put("place", b"1")
    store.state.put("place", b"2")
    assert store.state.get("place") == b"2"
    store.state.remove("place")
    assert store.state.get("place") is None


def test_work_inside_a_transaction_is_undone_together(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.state.put("a", b"1")
            store.log.append(b"{}", event_us=0, received_us=0, run="r")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.state.get("a") is None
    assert store.log.of_run("r") == []


def test_a_transaction_inside_one_fails_alone(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.state.put("inner", b"1")
            raise KeyError

    with store.transaction():
        store.state.put("outer", b"1")
        with pytest.raises(KeyError):
            fail()
        assert store.state.get("outer") == b"1"
    assert store.state.get("outer") == b"1"
    assert store.state.get("inner") is None
