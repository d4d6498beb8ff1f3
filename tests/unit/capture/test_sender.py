"""The queue and the thread behind it: nobody waits for a sink, and what is not delivered is kept or counted."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline.capture import client, fault
from driftline.event.answer import Answer
from driftline.testing import MemorySink, use_sink


def broken(*_: object, **__: object) -> Any:
    raise RuntimeError("on purpose")


class Hanging:
    """A sink that does not come back until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.got: list[bytes] = []

    def events(self, batch: Sequence[bytes]) -> None:
        self.let_go.wait(30)
        self.got.extend(batch)

    def answers(self, batch: Sequence[Answer]) -> None:
        self.let_go.wait(30)

    def close(self) -> None:
        """There is nothing to let go of."""


def test_a_hanging_sink_holds_nobody_up_and_loses_nothing(tmp_path: Path) -> None:
    fault.reset()
    hanging = Hanging()
    with use_sink(hanging, home=str(tmp_path / "home"), queue=20, flush_seconds=0.2):
        longest = 0.0
        for number in range(100):
            start = time.monotonic()
            with driftline.run(f"job-{number}"):
                pass
            longest = max(longest, time.monotonic() - start)
        assert longest < 0.05
        assert not driftline.flush(timeout=0.1)
        status = client.status()
        assert status["lost"] + status["spooled"] + status["queued"] > 0  # the gap is visible
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home" / "spool").iterdir())
    assert len({line for line in kept.splitlines() if line}) + status["lost"] >= 100 - 20
    hanging.let_go.set()
    fault.reset()


def test_an_event_that_cannot_be_encoded_is_a_counted_loss(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.capture.emit._event", broken)
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
    from driftline.capture import contents

    threads: list[str] = []
    original = contents.of_file

    def noted(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return original(*args)

    monkeypatch.setattr(contents, "of_file", noted)
    (tmp_path / "x.csv").write_text("a\n1\n")
    with driftline.run("job") as run:
        run.read(tmp_path / "x.csv")
    driftline.flush()
    assert threads == ["driftline-sender"]
