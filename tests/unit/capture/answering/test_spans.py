"""Spans that start and end, put in by hand. What belongs together is worked out by hand from their parents."""

import gc
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.spans import CHAIN, HTTP, LLM, NATIVE, TRACE, Tracing, recorded, retriever

import driftline
from driftline.capture.answering import spans
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.spans import Spans
from driftline.capture.answering.united import united
from driftline.errors import MissingExtra
from driftline.event import ids
from driftline.testing import MemorySink


def test_one_answer_unites_what_lies_inside_its_outermost_span(sink: MemorySink) -> None:
    tracing = Tracing()
    root = tracing.start()
    inner = tracing.start(root)
    tracing.once(retriever("a", "b"), inner)
    tracing.once(retriever("b", "c"), inner)
    tracing.end(inner, CHAIN)
    tracing.once({"openinference.span.kind": "TOOL", "tool.name": "search"}, root)
    tracing.once({**LLM, "llm.token_count.prompt": 7, "llm.token_count.completion": 2}, root)
    tracing.once({**LLM, "llm.token_count.prompt": 5, "output.value": "Now."}, root)
    tracing.end(root, {**CHAIN, "llm.token_count.prompt": 12})
    (answer,) = recorded(sink)
    assert [one.content for one in answer.documents] == [ids.text(text) for text in "abc"]
    assert [(s.role, s.version.dataset.namespace, s.version.dataset.name) for s in answer.sources] == [
        ("model", "acme", "m-1")
    ]
    assert (answer.text, answer.question, answer.tools) == ("Now.", ids.text("When?"), ("search",))
    assert (answer.tokens_in, answer.tokens_out) == (12, 2)  # of the calls, not of the chain around them once more
    assert (answer.trace, answer.span, answer.endpoint) == (TRACE, f"{root:016x}", "span 1")


def test_a_retrieval_beside_its_answer_belongs_to_it(sink: MemorySink) -> None:
    tracing = Tracing()
    request = tracing.start(scope="asgi")
    between = tracing.start(request, scope="mine")
    tracing.once(retriever("a"), between)
    tracing.end(between, HTTP)
    tracing.once(LLM, request)
    tracing.end(request, HTTP)
    (answer,) = recorded(sink)
    assert [one.content for one in answer.documents] == [ids.text("a")]


def test_a_retrieval_beside_what_is_around_its_answer_belongs_to_it(sink: MemorySink) -> None:
    """One function that searches, one that asks, each with a span of its own."""
    tracing = Tracing()
    request = tracing.start(scope="http")
    searching = tracing.start(request, scope="mine")
    tracing.once(retriever("a"), searching)
    tracing.end(searching, HTTP)
    asking = tracing.start(request, scope="mine")
    tracing.once(LLM, asking)
    tracing.end(asking, HTTP)
    tracing.end(request, HTTP)
    (answer,) = recorded(sink)
    assert ([one.content for one in answer.documents], answer.perhaps) == ([ids.text("a")], 0)


def test_in_a_loop_each_answer_stands_on_what_was_found_since_the_last_one_and_perhaps_on_the_rest(
    sink: MemorySink,
) -> None:
    tracing = Tracing()
    job = tracing.start(scope="mine")
    for text in "ab":
        tracing.once(retriever(text), job)
        tracing.once(LLM, job)
        tracing.now += 1
    tracing.once(retriever("c"), tracing.start(scope="elsewhere"))
    first, second = recorded(sink)
    assert ([one.content for one in first.documents], first.perhaps) == ([ids.text("a")], 0)
    assert ([one.content for one in second.documents], second.perhaps) == ([ids.text("b"), ids.text("a")], 1)


def test_rounds_with_a_span_of_their_own_keep_what_they_found(sink: MemorySink) -> None:
    tracing = Tracing()
    job = tracing.start(scope="mine")
    for text in "ab":
        turn = tracing.start(job, scope="mine")
        tracing.once(retriever(text), turn)
        tracing.once(LLM, turn)
        tracing.end(turn, HTTP)
    assert [[one.content for one in answer.documents] for answer in recorded(sink)] == [
        [ids.text("a")],
        [ids.text("b")],
    ]


def test_a_call_by_hand_in_a_step_stands_on_what_the_chain_around_it_has_found(sink: MemorySink) -> None:
    """The chain is not made current: the call has no parent, but says what it is within."""
    tracing = Tracing()
    request = tracing.start(scope="http")
    chain = tracing.start(request)
    tracing.once(retriever("a"), chain)
    step = tracing.start(chain)
    tracing.once(LLM, request, scope="client", within=step)
    tracing.once(retriever("b"), chain)
    tracing.once({**LLM, "output.value": "Now."}, request, scope="client", within=step)
    tracing.once({**LLM, "output.value": "Never."}, request, scope="client")  # within nothing
    tracing.end(step, CHAIN)
    tracing.end(chain, CHAIN)
    tracing.once({**LLM, "output.value": "Later."}, request)
    tracing.end(request, HTTP)
    found = {answer.text: ([one.content for one in answer.documents], answer.perhaps) for answer in recorded(sink)}
    a, b = ids.text("a"), ids.text("b")
    assert found == {"Soon.": ([a], 0), "Now.": ([b, a], 1), "Never.": ([], 0), "Later.": ([a, b], 2)}


def test_a_call_by_hand_stands_perhaps_only_on_what_a_model_of_the_chain_has_read_already(sink: MemorySink) -> None:
    tracing = Tracing()
    chain = tracing.start()
    tracing.once(retriever("a"), chain)
    tracing.now += 1
    tracing.once(LLM, chain)
    tracing.now += 1
    tracing.once({**LLM, "output.value": "Now."}, scope="client", within=chain)
    tracing.end(chain, CHAIN)
    found = {answer.text: (len(answer.documents), answer.perhaps) for answer in recorded(sink)}
    assert found == {"Soon.": (1, 0), "Now.": (1, 1)}


@pytest.mark.parametrize(
    "outer",
    [
        retriever("b"),
        {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": json.dumps([{"content": "b"}])},
        {
            "gen_ai.operation.name": "vector_db_retrieve",
            "traceloop.entity.output": json.dumps({"documents": [{"page_content": "b"}], "count": 1}),
        },
    ],
)
def test_of_a_retrieval_inside_of_another_one_counts_what_that_gives_out(
    sink: MemorySink, outer: dict[str, Any]
) -> None:
    """As where one retriever compresses what another one has found; the index is that of the inner one."""
    tracing = Tracing()
    root = tracing.start()
    compressing = tracing.start(root)
    tracing.once({**retriever("a", "b", "c"), "db.collection.name": "pages"}, compressing)
    tracing.once({**retriever("c"), "openinference.span.kind": "RERANKER"}, compressing)
    tracing.end(compressing, outer)
    tracing.once(LLM, root)
    tracing.end(root, CHAIN)
    (answer,) = recorded(sink)
    assert [one.content for one in answer.documents] == [ids.text("b")]
    assert [source.version.dataset.name for source in answer.sources if source.role == "index"] == ["pages"]


def test_a_retrieval_around_another_one_that_does_not_say_what_it_gives_out_has_what_that_found(
    sink: MemorySink,
) -> None:
    tracing = Tracing()
    root = tracing.start()
    around = tracing.start(root)
    tracing.once(retriever("a"), around)
    tracing.end(around, {"openinference.span.kind": "RETRIEVER"})
    tracing.once(LLM, root)
    tracing.end(root, CHAIN)
    assert [one.content for answer in recorded(sink) for one in answer.documents] == [ids.text("a")]


def test_a_retrieval_without_an_answer_is_none(sink: MemorySink) -> None:
    tracing = Tracing()
    request = tracing.start(scope="asgi")
    tracing.once(retriever("a"), request)
    tracing.end(request, HTTP)
    assert recorded(sink) == []


def test_two_answers_of_one_request_are_two(sink: MemorySink) -> None:
    tracing = Tracing()
    request = tracing.start(scope="asgi")
    tracing.once(LLM, request)
    tracing.once({**LLM, "output.value": "Now."}, request)
    tracing.end(request, HTTP)
    assert [answer.text for answer in recorded(sink)] == ["Soon.", "Now."]


def test_a_call_that_two_instrumentations_tell_of_is_one_answer(sink: MemorySink) -> None:
    """The client of a model, and what is put around it: spans that overlap, in traces of their own."""
    tracing = Tracing()
    outer = tracing.start(scope="around")
    inner = tracing.start(scope="client")
    tracing.end(inner, NATIVE, "client")
    tracing.now -= 1  # it was still under way
    tracing.end(outer, {**LLM, "gen_ai.response.id": "r1"}, "around")
    tracing.now += 1
    tracing.once({**NATIVE, "gen_ai.usage.input_tokens": 3}, scope="client")  # the server gives the same id once more
    first, second = recorded(sink)
    assert (first.text, first.tokens_in, first.span) == ("Soon.", 7, f"{inner:016x}")
    assert (second.text, second.tokens_in) == ("", 3)


def test_a_call_below_a_call_counts_once_also_through_other_spans(sink: MemorySink) -> None:
    tracing = Tracing()
    outer = tracing.start()
    between = tracing.start(outer, scope="http")
    tracing.once(NATIVE, between, scope="client")
    tracing.end(between, HTTP)
    tracing.end(outer, {**LLM, "llm.token_count.prompt": 7})
    (answer,) = recorded(sink)
    assert (answer.tokens_in, answer.text, len(answer.sources)) == (7, "Soon.", 1)


def test_responses_that_were_heard_of_are_forgotten_beyond_a_number(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "HEARD", 2)
    tracing = Tracing()
    for number in range(5):
        tracing.once({**NATIVE, "gen_ai.response.id": f"r{number}"}, scope="client")
    assert [*tracing.spans._heard] == ["r3", "r4"]
    assert len(recorded(sink)) == 5


def test_the_last_ranking_is_what_was_retrieved(sink: MemorySink) -> None:
    tracing = Tracing()
    root = tracing.start()
    tracing.once(retriever("a", "b", "c"), root)
    ranked = {"reranker.output_documents.0.document.content": "c", "reranker.output_documents.1.document.content": "a"}
    tracing.once({"openinference.span.kind": "RERANKER", **ranked}, root)
    tracing.once(LLM, root)
    tracing.end(root, CHAIN)
    (answer,) = recorded(sink)
    assert [one.content for one in answer.documents] == [ids.text("c"), ids.text("a")]


def test_spans_that_end_after_the_answer_around_them_are_an_answer_of_their_own(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("desk"):
        late = tracing.start()
    tracing.end(late, LLM)
    assert [answer.text for answer in recorded(sink)] == ["", "Soon."]


def test_the_same_spans_make_the_same_id(sink: MemorySink) -> None:
    for _ in range(2):
        Tracing().once(LLM)
    first, second = recorded(sink)
    assert first.id == second.id
    assert int(first.id.replace("-", "")[:12], 16) == first.time_us // 1000


def test_a_failed_root_is_an_answer_that_failed(sink: MemorySink) -> None:
    tracing = Tracing()
    tracing.end(tracing.start(), LLM, failed=True)
    assert [answer.decision for answer in recorded(sink)] == ["error"]


def test_spans_that_nobody_ends_are_bounded(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "OPEN", 3)
    monkeypatch.setattr(spans, "TOGETHER", 2)
    tracing = Tracing()
    for _ in range(10):
        tracing.start(scope="mine")
    assert len(tracing.spans._open) == 3
    root = tracing.start(scope="mine")
    for _ in range(5):
        tracing.once(retriever("a"), root)
    assert len(tracing.spans._open[root].found) == 2
    tracing.end(1, LLM)  # which was dropped
    assert recorded(sink) == []


def test_without_the_sdk_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_ADAPTER", "driftline.capture.nothing")
    with pytest.raises(MissingExtra) as refused:
        driftline.span_processor()
    assert "driftline[otel]" in refused.value.hint


def test_a_span_may_end_while_another_one_is_looked_at(sink: MemorySink) -> None:
    """As one does that a generator keeps open, when it is collected meanwhile."""
    tracing = Tracing()
    left = tracing.start()

    def attributes() -> dict[str, Any]:
        tracing.end(left, LLM)
        return {}

    tracing.spans.start(100, 0, "http", attributes)
    inner = tracing.start(parent=100)
    ending = threading.Thread(target=tracing.end, args=(inner, LLM), daemon=True)
    ending.start()
    ending.join(20)
    assert not ending.is_alive()
    assert len(recorded(sink)) == 2


def test_a_forked_child_is_not_held_up_by_what_a_thread_of_its_parent_was_doing(
    child_takes: Callable[[Callable[[], Any]], bool],
) -> None:
    one = Spans("", {})
    assert child_takes(lambda: one._lock)


def test_a_call_of_a_tool_that_runs_inside_of_a_call_is_another_one() -> None:
    """As agents that are tools of agents: the call that asked for the tool is open while it runs."""
    tool, inner = {"openinference.span.kind": "TOOL", "tool.name": "search"}, {**LLM, "llm.model_name": "m-2"}
    below = Ended(TRACE, "b", Span("b", inner, (), 12, False, "x", 18))
    run = Ended(TRACE, "t", Span("t", tool, (), 11, False, "x", 19))
    around = Ended(TRACE, "a", Span("a", LLM, (), 10, False, "x", 20))
    one = united([ended.span for ended in spans._whole([below, run], around)])
    assert [source.version.dataset.name for source in one.models] == ["m-1", "m-2"]
    assert [ended.id for ended in spans._whole([below], around)] == ["a"]


def test_what_an_answer_was_made_of_is_not_held_any_longer(sink: MemorySink) -> None:
    tracing = Tracing()
    tracing.once({**NATIVE, "input.value": "x" * 100_000}, scope="client")
    assert len(recorded(sink)) == 1
    gc.collect()
    (known,) = tracing.spans._heard.values()
    assert known.heard() is None
    assert known.span.attributes == {"gen_ai.response.id": "r1"}
    tracing.now -= 1
    tracing.end(tracing.start(scope="around"), NATIVE, "around")  # told of once more, too late
    assert len(recorded(sink)) == 1
