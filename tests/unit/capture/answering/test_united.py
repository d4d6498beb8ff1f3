"""What spans say together. Attributes are those that real instrumentation writes; sums by hand."""

from typing import Any

import pytest

from driftline.capture.answering.dialects import Span
from driftline.capture.answering.united import same_call, tells_of, united
from driftline.event.answer import Source
from driftline.event.lineage import Dataset, Version

NATIVE = {  # as a model's own client writes it: no texts
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m",
    "gen_ai.response.model": "m-1", "gen_ai.response.id": "r1", "gen_ai.usage.input_tokens": 7,
    "gen_ai.usage.output_tokens": 5,
}  # fmt: skip
AROUND = {
    "openinference.span.kind": "LLM", "llm.provider": "acme", "llm.request.model_name": "m", "input.value": "When?",
    "output.value": "Soon.",
}  # fmt: skip
MODEL = Source("model", Version(Dataset("acme", "m"), "m-1"))


def span(attributes: dict[str, Any], start: int = 10, end: int = 20, scope: str = "one", inside: Any = ()) -> Span:
    return Span("span", attributes, (), start, False, scope, end, inside)


def test_a_call_inside_of_a_call_is_the_same_one_and_fills_what_that_does_not_say() -> None:
    one = united([span(AROUND, inside=[span(NATIVE, 12, 18)])])
    assert (one.models, one.tokens, one.question, one.text) == ((MODEL,), (7, 5), "When?", "Soon.")
    counted = {**AROUND, "llm.token_count.prompt": 6, "llm.token_count.completion": 4}
    assert united([span(counted, inside=[span(NATIVE)])]).tokens == (6, 4)  # what the outer one says stands


def test_a_call_that_needed_several_is_what_they_took_together() -> None:
    assert united([span(AROUND, inside=[span(NATIVE), span(NATIVE)])]).tokens == (14, 10)


def test_two_instrumentations_beside_each_other_tell_of_one_call() -> None:
    other = {
        **NATIVE,
        "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "So"}]}]',
    }
    root = span({"openinference.span.kind": "CHAIN"}, 0, 30)
    one = united([span(NATIVE, 11, 19), span(other, 10, 20, "two"), root])
    assert (one.models, one.tokens, one.text) == ((MODEL,), (7, 5), "So")


@pytest.mark.parametrize(
    "other",
    [
        span(NATIVE, 12, 14),  # the same instrumentation tells of each call once
        span({**NATIVE, "gen_ai.response.id": "r2"}, 12, 14, "two"),
        span(NATIVE, 21, 30, "two"),  # another call, of a server with few different ids
        span({**NATIVE, "gen_ai.response.id": ""}, 12, 14, "two"),
    ],
)
def test_other_calls_are_other_calls(other: Span) -> None:
    assert not same_call(span(NATIVE), other)
    assert united([span(NATIVE), other]).tokens == (14, 10)


def test_without_the_id_of_a_response_the_same_words_for_the_same_tokens_are_one_call() -> None:
    """As OpenInference writes it for a framework and for the client below, side by side."""
    said = {**AROUND, "llm.token_count.prompt": 7, "llm.token_count.completion": 5}
    inner, outer = span(said, 12, 18, "client"), span(said, 10, 20, "framework")
    assert same_call(inner, outer)
    assert united([inner, outer]).tokens == (7, 5)
    for other in (
        {**said, "output.value": "Now."},
        {**said, "llm.token_count.prompt": 8},
        {**said, "output.value": ""},
    ):
        assert not same_call(inner, span(other, 10, 20, "framework"))
    assert not same_call(span({"http.route": "/"}, 12, 18, "http"), outer)


def test_the_same_words_of_models_of_other_providers_are_two_calls() -> None:
    """Two models asked at the same time, each through its own client: both say yes."""
    counted = {"openinference.span.kind": "LLM", "output.value": "Yes.", "llm.token_count.prompt": 7}
    first = span({**counted, "llm.provider": "acme", "llm.model_name": "m"}, 10, 20, "acme")
    second = span({**counted, "llm.provider": "best", "llm.model_name": "b"}, 11, 19, "best")
    assert not same_call(first, second)
    assert united([first, second]).tokens == (14, 0)
    routed = span({**counted, "llm.provider": "router", "llm.model_name": "acme/m"}, 9, 21, "router")
    assert same_call(routed, first)


SAID = {
    "openinference.span.kind": "LLM", "llm.provider": "acme", "llm.model_name": "m", "output.value": "Yes.",
    "llm.token_count.prompt": 7, "llm.token_count.completion": 2,
}  # fmt: skip
SILENT = {key: SAID[key] for key in ("openinference.span.kind", "llm.model_name")} | {"input.value": "When?"}
TOOL = "llm.output_messages.0.message.tool_calls.0.tool_call.id"


def without(*names: str, **more: Any) -> dict[str, Any]:
    return {key: value for key, value in SAID.items() if key not in names} | more


@pytest.mark.parametrize(
    ("outer", "inner", "same"),
    [
        (SAID, SAID, True),
        (SAID, without("llm.token_count.completion"), True),  # a stream that says no numbers
        (SAID, without("output.value"), True),  # content is not kept
        (SAID, {**SAID, "llm.token_count.prompt": 9}, True),  # what was cached is counted otherwise
        (SAID, {**SAID, "llm.token_count.completion": 3}, False),
        (SAID, {**SAID, "output.value": "No."}, False),
        (SAID, {**SAID, "llm.model_name": "acme/m"}, True),
        (SAID, {**SAID, "llm.model_name": "deployed"}, True),  # the same words for as many tokens
        (SAID, {**SAID, "llm.model_name": "b", "llm.provider": "best"}, False),
        (SAID, without("output.value", "llm.model_name"), False),  # of what model it is, nobody says
        (without("output.value", **{TOOL: "c1"}), without("output.value", **{TOOL: "c1"}), True),
        (without("output.value", **{TOOL: "c1"}), without("output.value", **{TOOL: "c2"}), False),
        ({**SAID, "input.value": "Is A?"}, {**SAID, "input.value": "Is B?"}, True),  # by a template
        (
            {**SAID, "input.value": "Is A?"},
            {**SAID, "input.value": "Is B?", "llm.token_count.prompt": 9},
            False,
        ),  # the same short answer to another question
        ({**SAID, "input.value": "When?"}, SILENT, True),  # of a stream that the client does not follow
        ({**SAID, "input.value": "Why?"}, SILENT, False),
        (SAID, {"http.request.method": "POST"}, False),
        ({**SAID, "gen_ai.response.id": "r1"}, {**SAID, "gen_ai.response.id": "r2"}, False),
    ],
)
def test_a_span_of_a_framework_tells_of_the_call_of_its_client_where_nothing_that_both_say_differs(
    outer: dict[str, Any], inner: dict[str, Any], same: bool
) -> None:
    assert tells_of(span(outer, 10, 20, "framework"), span(inner, 10, 20, "client")) is same


def test_a_call_that_is_not_wholly_inside_of_another_one_is_none_that_it_tells_of() -> None:
    outer = span(SAID, 10, 20, "framework")
    assert tells_of(outer, span(SAID, 11, 19, "client"))
    assert not tells_of(outer, span(SAID, 9, 19, "client"))
    assert not tells_of(outer, span(SAID, 11, 21, "client"))
    assert not tells_of(outer, span(SAID, 11, 19, "framework"))
    failed = outer._replace(failed=True)
    assert not tells_of(failed, span(SAID, 11, 19, "client"))
    assert tells_of(failed, span(SILENT, 11, 19, "client")._replace(failed=True))
