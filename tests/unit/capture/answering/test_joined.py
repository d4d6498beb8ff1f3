"""Spans as an answer, and as more of one that is in the making. What is kept is worked out by hand."""

import json

from tests.spans import CHAIN, HTTP, LLM, NATIVE, TRACE, Tracing, recorded, retriever

import driftline
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.spans import Spans
from driftline.capture.ground import fault
from driftline.event import ids
from driftline.event.answer import Retrieved
from driftline.testing import MemorySink


def test_inside_an_answer_a_call_that_is_told_twice_counts_once(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("desk"):
        outer, inner = tracing.start(scope="around"), tracing.start(scope="client")
        tracing.end(inner, NATIVE, "client")
        tracing.now -= 1
        tracing.end(outer, {**LLM, "gen_ai.response.id": "r1", "llm.token_count.prompt": 7}, "around")
    (answer,) = recorded(sink)
    assert (answer.tokens_in, answer.text, len(answer.sources)) == (7, "Soon.", 1)


def test_what_the_user_says_it_stands_on_wins(sink: MemorySink) -> None:
    tracing = Tracing(Spans("desk", {"index": "policy-index", "model": "ours"}))
    tracing.once(LLM)
    (answer,) = recorded(sink)
    assert answer.endpoint == "desk"
    assert [(s.role, s.version.dataset.name) for s in answer.sources] == [("index", "policy-index"), ("model", "ours")]


def test_what_cannot_be_stood_on_costs_itself_only(sink: MemorySink) -> None:
    Tracing(Spans("desk", {"index": 7})).once(LLM)
    (answer,) = recorded(sink)
    assert [source.role for source in answer.sources] == ["model"]
    assert fault.counts()["otel"] >= 1


def test_inside_an_answer_in_the_making_spans_add_to_it(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("desk") as made:
        made.uses("index", "policy-index", "7")
        made.retrieved(Retrieved(ids.text("a"), "", 0.9))
        root = tracing.start()
        tracing.once(retriever("a", "b"), root)
        tracing.once(LLM, root)
        tracing.end(root, CHAIN)
        made.decide("refund")
    (answer,) = recorded(sink)
    assert (answer.id, answer.decision, answer.text, answer.trace) == (made.id, "refund", "Soon.", TRACE)
    assert [one.content for one in answer.documents] == [ids.text("a"), ids.text("b")]
    assert [source.role for source in answer.sources] == ["index", "model"]


def test_inside_an_answer_in_the_making_retrieval_and_tools_need_no_span_around_them(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("desk") as made:
        tracing.once(retriever("a", "b"))
        tracing.once({"openinference.span.kind": "TOOL", "tool.name": "calculator"})
        tracing.once({"openinference.span.kind": "EMBEDDING", "llm.token_count.prompt": 900})  # no tokens of an answer
        tracing.once({**LLM, "llm.token_count.prompt": 5})
        other = tracing.start(early=HTTP, scope="http")
        tracing.once(retriever("c"), other)
        tracing.once({**LLM, "llm.token_count.prompt": 7}, other)
        tracing.end(other, HTTP)
    (answer,) = recorded(sink)
    assert answer.id == made.id
    assert [one.content for one in answer.documents] == [ids.text(text) for text in "abc"]
    assert (answer.tools, answer.tokens_in, answer.text) == (("calculator",), 12, "Soon.")


def test_inside_an_answer_a_call_that_was_told_of_is_not_counted_by_the_agent_around_it_either(
    sink: MemorySink,
) -> None:
    """An agent that says what all of its calls took together: the client has told of the only one."""
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 7}
    tracing = Tracing()
    with driftline.answer("desk"):
        outer = tracing.start(scope="framework", early=agent)
        inner, client = tracing.start(outer, scope="framework"), tracing.start(scope="client")
        tracing.end(client, NATIVE, "client")
        tracing.now -= 1
        tracing.end(inner, NATIVE, "framework")
        tracing.end(outer, agent, "framework")
    (answer,) = recorded(sink)
    assert (answer.tokens_in, len(answer.sources)) == (7, 1)


def test_inside_an_answer_what_comes_before_a_stream_is_not_what_was_said(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("desk"):
        chain = tracing.start()
        tracing.once({**LLM, "output.value": "What of a?"}, chain)
        streaming = tracing.start(chain)
        tracing.end(chain, CHAIN)
        tracing.once(LLM, streaming)
        tracing.end(streaming, CHAIN)
    assert [answer.text for answer in recorded(sink)] == ["Soon."]


def test_inside_an_answer_what_a_later_span_leaves_out_was_not_read(sink: MemorySink) -> None:
    """Three steps beside each other: a search, a postprocessor of LlamaIndex, a call."""
    tracing = Tracing()
    found = retriever("a", "b")
    found |= {f"retrieval.documents.{place}.document.id": f"n{place}" for place in range(2)}
    with driftline.answer("desk") as made:
        tracing.once(found)
        assert made.draft.passages == ["a", "b"]
        tracing.number += 1
        tracing.spans.start(tracing.number, 0, "openinference.x", dict)
        nodes = [f"<NodeWithScore(node=TextNode(id_=n{place}), score=0.5)>" for place in range(2)]
        said = {"input.value": json.dumps({"nodes": nodes}), "output.value": json.dumps(nodes[1:])}
        span = Span(
            "Drop._postprocess_nodes", {**CHAIN, **said}, (), tracing.now, False, "openinference.x", tracing.now
        )
        tracing.spans.end(tracing.number, Ended(TRACE, "1", span))
        tracing.once(LLM)
        assert made.draft.passages == ["b"]
    (answer,) = recorded(sink)
    assert answer.documents == (Retrieved(ids.text("b"), "n1", 0.5),)
