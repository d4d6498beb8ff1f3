"""What a run has read and written is known before it ends, so that a process that is killed has not worked unseen."""

import json
import os
import signal
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline import clock
from driftline.capture.runs import progress
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client, sender
from driftline.capture.tables import measure
from driftline.errors import DriftlineError
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink

WORK = """import driftline; driftline.watch("killed")
import pandas as pd, pathlib, time
frame = pd.read_csv("orders.csv")
frame.to_parquet("x.parquet")
pathlib.Path("done").touch()
time.sleep(120)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_process_that_is_killed_has_written_is_known(
    how: signal.Signals, tmp_path: Path, spawn: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text("id\n1\n")
    (tmp_path / "script.py").write_text(WORK)
    process = spawn([sys.executable, "script.py"], cwd=tmp_path, env={**os.environ, "DRIFTLINE_CONSOLE": "false"})
    monkeypatch.chdir(tmp_path)
    driftline.configure(home=".driftline", console=False)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not known(tmp_path):
            time.sleep(0.2)
        process.send_signal(how)
        process.wait(20)
        assert known(tmp_path) == {"x.parquet", "orders.csv"}
    finally:
        client.forget()


def known(folder: Path) -> set[str]:
    try:
        graph = driftline.lineage("x.parquet", down=False)
    except DriftlineError:
        return set()
    return {node.label for node in graph.nodes if node.type == "DATASET"}


def test_an_event_is_sent_once_for_what_is_new_and_the_end_replaces_it(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "half.csv").write_text("x\n")
    with driftline.run("job", announce=True) as run:
        run.read(str(tmp_path / "a.csv"))
        owner = run._client
        assert owner is not None
        now = clock.now_us()
        progress.say(run, owner, now)  # not due yet
        progress.say(run, owner, now - progress.PAUSE_US)
        progress._said[run].next_us = 0
        progress.say(run, owner, now)
        progress.say(run, owner, now)  # not due, and nothing new
        progress._said[run].next_us = 0
        progress.say(run, owner, now)  # due, and nothing new
        run.write("b", version="1")
        progress.say(run, owner, now)
    assert driftline.flush()
    types = [(event.event_type, len(event.inputs), len(event.outputs)) for event in sink.decoded()]
    assert types == [("START", 0, 0), ("RUNNING", 1, 0), ("RUNNING", 1, 1), ("COMPLETE", 1, 1)]
    running, complete = sink.decoded()[1], sink.decoded()[-1]
    assert b"COMPLETE_SNAPSHOT" in bytes(complete.job.facets["jobType"])
    assert "schema" not in running.inputs[0].facets
    assert "driftline_profile" in complete.inputs[0].facets
    assert running.inputs[0].facets["driftline_state"] != b""


def test_a_version_that_was_still_written_is_left_out_and_a_hash_that_was_put_off_is_made(
    sink: MemorySink, tmp_path: Path
) -> None:
    file = tmp_path / "large.csv"
    file.write_text("x\n1\n")
    size, modified_ns = measure.state(str(file))
    provisional = Touched(dataset=Dataset("file", "large.csv"), version="stat:1", attributes={"identity": "later"})
    with driftline.run("job", announce=True) as run:
        run.add("read", Seen(touched=provisional, path=str(file), size=size, modified_ns=modified_ns, deferred=True))
        run.add("write", Seen(touched=Touched(dataset=Dataset("file", "open.csv")), path=str(file), pending=True))
        found = progress._so_far(run.trace, list(run.trace.outputs))
    assert [seen.touched.version for seen in found.inputs] == [measure.of_file(str(file)).version]
    assert found.outputs == []
    assert run.trace.inputs[0] is not found.inputs[0]


def test_a_file_that_is_closed_and_rests_is_said_though_nothing_else_is_new(sink: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with driftline.run("job", announce=True) as run:
        owner = run._client
        assert owner is not None

        def say() -> None:
            progress._said.setdefault(run, progress._Said(0)).next_us = 0
            progress.say(run, owner, 0)

        with path.open("w") as file:
            file.write("x\n1\n")
            touched = Touched(dataset=Dataset("file", "rows.csv"))
            run.add("write", Seen(touched=touched, path=str(path), pending=True, handle=weakref.ref(file)))
            file.flush()
            os.utime(path, (1, 1))
            say()  # it is open, however long nothing has come to it
            say()
        say()  # closing has changed nothing
        os.utime(path)
        say()
    assert driftline.flush()
    version = measure.of_file(str(path)).version
    told = [
        (event.event_type, [json.loads(bytes(one.facets["driftline_state"]))["version"] for one in event.outputs])
        for event in sink.decoded()
    ]
    assert told == [("START", []), ("RUNNING", []), ("RUNNING", [version]), ("COMPLETE", [version])]


def test_what_was_closed_just_now_waits(sink: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("x\n")
    seen = Seen(touched=Touched(dataset=Dataset("file", "rows.csv")), path=str(path), pending=True)
    assert progress._known([seen]) == []
    os.utime(path, (1, 1))
    assert [one.touched.version for one in progress._known([seen])] == [measure.of_file(str(path)).version]
    assert seen.pending
    path.unlink()
    assert progress._known([seen]) == []


def test_a_replay_says_nothing_in_between(sink: MemorySink) -> None:
    with driftline.run("job", at=1_000_000, announce=True) as run:
        run.write("b", version="1")
        run._opened_us = 0
        run.announce()
    assert driftline.flush()
    assert [event.event_type for event in sink.decoded()] == ["START", "COMPLETE"]


def test_a_run_that_was_announced_at_once_says_what_it_has_done_so_far(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PAUSE_US", 0)
    monkeypatch.setattr(sender, "TICK_SECONDS", 0.01)
    (tmp_path / "a.csv").write_text("x\n1\n")
    with driftline.run("job", announce=True) as run:
        run.read(str(tmp_path / "a.csv"))
        deadline = time.monotonic() + 20
        while b'"RUNNING"' not in b"".join(sink.raw) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert driftline.flush()
    states = [json.loads(raw)["eventType"] for raw in sink.raw]
    assert (states[0], states[-1]) == ("START", "COMPLETE")
    assert set(states[1:-1]) == {"RUNNING"}


def test_a_run_that_has_much_to_tell_again_and_again_does_so_less_often(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FREE", 10_000)
    with driftline.run("job", announce=True) as run:
        owner = run._client
        assert owner is not None
        pauses = []
        for number in range(12):
            run.write(f"b{number}", version="1")
            begin = clock.now_us()
            progress.say(run, owner, begin - 2 * progress.PAUSE_US)
            pauses.append(progress._said[run].next_us - begin)
            progress._said[run].next_us = 0
    assert driftline.flush()
    sizes = [len(raw) for raw in sink.raw if b'"RUNNING"' in raw]
    assert len(sizes) == 12
    for place, (size, pause) in enumerate(zip(sizes, pauses, strict=True)):
        least = max(2_000_000, size * 1_000 if sum(sizes[: place + 1]) > 10_000 else 0)  # a kilobyte a second
        assert least <= pause < least + 2_000_000
    assert max(pauses) > 3_000_000


def test_a_block_that_never_ends_is_told_once(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress, "MANY", 2)
    with driftline.run("job", announce=True) as run:
        owner = run._client
        assert owner is not None
        for number in range(3):
            run.read(f"b{number}", version="1")
            progress._said.pop(run, None)
            progress.say(run, owner, 0)
    assert [one.getMessage() for one in caplog.records if "goes on" in one.getMessage()] == [
        "driftline: the run of 'job' has read and written 2 versions and goes on; all of it is kept until it ends: "
        "a block of driftline.run for each turn of a loop keeps less"
    ]
