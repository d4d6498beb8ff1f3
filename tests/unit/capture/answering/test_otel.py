"""The processor in the real SDK."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.sending import client
from driftline.event import ids
from driftline.event.lineage import Version
from driftline.testing import MemorySink

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="needs opentelemetry-sdk")
set_span_in_context = pytest.importorskip("opentelemetry.trace").set_span_in_context


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


def test_a_source_is_that_of_the_folder_in_which_a_span_ended_and_has_the_version_of_the_run(
    sink: MemorySink, provider: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand; a path that leads nowhere there is not that of a file where the program has gone."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refunds.md").write_text("Seven days.")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "b.md").write_text("Three hours.")
    rows = '[{"id": "a", "content": "x", "source": "refunds.md"}, {"id": "b", "content": "y", "source": "b.md"}]'
    with (
        driftline.run("chat") as run,
        provider.get_tracer("mine").start_as_current_span("chain", attributes={"openinference.span.kind": "CHAIN"}),
    ):
        known = run.read("refunds.md")
        tracer = provider.get_tracer("mine")
        with tracer.start_as_current_span("search", attributes={"gen_ai.operation.name": "retrieval"}) as search:
            search.set_attribute("gen_ai.retrieval.documents", rows)
        monkeypatch.chdir(tmp_path / "b")
        with tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}):
            pass
    assert provider.force_flush()
    (answer,) = sink.recorded
    assert [one.source for one in answer.documents] == [Version(known.dataset, known.version), None]


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


def test_a_call_within_a_step_of_langchain_stands_on_what_the_chain_has_found(
    sink: MemorySink, provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As OpenInference has it: the spans of a chain have parents, and are not the current one."""
    chains, client_, name = provider.get_tracer("openinference.chains"), provider.get_tracer("client"), "langchain"
    chain = chains.start_span("chain", attributes={"openinference.span.kind": "CHAIN"})
    inside = set_span_in_context(chain)
    monkeypatch.setitem(sys.modules, "langchain_core.runnables.config", ModuleType("config"))
    module = ModuleType(f"openinference.instrumentation.{name}")
    found = {"openinference.span.kind": "RETRIEVER", "retrieval.documents.0.document.content": "text"}
    chains.start_span("search", inside, attributes=found).end()
    call = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for asked in (lambda: None, lambda: chain):
        module.__dict__["get_current_span"] = asked
        client_.start_span("chat", attributes=call).end()
    del module.__dict__["get_current_span"]  # in another version
    client_.start_span("chat", attributes=call).end()
    chain.end()
    assert provider.force_flush()
    documents = [[one.content for one in answer.documents] for answer in sink.recorded]
    assert sorted(documents) == [[], [], [ids.text("text")]]
    assert fault.counts() == {name: 1}


def test_switched_off_it_follows_nothing(provider: Any, tmp_path: Any) -> None:
    driftline.configure(enabled=False, home=str(tmp_path))
    try:
        with provider.get_tracer("mine").start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}):
            assert client.current() is None
    finally:
        client.forget()
