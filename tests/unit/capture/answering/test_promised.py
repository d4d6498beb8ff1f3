"""Models that answer later are recorded once they have, as what they are without us. Expected values by hand."""

import asyncio
import gc
import inspect
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

import driftline
from driftline.capture.answering import pieces, promised
from driftline.capture.ground import fault
from driftline.event import ids
from driftline.event.answer import Answer
from driftline.testing import MemorySink


class Model:
    """Predicts in each of the ways that a method can be called later."""

    async def predict(self, rows: Any) -> list[float]:
        await asyncio.sleep(0)
        return [row[0] / 10 for row in rows]

    def predict_proba(self, rows: Any) -> Iterator[float]:
        for row in rows:
            yield row[0] / 10

    async def __call__(self, prompt: str) -> AsyncIterator[str]:
        for piece in (prompt, " ", "yes"):
            yield piece


class Hidden:
    """Says of none of its methods that it answers later."""

    def predict(self, rows: Any) -> Any:
        return Model().predict(rows)

    def __call__(self, prompt: str) -> Any:
        return Model()(prompt)


def recorded(sink: MemorySink) -> list[Answer]:
    assert driftline.flush()
    return sink.recorded


@pytest.mark.parametrize("model", [Model(), Hidden()])
def test_a_coroutine_predicts_once_it_was_awaited(sink: MemorySink, model: Any) -> None:
    coroutine = driftline.serve(model, "desk", version="1").predict([[1.0], [2.0]])
    assert inspect.iscoroutine(coroutine)
    assert recorded(sink) == []
    assert asyncio.run(coroutine) == [0.1, 0.2]
    found = [(answer.score, answer.decision, answer.features) for answer in recorded(sink)]
    assert found == [(0.1, "", {"x0": 1.0}), (0.2, "", {"x0": 2.0})]


@pytest.mark.parametrize("model", [Model(), Hidden()])
def test_the_pieces_of_a_text_are_one_answer(sink: MemorySink, model: Any) -> None:
    async def ask() -> list[str]:
        stream = driftline.serve(model, "desk", version="1")("oh")
        assert inspect.isasyncgen(stream)
        return [piece async for piece in stream]

    assert asyncio.run(ask()) == ["oh", " ", "yes"]
    assert [answer.decision for answer in recorded(sink)] == ["oh yes"]


def test_a_generator_predicts_one_row_a_piece_and_only_those_that_were_wanted(sink: MemorySink) -> None:
    served = driftline.serve(Model(), "desk", version="1")
    stream = served.predict_proba([[1.0], [2.0], [3.0]])
    assert inspect.isgenerator(stream)
    assert [next(stream), next(stream)] == [0.1, 0.2]
    assert recorded(sink) == []
    stream.close()
    assert [answer.score for answer in recorded(sink)] == [0.1, 0.2]


def test_labels_that_come_one_by_one_are_one_answer_a_row(sink: MemorySink) -> None:
    class Labels:
        def predict(self, rows: list[str]) -> Iterator[str]:
            yield from (row.upper() for row in rows)

    assert list(driftline.serve(Labels(), "desk", version="1").predict(["a", "b"])) == ["A", "B"]
    assert [answer.decision for answer in recorded(sink)] == ["A", "B"]


def test_the_pieces_of_the_answer_to_several_messages_are_one_answer(sink: MemorySink) -> None:
    class Chat:
        def __call__(self, messages: list[dict[str, str]]) -> Iterator[str]:
            yield from ("Within ", "a week.")

    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "When?"}]
    assert list(driftline.serve(Chat(), "desk", version="1")(asked)) == ["Within ", "a week."]
    assert [answer.decision for answer in recorded(sink)] == ["Within a week."]


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_features_are_those_of_the_call_and_not_those_of_the_end(sink: MemorySink, method: str) -> None:
    """A buffer that is filled again while the model still works."""

    async def awaited() -> None:
        task = asyncio.create_task(served.predict(rows))
        await asyncio.sleep(0)
        rows[:] = 9.0
        await task

    rows, served = np.array([[1.0], [2.0]]), driftline.serve(Model(), "desk", version="1")
    if method == "predict":
        asyncio.run(awaited())
    else:
        predicted = served.predict_proba(rows)
        next(predicted)
        rows[:] = 9.0
        next(predicted)
        predicted.close()
    assert [answer.features for answer in recorded(sink)] == [{"x0": 1.0}, {"x0": 2.0}]


def test_what_asks_how_to_call_a_model_is_told_as_without_us(sink: MemorySink) -> None:
    """As web frameworks do, which run in a thread what need not be awaited."""
    served = driftline.serve(Model(), "desk", version="1")
    assert inspect.iscoroutinefunction(served.predict)
    assert inspect.isgeneratorfunction(served.predict_proba)
    assert inspect.isasyncgenfunction(served.__call__)
    assert inspect.signature(served.predict) == inspect.signature(Model().predict)


def test_what_fails_is_no_prediction_and_the_error_is_that_of_the_model(sink: MemorySink) -> None:
    class Broken:
        async def predict(self, rows: Any) -> None:
            raise ZeroDivisionError("on purpose")

        def predict_proba(self, rows: Any) -> Iterator[float]:
            yield 0.5
            raise ZeroDivisionError("on purpose")

    served = driftline.serve(Broken(), "desk", version="1")
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        asyncio.run(served.predict([[1.0]]))
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        list(served.predict_proba([[1.0], [2.0]]))
    assert recorded(sink) == []


def test_inside_an_answer_what_was_awaited_is_part_of_it(sink: MemorySink) -> None:
    async def ask() -> None:
        with driftline.answer("chat"):
            await driftline.serve(Model(), "desk", version="1").predict([[7.0]])

    asyncio.run(ask())
    (answer,) = recorded(sink)
    assert (answer.endpoint, answer.score, [one.role for one in answer.sources]) == ("chat", 0.7, ["model"])


@pytest.mark.parametrize(
    ("said", "taken", "lost"), [("abc", "abc", 0), ((0.1, 0.2, 0.3), [0.1, 0.2], 1), (("a", 0.2, 0.3), ["a", 0.2], 1)]
)
def test_of_a_long_stream_a_text_counts_whole_and_of_predictions_the_others_are_counted(
    sink: MemorySink,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    said: Any,
    taken: Any,
    lost: int,
) -> None:
    monkeypatch.setattr(promised, "MOST", 2)
    found: list[Any] = []
    one = promised.Promised(lambda given, result: found.append((given, result)), "q")
    for piece in said:
        one.passed(piece)
    one.finish(None)
    assert found == [("q", taken)]
    assert fault.counts().get("unrecorded rows", 0) == lost
    assert ("of 3 predictions in one stream the first 2 count" in caplog.text) is bool(lost)


def test_a_text_of_many_pieces_is_recorded_with_the_hash_of_all_of_it(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """12,000 pieces of four characters, of which 1,000 characters are kept."""
    monkeypatch.setattr(pieces, "MOST_TEXT", 1_000)

    class Chat:
        def __call__(self, question: str) -> Iterator[str]:
            yield from ("abc ",) * 12_000

    model = driftline.serve(Chat(), "desk", version="1")
    asked = driftline.answer("chat")(lambda question: (yield from Chat()(question)))
    for one in (model, asked):
        assert len(list(one("When?"))) == 12_000
    for answer in recorded(sink):
        assert (answer.text, answer.text_hash) == ("abc " * 250 + "…", ids.text("abc " * 12_000))
    assert [answer.decision for answer in sink.recorded] == ["abc " * 25, ""]


def test_a_future_is_no_prediction_and_is_not_asked_for_one(sink: MemorySink, caplog: pytest.LogCaptureFixture) -> None:
    def fails(rows: Any) -> Any:
        made = asyncio.get_running_loop().create_future()
        made.set_exception(ValueError("on purpose"))
        return made

    async def asked() -> list[Any]:
        heard: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: heard.append(told["exception"]))
        driftline.serve(fails, name="m")([1])  # nobody takes the exception, which the loop tells of
        with driftline.answer("desk"):
            driftline.serve(fails, name="m")([1])
        gc.collect()
        return heard

    assert [type(error) for error in asyncio.run(asked())] == [ValueError] * 2
    driftline.serve(lambda rows: Future(), name="m")([1])
    assert driftline.flush()
    assert [(answer.endpoint, answer.score, answer.decision) for answer in sink.recorded] == [("desk", None, "")]
    assert fault.counts() == {"unrecorded rows": 3}
    assert "predictions that come as Future are not recorded" in caplog.text
