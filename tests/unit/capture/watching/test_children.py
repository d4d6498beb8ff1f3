"""A spawned child knows whose run it belongs to; the function that it runs is called once."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from tests.told_by_code import Script

import driftline
from driftline.capture.runs import offspring
from driftline.capture.watching import children
from driftline.testing import MemorySink


def double(number: int, *, more: int = 0) -> int:
    return 2 * number + more


def test_without_a_run_a_child_is_left_alone(watched: MemorySink) -> None:
    assert children.child(double) is None


def test_a_child_carries_its_run_and_calls_the_function(watched: MemorySink) -> None:
    with driftline.run("job"):
        made = children.child(double)
        assert made is not None
        assert children.child(made) is None  # once is enough
        sent: Any = pickle.loads(pickle.dumps(made))
        assert sent(3, more=1) == 7


STEPS = """
import driftline, multiprocessing, os, sys, threading
import pandas as pd

driftline.watch("steps")

def work(name):
    pd.read_csv("a.csv").to_csv(name, index=False)

def fork(name):
    child = os.fork()
    if not child:
        work(name); sys.exit(0)
    os.waitpid(child, 0)

def spawn(name):
    child = multiprocessing.get_context("spawn").Process(target=work, args=(name,))
    child.start(); child.join()

def other(name):  # it is there before the step, and forks while that lasts
    asked.set(); forked.wait()

@driftline.step
def one(how, name):
    how(name)

if __name__ == "__main__":
    asked, forked = threading.Event(), threading.Event()
    def forking():
        asked.wait(); fork("thread.csv"); forked.set()
    thread = threading.Thread(target=forking)
    thread.start()
    one(work, "before.csv")
    one(fork, "fork.csv")
    one(work, "between.csv")
    one(spawn, "spawn.csv")
    one(other, "thread.csv")
    thread.join()
    one(work, "after.csv")
"""


def written(event: dict[str, Any]) -> list[str]:
    return [part["name"] for part in event.get("outputs", [])]


def test_a_step_in_which_a_child_was_begun_has_what_that_left_wherever_it_was_begun(
    script: Script, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    *steps, whole = script(STEPS)
    assert [written(event) for event in steps] == [
        ["before.csv"], ["fork.csv"], ["between.csv"], ["spawn.csv"], [], ["after.csv"]]  # fmt: skip
    assert written(whole) == ["thread.csv"]  # the thread was begun by the process
    assert list((tmp_path / ".driftline" / "runs").iterdir()) == []


@pytest.mark.parametrize("begun", [False, True])
def test_only_a_run_that_has_begun_a_child_looks_for_what_one_has_left(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch, *, begun: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(offspring, "collect", lambda _, trace: asked.append(trace.run))
    with driftline.run("job") as run:
        if begun:
            assert children.child(double) is not None
    assert asked == ([run.id] if begun else [])
