"""What a process counts outlives it. The processes are real, and killed; the numbers are worked out by hand."""

import json
import mmap
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.sending.tally import Tally
from driftline.config import Settings
from driftline.engine.engine import Engine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks of POSIX")
NOTHING = [0, 0, 0, 0, 0]
ANSWERS, EVENTS = "answers lost with a process", "events lost with a process"


def dead(tally: Tally) -> None:
    """Let go of its file as the end of a process does."""
    tally.reborn()


def test_what_was_recorded_and_not_settled_is_lost_and_what_was_on_its_way_perhaps(tmp_path: Path) -> None:
    """By hand: of 10 answers 4 had arrived and 3 were on their way, of 2 events one; so 3 and 1 are lost."""
    first, second = Tally(tmp_path), Tally(tmp_path)
    first.open()
    second.open()
    first.page[0] += 10
    first.page[1] += 2
    for tally in (first, second):
        tally.settle(4, 1) if tally is first else tally.settle(0, 0)
    first.fly(3, 0)
    assert second.adopt() == NOTHING  # the first one lives
    dead(first)
    assert second.adopt() == [0, 3, 1, 3, 0]
    assert second.adopt() == NOTHING
    assert second.take() == {ANSWERS: 3, EVENTS: 1, "answers perhaps lost with a process": 3}
    assert second.take() == {}


def test_what_no_event_has_told_when_its_process_dies_is_told_by_the_next_one(tmp_path: Path) -> None:
    first, second, third = (Tally(tmp_path) for _ in "abc")
    first.open()
    first.page[0] += 5
    dead(first)
    second.open()
    assert second.adopt() == [0, 5, 0, 0, 0]
    assert second.take() == {ANSWERS: 5}
    dead(second)  # the event was on its way
    third.open()
    assert third.adopt() == NOTHING
    lost = third.take()
    assert lost == {ANSWERS: 5}
    third.told(lost)
    third.close()
    assert not (tmp_path / "tallies").exists()


def test_a_process_that_ends_well_leaves_nothing_and_one_with_something_to_tell_leaves_that(tmp_path: Path) -> None:
    one = Tally(tmp_path)
    one.page[0] += 1  # before there is a file
    one.open()
    one.fly(1, 0)
    one.settle(1, 0)
    one.fly(0, 0)
    one.close()
    assert not (tmp_path / "tallies").exists()
    one.open()
    one.lose(2)
    one.close()
    other = Tally(tmp_path)
    assert other.adopt() == NOTHING
    assert other.take() == {"lost": 2}


def test_an_event_about_a_dead_process_may_claim_what_went_with_that_one(tmp_path: Path) -> None:
    first, second, third = (Tally(tmp_path) for _ in "abc")
    for number, tally in enumerate((first, second), 1):
        tally.open()
        tally.page[0] += number
    name = first.name
    assert third.claim(name) == (NOTHING, {})  # it lives
    dead(first)
    dead(second)
    fresh, gaps = third.claim(name)
    assert (fresh, gaps) == ([0, 1, 0, 0, 0], {ANSWERS: 1})
    assert third.take() == {}  # the event carries it
    assert third.adopt() == [0, 2, 0, 0, 0]
    third.told(gaps)
    third.told(third.take())
    assert not any(third.page)


def test_where_no_file_can_be_the_process_counts_for_itself(tmp_path: Path) -> None:
    (tmp_path / "tallies").write_text("in the way")
    one = Tally(tmp_path)
    one.open()
    one.lose(2)
    assert (one.take(), one.adopt(), one.orphaned()) == ({"lost": 2}, NOTHING, False)
    one.close()


WATCHED = """
import driftline; driftline.watch("watched")
import os, signal, time
limit = time.monotonic() + 30
while not os.path.isdir(".driftline/runs") or not os.listdir(".driftline/runs"):
    time.sleep(0.05)
    assert time.monotonic() < limit
assert driftline.flush()
for one in range(3):
    driftline.record_answer("desk")
signal.pidfd_send_signal(os.pidfd_open(os.getpid()), signal.SIGKILL)  # as by somebody else: unannounced
"""


def test_where_the_dead_process_was_watched_its_own_run_tells(tmp_path: Path) -> None:
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    for script in (WATCHED, 'import driftline; driftline.watch("next")'):
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, timeout=60, check=False)
    assert done.returncode == 0
    with Engine.open(Settings(home=str(tmp_path / ".driftline"), console=False)) as engine:
        events: list[Any] = [json.loads(entry.raw) for entry in engine.house.store.log.read()]
    ends = [
        (event["job"]["name"], event["eventType"], event["run"]["facets"].get("driftline_gaps")) for event in events
    ]
    (gaps,) = (gaps["gaps"] for name, kind, gaps in ends if (name, kind) == ("watched", "ABORT"))
    assert gaps[ANSWERS] == 3
    assert [ANSWERS in (gaps or {}).get("gaps", {}) for name, _, gaps in ends if name == "next"] == [False]


KILLED = """
import multiprocessing, os, signal, sys, time
import driftline

def work(n):
    for one in range(n):
        driftline.record_answer("desk", decision=f"{os.getpid()} {one}")
    if n == 7:
        signal.pidfd_send_signal(os.pidfd_open(os.getpid()), signal.SIGKILL)  # as by somebody else
    return n

if __name__ == "__main__":
    work(10)
    assert driftline.flush()
    if sys.argv[1] == "fork":
        child = os.fork()
        if not child:
            work(7)
        os.waitpid(child, 0)
    elif sys.argv[1] == "pool":
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply(work, (5,)) == 5  # it is on disk before its result is sent
            worker = pool._pool[0]  # a new one takes its place
            pool.apply_async(work, (7,))
            until = time.monotonic() + 30
            while worker.exitcode is None and time.monotonic() < until:  # a thread of the pool may be the one to wait
                time.sleep(0.01)
            assert worker.exitcode == -signal.SIGKILL
    else:
        work(7)
"""
NEXT = """
import driftline
with driftline.run("first"):
    pass
assert driftline.flush()
with driftline.run("next"):
    pass
assert driftline.flush()
print(driftline.capture.sending.client.status()["lost"])
"""


@pytest.mark.parametrize("way", ["alone", "fork", "pool"])
def test_answers_of_a_process_that_is_killed_have_arrived_or_are_told_as_lost(tmp_path: Path, way: str) -> None:
    """By hand: 10 had been flushed, 5 saved by the worker, and 7 were in the memory of whoever was killed."""
    (tmp_path / "work.py").write_text(KILLED)
    (tmp_path / "next.py").write_text(NEXT)
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )

    first = run("work.py", way)
    assert first.returncode == (-signal.SIGKILL if way == "alone" else 0), first.stderr
    second = run("next.py")
    assert second.returncode == 0, second.stderr
    told = first.stderr + second.stderr
    assert told.count("lost with processes that were killed: 7 answers\n") == 1, told
    with Engine.open(Settings(home=str(tmp_path / ".driftline"), console=False)) as engine:
        assert engine.house.store.ledger.count() == (15 if way == "pool" else 10)
        events: list[Any] = [json.loads(entry.raw) for entry in engine.house.store.log.read()]
    gaps = [
        event["run"]["facets"]["driftline_gaps"]["gaps"]
        for event in events
        if "driftline_gaps" in event["run"]["facets"]
    ]
    assert gaps == [{ANSWERS: 7}]
    assert not (tmp_path / ".driftline" / "tallies").exists()


def test_the_file_has_its_room_before_it_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that is full a page without room ends the process with SIGBUS; ENOSPC is only an error."""
    blocks: list[int] = []
    real = mmap.mmap

    def mapped(number: int, size: int) -> mmap.mmap:
        blocks.append(os.fstat(number).st_blocks)
        return real(number, size)

    monkeypatch.setattr("driftline.capture.sending.tally.mmap.mmap", mapped)
    tally = Tally(tmp_path)
    tally.open()
    tally.close()
    assert len(blocks) == 1
    assert blocks[0] > 0
