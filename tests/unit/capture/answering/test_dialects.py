"""The four dialects. Attributes are those that the conventions name and that real instrumentation writes."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from driftline.capture.answering import dialects
from driftline.capture.answering.dialects import Said, Span
from driftline.event import ids
from driftline.event.answer import Retrieved
from driftline.event.lineage import Dataset, Version

PAGES = (Retrieved(ids.text("seven days"), "refunds.md#1", 0.8), Retrieved(ids.text("three hours"), "delays.md", 0.0))
MESSAGES = [
    {"role": "system", "parts": [{"type": "text", "content": "Be short."}]},
    {"role": "user", "parts": [{"type": "text", "content": "When?"}]},
]
REPLY = [{"role": "assistant", "parts": [{"type": "text", "content": "Soon."}], "finish_reason": "stop"}]


def span(attributes: Mapping[str, Any], *events: tuple[str, Mapping[str, Any]], name: str = "span") -> Span:
    return Span(name, attributes, events, 1_000, False)


def said(attributes: Mapping[str, Any], *events: tuple[str, Mapping[str, Any]]) -> Said:
    found = dialects.read(span(attributes, *events))
    assert found is not None
    return found


NEWEST = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 11, "gen_ai.usage.output_tokens": 4,
    "gen_ai.input.messages": json.dumps(MESSAGES), "gen_ai.output.messages": json.dumps(REPLY),
}  # fmt: skip
OLDER = {
    "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 11, "gen_ai.usage.output_tokens": 4,
}  # fmt: skip
OPENINFERENCE = {
    "openinference.span.kind": "LLM", "llm.provider": "openai", "llm.request.model_name": "gpt-4o",
    "llm.model_name": "gpt-4o-2024-08-06", "llm.token_count.prompt": 11, "llm.token_count.completion": 4,
    "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be short.",
    "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": "When?",
    "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "Soon.",
    "input.value": "{}", "input.mime_type": "application/json",
}  # fmt: skip
OPENLLMETRY = {
    "llm.request.type": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.prompt_tokens": 11,
    "gen_ai.usage.completion_tokens": 4, "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Be short.",
    "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": "When?", "gen_ai.completion.0.content": "Soon.",
}  # fmt: skip
CHOICE = ("gen_ai.choice", {"message": json.dumps({"role": "assistant", "content": "Soon."})})


@pytest.mark.parametrize(
    ("attributes", "events", "question"),
    [(NEWEST, (), "When?"), (OLDER, (CHOICE,), ""), (OPENINFERENCE, (), "When?"), (OPENLLMETRY, (), "When?")],
    ids=["GenAI now", "GenAI 1.36", "OpenInference", "OpenLLMetry"],
)
def test_a_call_of_a_model_says_the_same_in_each_dialect(
    attributes: Mapping[str, Any], events: Any, question: str
) -> None:
    found = said(attributes, *events)
    assert (found.kind, found.provider, found.model, found.version) == (
        "model", "openai", "gpt-4o", "gpt-4o-2024-08-06",
    )  # fmt: skip
    assert (found.tokens, found.text, found.question) == ((11, 4), "Soon.", question)


@pytest.mark.parametrize(
    ("attributes", "events"),
    [
        (
            {
                "gen_ai.operation.name": "retrieval",
                "gen_ai.data_source.id": "policy-index",
                "gen_ai.retrieval.documents": json.dumps(
                    [{"id": "refunds.md#1", "score": 0.8, "content": "seven days"},
                     {"id": "delays.md", "content": "three hours"}]
                ),
            },
            (),
        ),
        (
            {
                "openinference.span.kind": "RETRIEVER",
                "retrieval.documents.1.document.content": "three hours",
                "retrieval.documents.1.document.metadata": '{"source": "delays.md"}',
                "retrieval.documents.0.document.id": "refunds.md#1",
                "retrieval.documents.0.document.content": "seven days",
                "retrieval.documents.0.document.score": 0.8,
            },
            (),
        ),
        (
            {
                "gen_ai.operation.name": "vector_db_retrieve",
                "traceloop.span.kind": "task",
                "traceloop.entity.output": json.dumps(
                    {"documents": [{"page_content": "seven days", "id": "refunds.md#1", "score": 0.8},
                                   {"page_content": "three hours", "metadata": {"source": "delays.md"}}]}
                ),
            },
            (),
        ),
        (
            {"db.system": "pinecone", "db.operation": "query"},
            (
                ("db.query.result", {"db.query.result.id": "refunds.md#1", "db.query.result.score": 0.8,
                                     "db.query.result.document": "seven days"}),
                ("db.query.result", {"db.query.result.id": "delays.md", "db.query.result.document": "three hours"}),
            ),
        ),
        (
            {"db.system": "chroma", "db.vector.query.top_k": 2},
            (
                ("db.query.result", {"db.query.result.ids": ("refunds.md#1", "delays.md"),
                                     "db.query.result.scores": (0.8, 0.0),
                                     "db.query.result.documents": ("seven days", "three hours")}),
            ),
        ),
    ],
    ids=["GenAI now", "OpenInference", "OpenLLMetry", "a vector store", "a vector store that answers in lists"],
)  # fmt: skip
def test_a_retrieval_names_its_documents_in_order_in_each_dialect(attributes: Mapping[str, Any], events: Any) -> None:
    found = said(attributes, *events)
    plain = tuple(msgspec.structs.replace(one, source=None) for one in found.documents)
    assert (found.kind, plain) == ("retrieval", PAGES)
    delays = (
        Version(Dataset("file", "delays.md"), "") if '"source"' in json.dumps(attributes).replace("\\", "") else None
    )
    assert [one.source for one in found.documents] == [None, delays]


def test_documents_that_only_have_an_id_are_kept_by_it() -> None:
    found = said({"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": ('{"id": "a", "score": 0.5}',)})
    assert found.documents == (Retrieved("", "a", 0.5),)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"traceloop.prompt.key": "desk", "traceloop.prompt.version": 3}, ("desk", "3", "")),
        ({"prompt.id": "desk", "llm.prompt_template.version": "v3"}, ("desk", "v3", "")),
        ({"llm.prompt_template.template": "Use {context}"}, ("", "", "Use {context}")),
    ],
)
def test_prompts_are_named_by_their_version_or_their_template(
    attributes: Mapping[str, Any], expected: tuple[str, str, str]
) -> None:
    found = said({**attributes, "openinference.span.kind": "PROMPT"})
    assert (found.prompt, found.prompt_version, found.template) == expected


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}, "search"),
        ({"openinference.span.kind": "TOOL", "tool.name": "search"}, "search"),
        ({"traceloop.span.kind": "tool", "traceloop.entity.name": "search"}, "search"),
        ({"openinference.span.kind": "TOOL"}, "span"),
    ],
)
def test_tools_have_names(attributes: Mapping[str, Any], name: str) -> None:
    found = said(attributes)
    assert (found.kind, found.name) == ("tool", name)


@pytest.mark.parametrize(
    ("attributes", "question", "text"),
    [
        ({"openinference.span.kind": "CHAIN", "input.value": "When?", "output.value": "Soon."}, "When?", "Soon."),
        ({"traceloop.span.kind": "workflow", "traceloop.entity.input": '{"inputs": "When?"}',
          "traceloop.entity.output": '{"outputs": "Soon."}'}, "When?", "Soon."),
        ({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "desk"}, "", ""),
    ],
)  # fmt: skip
def test_chains_workflows_and_agents_hold_others(attributes: Mapping[str, Any], question: str, text: str) -> None:
    found = said(attributes)
    assert (found.kind, found.question, found.text) == ("group", question, text)


@pytest.mark.parametrize(
    "attributes",
    [{}, {"http.request.method": "GET"}, {"db.system": "postgresql", "db.statement": "select 1"}, {"gen_ai.user": "a"}],
)
def test_spans_of_something_else_say_nothing(attributes: Mapping[str, Any]) -> None:
    assert dialects.read(span(attributes)) is None


@pytest.mark.parametrize("broken", ["{", "[1, 2", '{"a": 1}', "null", ""])
def test_what_cannot_be_read_is_passed_over(broken: str) -> None:
    keys = ("gen_ai.output.messages", "gen_ai.input.messages", "gen_ai.retrieval.documents", "traceloop.entity.output")
    for operation in ("chat", "retrieval"):
        found = said({"gen_ai.operation.name": operation, **dict.fromkeys(keys, broken)})
        assert (found.text, found.documents) in (("", ()), (broken, ()))


def test_a_model_is_called_as_it_was_asked_for_also_where_only_the_parameters_say_so() -> None:
    """As ``openinference-instrumentation-openai`` 0.1.66 writes it; a call that failed has no other name."""
    asked = {"openinference.span.kind": "LLM", "llm.invocation_parameters": '{"model": "gpt-4o", "temperature": 0}'}
    assert (said(asked).model, said(asked).version) == ("gpt-4o", "")
    answered = said({**asked, "llm.model_name": "gpt-4o-2024-08-06"})
    assert (answered.model, answered.version) == ("gpt-4o", "gpt-4o-2024-08-06")


def test_a_stream_of_logfire_is_told_when_it_is_over() -> None:
    """Logfire ends a span when a stream begins, and writes a second one at its end, with what was said."""
    begun = {
        "logfire.span_type": "span", "gen_ai.operation.name": "chat", "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o",
    }  # fmt: skip
    assert said(begun).kind == "aside"
    assert dialects.kind_of(Span("span", begun, (), 1_000, True)) == "model"  # it failed, and no more will come
    over = {**begun, "logfire.span_type": "log", "gen_ai.response.id": "r1", "gen_ai.usage.input_tokens": 3}
    assert (said(over).kind, dialects.response_of(span(over))) == ("model", "r1")


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"message": "When?", "chat_history": ["Hello?"]}, "When?"),
        ({"question": "When?", "input": "no"}, "When?"),
        ({"query_bundle": 1}, ""),
        (["When?"], ""),
    ],
)
def test_of_a_chain_that_was_given_several_things_the_question_is_the_one_that_is_called_so(
    given: Any, asked: str
) -> None:
    held = {"input.value": json.dumps(given), "input.mime_type": "application/json"}
    for kind, said in (("CHAIN", asked), ("LLM", "")):  # what a model is given is a prompt
        found = dialects.read(
            Span("chat", {**held, "openinference.span.kind": kind, "output.value": "x"}, (), 0, False)
        )
        assert found is not None
        assert found.question == said
