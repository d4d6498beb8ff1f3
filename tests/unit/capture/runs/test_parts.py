"""A process that goes on is told in parts. What belongs to which is worked out by hand."""

import contextlib
import json
import multiprocessing
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import driftline
from driftline.capture.runs import around, offspring, parts
from driftline.capture.runs import run as runs
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sending import client
from driftline.capture.watching.process import ProcessRun
from driftline.event import openlineage
from driftline.event.lineage import Dataset, Job, Touched
from driftline.graph import fold
from driftline.testing import MemorySink


@pytest.fixture
def service(sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessRun]:
    """A process that is told as soon as it has touched two versions; nobody looks but the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(parts, "LONG_US", 0)
    monkeypatch.setattr(parts, "MANY", 2)
    monkeypatch.setattr(parts, "MOMENT_US", 0)
    monkeypatch.setattr(parts, "_RECENT_NS", 0)
    make("a.csv", 10)  # before the run: what it made by hand, it would have written
    make("in.csv", 20)
    driftline.watch("service")
    run: Any = around.process.run
    owner = client.current()
    assert owner is not None
    owner.sender.unwatch(run)
    yield run
    driftline.unwatch()


def turn(run: ProcessRun) -> None:
    """Let the sender's thread look twice: once to begin the next part, once to tell of the one before."""
    run.announce()
    run.announce()


def told(sink: MemorySink) -> list[dict[str, Any]]:
    driftline.unwatch()
    assert driftline.flush(30)
    return [event for event in map(json.loads, sink.raw) if event["eventType"] == "COMPLETE"]


def names(event: dict[str, Any], side: str) -> list[str]:
    return sorted(part["name"] for part in event.get(side, ()))


def make(name: str, number: int) -> None:
    Path(name).write_text(f"a,b\n{number},1\n{number + 1},2\n")


def moved(name: str, to: str) -> None:
    pd.read_csv(name).to_csv(to, index=False)


def test_each_part_is_a_run_of_the_same_job_and_what_was_read_before_is_still_at_hand(
    service: ProcessRun, sink: MemorySink
) -> None:
    moved("a.csv", "x.csv")
    first = service.id
    turn(service)
    second = service.id
    moved("in.csv", "y.csv")
    one, two = told(sink)
    assert [one["run"]["runId"], two["run"]["runId"]] == [first, second]
    assert one["job"]["name"] == two["job"]["name"] == "service"
    assert (names(one, "inputs"), names(one, "outputs")) == (["a.csv"], ["x.csv"])
    assert (names(two, "inputs"), names(two, "outputs")) == (["a.csv", "in.csv"], ["y.csv"])
    assert two["run"]["facets"]["parent"]["run"]["runId"] == first
    assert "parent" not in one["run"]["facets"]
    assert one["run"]["facets"]["driftline_gaps"]["gaps"] == {parts.GOES_ON: 1}
    assert "driftline_gaps" not in two["run"]["facets"]
    versions = [event["run"]["facets"]["driftline_code"]["version"] for event in (one, two)]
    assert versions[0] == versions[1]
    assert all("driftline_profile" in part["facets"] for part in (*one["inputs"], *one["outputs"]))
    events = [openlineage.decode(raw) for raw in sink.raw]
    (history,) = fold.fold(event for event in events if event.run and event.run.run_id == second)
    edges = {(edge.source.dataset.name, edge.target.dataset.name) for edge in history.states[-1].shape.edges}
    assert ("in.csv", "y.csv") in edges


def test_what_a_part_before_has_read_is_no_guess_at_where_data_of_the_next_one_comes_from(
    service: ProcessRun, sink: MemorySink
) -> None:
    for number in range(3):
        make(f"in{number}.csv", number)
        pd.read_csv(f"in{number}.csv")
    before = service.trace
    turn(service)
    assert service.heard is not None
    assert not any(trace is before for _, trace in service.heard)  # nor is the former part held in memory
    service.write("named", data=pd.DataFrame({"q": [float(os.getpid())]}))
    _, two = told(sink)
    assert two["run"]["facets"]["driftline_gaps"]["gaps"] == {"columns of unknown origin: named": 1}


def test_what_was_written_just_now_belongs_to_the_next_part_alone(
    service: ProcessRun, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_RECENT_NS", 60_000_000_000)
    moved("a.csv", "x.csv")
    turn(service)
    one, two = told(sink)
    assert (names(one, "inputs"), names(one, "outputs")) == (["a.csv"], [])
    assert (names(two, "inputs"), names(two, "outputs")) == (["a.csv"], ["x.csv"])


def test_what_is_still_being_written_is_told_once_it_is_closed(service: ProcessRun, sink: MemorySink) -> None:
    with Path("x.csv").open("w") as file:
        frame = pd.read_csv("a.csv")
        frame.to_csv(file, index=False)
        turn(service)
        frame.to_csv(file, index=False, header=False)
    one, two = told(sink)
    assert names(one, "outputs") == []
    (written,) = two["outputs"]
    assert (written["name"], written["facets"]["driftline_state"]["rows"]) == ("x.csv", 4)


def test_a_statement_that_runs_in_each_part_writes_a_version_in_each(service: ProcessRun, sink: MemorySink) -> None:
    with contextlib.closing(sqlite3.connect("store.db")) as connection:
        connection.execute("create table source (a)")
        connection.execute("create table sums (a)")
        for _ in range(2):
            connection.execute("insert into sums select a from source")
            connection.commit()
            turn(service)
    found = {
        (part["name"], part["facets"]["driftline_state"]["version"])
        for event in told(sink)
        for part in event.get("outputs", ())
        if part["name"].endswith("sums")
    }
    assert len(found) == 2


def test_a_transaction_that_is_open_meanwhile_counts_in_the_part_in_which_it_is_committed(
    service: ProcessRun, sink: MemorySink
) -> None:
    make("a.csv", 10)
    make("b.csv", 10)
    with contextlib.closing(sqlite3.connect("store.db")) as connection:
        connection.execute("create table source (a)")
        connection.execute("create table sums (a)")
        connection.commit()
        turn(service)
        pd.read_csv("a.csv")
        pd.read_csv("b.csv")
        connection.execute("insert into sums select a from source")
        turn(service)
        connection.commit()
    *before, last = told(sink)
    assert [name for name in names(last, "outputs") if name.endswith("sums")]
    assert not any("not committed" in gap for event in before for gap in _gaps(event))


def test_what_a_transaction_was_given_in_each_part_is_among_its_sources(service: ProcessRun, sink: MemorySink) -> None:
    for number, name in enumerate("cde"):
        make(f"{name}.csv", number)
    with contextlib.closing(sqlite3.connect("store.db")) as connection:
        connection.execute("create table sums (total)")
        for name in ("c", "d", "e"):
            total = pd.read_csv(f"{name}.csv").a.sum()
            connection.execute("insert into sums values (?)", (int(total),))
            turn(service)
        connection.commit()
    last = told(sink)[-1]
    (written,) = (part for part in last["outputs"] if part["name"].endswith("sums"))
    sources = written["facets"]["columnLineage"]["fields"]["total"]["inputFields"]
    assert sorted((one["name"], one["field"]) for one in sources) == [("c.csv", "a"), ("d.csv", "a"), ("e.csv", "a")]


def _gaps(event: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = event["run"]["facets"].get("driftline_gaps", {}).get("gaps", {})
    return found


def test_a_process_that_ends_at_once_after_a_part_tells_both(service: ProcessRun, sink: MemorySink) -> None:
    moved("a.csv", "x.csv")
    service.announce()  # the next part has begun, and nothing is told yet
    one, two = told(sink)
    assert (names(one, "outputs"), names(two, "outputs")) == (["x.csv"], [])


def test_a_part_is_not_told_before_nobody_adds_to_it(
    service: ProcessRun, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved("a.csv", "x.csv")
    first = service.id
    monkeypatch.setattr(parts, "MOMENT_US", 60_000_000)
    monkeypatch.setattr(runs, "_ANNOUNCE_US", 3_600_000_000)  # the next part is not announced, however slow this is
    turn(service)
    assert driftline.flush(30)
    assert service.id != first
    assert not sink.raw
    service._opened_us -= 60_000_000
    service.announce()
    assert driftline.flush(30)
    assert json.loads(sink.raw[0])["run"]["runId"] == first


def test_the_mark_of_a_part_goes_with_its_end(
    service: ProcessRun, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MANY", 3)  # the test itself opens the mark, which is no file of ours then
    owner = client.current()
    assert owner is not None
    folder = Path(owner.home, offspring.FOLDER)
    service._opened_us -= 2_000_000
    service.announce()
    first = service.id
    assert [path.name for path in folder.iterdir()] == [f"{first}{offspring.MARK}"]
    moved("a.csv", "x.csv")
    turn(service)
    service._opened_us -= 2_000_000
    service.announce()
    assert driftline.flush(30)
    assert [path.name for path in folder.iterdir()] == [f"{service.id}{offspring.MARK}"]
    started = [json.loads(raw)["run"]["runId"] for raw in sink.raw if b'"START"' in raw]
    assert started == [first, service.id]


def _read_when_told(name: str, event: Any) -> None:
    event.wait(30)
    pd.read_csv(name)


def test_a_child_that_outlives_the_part_it_was_forked_in_is_heard(service: ProcessRun, sink: MemorySink) -> None:
    make("a.csv", 10)
    make("c.csv", 30)
    forking = multiprocessing.get_context("fork")
    event = forking.Event()
    child = forking.Process(target=_read_when_told, args=("c.csv", event))
    child.start()
    moved("a.csv", "x.csv")
    turn(service)
    event.set()
    child.join(30)
    assert child.exitcode == 0
    one, two = told(sink)
    assert "c.csv" not in names(one, "inputs")
    assert "c.csv" in names(two, "inputs")
    owner = client.current()
    assert owner is not None
    left = Path(owner.home, offspring.FOLDER).iterdir()
    assert not [path for path in left if path.suffix != offspring.MARK]


def seen(number: int, kind: str = "") -> Seen:
    return Seen(touched=Touched(dataset=Dataset("file", f"f{number}"), version="1", kind=kind), at_ns=number)


def trace(**values: Any) -> Trace:
    return Trace(run="r", job=Job("default", "service"), started_us=1, **values)


def test_a_day_and_many_versions_are_long_and_very_many_are_at_once() -> None:
    day = 24 * 3_600 * 1_000_000
    now = parts.clock.now_us()
    many, most = trace(inputs=[seen(n) for n in range(2_000)]), trace(inputs=[seen(1)] * 50_000)
    assert not parts.due(many, now - day + 10_000_000)
    assert parts.due(many, now - day)
    assert not parts.due(trace(inputs=[seen(1)] * 1_999), now - 10 * day)
    assert not parts.due(trace(inputs=[seen(1)] * 49_999), now)
    assert parts.due(most, now)


def test_the_first_and_the_last_that_was_read_is_carried_and_models_are() -> None:
    held = trace(inputs=[seen(n) for n in range(3_000)], outputs=[seen(5_000, "model"), seen(6_000)])
    found = parts.following(held, 7_000_000)
    numbers = [int(one.touched.dataset.name[1:]) for one in found.inputs]
    assert sorted(numbers) == [*range(100), *range(1_200, 3_000), 5_000]
    assert found.outputs == []
    assert (found.parent, found.parent_job, found.job) == ("r", held.job, held.job)
    assert parts.following(found, 8_000_000).parent == "r"


def test_a_file_that_is_opened_in_one_part_and_written_in_the_next_is_told_once(
    service: ProcessRun, sink: MemorySink
) -> None:
    frame = pd.read_csv("a.csv")
    frame.to_csv("b.csv", index=False)
    with Path("x.csv").open("w") as file:
        service.announce()
        frame.to_csv(file, index=False)
        service.announce()
    assert driftline.flush(30)  # while it is watched what is opened
    one, two = told(sink)
    assert names(one, "outputs") == ["b.csv"]
    (written,) = two["outputs"]
    assert (written["name"], written["facets"]["driftline_state"]["rows"]) == ("x.csv", 2)


def test_what_comes_to_a_part_in_its_last_moment_and_is_still_written_to_belongs_to_the_next_one(
    service: ProcessRun, sink: MemorySink
) -> None:
    frame = pd.read_csv("a.csv")
    frame.to_csv("b.csv", index=False)
    before = service.trace
    with Path("x.csv").open("w") as file:
        service.announce()
        frame.to_csv(file, index=False)
        before.outputs.append(service.trace.outputs.pop())  # as a thread adds it that had asked for the run before
        service.announce()
        frame.to_csv(file, index=False, header=False)
    assert driftline.flush(30)
    one, two = told(sink)
    assert names(one, "outputs") == ["b.csv"]
    (written,) = two["outputs"]
    assert (written["name"], written["facets"]["driftline_state"]["rows"]) == ("x.csv", 4)


@pytest.mark.skipif(not Path(parts._HANDLES).is_dir(), reason="only Linux tells what is open")
def test_many_handles_are_those_beyond_a_number() -> None:
    """The folder that tells of them is one of them while it is looked at."""
    held = len([*Path(parts._HANDLES).iterdir()])
    assert [parts.many_handles(held + more) for more in (-1, 0, 50)] == [True, False, False]


@pytest.mark.skipif(not Path(parts._HANDLES).is_dir(), reason="only Linux tells what is open")
def test_a_file_that_is_written_by_hand_all_the_time_is_told_once_and_as_it_is_in_the_end(
    service: ProcessRun, sink: MemorySink
) -> None:
    by_hand = Path("x.csv")
    pd.read_csv("a.csv").to_csv("b.csv", index=False)
    with by_hand.open("w") as file:
        file.write("a\n1\n")
        file.flush()
        turn(service)
        file.write("2\n")
    turn(service)
    assert driftline.flush(30)  # while it is watched what is opened
    one, two, _ = told(sink)
    assert names(one, "outputs") == ["b.csv"]
    (written,) = two["outputs"]
    assert (written["name"], written["facets"]["driftline_state"]["bytes"]) == ("x.csv", 6)
