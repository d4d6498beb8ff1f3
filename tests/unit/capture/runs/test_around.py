"""Which run is around: the innermost that lasts, else that of the process."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

import driftline
from driftline.capture.runs import around
from driftline.testing import MemorySink


def test_the_innermost_run_that_lasts_is_around(watched: MemorySink) -> None:
    assert around.enclosing() is None
    driftline.watch("whole")
    whole = around.enclosing()
    with driftline.run("outer") as outer:
        inner = driftline.run("inner")
        with inner:
            assert around.enclosing() is inner
            inner.finish(None)
            assert around.enclosing() is outer  # it is over, though its block is not
        assert around.enclosing() is outer
    assert around.enclosing() is whole
    driftline.unwatch()
    assert around.enclosing() is None


def test_runs_inside_the_process_are_its_children(watched: MemorySink) -> None:
    driftline.watch("whole")
    with driftline.run("part"):
        pass
    driftline.unwatch()
    driftline.flush()
    part = next(event for event in watched.decoded() if event.job and event.job.name == "part")
    assert part.run is not None
    assert b'"name":"whole"' in bytes(part.run.facets["parent"])


@pytest.mark.parametrize(
    ("at", "expected"),  # seconds by hand: 20,454 days after 1970
    [
        ("2026-01-01", 1_767_225_600),
        ("20260101", 1_767_225_600),
        (date(2026, 1, 1), 1_767_225_600),
        (datetime(2026, 1, 1), 1_767_225_600),  # noqa: DTZ001 - it is taken as UTC
        (datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), 1_767_225_600),
        ("2026-01-01T02:00:00+02:00", 1_767_225_600),
        ("1767225600000000", 1_767_225_600),
        (1_767_225_600_000_000, 1_767_225_600),
    ],
)
def test_a_moment_is_said_in_many_ways_and_is_one_of_utc(at: around.Moment, expected: int) -> None:
    assert around.moment_us(at) == expected * 1_000_000


def test_an_answer_and_a_run_are_of_the_date_that_a_text_says(watched: MemorySink) -> None:
    driftline.record_answer("desk", at="2026-01-01")
    with driftline.run("replay", at="2026-01-02"), driftline.answer("desk"):
        pass
    driftline.flush()
    days = [datetime.fromtimestamp(one.time_us / 1e6, UTC).date().isoformat() for one in watched.recorded]
    assert sorted(days) == ["2026-01-01", "2026-01-02"]
