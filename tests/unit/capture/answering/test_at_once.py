"""Answers in one call: what was given is what is recorded, as it was when it was given."""

import json
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.sending import client
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event import ids
from driftline.event.answer import Retrieved, Source
from driftline.event.lineage import Dataset, Touched, Version
from driftline.testing import MemorySink

MODEL = Touched(dataset=Dataset("file", "models/eligibility"), version="3")


def test_one_call_records_one_answer_and_returns_its_id(sink: MemorySink) -> None:
    made = driftline.record_answer(
        "desk", uses={"model": MODEL}, retrieved=["text"], features={"delay": 1}, decision="deny", money=0.0
    )
    assert driftline.flush()
    (answer,) = sink.recorded
    assert (answer.id, answer.decision, answer.features) == (made, "deny", {"delay": 1})
    assert answer.sources == (Source("model", Version(MODEL.dataset, "3")),)
    assert len(answer.documents) == 1


def test_an_answer_of_twenty_features_costs_the_caller_little(sink: MemorySink) -> None:
    features = {f"feature_{number}": number * 1.1 for number in range(20)}

    def spent(work: Callable[[], object]) -> int:  # of this thread alone: the sender has its own
        start = time.thread_time_ns()
        for _ in range(20):
            work()
        return time.thread_time_ns() - start

    def recorded() -> object:
        return driftline.record_answer("desk", features=features, score=0.5)

    rounds = [(spent(recorded), spent(lambda: json.dumps(features))) for _ in range(50)]  # in turn: the same machine
    ours, peer = (statistics.median(one) for one in zip(*rounds, strict=True))
    assert ours < peer  # measured a quarter and less; bench/answers.py has it in nanoseconds


def test_features_may_be_a_row_and_what_has_none_costs_itself_only(sink: MemorySink) -> None:
    row = pd.DataFrame({"delay": [1.5, 2.5], "carrier": ["AA", "BB"]}).iloc[0]
    driftline.record_answer("row", features=row)
    driftline.record_answer("none", features=object())
    assert driftline.flush()
    assert [answer.features for answer in sink.recorded] == [{"delay": 1.5, "carrier": "AA"}, {}]
    assert client.status()["failed:answer"] == 1


@pytest.mark.parametrize("given", ["a passage", {"text": "a passage"}, Retrieved(ids.text("a passage"))])
def test_one_document_that_is_given_alone_is_one(sink: MemorySink, given: Any) -> None:
    driftline.record_answer("desk", retrieved=given)
    driftline.flush()
    assert [one.content for one in sink.recorded[0].documents] == [ids.text("a passage")]


def test_what_an_answer_stands_on_is_named_once(sink: MemorySink) -> None:
    with driftline.answer("desk") as answer:
        for _ in range(2):
            answer.uses("model", "m", "3")
    driftline.flush()
    assert len(sink.recorded[0].sources) == 1


def test_a_name_means_what_the_run_around_the_call_had_touched_by_then(sink: MemorySink) -> None:
    with driftline.run("serve") as run:
        run.write("m", version="7", kind="model")
        driftline.record_answer("desk", uses={"model": "m"})
        run.write("m", version="8", kind="model")
        with driftline.run("inner"):
            driftline.record_answer("desk", uses={"model": "m"})
    driftline.record_answer("desk", uses={"model": "m"})
    assert driftline.flush()
    assert [answer.sources[0].version.version for answer in sink.recorded] == ["7", "8", ""]


def test_at_the_end_of_a_script_the_version_is_still_known(script: Callable[..., Any], tmp_path: Path) -> None:
    script(
        "import driftline, json\n"
        "driftline.watch('serve')\n"
        "with open('m.json', 'w') as file: json.dump([1], file)\n"
        "driftline.record_answer('desk', uses={'model': 'm.json'}, money=10.0)\n"
    )
    with Engine.open(Settings(home=str(tmp_path / ".driftline"), console=False)) as engine:
        (answer,) = engine.answers()
    assert answer.sources[0].version.version == ids.text("[1]")  # a file is named by its bytes


def test_a_file_that_is_written_again_before_the_answer_is_made_is_not_the_one_that_it_stood_on(
    watched: MemorySink, tmp_path: Path
) -> None:
    started, go_on = threading.Event(), threading.Event()

    def held_up() -> tuple[()]:
        started.set()
        go_on.wait(30)
        return ()

    with driftline.run("serve"):
        owner = client.current()
        assert owner is not None
        owner.sender.put((held_up, 0))
        assert started.wait(30)
        Path("m.json").write_text("[1]")
        driftline.record_answer("desk", uses={"model": "m.json"})
        time.sleep(0.02)  # more than a tick of the clock that files have
        Path("m.json").write_text("[2]")
        go_on.set()
        assert driftline.flush()
    assert watched.recorded[0].sources[0].version.version == ""


class _Refusing:
    """Fails at whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __refuse(self, *_: object) -> Any:
        raise RuntimeError

    __bool__ = __str__ = __iter__ = __len__ = __float__ = __eq__ = __hash__ = __refuse


_ODD = [
    5,
    10**400,
    b"x",
    "\udce9",
    ["m"],
    {"m": 5},
    {None: None},
    ("a", "b"),
    object(),
    _Refusing(),
    [_Refusing()],
    int,
]
_ODD += [np.zeros(3), pd.DataFrame({"a": [1, 2]}), iter("ab")]


@pytest.mark.parametrize(
    "name", ["endpoint", "question", "partition", "at", "uses", "retrieved", "features", "decision", "text", "score",
             "money", "currency", "verdict", "trace"],
)  # fmt: skip
def test_a_value_of_a_wrong_type_costs_itself_and_never_the_answer(sink: MemorySink, name: str) -> None:
    ids_ = [driftline.record_answer(**{"endpoint": "desk", name: odd}) for odd in _ODD]
    driftline.flush()
    assert all(ids_)
    assert [answer.id for answer in sink.recorded] == ids_


@pytest.mark.parametrize(
    ("score", "kept"), [("0.5", 0.5), (np.float32(0.5), 0.5), (None, 0.0), ([], 0.0), (object(), 0.0)]
)
def test_a_score_that_is_no_number_costs_itself_and_never_the_document(
    sink: MemorySink, score: Any, kept: float
) -> None:
    driftline.record_answer("desk", retrieved=[("a passage", score), {"text": "another", "score": score}])
    driftline.flush()
    found = [(one.content, one.score) for one in sink.recorded[0].documents]
    assert found == [(ids.text("a passage"), kept), (ids.text("another"), kept)]


def test_two_texts_are_no_text_and_its_score(sink: MemorySink) -> None:
    driftline.record_answer("desk", retrieved=[("id1", "the text"), ("a.md", {"k": 1})])
    driftline.flush()
    assert sink.recorded[0].documents == ()


@pytest.mark.parametrize("nothing", [None, "", (), []])
def test_nothing_that_was_retrieved_is_no_document_and_no_failure(sink: MemorySink, nothing: Any) -> None:
    driftline.record_answer("desk", retrieved=nothing)
    driftline.flush()
    assert sink.recorded[0].documents == ()
    assert fault.counts() == {}
