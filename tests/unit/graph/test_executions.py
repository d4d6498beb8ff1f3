import msgspec
from hypothesis import given
from hypothesis import strategies as st

from driftline.event import openlineage
from driftline.event.lineage import TERMINAL
from driftline.event.openlineage import Event
from driftline.graph.executions import executions, in_order, moment

RUN = "01900000-0000-7000-8000-000000000001"


def event(state: str | None, second: int, job: str = "j", word: str = "") -> Event:
    body = {
        "eventTime": f"2026-01-01T10:00:{second:02d}Z",
        "run": {"runId": RUN, "facets": {"word": {"said": word}} if word else {}},
        "job": {"namespace": "n", "name": job},
    }
    return openlineage.decode(msgspec.json.encode(body | ({"eventType": state} if state else {})))


def told(events: list[Event]) -> list[tuple[str, list[tuple[str | None, int]]]]:
    """Return the executions as job and (state, second) of their events."""
    found = executions(events)
    return [(job.name, [(one.event_type, one.time_us // 1_000_000 % 60) for one in part]) for job, part in found]


def test_a_start_after_an_end_begins_an_attempt() -> None:
    events = [event("START", 1), event("FAIL", 2), event("START", 3), event("COMPLETE", 4)]
    assert told(events) == [("j", [("START", 1), ("FAIL", 2)]), ("j", [("START", 3), ("COMPLETE", 4)])]


def test_a_start_at_the_moment_of_the_end_or_before_it_does_not() -> None:
    assert told([event("COMPLETE", 2), event("START", 2)]) == [("j", [("START", 2), ("COMPLETE", 2)])]
    assert len(executions([event("COMPLETE", 3), event("START", 2)])) == 1


def test_several_starts_and_several_ends_are_one_attempt_unless_a_start_follows_an_end() -> None:
    assert len(executions([event("START", 1), event("START", 2), event("COMPLETE", 3), event("COMPLETE", 4)])) == 1
    assert len(executions([event("COMPLETE", 1), event("RUNNING", 2), event("OTHER", 3), event(None, 4)])) == 1
    assert len(executions([event("ABORT", 1), event("START", 2), event("START", 3)])) == 2


def test_jobs_that_share_a_run_id_are_told_apart_and_counted_by_their_first_event() -> None:
    events = [event("START", 1, "a"), event("START", 2, "b"), event("COMPLETE", 3, "a"), event("START", 4, "a")]
    assert [(job, part[0][1]) for job, part in told(events)] == [("a", 1), ("b", 2), ("a", 4)]


def test_within_a_moment_the_state_decides_and_then_the_content() -> None:
    states = ["COMPLETE", "START", "OTHER", "RUNNING", None, "FAIL"]
    ordered = in_order(event(state, 1) for state in states)
    assert [moment(one)[1] for one in ordered] == [0, 0, 1, 2, 3, 3]
    twins = [event("START", 1, word="a"), event("START", 1, word="b")]
    assert in_order(twins) == in_order(twins[::-1])
    assert len(in_order([*twins, *twins])) == 2


_events = st.builds(
    event,
    st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "OTHER", None]),
    st.integers(0, 6),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["", "x", "y"]),
)


@given(st.lists(_events, max_size=9), st.data())
def test_order_and_repetition_play_no_part(events: list[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
    assert executions(data.draw(st.permutations([*events, *again]))) == executions(events)


@given(st.lists(_events, max_size=9))
def test_every_event_is_in_one_execution_of_its_job_and_only_the_first_start_follows_an_end(events: list[Event]) -> None:
    found = executions(events)
    assert in_order(one for _, part in found for one in part) == in_order(events)
    for job, part in found:
        assert {one.job.name for one in part if one.job} == {job.name}
        ends = [one.time_us for one in part if one.event_type in TERMINAL]
        assert not [one for one in part if one.event_type == "START" and ends and one.time_us > min(ends)]
        assert list(part) == in_order(part)


@given(st.lists(_events, max_size=9), st.integers(0, 6))
def test_attempts_of_the_events_until_a_moment_are_the_beginnings_of_those_of_all(events: list[Event], last: int) -> None:
    until = [one for one in events if one.time_us <= event(None, last).time_us]
    whole = [(job, [one for one in part if one in until]) for job, part in executions(events)]
    assert [(job, list(part)) for job, part in executions(until)] == [(job, part) for job, part in whole if part]
