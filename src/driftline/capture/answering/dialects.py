"""Spans of instrumented frameworks, read in four dialects: what a span says of an answer.

Enters: a span's name, attributes and events, as any of these write them: OpenTelemetry's GenAI conventions as they are
now, those of 1.36 and before, OpenInference, OpenLLMetry (``traceloop.*``, with its vector stores). Leaves: ``Said``,
the same for all, or None for a span of something else. Attributes that are not known are passed over. Knows no
OpenTelemetry library. Sources: https://github.com/open-telemetry/semantic-conventions-genai,
https://arize-ai.github.io/openinference/spec, https://github.com/traceloop/openllmetry.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from driftline.capture.answering import retrieval, sifted, taken
from driftline.capture.answering.sifted import Sifted
from driftline.event.answer import Retrieved

Kind = Literal["model", "retrieval", "rerank", "sift", "tool", "prompt", "group", "aside"]

_MARKS = ("gen_ai.", "openinference.", "traceloop.", "llm.", "db.vector.", "retrieval.documents")
_EVENTS = ("db.query.result", "db.search.result")
_OUTPUT = "traceloop.entity.output"
_LISTED = ("retrieval.documents.", "reranker.output_documents.", "gen_ai.retrieval.documents")
_OPENINFERENCE: Mapping[str, Kind] = {
    "LLM": "model", "RETRIEVER": "retrieval", "RERANKER": "rerank", "TOOL": "tool", "PROMPT": "prompt",
    "CHAIN": "group", "AGENT": "group", "EMBEDDING": "aside", "GUARDRAIL": "aside", "EVALUATOR": "aside",
}  # fmt: skip
_OPERATIONS: Mapping[str, Kind] = {
    "chat": "model", "text_completion": "model", "generate_content": "model", "completion": "model",
    "retrieval": "retrieval", "vector_db_retrieve": "retrieval", "execute_tool": "tool", "embeddings": "aside",
    "invoke_agent": "group", "invoke_workflow": "group", "execute_task": "group", "create_agent": "aside",
    "rerank": "rerank", "embedding": "aside",
}  # fmt: skip
_TRACELOOP: Mapping[str, Kind] = {"workflow": "group", "task": "group", "agent": "group", "tool": "tool"}
_REQUESTED = ("gen_ai.request.model", "llm.request.model_name", "llm.request.model")
_MODEL = (*_REQUESTED, "llm.model_name")
_RESPONDED = ("gen_ai.response.model", "llm.response.model_name", "llm.response.model", "llm.model_name")
_PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "llm.vendor")
_TOKENS_IN = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
              "llm.usage.prompt_tokens")  # fmt: skip
_TOKENS_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
               "llm.usage.completion_tokens")  # fmt: skip
_PROMPT_NAME = ("traceloop.prompt.key", "gen_ai.prompt.name", "prompt.id")
_PROMPT_VERSION = ("traceloop.prompt.version", "traceloop.prompt.version_hash", "traceloop.prompt.version_name",
                   "gen_ai.prompt.version", "llm.prompt_template.version")  # fmt: skip
_TEMPLATE = ("llm.prompt_template.template", "traceloop.prompt.template")
_NAMES = ("gen_ai.agent.name", "gen_ai.workflow.name", "agent.name", "traceloop.workflow.name", "traceloop.entity.name")
_TOOL = ("gen_ai.tool.name", "tool.name", "traceloop.entity.name")
_COLLECTION = ("gen_ai.data_source.id", "db.collection.name", "db.namespace", "db.name")
_RESPONSE = "gen_ai.response.id"
_ASKED_FOR = ".tool_call.id"
_LOGFIRE = "logfire.span_type"
_LOGFIRE_TOLD = frozenset((_RESPONSE, "gen_ai.output.messages", "gen_ai.usage.input_tokens", "response_data", "events"))
_GROUPS = frozenset(("CHAIN", "AGENT"))  # what is given them may be a mapping; a model is given all that it reads
_ASKED = ("question", "query", "message", "query_str", "str_or_query_bundle", "user_msg", "input")
_UNKNOWN = frozenset(("", "unknown"))
_CALLED = ("llm.", "output.")  # what a call of a model that did not fail says something of, under OpenInference
_DOCUMENT = re.compile(r"^(?:retrieval|reranker)\.(?:output_)?documents\.(\d+)\.document\.(id|content|score|metadata)$")
_RESULT = re.compile(r"^db\.(?:query|search)\.result\.(ids?|scores?|distances?|metadatas?|documents?)$")


class Span(NamedTuple):
    """A span that has ended."""

    name: str
    attributes: Mapping[str, Any]
    events: Sequence[tuple[str, Mapping[str, Any]]]
    start_us: int
    failed: bool
    scope: str = ""  # who has written it
    end_us: int = 0
    inside: "Sequence[Span]" = ()  # calls of models in one
    folder: str | None = None  # in which the program was when it ended; None = where it is now


class Ended(NamedTuple):
    """A span that has ended and speaks of an answer."""

    trace: str
    id: str
    span: Span

    @property
    def scope(self) -> str:
        """Who has written it."""
        return self.span.scope


class Said(NamedTuple):
    """What a span says of an answer; ``""``, 0 and nothing where it does not say."""

    kind: Kind
    start_us: int
    name: str = ""  # of the agent, the workflow or the tool
    provider: str = ""
    model: str = ""  # as it was asked for
    version: str = ""  # as it answered
    prompt: str = ""
    prompt_version: str = ""
    template: str = ""
    searched: str = ""  # the index that was searched
    documents: tuple[Retrieved, ...] = ()
    passages: tuple[str, ...] = ()
    tokens: tuple[int, int] = (0, 0)
    question: str = ""
    text: str = ""
    failed: bool = False
    sifted: Sifted | None = None  # what was left of documents


def speaks(attributes: Mapping[str, Any], events: Iterable[str] = ()) -> bool:
    """Whether a span with these attributes is one of a generative system, or of its retrieval; cheap."""
    return any(key.startswith(_MARKS) for key in attributes) or any(name in _EVENTS for name in events)


def read(span: Span) -> Said | None:
    """Return what a span says; None where it says nothing of an answer."""
    held = span.attributes
    kind = kind_of(span)
    if kind is None:
        return None
    rows = _rows(span)
    folder = taken.left(span.folder) if rows else None
    found = [known for row in rows if (known := retrieval.document(row, folder)) is not None]
    responded = _first(held, _RESPONDED)
    requested = _first(held, _REQUESTED) or _parameter(held, "model") or responded
    whole = kind in ("group", "model")
    return Said(
        kind=kind,
        start_us=span.start_us,
        name=_first(held, _TOOL if kind == "tool" else _NAMES) or (span.name if kind in ("tool", "group") else ""),
        provider=_first(held, _PROVIDER),
        model=requested if kind == "model" else "",
        version=responded if kind == "model" else "",
        prompt=_first(held, _PROMPT_NAME),
        prompt_version=_first(held, _PROMPT_VERSION),
        template=_first(held, _TEMPLATE),
        searched=_first(held, _COLLECTION) if kind == "retrieval" else "",
        documents=tuple(document for document, _ in found) if kind in ("retrieval", "rerank") else (),
        passages=tuple(text for _, text in found if text) if kind == "retrieval" else (),
        tokens=(_number(held, _TOKENS_IN), _number(held, _TOKENS_OUT)),
        question=_question(held) if whole else "",
        text=_text(span) if whole else "",
        failed=span.failed,
        sifted=sifted.of(span.name, held) if kind == "sift" else None,
    )


def response_of(span: Span) -> str:
    """Return the id of the response that a span tells of; ``""`` where it names none."""
    return str(span.attributes.get(_RESPONSE, ""))


def called_by(span: Span) -> set[str]:
    """Return the ids of the calls of tools that a model has asked for."""
    return {str(value) for key, value in span.attributes.items() if key.endswith(_ASKED_FOR) and "output" in key}


def lists(span: Span) -> bool:
    """Whether a span names documents that it has found; cheap."""
    return any(_lists(*one) for one in span.attributes.items()) or any(name in _EVENTS for name, _ in span.events)


def unlisted(span: Span) -> Span:
    """Return a span without the documents that it names."""
    held = {key: value for key, value in span.attributes.items() if not _lists(key, value)}
    return span._replace(attributes=held, events=[one for one in span.events if one[0] not in _EVENTS])


def _lists(key: str, value: Any) -> bool:
    return key.startswith(_LISTED) or (key == _OUTPUT and str(value).startswith('{"documents"'))


def bare(span: Span) -> Span:
    """Return a span with no more than when it was, who has written it, and the id of its response."""
    return span._replace(attributes={_RESPONSE: response_of(span)}, events=(), inside=())


def kind_of(span: Span) -> Kind | None:
    """Return what a span is for."""
    held = span.attributes
    said = held.get("openinference.span.kind")
    if said is not None:
        found = _OPENINFERENCE.get(str(said).upper(), "group")
        if found == "group" and sifted.of(span.name, held) is not None:
            return "sift"
        silent = found == "model" and not span.failed and not any(key.startswith(_CALLED) for key in held)
        return "group" if silent else found
    known = _OPERATIONS.get(str(held.get("gen_ai.operation.name", held.get("llm.request.type", ""))))
    if known == "model" and _LOGFIRE in held and not span.failed and _LOGFIRE_TOLD.isdisjoint(held):
        return "aside"  # a stream that has begun; Logfire tells of it once more when it is over
    if known is not None:
        return known
    if "traceloop.span.kind" in held:
        return _TRACELOOP.get(str(held["traceloop.span.kind"]), "group")
    if "gen_ai.retrieval.documents" in held or any(name in _EVENTS for name, _ in span.events):
        return "retrieval"
    if any(key.startswith("db.vector.") for key in held):
        return "retrieval"
    return "model" if any(key in held for key in _MODEL) else None


def _first(held: Mapping[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = held.get(name)
        if value is not None and str(value) not in _UNKNOWN:
            return str(value)
    return ""


def _parameter(held: Mapping[str, Any], name: str) -> str:
    """Return what a model was called with, as OpenInference keeps it."""
    found = _json(held.get("llm.invocation_parameters"))
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, str) else ""


def _number(held: Mapping[str, Any], names: Iterable[str]) -> int:
    found = next((held[name] for name in names if isinstance(held.get(name), int | float)), 0)
    return int(found)


def _rows(span: Span) -> list[Any]:
    """Return the documents that a span says it found, in order, as mappings."""
    held = span.attributes
    numbered: dict[int, dict[str, Any]] = {}
    for key, value in held.items():
        hit = _DOCUMENT.match(key)
        if hit is not None:
            numbered.setdefault(int(hit[1]), {})[hit[2]] = _json(value) if hit[2] == "metadata" else value
    if numbered:
        return [numbered[place] for place in sorted(numbered)]
    said = held.get("gen_ai.retrieval.documents")
    if said is not None:
        found = _json(said)
        return [_json(one) for one in found] if isinstance(found, list | tuple) else []
    events = [row for name, body in span.events if name in _EVENTS for row in _results(body)]
    if events:
        return events
    output = _json(held.get(_OUTPUT))
    return list(retrieval.listed(output)) if isinstance(output, Mapping) else []


def _results(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the documents of one event of a vector store: one, or a list per field."""
    fields = {hit[1].rstrip("s"): _json(value) for key, value in body.items() if (hit := _RESULT.match(key))}
    many = next((len(value) for value in fields.values() if isinstance(value, list | tuple)), 0)
    named = {"document": "text", "distance": "distance"}
    if not many:
        return [{named.get(key, key): value for key, value in fields.items()}]
    rows: list[dict[str, Any]] = [{} for _ in range(many)]
    for key, values in fields.items():
        for row, value in zip(rows, values if isinstance(values, list | tuple) else (), strict=False):
            row[named.get(key, key)] = value
    return rows


def _text(span: Span) -> str:
    """Return what was said."""
    held = span.attributes
    found = _messages(held.get("gen_ai.output.messages"), last="assistant")
    found = found or _flat(held, "llm.output_messages", ("message.content", "message.contents.0.message_content.text"))
    found = found or _flat(held, "gen_ai.completion", ("content",))
    for name, body in span.events:
        if name in ("gen_ai.content.completion", "gen_ai.choice"):
            found = found or _content(body.get("gen_ai.completion") or body.get("message") or body.get("content"))
    output = held.get("output.value")
    if not found and isinstance(output, str) and held.get("output.mime_type") != "application/json":
        found = output
    return found or _entity(held.get(_OUTPUT), "outputs")


def _question(held: Mapping[str, Any]) -> str:
    """Return what was asked."""
    found = held.get("input.value")
    if held.get("input.mime_type") == "application/json":
        said = _json(found) if str(held.get("openinference.span.kind")).upper() in _GROUPS else None
        named = (said.get(name) for name in _ASKED) if isinstance(said, Mapping) else ()
        found = next((one for one in named if isinstance(one, str) and one), "")
    found = found or _messages(held.get("gen_ai.input.messages"), last="user")
    found = found or _flat(held, "llm.input_messages", ("message.content",), role="user")
    found = found or _flat(held, "gen_ai.prompt", ("content",), role="user")
    return str(found or _entity(held.get("traceloop.entity.input"), "inputs"))


def _messages(said: Any, *, last: str) -> str:
    """Return the text of the last message of a role, in the form of the newest conventions."""
    found = _json(said)
    for message in map(_json, reversed(found if isinstance(found, list | tuple) else ())):
        if isinstance(message, Mapping) and message.get("role") == last:
            parts = message.get("parts") or ()
            texts = [part.get("content") for part in parts if isinstance(part, Mapping) and part.get("type") == "text"]
            return "".join(text for text in texts if isinstance(text, str))
    return ""


def _flat(held: Mapping[str, Any], stem: str, ends: Iterable[str], role: str = "") -> str:
    """Return the last message of a role among attributes such as ``stem.3.content``."""
    places = {
        int(part)
        for key in held
        if key.startswith(f"{stem}.") and (part := key.split(".")[stem.count(".") + 1]).isdigit()
    }
    for place in sorted(places, reverse=True):
        said = {str(held.get(f"{stem}.{place}.{name}")) for name in ("role", "message.role")}
        if role and role not in said:
            continue
        for end in ends:
            value = held.get(f"{stem}.{place}.{end}")
            if isinstance(value, str) and value:
                return value
    return ""


def _content(said: Any) -> str:
    """Return the text in the body of an event: a text, a message, or a list of messages."""
    found = _json(said)
    if isinstance(found, list | tuple):
        found = found[-1] if found else ""
    if isinstance(found, Mapping):
        found = found.get("content") or found.get("text") or ""
    return found if isinstance(found, str) else ""


def _entity(said: Any, key: str) -> str:
    found = _json(said)
    found = found.get(key, "") if isinstance(found, Mapping) else found
    return found if isinstance(found, str) else ""


def _json(said: Any) -> Any:
    """Return what a text says as JSON; the text itself where it is none."""
    if not isinstance(said, str | bytes):
        return said
    try:
        return msgspec.json.decode(said)
    except msgspec.MsgspecError:
        return said
