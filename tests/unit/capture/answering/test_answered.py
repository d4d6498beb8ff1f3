"""Functions that answer, as a person would decorate them."""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

import driftline
from driftline.event import ids
from driftline.event.answer import Answer
from driftline.testing import MemorySink, use_sink


def recorded(sink: MemorySink) -> Answer:
    assert driftline.flush()
    (answer,) = sink.recorded
    return answer


@dataclass(slots=True)
class Reply:
    decision: str
    money: float
    text: str


class Asked(msgspec.Struct):
    query: str


class Record(msgspec.Struct):
    output: str
    score: float


def test_a_text_is_what_was_said_and_the_first_text_what_was_asked(sink: MemorySink) -> None:
    @driftline.answer("desk", partition="2013-01-31")
    def chat(question: str) -> str:
        return f"{question} Never."

    assert chat("When?") == "When? Never."
    answer = recorded(sink)
    assert (answer.endpoint, answer.partition, answer.text) == ("desk", "2013-01-31", "When? Never.")
    assert answer.question == ids.text("When?")


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        (("When?", "u1"), {}),
        ((object(), "When?"), {"session": "s1"}),
        ((), {"session": "s1", "question": "When?"}),
        ((object(),), {"user": 7, "asked": "When?"}),
        ((), {"user": "u1", "body": {"question": "When?", "lang": "en"}}),  # as web frameworks hand over a body
        ((Asked("When?"), "u1"), {}),
    ],
)
def test_the_question_is_the_argument_of_that_name_else_the_first_text(
    sink: MemorySink, args: Any, kwargs: Any
) -> None:
    driftline.answer("desk")(lambda *args, **kwargs: None)(*args, **kwargs)
    assert recorded(sink).question == ids.text("When?")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"answer": "yes", "decision": "refund", "money": 300}, ("yes", "refund", 300.0, None)),
        (Reply("deny", 0.0, "no"), ("no", "deny", 0.0, None)),
        (Record("so", 0.9), ("so", "", 0.0, 0.9)),
        ({"result": "yes", "source_documents": []}, ("yes", "", 0.0, None)),  # as chains of LangChain answer
        (["other"], ("", "", 0.0, None)),
    ],
)
def test_of_a_record_the_outcome_is_taken(sink: MemorySink, result: Any, expected: tuple[Any, ...]) -> None:
    assert driftline.answer("desk")(lambda: result)() is result
    answer = recorded(sink)
    assert (answer.text, answer.decision, answer.money, answer.score) == expected


def test_what_the_function_says_itself_stands(sink: MemorySink) -> None:
    @driftline.answer("desk", question="claim 7")
    def chat(question: str) -> dict[str, Any]:
        made = driftline.current_answer()
        assert made is not None
        made.retrieved("a passage")
        made.called("search", "refund")
        made.decide("person", text="wait")
        return {"text": "other", "decision": "refund"}

    chat("When?")
    answer = recorded(sink)
    assert (answer.text, answer.decision, answer.question) == ("wait", "person", ids.text("claim 7"))
    assert [one.content for one in answer.documents] == [ids.text("a passage")]
    assert answer.tools == ("search", "refund")


def test_a_stream_is_one_answer_with_all_its_pieces(sink: MemorySink) -> None:
    @driftline.answer("desk")
    def chat(question: str) -> Iterator[str]:
        for piece in ("it ", "depends"):
            assert driftline.current_answer() is not None
            yield piece

    for piece in chat("When?"):
        assert driftline.current_answer() is None
        assert piece
    assert recorded(sink).text == "it depends"


def test_a_stream_that_is_left_early_is_an_answer_with_what_was_said(sink: MemorySink) -> None:
    @driftline.answer("desk")
    async def chat(question: str) -> AsyncIterator[str]:
        yield "it "
        yield "depends"

    async def run() -> None:
        stream = chat("When?")
        assert await anext(stream) == "it "
        await stream.aclose()

    asyncio.run(run())
    answer = recorded(sink)
    assert (answer.text, answer.decision) == ("it ", "")


def test_coroutines_at_the_same_time_are_answers_of_their_own(sink: MemorySink) -> None:
    @driftline.answer("desk")
    async def chat(question: str) -> str:
        made = driftline.current_answer()
        assert made is not None
        await asyncio.sleep(0.001)
        assert driftline.current_answer() is made
        return question.upper()

    async def run() -> list[str]:
        return await asyncio.gather(chat("a"), chat("b"))

    assert asyncio.run(run()) == ["A", "B"]
    driftline.flush()
    assert {(one.question, one.text) for one in sink.recorded} == {(ids.text("a"), "A"), (ids.text("b"), "B")}


def test_an_exception_is_an_answer_that_failed(sink: MemorySink) -> None:
    @driftline.answer("desk")
    def chat(question: str) -> str:
        raise KeyError(question)

    with pytest.raises(KeyError, match="When"):
        chat("When?")
    assert recorded(sink).decision == "error"


def test_a_method_is_decorated_like_a_function(sink: MemorySink) -> None:
    class Desk:
        @driftline.answer("desk")
        def chat(self, question: str) -> str:
            return "yes"

    assert Desk().chat("When?") == "yes"
    assert recorded(sink).question == ids.text("When?")


def test_switched_off_it_is_the_function() -> None:
    sink = MemorySink()
    chat = driftline.answer("desk")(lambda question: question)
    with use_sink(sink, enabled=False):
        assert chat("When?") == "When?"
        assert driftline.current_answer() is None
    assert sink.recorded == []


def test_a_property_that_would_compute_is_not_asked_for(sink: MemorySink) -> None:
    class Lazy:
        @property
        def text(self) -> str:
            raise AssertionError("computed")

    result = Lazy()
    assert driftline.answer("desk")(lambda: result)() is result
    assert recorded(sink).text == ""


def test_what_a_method_has_on_itself_is_no_question(sink: MemorySink) -> None:
    class Desk:
        prompt = "You are helpful."

        def __init__(self) -> None:
            self.prompt = "You are helpful."

        @driftline.answer("desk")
        def chat(self, user: str, question: str) -> str:
            return "yes"

        @driftline.answer("desk")
        @functools.cache  # noqa: B019 - it is what it calls that says what its arguments are called
        def say(self, words: str) -> str:
            return "yes"

        @driftline.answer("desk")
        @classmethod
        def ask(cls, words: str) -> str:
            return "yes"

    desk = Desk()
    assert (desk.chat("u1", "When?"), desk.say("When?"), Desk.ask("When?")) == ("yes", "yes", "yes")
    assert driftline.flush()
    assert [answer.question for answer in sink.recorded] == [ids.text("When?")] * 3
