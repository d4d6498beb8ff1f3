"""The processor in the real SDK."""

from collections.abc import Iterator
from typing import Any

import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.sending import client
from driftline.event import ids
from driftline.testing import MemorySink

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="needs opentelemetry-sdk")


@pytest.fixture
def provider(sink: MemorySink) -> Iterator[Any]:
    found = sdk.TracerProvider()
    found.add_span_processor(driftline.span_processor("desk", uses={"index": "policy-index"}))
    yield found
    found.shutdown()


def test_nested_spans_are_one_answer_with_trace_and_span(sink: MemorySink, provider: Any) -> None:
    tracer = provider.get_tracer("mine")
    with tracer.start_as_current_span("request"):
        with tracer.start_as_current_span("chain", attributes={"openinference.span.kind": "CHAIN"}) as chain:
            with tracer.start_as_current_span("search", attributes={"gen_ai.operation.name": "retrieval"}) as search:
                search.set_attribute("gen_ai.retrieval.documents", '[{"id": "a", "score": 0.5, "content": "text"}]')
            with tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}) as chat:
                chat.set_attribute("gen_ai.request.model", "m")
                chat.add_event("gen_ai.content.completion", {"gen_ai.completion": "Soon."})
        context = chain.get_span_context()
    assert provider.force_flush()
    (answer,) = sink.recorded
    assert (answer.trace, answer.span) == (f"{context.trace_id:032x}", f"{context.span_id:016x}")
    assert [(one.content, one.document, one.score) for one in answer.documents] == [(ids.text("text"), "a", 0.5)]
    assert (answer.endpoint, answer.text) == ("desk", "Soon.")
    assert [source.role for source in answer.sources] == ["index", "model"]


def test_a_span_that_fails_raises_what_it_raised_and_is_an_answer_that_failed(sink: MemorySink, provider: Any) -> None:
    tracer = provider.get_tracer("mine")
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    with pytest.raises(KeyError), tracer.start_as_current_span("chat", attributes=attributes):
        raise KeyError("on purpose")
    assert provider.force_flush()
    assert [answer.decision for answer in sink.recorded] == ["error"]


def test_after_three_failures_it_is_off_and_spans_go_on(
    sink: MemorySink, provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("driftline.capture.answering.spans.Spans.start", broken)
    tracer = provider.get_tracer("mine")
    for _ in range(5):
        with tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}):
            pass
    assert fault.counts() == {"otel": 3}
    driftline.flush()
    assert sink.recorded == []


def test_switched_off_it_follows_nothing(provider: Any, tmp_path: Any) -> None:
    driftline.configure(enabled=False, home=str(tmp_path))
    try:
        with provider.get_tracer("mine").start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}):
            assert client.current() is None
    finally:
        client.forget()
