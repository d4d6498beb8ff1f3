"""A run whose process was killed is ended by the next process, and only then."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline import clock
from driftline.capture.runs import emit, left, offspring, progress
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.tables import measure
from driftline.event import openlineage
from driftline.event.lineage import Dataset, Job, Touched
from driftline.graph import fold
from driftline.testing import MemorySink

Script = Callable[..., list[dict[str, Any]]]

LONG = """import driftline; driftline.watch("job")
import os, signal, sys, time
import pandas as pd
folder = driftline.capture.sending.client.current().home + "/runs"
pd.read_csv("a.csv")
if sys.argv[1] == "end":
    sys.exit()
limit = time.monotonic() + 30
while not os.path.isdir(folder) or not any(name.endswith(".open") for name in os.listdir(folder)):
    time.sleep(0.05)
    assert time.monotonic() < limit
print("marked", flush=True)
if sys.argv[1] == "exit":
    os._exit(9)
if sys.argv[1] == "wait":
    sys.stdin.read()
os.kill(os.getpid(), int(sys.argv[1]))
time.sleep(30)
"""


def ends(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last events of runs; a run that lasts for two seconds tells something before."""
    return [event for event in events if event["eventType"] != "RUNNING"]


@pytest.mark.parametrize("way", ["9", "15", "exit"])
def test_a_run_that_was_killed_is_ended_by_the_next_process(script: Script, tmp_path: Path, way: str) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert ends(script(LONG, way, status=None)) == []
    aborted, complete = sorted(ends(script(LONG, "end")), key=lambda event: str(event["eventType"]))
    assert (aborted["eventType"], complete["eventType"]) == ("ABORT", "COMPLETE")
    assert aborted["run"]["runId"] < complete["run"]["runId"]  # the ids begin with the time
    assert aborted["job"]["name"] == "job"
    assert aborted["run"]["facets"]["errorMessage"]["message"].startswith("the process has ended without a word")
    gaps = aborted["run"]["facets"]["driftline_gaps"]["gaps"]
    assert gaps.pop("lost with the process") == 1
    assert set(gaps) <= {
        "events lost with a process",
        "events perhaps lost with a process",
    }  # its START, a sign of life
    assert list((tmp_path / ".driftline" / "runs").iterdir()) == []


def test_a_run_whose_process_lives_is_left_alone(script: Script, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "long.py").write_text(LONG)
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "long.py", "wait"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes) as living:
        assert living.stdout.readline() == "marked\n"
        assert [event["eventType"] for event in ends(script(LONG, "end"))] == ["COMPLETE"]
        living.kill()


def test_what_child_processes_have_handed_over_adds_to_what_the_run_has_told(sink: MemorySink) -> None:
    """By hand: the run has told of ``a`` while it lasted, and its child has left ``b``; both are kept."""
    with driftline.run("job", announce=True) as run:
        owner = run._client
        assert owner is not None
        run.read("a", version="1")
        progress.say(run, owner, clock.now_us() - progress.PAUSE_US)
        held = left.mark(owner.home, run.trace)
        written = Seen(touched=Touched(dataset=Dataset("default", "b"), version="1"))
        offspring.leave(owner.home, run.id, "write", written)
        held._file.close()  # as the end of the process does
        left.sweep(owner)
        assert driftline.flush()
        events = sink.decoded()
    assert [event.event_type for event in events] == ["START", "RUNNING", "ABORT"]
    (history,) = fold.fold(events)
    shape = history.states[-1].shape
    assert shape.state == "ABORT"
    assert [[one.dataset.name for one in side] for side in (shape.inputs, shape.outputs)] == [["a"], ["b"]]


MEASURING = """import driftline; driftline.watch("job")
import os, sys, time
import pandas as pd
from driftline.capture.runs import emit; from driftline.capture.watching import process
if sys.argv[1] == "large":
    process._LONG = 3  # bytes
else:
    folder = driftline.capture.sending.client.current().home + "/runs"
    limit = time.monotonic() + 30
    while not os.path.isdir(folder) or not os.listdir(folder):
        time.sleep(0.05)
        assert time.monotonic() < limit
encode = emit.Ended.encode
def slowly(self, *, cheap):
    if not cheap:
        print("measuring", flush=True)
        time.sleep(2)
    return encode(self, cheap=cheap)
emit.Ended.encode = slowly
pd.read_csv("a.csv").to_csv("b.csv", index=False)
sys.exit(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("marked", ["long", "large"])
@pytest.mark.parametrize(("way", "code"), [(signal.SIGTERM, -15), (signal.SIGKILL, -9), (signal.SIGINT, 7)])
def test_a_run_that_is_stopped_while_its_end_is_measured_tells_what_it_has_read_and_written(
    script: Script, tmp_path: Path, way: signal.Signals, code: int, marked: str
) -> None:
    """Killed, its last words are said by the next process; after Ctrl-C its own end is spooled. The exit code stays."""
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "long.py").write_text(MEASURING)
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "long.py", marked]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes) as ending:
        assert ending.stdout.readline() == "measuring\n"
        ending.send_signal(way)
        said = ending.communicate(timeout=30)[1]
    assert ending.returncode == code
    assert len(said.splitlines()) == (1 if way == signal.SIGINT else 0), said
    found = ends(script(LONG, "end"))
    failed, complete = sorted(found, key=lambda event: str(event["eventType"]), reverse=True)
    assert (failed["eventType"], complete["eventType"]) == ("FAIL", "COMPLETE")
    assert [[one["name"] for one in failed[side]] for side in ("inputs", "outputs")] == [["a.csv"], ["b.csv"]]
    assert (emit.KILLED in failed["run"]["facets"].get("driftline_gaps", {}).get("gaps", {})) is (way != signal.SIGINT)
    if way != signal.SIGINT:
        gaps = failed["run"]["facets"]["driftline_gaps"]["gaps"]
        named = [f"not measured: {name} (the process ended before)" for name in ("a.csv", "b.csv")]
        assert gaps == {emit.KILLED: 1, **dict.fromkeys(named, 1)}
        assert all("driftline_fingerprint" not in one["facets"] for one in (*failed["inputs"], *failed["outputs"]))
    assert list((tmp_path / ".driftline" / "runs").iterdir()) == []


def test_what_is_measured_already_or_holds_no_table_is_no_gap_of_the_last_words(
    watched: MemorySink, tmp_path: Path
) -> None:
    """By hand: of three files only the table was still to be measured; with ``names`` nothing is."""
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "a.bin").write_bytes(b"1")
    with driftline.run("job") as run:
        run.read("a.csv")
        run.read("a.bin")
        run.write("t", data={"x": [1]})
        run.trace.ended_us = run.trace.started_us + 10
        words = openlineage.decode(emit.last_words(run.trace, str(tmp_path), ""))
        measure.level.contents = False
        try:
            names = openlineage.decode(emit.last_words(run.trace, str(tmp_path), ""))
        finally:
            measure.level.contents = True
        assert run.trace.gaps == {}
    gaps = [json.loads(bytes(said.run.facets["driftline_gaps"]))["gaps"] for said in (words, names) if said.run]
    assert gaps == [{emit.KILLED: 1, "not measured: a.csv (the process ended before)": 1}, {emit.KILLED: 1}]


def test_last_words_that_were_not_finished_are_not_said(sink: MemorySink) -> None:
    """By hand: half of the event reached the disk; the run is ended as one that was killed before."""
    with driftline.run("job", announce=True) as run:
        owner = run._client
        assert owner is not None
        held = left.mark(owner.home, run.trace)
        held._file.write(b'\n{"eventTime":')
        held._file.close()
        left.sweep(owner)
        left.sweep(owner)  # as another process may do meanwhile: it is being told
        assert held._path.exists()  # until that has arrived
        assert driftline.flush()
        assert [event.event_type for event in sink.decoded()] == ["START", "ABORT"]
        assert not held._path.exists()


def test_the_end_proper_replaces_the_last_words(sink: MemorySink) -> None:
    """By hand: both arrive, in either order, as where the power fails between delivery and removal."""
    with driftline.run("job") as run:
        run.read("a", version="stat:1")
        run.trace.on_job["jobType"] = progress.WHOLE
        run.trace.ended_us = run.trace.started_us + 10
        words = openlineage.decode(emit.last_words(run.trace, "", ""))
        run.trace.inputs[0].touched = Touched(dataset=run.trace.inputs[0].touched.dataset, version="xxh3:1")
    assert driftline.flush()
    (proper,) = sink.decoded()
    assert words.run is not None
    assert emit.KILLED in bytes(words.run.facets["driftline_gaps"]).decode()
    for events in ([proper, words], [words, proper]):
        (history,) = fold.fold(events)
        assert [one.version for one in history.shape.inputs] == ["xxh3:1"]


FAILING = """import driftline; driftline.watch("job")
import pandas as pd
from driftline.capture.runs import emit; from driftline.capture.watching import process
process._LONG = 0
def broken(*_): raise RuntimeError("of ours")
emit.last_words = broken
pd.read_csv("a.csv")
"""


def test_last_words_that_cannot_be_made_do_not_cost_the_end(script: Script, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (event,) = ends(script(FAILING))
    assert (event["eventType"], [one["name"] for one in event["inputs"]]) == ("COMPLETE", ["a.csv"])


def test_nobody_finds_a_mark_before_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who locks it first says that the run has ended."""
    there: list[list[str]] = []
    lock = left.spool.locked

    def locked(file: Any) -> bool:
        there.append(sorted(path.name for path in (tmp_path / offspring.FOLDER).iterdir()))
        return lock(file)

    monkeypatch.setattr(left.spool, "locked", locked)
    held = left.mark(str(tmp_path), Trace(run="r", job=Job("default", "j"), started_us=1))
    assert there == [["r.new"]]
    (path,) = (tmp_path / offspring.FOLDER).iterdir()
    assert path.name == "r.open"
    assert json.loads(path.read_bytes())["run"] == "r"
    with path.open("rb") as other:
        assert not lock(other)
    held.clear()
    assert not list((tmp_path / offspring.FOLDER).iterdir())
