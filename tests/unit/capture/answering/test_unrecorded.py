"""In a request that is not recorded, code of the user's has an answer that leads nowhere. By hand."""

from collections.abc import Iterator

import pytest

import driftline
from driftline.capture.answering import answers, unrecorded
from driftline.testing import MemorySink


@pytest.fixture
def inside(sink: MemorySink) -> Iterator[MemorySink]:
    token = unrecorded.request.set(unrecorded.Request("desk"))
    yield sink
    unrecorded.request.reset(token)


def test_outside_of_requests_and_answers_there_is_none(sink: MemorySink) -> None:
    assert driftline.current_answer() is None


def test_it_takes_everything_and_nobody_sends_it(inside: MemorySink) -> None:
    made = driftline.current_answer()
    assert made is not None
    assert made is driftline.current_answer()
    made.retrieved("a passage")
    made.uses("model", "m", "1")
    made.decide("refund", money=1.0, text="yes")
    made.finish(None)
    assert (made.id, made.text) == ("", "yes")
    assert driftline.flush()
    assert inside.recorded == []


def test_an_answer_that_is_made_within_the_request_is_the_current_one(inside: MemorySink) -> None:
    with driftline.answer("inner") as answer:
        assert driftline.current_answer() is answer
    assert driftline.flush()
    assert [one.endpoint for one in inside.recorded] == ["inner"]


def test_what_adds_to_answers_by_itself_goes_on_as_if_there_were_none(inside: MemorySink) -> None:
    assert driftline.current_answer() is not None
    assert answers.current_answer() is None
