"""What every store promises of content that went and came back, by hand: A on day 1, B on day 2, A again on day 3."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline import clock
from driftline.engine.engine import Engine
from driftline.event import ids
from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Version
from driftline.event.openlineage import PRODUCER

Body = dict[str, Any]
Told = Callable[..., Engine]
DAY = "2024-01-0{}T00:00:00Z"
RAW, TABLE = "dataset:n:raw", Dataset("n", "table")


def part(name: str, version: str = "", slice_: str = "") -> Body:
    state = {"version": version, "fingerprint": version, "partition": slice_}
    return {"namespace": "n", "name": name, "facets": {"driftline_state": state} if version else {}}


def ran(day: int, job: str, reads: list[Body], writes: list[Body]) -> Body:
    return {
        "eventType": "COMPLETE", "eventTime": DAY.format(day), "job": {"namespace": "etl", "name": job},
        "run": {"runId": f"00000000-0000-0000-{len(job):04d}-{day:012d}"}, "inputs": reads, "outputs": writes,
    }  # fmt: skip


def turned(version: str, day: int) -> Body:
    return ran(day, "make", [part("raw", f"xxh3:{version}")], [part("table", f"xxh3:t{version}")])


@pytest.fixture
def engine(told: Told) -> Engine:
    """A→B→A, and an answer half a day after each."""
    engine = told(*(turned(version, day) for day, version in ((1, "a"), (2, "b"), (3, "a"))))
    for day, version in ((1, "a"), (2, "b"), (3, "a")):
        moment = clock.parse(DAY.format(day)) + 43_200_000_000
        source = Source("features", Version(TABLE, f"xxh3:t{version}"))
        engine.house.store.ledger.append([Answer(id=f"0{day}", time_us=moment, endpoint="desk", sources=(source,))])
    return engine


def test_what_came_back_is_a_change(engine: Engine) -> None:
    (found,) = (change for change in engine.why("03").data if change.node == RAW)
    assert (found.before, found.after, found.returned) == ("xxh3:b", "xxh3:a", True)
    assert found.at_us == clock.parse(DAY.format(3))
    (found,) = (change for change in engine.why("02").data if change.node == RAW)
    assert (found.before, found.after, found.returned) == ("xxh3:a", "xxh3:b", False)


def test_answers_belong_to_what_was_there_when_they_were_given(engine: Engine) -> None:
    assert engine.touched_by(f"{RAW}#xxh3:b").answers == 1  # that of the second day
    assert engine.touched_by(f"{RAW}#xxh3:a").answers == 2


def test_the_newest_is_what_came_back(engine: Engine) -> None:
    lines = {line.node: line for line in engine.house.store.lineage.datasets()[0]}
    assert (lines[RAW].latest, lines[TABLE.node].latest) == ("xxh3:a", "xxh3:ta")
    assert lines[TABLE.node].updated_us == clock.parse(DAY.format(3))
    assert engine.resolve("raw@latest") == f"{RAW}#xxh3:a"
    assert engine.resolve("raw@previous") == f"{RAW}#xxh3:b"


def test_who_names_no_version_read_what_was_written_last(told: Told) -> None:
    """Readers on days 2, 4 and 6; a written on days 1 and 5, b on day 3."""
    days = ((1, "a"), (3, "b"), (5, "a"))
    engine = told(
        *(turned(version, day) for day, version in days),
        *(ran(day, "use", [part("table")], [part("out", f"xxh3:o{day}")]) for day in (2, 4, 6)),
    )
    ends = {2: "a", 4: "b", 6: "a"}
    for day, version in ends.items():
        above = {node.id for node in engine.lineage(f"dataset:n:out#xxh3:o{day}", down=False).nodes}
        assert {one for one in above if "table#" in one} == {f"dataset:n:table#xxh3:t{version}"}
    for version in "ab":
        below = {node.id for node in engine.lineage(f"dataset:n:table#xxh3:t{version}", up=False).nodes}
        found = {one.rpartition("xxh3:o")[2] for one in below if "out#" in one}
        assert found == {str(day) for day, one in ends.items() if one == version}


def test_a_slice_that_is_no_longer_read_went(told: Told) -> None:
    """By hand: the second run read January alone, and wrote another table of it."""
    both = [part("feed", "xxh3:j", "jan"), part("feed", "xxh3:f", "feb")]
    engine = told(
        ran(1, "make", both, [part("table", "xxh3:t1")]), ran(2, "make", both[:1], [part("table", "xxh3:t2")])
    )
    source = Source("features", Version(TABLE, "xxh3:t2"))
    moment = clock.parse(DAY.format(2)) + 1
    engine.house.store.ledger.append([Answer(id="01", time_us=moment, endpoint="desk", sources=(source,))])
    (found,) = (change for change in engine.why("01").data if change.node == "dataset:n:feed")
    assert (found.partition, found.verdict, found.before, found.after) == ("feb", "went", "xxh3:f", "")


@pytest.mark.parametrize("says", [True, False])
def test_runs_within_a_millisecond_have_an_order_where_they_tell_when_they_began(told: Told, *, says: bool) -> None:
    """By hand: the first began at 100 µs and told at 200, the second at 300 and 400; both tell of their end."""
    begin = clock.parse(DAY.format(1))

    def within(began: int, version: str) -> Body:
        body = ran(1, "make", [part("raw", f"xxh3:{version}")], [part("table", f"xxh3:t{version}")])
        facets = {"driftline_start": {"time": clock.iso(begin + began)}} if says else {}
        run = {"runId": ids.uuid7(begin + began), "facets": facets}
        return {**body, "run": run, "eventTime": clock.iso(begin + began + 100), "producer": PRODUCER}

    engine = told(within(100, "a"), within(300, "b"))
    source = Source("features", Version(TABLE, "xxh3:tb"))
    engine.house.store.ledger.append([Answer(id="1", time_us=begin + 500, endpoint="desk", sources=(source,))])
    found = [(one.before, one.after) for one in engine.why("1").data if one.node == RAW]
    assert found == ([("xxh3:a", "xxh3:b")] if says else [])
