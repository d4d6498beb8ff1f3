"""Calls that wait for a span around them. Which span tells of which call is worked out by hand from when they were."""

import pytest

from driftline.capture.answering import held
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.held import Held, Waiting

CALL = {"openinference.span.kind": "LLM", "llm.model_name": "m", "output.value": "Yes.", "llm.token_count.prompt": 7}


def ended(start: int, end: int, scope: str = "framework", said: str = "Yes.") -> Ended:
    return Ended("", "", Span("span", {**CALL, "output.value": said}, (), start, False, scope, end))


def call(start: int, end: int, said: str = "Yes.") -> Held:
    root = ended(start, end, "client", said)
    return Held(root, [root], ([], []))


def test_a_span_tells_of_one_call_and_the_others_go_on_waiting_for_theirs() -> None:
    waiting, first, second = Waiting(), call(11, 19), call(13, 18)
    waiting.add(first, (1, 2))
    waiting.add(second, (1, 2))
    assert waiting.ended(2, ended(12, 20)) == (second, [])  # the first one had begun before it
    assert waiting.ended(1, ended(10, 21)) == (first, [])
    assert waiting.all() == []


def test_of_two_calls_with_the_same_words_a_span_takes_the_one_that_began_first() -> None:
    waiting, first, second = Waiting(), call(11, 19), call(13, 18)
    waiting.add(second, (1,))
    waiting.add(first, (1,))
    assert waiting.ended(1, ended(10, 21)) == (first, [second])


def test_a_call_that_no_span_tells_of_is_over_with_the_last_one_that_it_waited_for() -> None:
    waiting, other = Waiting(), call(11, 19, "No.")
    waiting.add(other, (1, 2))
    assert waiting.ended(1, ended(10, 20)) == (None, [])
    assert waiting.ended(3, ended(10, 20)) == (None, [])
    assert waiting.ended(2, None) == (None, [other])
    assert waiting.late() == []


def test_a_call_waits_for_some_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(held, "_now", lambda: now)
    waiting, one = Waiting(), call(11, 19)
    waiting.add(one, (1,))
    now += held.SECONDS
    assert waiting.late() == []
    now += 0.1
    assert waiting.late() == [one]
    assert waiting.ended(1, ended(10, 20)) == (None, [])  # too late


def test_all_that_wait_are_given_out_once() -> None:
    waiting, one = Waiting(), call(11, 19)
    waiting.add(one, (1, 2))
    assert waiting.all() == [one]
    assert (waiting.all(), waiting.ended(1, ended(10, 20))) == ([], (None, []))
