"""Answers: exactly one each, whatever happens, with what it stood on and the guard's verdict."""

import contextvars
import json
import threading
import time
import uuid
from collections.abc import Callable

import numpy as np
import pytest

import driftline
from driftline.capture.sending import client
from driftline.event import ids
from driftline.event.answer import Answer, Reason, Retrieved, Source, Verdict
from driftline.event.current import current_answer
from driftline.event.lineage import Dataset, Touched, Version
from driftline.guard.check import Subject
from driftline.guard.switch import Switch
from driftline.testing import MemorySink

MODEL = Touched(dataset=Dataset("file", "models/eligibility"), version="3")


def recorded(sink: MemorySink) -> Answer:
    assert driftline.flush()
    (answer,) = sink.recorded
    return answer


def test_an_answer_carries_what_it_stood_on(sink: MemorySink) -> None:
    with driftline.answer(
        "desk", question="Where is my money?", partition="2013-01-31", at=1_359_590_400_000_000
    ) as made:
        made.uses("model", MODEL)
        made.uses("prompt", "desk-prompt", "v2")
        made.uses("index", Version(Dataset("file", "index"), "7"))
        made.retrieved(Retrieved("xxh3:1", "refunds.md#3", 0.8), "the text itself")
        made.features(delay=np.float64(181.5), carrier="AA", cancelled=False, gate=None, odd=[1])
        made.decide("refund", money=300.0, text="yes", score=0.9)
    answer = recorded(sink)
    assert answer.id == made.id
    assert (answer.endpoint, answer.partition, answer.time_us) == ("desk", "2013-01-31", 1_359_590_400_000_000)
    assert answer.sources == (
        Source("model", Version(MODEL.dataset, "3")),
        Source("prompt", Version(Dataset("file", "desk-prompt"), "v2")),
        Source("index", Version(Dataset("file", "index"), "7")),
    )
    assert [document.document for document in answer.documents] == ["refunds.md#3", ""]
    assert answer.features == {"delay": 181.5, "carrier": "AA", "cancelled": False, "gate": None, "odd": "[1]"}
    assert (answer.decision, answer.money, answer.text, answer.score, answer.currency) == (
        "refund",
        300.0,
        "yes",
        0.9,
        "USD",
    )
    assert answer.question.startswith("xxh3:")
    assert "money" not in answer.question
    assert int(answer.id.replace("-", "")[:12], 16) == 1_359_590_400_000


def test_a_block_that_raises_is_one_answer_with_the_decision_error(sink: MemorySink) -> None:
    with pytest.raises(ZeroDivisionError), driftline.answer("desk"):
        _ = 1 / 0
    assert recorded(sink).decision == "error"


def test_the_verdict_that_a_guard_leaves_in_the_draft_is_recorded(sink: MemorySink) -> None:
    verdict = Verdict(action="block", reasons=(Reason("quarantine", "features are quarantined"),), money_avoided=300.0)
    with driftline.answer("desk") as made:
        draft = current_answer.get()
        assert draft is made.draft
        draft.verdict = verdict
        draft.decision, draft.money = "held", 0.0
        assert made.verdict is verdict
    assert current_answer.get() is None
    answer = recorded(sink)
    assert (answer.verdict, answer.decision) == (verdict, "held")


def test_answers_nest(sink: MemorySink) -> None:
    with driftline.answer("outer") as outer:
        with driftline.answer("inner"):
            pass
        assert current_answer.get() is outer.draft
    driftline.flush()
    assert [answer.endpoint for answer in sink.recorded] == ["inner", "outer"]


def test_leaving_a_block_twice_records_once(sink: MemorySink) -> None:
    made = driftline.answer("desk")
    with made:
        pass
    made.__exit__(None, None, None)
    recorded(sink)


def test_an_answer_costs_its_caller_a_few_times_what_an_id_and_a_line_of_json_cost(sink: MemorySink) -> None:
    def answered() -> None:
        for _ in range(400):
            with driftline.answer("desk", question="why", partition="2013-01-31") as made:
                made.uses("model", MODEL)
                made.uses("features", MODEL)
                made.features(delay=1.0, distance=2)
                made.decide("refund", money=3.0)

    def logged() -> None:
        for _ in range(400):
            line = {"id": str(uuid.uuid4()), "question": "why", "sources": ["model", "features"], "money": 3.0}
            json.dumps({**line, "features": {"delay": 1.0, "distance": 2}, "decision": "refund"})

    def spent(work: Callable[[], None]) -> float:  # the CPU time of this thread alone: the sender has its own
        start = time.thread_time()
        work()
        return time.thread_time() - start

    rounds = [(spent(answered), spent(logged)) for _ in range(5)]  # in turn, so that both meet the same machine
    ours, peer = (min(one) for one in zip(*rounds, strict=True))
    assert ours < 10 * peer  # measured 1.0 times


def test_the_current_answer_is_the_one_of_this_context_until_it_is_over(sink: MemorySink) -> None:
    assert driftline.current_answer() is None
    with driftline.answer("desk") as made:
        assert driftline.current_answer() is made
        context = contextvars.copy_context()  # as a task that outlives the answer has it
    assert driftline.current_answer() is None
    assert context.run(driftline.current_answer) is None
    assert made.over


def test_what_the_user_changes_after_the_call_is_not_in_the_record(sink: MemorySink) -> None:
    features = {"delay": 1.0, "path": ["a"]}
    documents = ["first"]
    driftline.record_answer("desk", features=features, retrieved=documents, uses={"model": MODEL})
    features["delay"] = 2.0
    features["path"].append("b")
    documents.append("second")
    with driftline.answer("block") as made:
        made.features(delay=1.0)
        made.retrieved("first")
    left = made.draft  # as code has it that outlives the block
    assert (list(left.features), list(left.documents), list(left.sources)) == ([], [], [])
    left.sources, left.decision, left.features = [], "late", {"delay": 2.0}
    made.features(delay=3.0)
    made.retrieved("second")
    made.called("late")
    made.question = "late"
    made.decide("late", text="late")
    driftline.flush()
    one, block = sink.recorded
    assert (block.tools, block.question, block.decision, block.text) == ((), "", "", "")
    assert (one.features, len(one.documents)) == ({"delay": 1.0, "path": "['a']"}, 1)
    assert (block.features, len(block.documents)) == ({"delay": 1.0}, 1)


def test_features_are_as_they_were_when_they_were_said(sink: MemorySink) -> None:
    path, scores = ["a"], {"x": 1}
    with driftline.answer("desk") as made:
        made.features(delay=1.5, path=path, scores=scores, carrier="AA")
        path.append("b")
        scores["x"] = 2
        made.features(delay=2.5)
    assert recorded(sink).features == {"delay": 2.5, "path": "['a']", "scores": "{'x': 1}", "carrier": "AA"}


def test_a_guard_reads_numbers_of_numpy_as_they_are_recorded(sink: MemorySink) -> None:
    with driftline.answer("desk") as made:
        made.features(delay=np.float64(1.5), stops=np.int64(2), late=np.bool_(True))
        subject = Subject(made.draft, Switch("nowhere"))
        seen = dict(subject.features)
    assert seen == {"delay": 1.5, "stops": 2, "late": True}
    assert [type(value) for value in seen.values()] == [float, int, bool]
    assert recorded(sink).features == seen


def test_what_comes_from_a_context_that_outlives_the_answer_is_not_in_the_record(sink: MemorySink) -> None:
    class Model:
        def predict(self, _rows: list[list[float]]) -> list[float]:
            return [0.5]

    served = driftline.serve(Model(), "eligibility", version="7")
    with driftline.answer("desk") as made:
        made.uses("features", MODEL)
        context = contextvars.copy_context()
    context.run(served.predict, [[1.0]])
    answer = recorded(sink)
    assert (len(answer.sources), answer.score) == (1, None)
    assert "failed:serving" not in client.status()


def test_ids_of_blocks_are_never_the_same_and_rise_in_each_thread(sink: MemorySink) -> None:
    made: dict[int, list[str]] = {}

    def work(number: int) -> None:
        made[number] = []
        for _ in range(300):
            with driftline.answer(f"desk {number}") as answer:
                pass
            made[number].append(answer.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert driftline.flush()
    assert all(ids_ == sorted(ids_) for ids_ in made.values())
    held = [answer.id for answer in sink.recorded]
    assert sorted(held) == sorted(one for ids_ in made.values() for one in ids_)
    assert len(set(held)) == 1_200


def test_a_passage_that_a_retriever_took_is_not_taken_again_where_the_block_names_it_too(sink: MemorySink) -> None:
    """As in the guide: the result of a retriever is handed to the answer."""

    @driftline.retriever
    def search(_question: str) -> list[str]:
        return ["one", "two"]

    with driftline.answer("desk") as answer:
        answer.retrieved(*search("q"), "three")
    driftline.flush()
    assert [one.content for one in sink.recorded[0].documents] == [ids.text(text) for text in ("one", "two", "three")]


def test_a_document_that_is_none_costs_itself_only(sink: MemorySink) -> None:
    with driftline.answer("desk") as made:
        made.retrieved("first", None, "second")
    answer = recorded(sink)
    assert [one.content for one in answer.documents] == [ids.text("first"), ids.text("second")]


@pytest.mark.parametrize("size", [1, 3, 20_000])
def test_a_buffer_that_is_used_again_is_recorded_as_it_was(sink: MemorySink, size: int) -> None:
    buffer = np.zeros(size)
    for turn in range(20):
        buffer[:] = turn
        driftline.record_answer("call", features={"v": buffer})
        with driftline.answer("block") as made:
            made.features(v=buffer)
            buffer[:] = -1
    assert driftline.flush()
    for endpoint in ("call", "block"):
        found = [answer.features["v"] for answer in sink.recorded if answer.endpoint == endpoint]
        assert [str(one).split(",")[0].strip("[]") for one in found] == [f"{turn}.0" for turn in range(20)]


def test_a_guard_sees_plain_values_where_arrays_were_given(sink: MemorySink) -> None:
    with driftline.answer("desk") as made:
        made.features(v=np.array([1.5]), w=np.float64(2.5))
        assert dict(Subject(made.draft, Switch("nowhere")).features) == {"v": "[1.5]", "w": 2.5}


def test_a_block_takes_a_mapping_or_a_row_beside_names_and_a_feature_may_be_called_self(sink: MemorySink) -> None:
    with driftline.answer("desk") as made:
        made.features({"u": 1, "v": 1}, v=2)
        made.features([0.5], self=3, given=4)
        made.features(5)
    assert recorded(sink).features == {"u": 1, "v": 2, "0": 0.5, "self": 3, "given": 4}


def test_features_that_break_our_own_reading_cost_themselves_only(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driftline.capture.answering.answers.settled", lambda _: 1 / 0)
    with driftline.answer("desk") as answer:
        answer.features(odd=[1])
        answer.decide("yes")
    assert driftline.flush()
    (found,) = sink.recorded
    assert (found.decision, dict(found.features)) == ("yes", {})


def test_an_answer_that_is_over_is_not_begun_anew_and_says_so(
    sink: MemorySink, caplog: pytest.LogCaptureFixture
) -> None:
    answer = driftline.answer("desk")
    for decision in ("first", "second"):
        with answer:
            answer.decide(decision)
    driftline.flush()
    assert [one.decision for one in sink.recorded] == ["first"]
    assert "makes a new one each time" in caplog.text
