"""Spans that are started and ended by hand, as an SDK does."""

from typing import Any

import driftline
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.spans import Spans
from driftline.event.answer import Answer
from driftline.testing import MemorySink

LLM = {"openinference.span.kind": "LLM", "llm.provider": "acme", "llm.model_name": "m-1", "output.value": "Soon."}
CHAIN = {"openinference.span.kind": "CHAIN", "input.value": "When?"}
HTTP = {"http.request.method": "POST"}
NATIVE = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m-1",
    "gen_ai.response.id": "r1", "gen_ai.usage.input_tokens": 7,
}  # fmt: skip
TRACE = "0af7651916cd43dd8448eb211c80319c"


def retriever(*texts: str) -> dict[str, Any]:
    named = {f"retrieval.documents.{n}.document.content": text for n, text in enumerate(texts)}
    return {"openinference.span.kind": "RETRIEVER", **named}


class Tracing:
    """Starts and ends spans as an SDK does; attributes are known at the end only, as with some instrumentation."""

    def __init__(self, found: Spans | None = None) -> None:
        self.spans = found or Spans("", {})
        self.now = 1_359_590_400_000_000
        self.number = 0

    def start(
        self, parent: int = 0, scope: str = "openinference.x", early: dict[str, Any] | None = None, within: int = 0
    ) -> int:
        self.number += 1
        self.spans.start(self.number, parent, scope, lambda: early or {}, within)
        return self.number

    def end(self, key: int, attributes: dict[str, Any], scope: str = "openinference.x", failed: bool = False) -> None:
        self.now += 1
        span = Span(f"span {key}", attributes, (), self.now, failed, scope, self.now + 1)
        known = "http.request.method" not in attributes
        self.spans.end(key, Ended(TRACE, f"{key:016x}", span) if known else None)

    def once(self, attributes: dict[str, Any], parent: int = 0, **more: Any) -> None:
        self.end(self.start(parent, **more), attributes, more.get("scope", "openinference.x"))


def recorded(sink: MemorySink) -> list[Answer]:
    assert driftline.flush()
    return sink.recorded
