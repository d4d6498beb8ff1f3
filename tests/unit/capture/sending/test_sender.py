"""The queue and the thread behind it: nobody waits for a sink, and what is not delivered is kept or counted."""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import driftline
from driftline.capture.ground import fault
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.sending.flight import Flight
from driftline.capture.sending.sender import Sender
from driftline.capture.tables import measure, measured
from driftline.config import Settings
from driftline.event.answer import Answer
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink, use_sink


def broken(*_: object, **__: object) -> Any:
    raise RuntimeError("on purpose")


class Hanging:
    """A sink that does not come back until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()
        self.got: list[bytes] = []

    def events(self, batch: Sequence[bytes]) -> None:
        self.entered.set()
        self.let_go.wait(60)
        self.got.extend(batch)

    def answers(self, batch: Sequence[Answer]) -> None:
        self.let_go.wait(60)

    def close(self) -> None:
        """There is nothing to let go of."""


def test_a_hanging_sink_holds_nobody_up_and_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fault.reset()
    hanging = Hanging()
    with use_sink(hanging, home=str(tmp_path / "home"), queue=20, flush_seconds=0.2):
        with driftline.run("job-0"):
            pass
        assert hanging.entered.wait(30)  # from here on the sender stands in the sink, until the test lets it go
        for number in range(1, 101):
            with driftline.run(f"job-{number}"):
                pass
        assert not hanging.got  # a hundred runs have ended, and the sink has not come back
        assert not driftline.flush(timeout=0.1)
        status = client.status()
    spool = tmp_path / "home" / "spool"
    told = f"driftline: not all was delivered in time; the rest waits in {spool}, and the next run delivers it"
    assert told in caplog.messages
    kept = b"".join(file.read_bytes() for file in spool.iterdir())
    assert len({line for line in kept.splitlines() if line}) + status["lost"] == 101  # also the one in the sink
    hanging.let_go.set()
    fault.reset()


class Putting:
    """A sink that puts work off, and fails at it as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.done: list[bool] = []
        self.got: list[bytes] = []

    def events(self, batch: Sequence[bytes]) -> None:
        self.got += batch

    def answers(self, batch: Sequence[Answer]) -> None:
        """It takes none."""

    def follow(self, *, asked: bool) -> None:
        if asked and self.failures:
            self.failures -= 1
            raise OSError("locked")
        self.done.append(asked)

    def close(self) -> None:
        """There is nothing to let go of."""


def test_whoever_waits_for_delivery_waits_for_what_the_sink_has_put_off(tmp_path: Path) -> None:
    putting = Putting()
    with use_sink(putting, home=str(tmp_path)):
        with driftline.run("job-1"):
            pass
        assert driftline.flush()
        assert putting.done.count(True) == 1
        with driftline.run("job-2"):
            pass
    assert (putting.done.count(True), numbers(putting.got)) == (2, [1, 2])  # the end asks as well


def test_a_flush_is_not_clean_while_the_sink_cannot_do_what_it_has_put_off(tmp_path: Path) -> None:
    fault.reset()
    putting = Putting(1)
    with use_sink(putting, home=str(tmp_path)):
        with driftline.run("job-1"):
            pass
        assert not driftline.flush()
        assert driftline.flush()
        assert (client.status()["delivered"], client.status()["spooled"]) == (1, 0)
    fault.reset()


def test_what_is_made_within_a_moment_is_delivered_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.capture.sending.sender._GATHER_SECONDS", 60)
    sizes: list[int] = []

    class Counting(Putting):
        def events(self, batch: Sequence[bytes]) -> None:
            sizes.append(len(batch))

    with use_sink(Counting(), home=str(tmp_path)):
        for number in range(5):
            with driftline.run(f"job-{number}"):
                pass
            time.sleep(0.05)  # longer than the sender lingers: each is encoded by itself
        assert (sizes, client.status()["queued"]) == ([], 5)
        assert driftline.flush()
    assert sizes == [5]


def test_an_event_that_cannot_be_encoded_is_a_counted_loss(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.capture.runs.emit._event", broken)
    with driftline.run("job"):
        pass
    assert not driftline.flush()
    assert client.status()["lost"] == 1
    monkeypatch.undo()
    with driftline.run("next"):
        pass
    driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    assert b'"lost":1' in bytes(event.run.facets["driftline_gaps"])


def test_profiling_a_file_is_not_done_on_the_users_thread(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from driftline.capture.tables import formats

    threads: list[str] = []
    original = formats.of_file

    def noted(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return original(*args)

    monkeypatch.setattr(formats, "of_file", noted)
    (tmp_path / "x.csv").write_text("a\n1\n")
    with driftline.run("job") as run:
        run.read(tmp_path / "x.csv")
    driftline.flush()
    assert threads == ["driftline-sender"]


class Flaky:
    """A sink that fails as often as it is told to, then takes everything."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.got: list[bytes] = []

    def events(self, batch: Sequence[bytes]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("locked")
        self.got += batch

    def answers(self, batch: Sequence[Answer]) -> None:
        self.events([])

    def close(self) -> None:
        """There is nothing to let go of."""


def numbers(raw: Sequence[bytes]) -> list[int]:
    return [int(json.loads(one.removeprefix(b"E "))["job"]["name"].removeprefix("job-")) for one in raw]


def test_a_batch_that_fails_is_tried_again(tmp_path: Path) -> None:
    fault.reset()
    flaky = Flaky(2)
    with use_sink(flaky, home=str(tmp_path)):
        with driftline.run("job-1"):
            pass
        assert driftline.flush()
        assert client.status()["spooled"] == 0
    assert numbers(flaky.got) == [1]
    fault.reset()


def test_what_a_sink_refuses_is_spooled_and_delivered_once_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fault.reset()
    flaky = Flaky(1_000)
    with caplog.at_level(logging.WARNING, "driftline"), use_sink(flaky, home=str(tmp_path)):
        for number in range(5):
            with driftline.run(f"job-{number}"):
                pass
        assert not driftline.flush()
        assert client.status()["spooled"] == 5
        flaky.failures = 0
        with driftline.run("job-5"):
            pass
        assert driftline.flush()
        status = client.status()
        assert (status["replayed"], status["delivered"], status["lost"]) == (5, 6, 0)
    assert sorted(numbers(flaky.got)) == list(range(6))
    assert [n for n in numbers(flaky.got) if n < 5] == list(range(5))
    assert len([record for record in caplog.records if "cannot deliver" in record.getMessage()]) == 1
    fault.reset()


def test_a_sink_that_cannot_even_be_opened_loses_nothing(tmp_path: Path) -> None:
    fault.reset()
    with use_sink(MemorySink(), home=str(tmp_path)):
        owner = client.current()
        assert owner is not None
        owner.sender.delivery.open_sink = broken
        with driftline.run("job-1"):
            pass
        assert not driftline.flush()
        assert client.status()["spooled"] == 1
    fault.reset()


def test_with_sink_and_disk_both_broken_the_loss_is_counted_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fault.reset()
    (tmp_path / "spool").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING, "driftline"), use_sink(Flaky(1_000), home=str(tmp_path)):
        with driftline.run("job-1"):
            pass
        assert not driftline.flush()
        assert client.status()["lost"] == 1
    told = [record.getMessage() for record in caplog.records]
    assert any("are being lost" in message for message in told)
    assert any("events and answers that were lost in all: 1" in message for message in told)
    fault.reset()


def test_a_new_configuration_delivers_what_was_queued_to_the_old_sink_first(tmp_path: Path) -> None:
    first, second = MemorySink(), MemorySink()
    with use_sink(first, home=str(tmp_path / "a")):
        with driftline.run("job-1") as outliving:
            with driftline.run("job-2"):
                pass
            with use_sink(second, home=str(tmp_path / "b")), driftline.run("job-3"):
                pass
        assert outliving.id
    assert (numbers(first.raw), numbers(second.raw)) == ([2], [3])
    assert (first.closed, second.closed) == (True, True)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "a" / "spool").iterdir())
    assert numbers([kept]) == [1]  # a run that outlives its settings is spooled for its own home


class Native:
    """An event whose encoding works in native code, which cannot be interrupted, until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def encode(self, *, cheap: bool) -> list[bytes]:
        self.entered.set()
        assert cheap or self.let_go.wait(30)
        return [b'{"made":"%s"}' % (b"cheaply" if cheap else b"at length")]

    def waiting(self) -> tuple[()]:
        return ()


def test_who_closes_waits_for_native_code_and_keeps_what_was_not_begun(tmp_path: Path) -> None:
    sink = MemorySink()
    sender = Sender(Settings(home=str(tmp_path / "home")), lambda: sink)
    first, second = Native(), Native()
    sender.put(first)
    sender.put(second)
    assert first.entered.wait(10)
    letting_go = threading.Timer(0.3, first.let_go.set)
    letting_go.start()
    sender.close(timeout=0.01)
    thread = sender._thread
    assert thread is not None
    thread.join(10)  # nothing keeps it: the event that was under way is the last that it encodes
    assert not thread.is_alive()
    assert first.let_go.is_set()
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home" / "spool").iterdir())
    assert kept.splitlines() == [b'E {"made":"at length"}', b'E {"made":"cheaply"}']
    assert not sink.raw


class Followed:
    """An event that has another one queued while it is encoded, as a run does that tells how far it is."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    def encode(self, *, cheap: bool) -> list[bytes]:
        self.sender.put(b"second")
        return [b"first"]

    def waiting(self) -> tuple[()]:
        return ()


def test_what_is_queued_while_the_end_is_delivered_is_delivered_too(tmp_path: Path) -> None:
    sink = Hanging()
    sink.let_go.set()
    sender = Sender(Settings(home=str(tmp_path / "home")), lambda: sink)
    sender.put(Followed(sender))
    sender.close(30)
    assert sink.got == [b"first", b"second"]
    assert not list((tmp_path / "home").rglob("*.jsonl"))


def test_what_is_recorded_while_the_thread_is_being_started_is_delivered(tmp_path: Path) -> None:
    taken = MemorySink()
    sender = Sender(Settings(home=str(tmp_path / "home")), lambda: taken)

    def meanwhile() -> None:  # as a signal handler does, on the same thread
        sender.put(b'{"n":2}')

    sender.on_start = meanwhile
    user = threading.Thread(target=sender.put, args=(b'{"n":1}',), daemon=True)
    user.start()
    user.join(20)
    assert not user.is_alive()
    assert sender.flush(20)
    assert taken.raw == [b'{"n":1}', b'{"n":2}']
    sender.close(20)


class About:
    """An event about a small file, which tells what was at hand when it was encoded."""

    def __init__(self, path: Path, number: int) -> None:
        parquet.write_table(pa.table({"n": [number]}), path)
        state = measure.of_file(str(path))
        touched = Touched(dataset=Dataset("file", path.name), version=state.version)
        self.seen = Seen(touched=touched, path=str(path), size=state.size, modified_ns=state.modified_ns)

    def encode(self, *, cheap: bool) -> list[bytes]:
        assert not cheap
        return [b"%d" % len(measured.at_hand)]

    def waiting(self) -> tuple[Seen, ...]:
        return (self.seen,)


def test_what_several_events_wait_for_is_measured_before_the_first_of_them_is_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "at_hand", {})
    monkeypatch.setattr("driftline.capture.sending.sender._WINDOW", 3)  # a fourth one waits alone, for its turn
    sink = MemorySink()
    sender = Sender(Settings(home=str(tmp_path / "home")), lambda: sink)
    sender._items.extend([About(tmp_path / f"{number}.parquet", number) for number in range(4)])
    assert sender.flush(30)
    assert sink.raw == [b"3"] * 4
    sender.close(30)


def test_what_the_thread_takes_while_the_rest_is_kept_does_not_cost_the_rest(tmp_path: Path) -> None:
    class Raced(deque[bytes]):
        """Always as it was a moment ago, when there was one more in it."""

        def __bool__(self) -> bool:
            return True

    sender = Sender(Settings(home=str(tmp_path)), MemorySink)
    sender._items = Raced([b'{"number":1}', b'{"number":2}'])
    sender._keep(Flight(sender.delivery))
    sender.delivery.spool.close()
    kept = b"".join(file.read_bytes() for file in (tmp_path / "spool").glob("*.jsonl"))
    assert kept.splitlines() == [b'E {"number":1}', b'E {"number":2}']
