"""What becomes of a batch: it is delivered, or tried again, or kept, and every one of these is counted."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from driftline.capture.ground import fault
from driftline.capture.sending import delivery
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.sender import Sender
from driftline.config import Settings
from driftline.event.answer import Answer
from driftline.testing import MemorySink


class Failing:
    """A sink that fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.got: list[bytes] = []
        self.asked: list[bool] = []

    def events(self, batch: Sequence[bytes]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("locked")
        self.got += batch

    def answers(self, batch: Sequence[Answer]) -> None:
        """It takes none."""

    def follow(self, *, asked: bool) -> None:
        self.events([])
        self.asked.append(asked)

    def part(self) -> None:
        """A child cannot have anything of it."""

    def close(self) -> None:
        """There is nothing to let go of."""


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(delivery, "_PAUSES", (0.0, 0.0))
    fault.reset()
    yield
    fault.reset()


def test_a_batch_is_tried_three_times_then_kept_and_replayed_when_somebody_asks(tmp_path: Path) -> None:
    sink = Failing(3)
    made = Delivery(str(tmp_path), lambda: sink)
    made.hand([b"{}"], [], hurry=False)
    assert (sink.failures, sink.got, made.counts["spooled"], made.clean()) == (0, [], 1, False)
    made.hand([b"[]"], [], hurry=False)  # the sink rests
    assert (sink.got, made.counts["spooled"]) == ([], 2)
    made.replay(asked=True, spilling=False)
    assert (sink.got, made.counts["replayed"], made.counts["delivered"], made.clean()) == ([b"{}", b"[]"], 2, 2, True)
    made.shut()


def test_one_who_hurries_does_not_wait_until_the_sink_has_rested(tmp_path: Path) -> None:
    sink = Failing(3)
    made = Delivery(str(tmp_path), lambda: sink)
    made.hand([b"{}"], [], hurry=False)
    made.hand([b"[]"], [], hurry=True)
    assert sink.got == [b"[]"]
    made.shut()


def test_what_cannot_be_worked_out_is_asked_for_again_and_is_no_loss(tmp_path: Path) -> None:
    sink = Failing(0)
    made = Delivery(str(tmp_path), lambda: sink)
    made.follow(asked=True)
    assert sink.asked == []  # nothing was delivered yet: the sink is not opened for it
    made.hand([b"{}"], [], hurry=False)
    sink.failures = 1
    made.follow(asked=True)
    assert (made.clean(), made.counts["lost"], made.counts["spooled"]) == (False, 0, 0)
    made.follow(asked=True)
    assert (made.clean(), sink.asked) == (True, [True])
    made.shut()


def test_a_loss_is_told_once_and_spoils_one_flush(tmp_path: Path) -> None:
    made = Delivery(str(tmp_path), lambda: Failing(0))
    made.lost(2, "on purpose")
    assert (made.tally.take(), made.tally.take(), made.counts["lost"]) == ({"lost": 2}, {}, 2)
    assert (made.clean(), made.clean()) == (False, True)


def test_that_events_are_kept_is_said_only_where_they_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = Delivery(str(tmp_path / "kept"), lambda: Failing(9))
    made.hand([b"{}"], [], hurry=False)
    assert [message for message in caplog.messages if "events are kept in" in message]
    made.shut()
    caplog.clear()
    fault.reset()
    (tmp_path / "full").write_text("no folder")
    made = Delivery(str(tmp_path / "full"), lambda: Failing(9))
    made.hand([b"{}"], [], hurry=False)
    made.shut()
    (message,) = caplog.messages
    assert "events or answers are being lost: the spool cannot be written (" in message
    assert "and cannot deliver (OSError: locked)" in message


def test_that_a_sink_does_not_answer_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = Delivery(str(tmp_path), lambda: Failing(100))
    made.hand([b"{}"], [], hurry=False)
    made.replay(asked=True, spilling=False)
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == ["driftline: cannot deliver"]
    made.shut()


class Slow(Failing):
    """A sink of this process that takes its time."""

    def __init__(self) -> None:
        super().__init__(0)
        self.inside, self.go, self.closed = threading.Event(), threading.Event(), False

    def events(self, batch: Sequence[bytes]) -> None:
        self.inside.set()
        self.go.wait(20)
        super().events(batch)

    def close(self) -> None:
        self.closed = True


def test_who_forks_waits_until_nobody_is_in_a_sink_that_works_in_this_process(tmp_path: Path) -> None:
    sink = Slow()
    slow = Delivery(str(tmp_path), lambda: sink)
    worker = threading.Thread(target=slow.hand, args=([b"{}"], []), kwargs={"hurry": True})
    worker.start()
    assert sink.inside.wait(20)
    assert not slow.hold(0.01)
    sink.go.set()
    assert slow.hold(20)
    assert sink.got == [b"{}"]
    slow.let_go()
    worker.join(20)
    assert not worker.is_alive()


BEGIN = """
import os, sys, threading, time
import driftline
from driftline.capture.sending import client
driftline.record_answer("desk")
assert driftline.flush()
def answered(number):
    for _ in range(number):
        driftline.record_answer("desk")
    return driftline.flush()
"""
PARENT_ENDS_FIRST = """
ready, written = os.pipe()
if os.fork():
    os.read(ready, 1)
    sys.exit()  # closes the store, which the child has open
parent = os.getppid()
print(answered(3))
os.write(written, b"x")
while os.getppid() == parent:
    time.sleep(0.01)
print(answered(3))
"""
LONG_WRITE = """
client._FORK_SECONDS = 0.0
delivery, inside, done = client.current().sender.delivery, threading.Event(), threading.Event()
def write():  # as a thread of ours does that works out a long backlog
    with delivery._alone:
        inside.set()
        done.wait(20)
threading.Thread(target=write).start()
inside.wait(20)
if not os.fork():
    print(answered(6))
    sys.exit()
os.wait()
done.set()
"""


@pytest.mark.parametrize(
    ("way", "delivered"), [(PARENT_ENDS_FIRST, ["True", "True"]), (LONG_WRITE, ["False"])], ids=["ends", "writes"]
)
def test_what_a_child_records_is_there_whatever_its_parent_does(tmp_path: Path, way: str, delivered: list[str]) -> None:
    """By hand: one answer of the parent and six of the child; what was not delivered waits for the next command.

    Source: https://www.sqlite.org/howtocorrupt.html, "Carrying an open database connection across a fork()".
    """
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false", "DRIFTLINE_HOME": str(tmp_path / "home")}

    def ran(*command: str) -> str:
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, timeout=60, check=True, stdout=subprocess.PIPE
        ).stdout.decode()  # read to its end, which the child keeps open

    assert ran("-c", BEGIN + way).split() == delivered
    assert ran("-m", "driftline", "answers", "--json").count('"endpoint":') == 7


INTERRUPTED = """
from driftline.capture.ground import own
starting = own.thread
def slowly(name, work):
    started = starting(name, work)
    time.sleep(0.1)  # as where other processes take the processors
    return started
own.thread = slowly
def interrupted():
    raise KeyboardInterrupt
delivery = client.current().sender.delivery
delivery.part = interrupted
child = os.fork()
if child == 0:
    os._exit(0)
try:
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted", os.waitpid(child, 0)[1])
def others():
    print(delivery.hold(0.01))
    delivery.let_go()
thread = threading.Thread(target=others)
thread.start()
thread.join(20)
"""


def test_ctrl_c_during_a_fork_comes_after_it_and_keeps_nobody_out(tmp_path: Path) -> None:
    """CPython prints what a hook of a fork raises, and goes on. It comes to the main thread, thus by a program."""
    environment = {**os.environ, "DRIFTLINE_HOME": str(tmp_path), "DRIFTLINE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + INTERRUPTED], env=environment, timeout=60, check=True, capture_output=True
    )
    assert done.stdout.decode().split() == ["interrupted", "0", "True"]


def test_nobody_enters_a_sink_of_this_process_when_it_ends(tmp_path: Path) -> None:
    """Not for what is replayed either: a thread in native code under which Python ends takes the process with it."""
    sink = Slow()
    sender = Sender(Settings(home=str(tmp_path)), lambda: sink)
    sender.delivery.spool.add([b'{"number":%d}' % number for number in range(1_200)], [])  # three times what is given
    sender.delivery.dirty = True
    sender._start()
    assert sink.inside.wait(20)
    ending = threading.Thread(target=sender.close, args=(0.01,))
    ending.start()
    while not sender.delivery.over:
        time.sleep(0.01)
    sink.go.set()
    ending.join(20)
    thread = sender._thread
    assert thread is not None
    thread.join(20)
    assert (ending.is_alive(), thread.is_alive()) == (False, False)
    assert (len(sink.got), sink.closed) == (500, False)  # it was let out, and that was all
    again = MemorySink()
    following = Delivery(str(tmp_path), lambda: again)
    following.dirty = True
    following.replay(asked=True, spilling=False)
    assert sorted(again.raw) == sorted(b'{"number":%d}' % number for number in range(1_200))
    following.shut()
