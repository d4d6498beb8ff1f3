"""What comes while the queue is full is written down by whoever can, and by nobody twice."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.ground import own
from driftline.capture.sending import overflow
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.overflow import Overflow
from driftline.capture.sending.sender import Sender
from driftline.config import Settings
from driftline.testing import MemorySink


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def made(home: Path) -> tuple[Overflow, Delivery]:
    delivery = Delivery(str(home), MemorySink)
    return Overflow(delivery, lambda _: None), delivery


def spooled(home: Path, delivery: Delivery) -> list[bytes]:
    delivery.spool.close()
    files = sorted((home / "spool").glob("*.jsonl"))
    return [line.removeprefix(b"E ") for file in files for line in file.read_bytes().splitlines() if line]


def test_what_comes_is_written_down_in_order(home: Path) -> None:
    waiting, delivery = made(home)
    lines = [b'{"number":%d}' % number for number in range(1_200)]
    for line in lines:
        waiting.put(line)
    waiting.finish(30)
    assert spooled(home, delivery) == lines
    assert not len(waiting)


def test_what_comes_while_the_thread_ends_is_written_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def over(_: str, work: Callable[[], None]) -> threading.Thread:
        work()  # it has written all, and is not gone yet
        return threading.current_thread()

    monkeypatch.setattr(overflow.own, "thread", over)
    waiting, delivery = made(home)
    waiting.put(b'{"number":1}')
    waiting.put(b'{"number":2}')
    assert spooled(home, delivery) == [b'{"number":1}', b'{"number":2}']


def test_what_no_thread_can_be_started_for_is_written_at_the_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overflow.own, "thread", lambda *_: None)
    waiting, delivery = made(home)
    waiting.put(b'{"number":1}')
    assert spooled(home, delivery) == []
    waiting.finish(1)
    assert spooled(home, delivery) == [b'{"number":1}']


def test_measuring_for_which_there_is_no_room_is_no_loss(tmp_path: Path) -> None:
    sender = Sender(Settings(home=str(tmp_path), queue=0), MemorySink)
    sender.put((list, 0))  # it is measured with the event that it belongs to
    assert (sender.counters()["lost"], sender.delivery.tally.take()) == (0, {})
    sender.put((list, 2, ()))
    assert (sender.counters()["lost"], sender.delivery.tally.take()) == (2, {"lost": 2})


def test_a_flush_waits_for_what_is_being_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = MemorySink()
    sender = Sender(Settings(home=str(tmp_path), queue=10), lambda: sink)
    begun, go_on, add = threading.Event(), threading.Event(), sender.delivery.spool.add

    def slowly(*what: Any) -> None:
        time.sleep(0.3)
        add(*what)

    def held_up() -> tuple[()]:
        begun.set()
        go_on.wait(30)
        return ()

    monkeypatch.setattr(sender.delivery.spool, "add", slowly)
    sender.put((held_up, 0))
    assert begun.wait(30)
    for number in range(25):  # ten wait in memory, the others are written down
        sender.put(b'{"number":%d}' % number)
    go_on.set()
    assert sender.flush(30)
    assert sorted(sink.raw) == sorted(b'{"number":%d}' % number for number in range(25))
    sender.close(5)


def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Sender, MemorySink, threading.Event]:
    """Return a sender with room for ten, whose thread is kept busy, and which writes nothing down until it may."""
    sink = MemorySink()
    sender = Sender(Settings(home=str(tmp_path), queue=10), lambda: sink)
    begun, go_on, writes, add = threading.Event(), threading.Event(), threading.Event(), sender.delivery.spool.add

    def held_up() -> tuple[()]:
        begun.set()
        go_on.wait(30)
        return ()

    def slowly(*what: Any) -> None:
        assert writes.wait(30)
        time.sleep(0.001)
        add(*what)
        go_on.set()

    monkeypatch.setattr(sender.delivery.spool, "add", slowly)
    monkeypatch.setattr(overflow, "TOGETHER", 3)
    sender.put((held_up, 0))
    assert begun.wait(30)
    return sender, sink, writes


def numbered(count: int) -> list[bytes]:
    return [b'{"number":%d}' % number for number in range(count)]


def test_who_records_faster_than_it_is_written_down_waits_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, sink, writes = crowded(tmp_path, monkeypatch)
    writes.set()
    for line in numbered(1_000):  # thirty find room at once
        sender.put(line)
    assert sender.flush(60)
    assert sender.counters()["lost"] == 0
    assert sorted(sink.raw) == sorted(numbered(1_000))
    sender.close(5)


def test_a_disk_that_hangs_is_waited_for_once_until_it_moves_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, _, writes = crowded(tmp_path, monkeypatch)
    waits: list[int] = []
    wait = sender._overflow._moves.wait

    class Counted:
        """Counts who waits, by how many had been taken then."""

        clear, set = sender._overflow._moves.clear, sender._overflow._moves.set

        def wait(self, seconds: float) -> bool:
            waits.append(sender._overflow._taken)
            return wait(seconds)

    monkeypatch.setattr(sender._overflow, "_moves", Counted())
    monkeypatch.setattr(overflow, "PATIENCE_SECONDS", 0.02)
    for line in numbered(100):
        sender.put(line)
    lost, waited = sender.counters()["lost"], len(waits)
    assert lost == 100 - 10 - 20 - waits[-1]  # ten wait in the queue, twenty for the disk, some are on their way to it
    assert waits[-1] <= 3
    for line in numbered(100):
        sender.put(line)
    assert (sender.counters()["lost"], len(waits)) == (lost + 100, waited)
    monkeypatch.setattr(overflow, "PATIENCE_SECONDS", 30.0)
    writes.set()
    sender._overflow.finish(30)
    for line in numbered(200):
        sender.put(line)
    assert sender.flush(60) is False  # something was lost
    assert sender.counters()["lost"] == lost + 100
    sender.close(5)


def test_what_our_own_threads_record_waits_for_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, _ = made(home)
    monkeypatch.setattr(waiting, "_moves", None)  # whoever waits fails
    token = own.enter(own.OURS)
    try:
        with waiting._busy:
            assert not waiting.gains(lambda: False)
    finally:
        own.leave(token)


def test_where_nobody_writes_nobody_waits(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, _ = made(home)
    monkeypatch.setattr(waiting, "_moves", None)
    assert not waiting.gains(lambda: False)
