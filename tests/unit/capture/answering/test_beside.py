"""What was found beside answers. Who can have read what is worked out by hand from when it was found."""

from typing import Any

import pytest
from tests.spans import CHAIN, LLM, Tracing, recorded, retriever

from driftline.capture.answering.beside import LATELY, Near, fed
from driftline.capture.answering.dialects import Ended, Span
from driftline.testing import MemorySink

FOUND = {"openinference.span.kind": "RETRIEVER"}
CALL = {"openinference.span.kind": "LLM", "llm.model_name": "m"}


def one(start: int, end: int, attributes: dict[str, Any] = FOUND) -> Ended:
    return Ended("", "", Span("span", attributes, (), start, False, "one", end))


def of(near: list[Near], start: int, end: int) -> tuple[list[Ended], list[Ended]]:
    root = one(start, end, CALL)
    return fed(near, root, [root])


def test_what_was_found_before_the_call_has_fed_it_and_what_came_later_has_not() -> None:
    before, after = one(1, 2), one(3, 5)
    assert of([Near(before), Near(after)], 4, 9) == ([before], [])


def test_what_has_fed_an_answer_may_have_fed_the_next_one_too() -> None:
    first, second = Near(one(1, 2)), Near(one(5, 6))
    assert of([first], 3, 4) == ([first.ended], [])
    assert of([first, second], 7, 8) == ([second.ended], [first.ended])


def test_an_answer_that_takes_no_time_by_the_clock_stands_on_what_was_found_for_it() -> None:
    found = Near(one(1, 2))
    assert of([found], 3, 3) == ([found.ended], [])
    assert of([found], 4, 4) == ([], [found.ended])


def test_answers_that_are_under_way_together_stand_on_the_same() -> None:
    found = Near(one(1, 2))
    assert of([found], 3, 6) == ([found.ended], [])
    assert of([found], 4, 9) == ([found.ended], [])


def test_what_was_found_and_used_up_within_another_span_counts_only_where_nothing_else_was_found() -> None:
    away, near = Near(one(1, 2)), Near(one(5, 6))
    of([away], 3, 4)
    assert of([away.leave()], 5, 9) == ([], [away.ended])
    assert of([away.leave(), near], 7, 9) == ([near.ended], [])
    unread = Near(one(1, 2)).leave()  # within a span of its own, as a function that only searches has
    assert of([unread], 3, 4) == ([unread.ended], [])


def test_a_chain_has_read_what_was_found_until_its_last_call_of_a_model_began() -> None:
    found = one(4, 5)
    chain, last = one(1, 9, {"openinference.span.kind": "CHAIN"}), one(6, 8, CALL)
    assert fed([Near(found)], chain, [one(2, 3, CALL), last, chain]) == ([found], [])


def test_few_earlier_ones_may_have_fed_one_more_and_tools_have_not() -> None:
    many = [Near(one(0, 1)) for _ in range(LATELY + 5)]
    tool = Near(one(0, 1, {"openinference.span.kind": "TOOL", "tool.name": "search"}))
    assert of([*many, tool], 2, 3)[0] == [near.ended for near in (*many, tool)]
    assert of([*many, tool], 4, 5) == ([], [near.ended for near in many[-LATELY:]])


def test_of_many_calls_of_a_chain_each_retrieval_is_fed_to_the_first_alone(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    feed = Near.feed
    monkeypatch.setattr(Near, "feed", lambda near, begin, end: told.append(end) or feed(near, begin, end))
    tracing = Tracing()
    chain = tracing.start()
    for number in range(100):
        tracing.once(retriever(str(number)), chain)
        tracing.now += 1
        tracing.once(LLM, chain)
        tracing.now += 1
    before = len(told)
    tracing.once({**LLM, "output.value": "Now."}, scope="client", within=chain)
    tracing.end(chain, CHAIN)
    assert len(told) - before <= 200  # to the first call after it, and to this one
    assert [answer.perhaps for answer in recorded(sink) if answer.text == "Now."] == [LATELY]
