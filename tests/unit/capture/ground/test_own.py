"""Spans: inside a recorded call and in our own work, nothing is recorded."""

import contextvars
import logging
import threading

import pytest

import driftline
from driftline.capture.ground import fault, own
from driftline.capture.runs import around
from driftline.testing import MemorySink


def test_inside_a_span_no_run_records(sink: MemorySink) -> None:
    with driftline.run("job") as run:
        assert around.active() is run
        span = own.Span()
        token = own.enter(span)
        assert around.active() is None
        assert around.enclosing() is run
        own.leave(token)
        assert around.active() is run


def test_a_span_that_is_closed_holds_nobody_back(sink: MemorySink) -> None:
    span = own.Span()
    token = own.enter(span)
    copied = contextvars.copy_context()
    own.leave(token)
    assert copied.run(own.inside) is span
    span.closed = True
    assert copied.run(own.inside) is None


def test_a_span_that_ends_in_another_context_is_left(sink: MemorySink) -> None:
    token = contextvars.copy_context().run(own.enter, own.Span())
    own.leave(token)
    assert own.inside() is None


def test_a_thread_of_ours_records_nothing(sink: MemorySink) -> None:
    found: list[object] = []
    with driftline.run("job"):
        thread = own.thread("ours", lambda: found.append(around.active()))
        assert thread is not None
        thread.join()
    assert (found, thread.name, thread.daemon) == ([None], "ours", True)


def test_a_thread_of_ours_that_fails_is_counted_and_prints_nothing(
    sink: MemorySink, capsys: pytest.CaptureFixture[str]
) -> None:
    thread = own.thread("ours", lambda: int("no number"))  # pytest fails where an exception reaches the thread's end
    assert thread is not None
    thread.join()
    assert (fault.counts()["sender"], capsys.readouterr().err) == (1, "")


@pytest.mark.parametrize(("reason", "told"), [
    ("can't start new thread", 1),  # of the system, which has too many
    ("can't create new thread at interpreter shutdown", 0),  # of Python 3.12.0 to 3.12.2 after the script's last line
])  # fmt: skip
def test_a_thread_that_cannot_be_is_counted_and_told_where_something_is_wrong(
    reason: str, told: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError(reason)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    fault.reset()
    with caplog.at_level(logging.WARNING, "driftline"):
        assert own.thread("ours", lambda: None) is None
    assert (fault.counts()["sender"], len(caplog.records)) == (1, told)
    fault.reset()


def test_what_is_to_be_done_later_is_done_unless_it_is_called_off(sink: MemorySink) -> None:
    done, other = threading.Event(), threading.Event()
    own.after("ours", 60, other.set).set()
    own.after("ours", 0.01, done.set)
    assert done.wait(10)
    assert not other.is_set()
