import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.capture.probe import background, cache
from driftline.capture.probe.background import Job
from driftline.capture.probe.report import Report


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.forget()
    background._reborn()
    yield
    background._reborn()
    cache.forget()


def job(key: str, home: Path) -> Job:
    return Job(key, lambda: b"", 1.0, str(home))


def test_jobs_run_one_at_a_time_and_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, done = [0], [0], []

    def run(one: Job) -> Report:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.02)
        running[0] -= 1
        done.append(one.key)
        return Report()

    monkeypatch.setattr(background, "run", run)
    for key in ("a", "b", "a", "c"):
        assert background.put(job(key, tmp_path))
    assert background.wait(10)
    assert (most, done) == ([1], ["a", "b", "c"])
    assert cache.get("b") == Report()


def test_what_comes_when_too_many_wait_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(background, "run", lambda one: gate.wait(10) and Report())
    taken = [background.put(job(str(place), tmp_path)) for place in range(background.MOST + 5)]
    assert taken.count(False) >= 4
    gate.set()
    assert background.wait(10)


def test_at_the_end_what_is_not_done_is_left_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(background, "run", lambda one: gate.wait(10) and Report())
    background.put(job("a", tmp_path))
    background.put(job("b", tmp_path))
    begin = time.monotonic()
    background.stop(0.05)
    assert time.monotonic() - begin < 2
    assert not background.put(job("c", tmp_path))
    gate.set()
    assert background.wait(10)
    assert cache.get("b") is None


def test_what_cannot_be_made_into_bytes_is_a_report() -> None:
    def refuse() -> bytes:
        raise TypeError("no")

    found = background.run(Job("k", refuse, 1.0, ""))
    assert found.reason == "its arguments cannot be carried (TypeError)"


def test_where_no_thread_can_be_started_nobody_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        assert not background.put(job("a", tmp_path))
    assert background.wait(0)
    assert not background.known("a")
    monkeypatch.setattr(background, "run", lambda one: Report())
    assert background.put(job("a", tmp_path))
    assert background.wait(10)
    assert cache.get("a") == Report()


def test_where_a_turn_fails_nobody_waits_for_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(background, "run", lambda one: Report())
    monkeypatch.setattr(cache, "put", put)
    assert background.put(job("a", tmp_path))
    assert background.wait(10)
    assert not background.known("a")


def test_a_forked_child_does_not_keep_a_probe_waiting_for_the_end_of_its_input(tmp_path: Path) -> None:
    """By hand: what it is given is no job, which it says at once when its input ends."""
    found: list[Report] = []
    one = Job("a", lambda: b"x" * 3_000_000, 10.0, str(tmp_path))
    thread = threading.Thread(target=lambda: found.append(background.run(one)))
    thread.start()
    while background._queue.child is None:
        time.sleep(0.001)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    thread.join(30)
    os.write(writing, b"x")
    assert os.waitpid(child, 0)[1] == 0
    os.close(reading)
    os.close(writing)
    assert "did not end" not in found[0].reason
