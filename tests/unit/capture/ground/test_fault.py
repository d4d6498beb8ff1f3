"""The fault rule, each line of it broken on purpose: ours fails, is counted and told once, and the user goes on.

The functions under test are the user's; what breaks is ours. More of the rule is tested where it applies: steps,
hooks, client and sender.
"""

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.runs.run import Run, current_run
from driftline.capture.sending import client
from driftline.testing import MemorySink

ENDINGS = [ValueError("ours not"), KeyboardInterrupt(), SystemExit(3), GeneratorExit(), asyncio.CancelledError()]


def broken(*_: object, **__: object) -> Any:
    raise RuntimeError("on purpose")


class Recorder:
    """A user's function that remembers how it was called."""

    def __init__(self, ending: BaseException | None = None) -> None:
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.ending = ending
        self.result = object()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append((args, kwargs))
        if self.ending is not None:
            raise self.ending
        return self.result


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: type(ending).__name__)
@pytest.mark.parametrize("way", ["step", "run", "answer"])
def test_what_the_user_raises_comes_out_as_the_same_object(sink: MemorySink, way: str, ending: BaseException) -> None:
    function = Recorder(ending)

    def call() -> None:
        if way == "step":
            driftline.step(function)()
        elif way == "run":
            with driftline.run("job"):
                function()
        else:
            with driftline.answer("desk"):
                function()

    with pytest.raises(type(ending)) as caught:
        call()
    assert caught.value is ending
    assert len(function.calls) == 1
    assert current_run.get() is None


def test_a_hook_that_fails_is_told_once_and_off_after_three(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    frame.to_csv(tmp_path / "x.csv", index=False)
    driftline.watch()
    attempts = Recorder(RuntimeError("on purpose"))
    monkeypatch.setattr(Run, "add", attempts)
    with caplog.at_level(logging.WARNING, "driftline"), driftline.run("job") as run:
        for _ in range(5):
            assert pd.read_csv(tmp_path / "x.csv").equals(frame)
    assert len(attempts.calls) == fault.OFF_AFTER
    assert fault.counts() == {"hook pandas.read_csv": 3}
    assert [record.getMessage() for record in caplog.records] == [
        "driftline: a part of it failed, 'hook pandas.read_csv' (RuntimeError: on purpose); "
        "your program goes on, but what that part records may be missing"
    ]
    assert client.status()["failed:hook pandas.read_csv"] == 3
    driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    assert b'"hook pandas.read_csv":3' in bytes(event.run.facets["driftline_gaps"])
    (left,) = run.inputs  # what Python's own events tell of stands in for the hook
    assert (left.dataset.name, "observed" in left.attributes) == ("x.csv", True)


@pytest.mark.parametrize(
    "piece",
    ["driftline.event.ids.uuid7", "driftline.capture.runs.observe.observe", "driftline.capture.runs.emit.Ended"],
)
def test_whatever_of_a_run_breaks_the_block_runs_to_its_end(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    monkeypatch.setattr(piece, broken)
    reached = False
    with driftline.run("job") as run:
        run.read("a")
        run.write("b", data={"x": [1]})
        run.columns("b", {"x": "a.x"})
        reached = True
    assert reached
    assert fault.counts()


def test_whatever_of_an_answer_breaks_the_block_runs_to_its_end(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.Client, "answer", broken)
    with driftline.answer("desk") as answer:
        answer.uses("model", 7, "1")
        answer.retrieved(3)
        answer.decide("refund", money="much")
    assert fault.counts()["answer"] >= 2


def test_an_iterator_given_as_data_is_not_consumed(sink: MemorySink) -> None:
    rows = iter([{"id": "a", "text": "x"}])
    with driftline.run("job") as run:
        run.write("corpus", data=rows, kind="documents")
    assert next(rows) == {"id": "a", "text": "x"}


def test_switched_off_nothing_is_patched_recorded_or_written(tmp_path: Path) -> None:
    script = (
        "import pandas, duckdb, sys, os\n"
        "before = (pandas.read_csv, pandas.DataFrame.to_parquet, duckdb.sql, duckdb.DuckDBPyConnection.execute)\n"
        "finders = list(sys.meta_path)\n"
        "import driftline\n"
        "driftline.watch()\n"
        "model = [1]\n"
        "with driftline.run('job') as run:\n"
        "    pandas.DataFrame({'a': [1]}).to_csv('x.csv'); duckdb.sql(\"from 'x.csv'\").fetchall()\n"
        "with driftline.answer('desk') as answer: answer.decide('x')\n"
        "after = (pandas.read_csv, pandas.DataFrame.to_parquet, duckdb.sql, duckdb.DuckDBPyConnection.execute)\n"
        "assert all(a is b for a, b in zip(before, after)), 'patched'\n"
        "assert sys.meta_path == finders\n"
        "assert driftline.serve(model) is model\n"
        "assert driftline.record_answer('desk') == ''\n"
        "assert driftline.gate('x').mode == 'off'\n"
        "assert driftline.flush()\n"
        "assert os.listdir() == ['x.csv'], os.listdir()\n"
        "assert len(sys._current_frames()) == 1\n"
    )
    environment = {**os.environ, "DRIFTLINE_ENABLED": "false"}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)


def test_a_failure_is_told_once_for_each_kind(caplog: pytest.LogCaptureFixture) -> None:
    fault.reset()
    with caplog.at_level(logging.WARNING, "driftline"):
        for _ in range(3):
            fault.failed("one", ValueError("x"))
        fault.failed("two", ValueError("y"))
    assert [record.getMessage() for record in caplog.records] == [
        f"driftline: a part of it failed, {what}; your program goes on, but what that part records may be missing"
        for what in ("'one' (ValueError: x)", "'two' (ValueError: y)")
    ]
    assert fault.counts() == {"one": 3, "two": 1}
    assert fault.off("one")
    assert not fault.off("two")
    fault.reset()
    assert fault.counts() == {}


@pytest.mark.parametrize(
    "place",
    [
        "answering.at_once.minting",
        "answering.answers.minting",
        "answering.values.values_of",
        "sending.sender.Sender.answer",
    ],
)
def test_whatever_of_recording_breaks_the_program_goes_on(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    @driftline.answer("desk")
    def chat(question: str) -> str:
        return question.upper()

    monkeypatch.setattr(f"driftline.capture.{place}", broken)
    assert isinstance(driftline.record_answer("desk", features={"odd": [1]}), str)
    assert chat("a") == "A"
    monkeypatch.undo()
    assert chat("b") == "B"
    assert sum(fault.counts().values()) >= 1


def test_an_answer_with_a_name_that_cannot_be_read_is_kept_without_it_and_counted(sink: MemorySink) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("on purpose")

    assert driftline.record_answer(Odd())
    assert driftline.record_answer("desk")
    assert driftline.flush()
    assert [answer.endpoint for answer in sink.recorded] == ["", "desk"]
    assert fault.counts() == {"answer": 1}


class Unshowable(Exception):
    """Fails at being shown."""

    def __str__(self) -> str:
        raise LookupError("no message")


def test_an_error_that_cannot_be_shown_is_counted_all_the_same() -> None:
    fault.reset()

    def fails() -> None:
        raise Unshowable

    assert fault.attempt("piece", fails) is None
    assert fault.counts() == {"piece": 1}
    fault.reset()


def test_a_log_that_fails_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    fault.reset()
    monkeypatch.setattr(fault.logger, "warning", broken)
    assert fault.attempt("piece", broken) is None
    fault.failed("other", ValueError())
    assert fault.counts() == {"piece": 1, "other": 1}
    fault.reset()


@pytest.mark.parametrize("ending", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_what_is_no_exception_passes_through_an_attempt(ending: BaseException) -> None:
    def ends() -> None:
        raise ending

    with pytest.raises(type(ending)) as caught:
        fault.attempt("piece", ends)
    assert caught.value is ending
