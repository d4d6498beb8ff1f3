"""The OpenTelemetry SDK's span processor, the one place that imports it.

Enters: spans, as the SDK starts and ends them. Leaves: calls of ``driftline.capture.answering.spans``. Keeps
references to ended spans, which do not change, and reads them later. Never raises into the program, and after three
failures is off.
"""

import sys
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span
from opentelemetry.sdk.trace import SpanProcessor as Base
from opentelemetry.trace import StatusCode

from driftline.capture.answering import dialects, spans, taken
from driftline.capture.ground import fault
from driftline.capture.sending import client

_LANGCHAIN = "openinference.instrumentation.langchain"


class SpanProcessor(Base):  # type: ignore[misc, unused-ignore]  # an unknown class where the SDK is not installed
    """Records answers; add it to a tracer provider beside the exporters that are there."""

    def __init__(self, found: spans.Spans) -> None:
        self._spans = found

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - as the SDK calls
        """Follow a span."""
        fault.attempt("otel", self._start, span)

    def on_end(self, span: ReadableSpan) -> None:
        """Take what a span says."""
        fault.attempt("otel", self._end, span)

    def _start(self, span: Any) -> None:
        if client.current() is None or fault.off("otel"):
            return
        parent = span.parent.span_id if span.parent is not None and not span.parent.is_remote else 0
        scope = _scope(span)
        within = _within() if not scope.startswith(_LANGCHAIN) else 0
        self._spans.start(span.context.span_id, parent, scope, lambda: span.attributes, within)

    def _end(self, span: Any) -> None:
        if client.current() is None or fault.off("otel"):
            return
        attributes = span.attributes or {}
        ended = None
        if dialects.speaks(attributes, (event.name for event in span.events)):
            ended = dialects.Ended(
                f"{span.context.trace_id:032x}",
                f"{span.context.span_id:016x}",
                dialects.Span(
                    span.name,
                    attributes,
                    [(event.name, event.attributes or {}) for event in span.events],
                    span.start_time // 1000,
                    span.status.status_code is StatusCode.ERROR,
                    _scope(span),
                    span.end_time // 1000,
                    folder=taken.here(),
                ),
            )
        self._spans.end(span.context.span_id, ended)

    def shutdown(self) -> None:
        """Deliver what was recorded."""
        fault.attempt("otel", self._spans.release)
        fault.attempt("otel", client.flush)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Deliver what was recorded; True if all of it was."""
        return bool(fault.attempt("otel", client.flush, timeout_millis / 1000))


def _within() -> int:
    """Return the span of what LangChain is at, which OpenInference does not make current; 0 = it is at nothing."""
    module, core = (sys.modules.get(name) for name in (_LANGCHAIN, "langchain_core.runnables.config"))
    if module is None or core is None:
        return 0
    try:
        found = module.get_current_span()
        return int(found.get_span_context().span_id) if found is not None else 0
    except Exception:  # whatever another version of it raises: without that link the answer has its own documents only
        fault.count("langchain")
        return 0


def _scope(span: Any) -> str:
    return span.instrumentation_scope.name if span.instrumentation_scope is not None else ""
