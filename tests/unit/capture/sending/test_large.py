"""Events that are too large: the pieces say together what the whole one says, as the fold of the graph reads them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import driftline
from driftline.capture.runs import around, emit, left, progress
from driftline.capture.runs.run import Run
from driftline.capture.sending import large
from driftline.event import openlineage
from driftline.event.lineage import RunShape
from driftline.event.openlineage import Event
from driftline.graph import fold
from driftline.testing import MemorySink

SMALL = 10_000


def given(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"a{number}.csv").write_text(f"id,amount\n{number},1.5\n{number + 1},2.5\n")


def work(folder: Path, count: int) -> None:
    for number in range(count):
        path = folder / f"a{number}.csv"
        pd.read_csv(path).assign(double=lambda frame: frame.amount * 2).to_csv(folder / f"b{number}.csv", index=False)


def recorded(sink: MemorySink) -> list[Event]:
    driftline.unwatch()
    assert driftline.flush(60)
    return [event for event in sink.decoded() if event.event_type != "START"]


def shape(events: list[Event]) -> RunShape:
    (history,) = fold.fold(events)
    return history.states[-1].shape


@pytest.fixture
def whole(sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Event:
    """The last event of a process that has read and written six files each."""
    monkeypatch.chdir(tmp_path)
    given(tmp_path, 6)
    driftline.watch("job")
    work(tmp_path, 6)
    (event,) = recorded(sink)
    return event


def test_an_event_that_is_not_too_large_stays_as_it_is(whole: Event) -> None:
    assert large.encoded(whole) == [openlineage.encode(whole)]


def test_the_pieces_say_together_what_the_whole_one_says(whole: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LIMIT", SMALL)
    raw = large.encoded(whole)
    assert len(raw) > 3
    pieces = [openlineage.decode(one) for one in raw]
    for side in ("inputs", "outputs"):
        assert [part for piece in pieces for part in getattr(piece, side)] == list(getattr(whole, side))
    for order in (pieces, pieces[::-1]):
        assert shape(order) == shape([whole])
    assert len(shape([whole]).outputs) == 6
    assert fold.measures(pieces) == fold.measures([whole])


def test_no_piece_is_larger_than_it_may_be_if_its_datasets_are_not(
    whole: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "LIMIT", 40_000)
    assert all(len(one) <= 40_000 for one in large.encoded(whole))


def test_a_run_that_told_whole_pictures_before_ends_in_pieces(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given(tmp_path, 6)
    driftline.watch("job")
    run: Any = around.process.run
    assert isinstance(run, Run)
    assert run._client is not None
    run._client.sender.unwatch(run)  # on a slow machine it would be announced, and told of in pieces before
    work(tmp_path, 6)
    progress.say(run, run._client, 0)
    monkeypatch.setattr(large, "LIMIT", SMALL)
    running, *pieces = recorded(sink)
    assert running.event_type == "RUNNING"
    assert len(pieces) > 3
    found = shape([running, *pieces])
    assert {one.dataset.name for one in found.inputs} == {f"a{number}.csv" for number in range(6)}
    assert {one.dataset.name for one in found.outputs} == {f"b{number}.csv" for number in range(6)}
    assert found.state == "COMPLETE"
    assert all(one.profile for one in (*found.inputs, *found.outputs))


def test_a_whole_picture_that_no_server_takes_is_not_told_while_the_run_lasts(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "LIMIT", 100)
    with driftline.run("job", announce=True) as run:
        run.write("b", version="1")
        assert run._client is not None
        progress.say(run, run._client, 0)
    assert driftline.flush(30)
    assert "RUNNING" not in [json.loads(raw)["eventType"] for raw in sink.raw]


def test_last_words_are_left_piece_by_piece(sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LIMIT", 2_000)
    with driftline.run("killed") as run:
        for number in range(9):
            run.write(f"b{number}", version="1", attributes={"said": "x" * 400})
        run.trace.ended_us = run.trace.started_us + 1_000
        words = emit.last_words(run.trace, "", "")
        owner = run._client
        assert owner is not None
        assert len(words.split(b"\n")) > 2
        left._tell(owner, b"mark\n" + words + b"\n")
    assert driftline.flush(30)
    said = [event for event in sink.decoded() if emit.KILLED.encode() in openlineage.encode(event)]
    assert [part.name for event in said for part in event.outputs] == [f"b{number}" for number in range(9)]
