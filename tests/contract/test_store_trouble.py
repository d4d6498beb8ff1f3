"""What every store promises about the log, trouble, the outbox and small things."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.errors import NotFound
from driftline.event import ids
from driftline.event.finding import Change, Finding, Incident
from driftline.event.lineage import Dataset
from driftline.event.report import Quarantine
from driftline.store import Store
from driftline.store.log import RUN as RUNS
from driftline.store.log import Fresh

RUN, OTHER = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"


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
    )


def fresh(raw: bytes, event_us: int = 0, run: str = RUN) -> Fresh:
    return Fresh(raw, event_us, run, RUNS)


def test_an_event_is_kept_once_by_content(store: Store) -> None:
    (first,) = store.log.append([fresh(b'{"a":1}', 5)], received_us=6)
    (again,) = store.log.append([fresh(b'{"a":1}', 5)], received_us=9)
    assert (first.id, first.new) == (f"{5:014x}" + ids.content(b'{"a":1}'), True)
    assert (again.id, again.new) == (first.id, False)
    assert store.log.of_run(RUN) == [b'{"a":1}']
    assert store.log.counts() == {"accepted": 1, "merged": 1, "quarantined": 0, "replaced": 0}


def test_an_event_that_comes_twice_in_one_batch_is_kept_once(store: Store) -> None:
    kept = store.log.append([fresh(b"1", 5), fresh(b"2", 5), fresh(b"1", 5)], received_us=6)
    assert [one.new for one in kept] == [True, True, False]
    assert kept[2].id == kept[0].id
    assert store.log.of_run(RUN) == [b"1", b"2"]
    assert store.log.backlog() == 2


def test_events_of_a_run_come_back_in_the_order_in_which_they_came(store: Store) -> None:
    for number in (3, 1, 2):
        store.log.append([fresh(b"%d" % number, number, RUN if number != 1 else OTHER)], received_us=0)
    assert store.log.of_run(RUN) == [b"3", b"2"]


def test_an_event_that_cannot_be_read_is_kept_with_its_reason(store: Store) -> None:
    (kept,) = store.log.append([Fresh(b"\xff{", refused="not JSON")], received_us=7)
    (refused,) = store.log.refused()
    assert (refused.id, refused.raw, refused.reason, refused.received_us) == (kept.id, b"\xff{", "not JSON", 7)
    entry, note = store.log.find(kept.id) or (None, None)
    assert entry is not None
    assert note is not None
    assert (entry.status, entry.raw, note.reason) == ("quarantined", b"\xff{", "not JSON")
    assert store.log.counts()["quarantined"] == 1
    assert store.log.backlog() == 0


def test_an_event_in_quarantine_that_was_replayed_says_as_which(store: Store) -> None:
    store.log.append([Fresh(b"{", refused="not JSON")], received_us=7)
    (kept,) = store.log.append([fresh(b"{}", 5)], received_us=8)
    store.log.replace(store.log.refused()[0], kept.id)
    assert store.log.refused() == []
    assert store.log.counts() == {"accepted": 1, "merged": 0, "quarantined": 0, "replaced": 1}


def test_facets_are_kept_apart_and_events_come_back_as_they_came(store: Store) -> None:
    facet = b'{"_producer":"p","fields":[{"name":"a","type":"bigint"},{"name":"b","type":"text"}]}'
    raws = [b'{"n": %d, "facets": {"schema": %s }, "more": %s}' % (number, facet, facet) for number in range(3)]
    store.log.append(
        [fresh(raw, 5)._replace(facets=(("schema", facet), ("again", facet))) for raw in raws], received_us=0
    )
    assert store.log.of_run(RUN) == raws
    assert [entry.raw for entry in store.log.read()] == raws
    assert store.blobs.find(ids.content(facet)) == facet


def test_the_log_is_read_on_from_a_place(store: Store) -> None:
    for number in range(5):
        store.log.append([fresh(b"%d" % number, number)], received_us=0)
    every = list(store.log.read())
    assert [entry.raw for entry in every] == [b"0", b"1", b"2", b"3", b"4"]
    assert [entry.raw for entry in store.log.read(every[1].seq)] == [b"2", b"3", b"4"]
    assert [entry.raw for entry in store.log.between(1, 4, limit=2, offset=0, up=True)] == [b"1", b"2"]
    assert [entry.raw for entry in store.log.between(1, 4, limit=2, offset=1, up=False)] == [b"2", b"1"]


def test_the_names_of_events_are_had_by_their_places_in_the_log(store: Store) -> None:
    kept = store.log.append([fresh(b"%d" % number, 9 - number) for number in range(5)], received_us=0)
    wanted = [kept[3].seq, kept[1].seq, kept[4].seq]
    assert store.log.names(wanted) == {one.seq: one.id for one in (kept[1], kept[3], kept[4])}
    assert list(store.log.names(wanted)) == sorted(wanted)
    assert store.log.names([]) == {}


def test_events_wait_until_somebody_says_that_they_are_folded(store: Store) -> None:
    store.log.append([fresh(b"1", 5), fresh(b"2", 5, OTHER)], received_us=0)
    store.log.append([fresh(b"3", 5)], received_us=0, quiet=True)
    first, second, third = store.log.waiting(9)
    assert first.owner == third.owner == uuid.UUID(RUN).bytes
    assert [one.quiet for one in (first, second, third)] == [False, False, True]
    store.log.done([first, third])
    assert store.log.waiting(9) == [second]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=5_000) | st.text(alphabet="ab", min_size=900).map(str.encode))
def test_bytes_come_back_as_they_were(store: Store, data: bytes) -> None:
    number = store.blobs.number(data)
    assert store.blobs.number(data) == number
    store.blobs.forget()
    assert store.blobs.number(data) == number
    assert store.blobs.get(number) == data
    assert store.blobs.find(ids.content(data)) == data
    assert store.blobs.find("0" * 31 + "1") is None


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
            store.log.append([fresh(b"{}")], received_us=0)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.state.get("a") is None
    assert store.log.of_run(RUN) == []


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
