"""Real instrumentation of real frameworks, with models that answer without a network: one line captures each."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from driftline.event import ids

pytestmark = pytest.mark.acceptance
SRC = Path(__file__).parents[2] / "src"
PAGE, REPLY = "Refunds are paid within seven days.", "Within seven days."

BEGIN = """
import json, msgspec, driftline
from driftline.testing import MemorySink, use_sink
from opentelemetry.sdk.trace import TracerProvider

provider = TracerProvider()
sink = MemorySink()
with use_sink(sink):
    provider.add_span_processor(driftline.span_processor(uses={"index": "policy-index"}))
"""
END = """
    assert provider.force_flush()
print(msgspec.json.encode(sink.recorded).decode())
"""
CHAIN = f"""
    from langchain_core.documents import Document
    from langchain_core.language_models.fake_chat_models import FakeListChatModel
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import RunnablePassthrough

    class Pages(BaseRetriever):
        def _get_relevant_documents(self, query, *, run_manager):
            return [Document(page_content={PAGE!r}, metadata={{"source": "refunds.md"}})]

    prompt = ChatPromptTemplate.from_template("Use {{context}} to answer {{question}}")
    question = {{"context": Pages(), "question": RunnablePassthrough()}}
    chain = question | prompt | FakeListChatModel(responses=[{REPLY!r}]) | StrOutputParser()
    assert chain.invoke("When?") == {REPLY!r}
"""
SERVER = f"""
    import json, threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            message = {{"role": "assistant", "content": {REPLY!r}}}
            usage = {{"prompt_tokens": 11, "completion_tokens": 4, "total_tokens": 15}}
            choices = [{{"index": 0, "finish_reason": "stop", "message": message}}]
            body = {{"id": "1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024-08-06"}}
            sent = json.dumps({{**body, "choices": choices, "usage": usage}}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
"""
OPENAI = (
    SERVER
    + f"""
    import openai

    asked = [{{"role": "user", "content": "When?"}}]
    with openai.OpenAI(api_key="none", base_url=f"http://127.0.0.1:{{server.server_port}}/v1") as made:
        reply = made.chat.completions.create(model="gpt-4o", messages=asked)
    assert reply.choices[0].message.content == {REPLY!r}
    server.shutdown()
"""
)
CLIENT_IN_CHAIN = (
    SERVER
    + f"""
    import asyncio, openai
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langchain_core.prompts import ChatPromptTemplate

    made = openai.OpenAI(api_key="none", base_url=f"http://127.0.0.1:{{server.server_port}}/v1")

    class Chat(BaseChatModel):
        model: str = "gpt-4o"

        @property
        def _llm_type(self):
            return "chat"

        def _generate(self, messages, stop=None, run_manager=None, **kwargs):
            asked = [{{"role": "user", "content": messages[-1].content}}]
            reply = made.chat.completions.create(model=self.model, messages=asked)
            said, used = reply.choices[0].message.content, reply.usage
            usage = {{"input_tokens": used.prompt_tokens, "output_tokens": used.completion_tokens}}
            usage["total_tokens"] = used.total_tokens
            message = AIMessage(said, usage_metadata=usage, response_metadata={{"model_name": reply.model}})
            return ChatResult(generations=[ChatGeneration(message=message)], llm_output={{"model_name": reply.model}})

    chain = ChatPromptTemplate.from_template("Answer {{question}}") | Chat()
    assert chain.invoke("When?").content == {REPLY!r}
    with provider.get_tracer("app").start_as_current_span("request"):
        assert chain.invoke("When?").content == {REPLY!r}
    assert len(chain.batch(["When?"] * 3)) == 3
    assert asyncio.run(chain.ainvoke("When?")).content == {REPLY!r}
    server.shutdown()
"""
)
INDEX = f"""
    from llama_index.core import Document, Settings, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
    from llama_index.core.llms.callbacks import llm_completion_callback

    class Letters(BaseEmbedding):
        def _get_text_embedding(self, text):
            return [text.count(letter) + 0.1 for letter in "aefpw"]

        def _get_query_embedding(self, text):
            return self._get_text_embedding(text)

        async def _aget_query_embedding(self, text):
            return self._get_text_embedding(text)

    class Model(CustomLLM):
        @property
        def metadata(self):
            return LLMMetadata(model_name="own-1")

        @llm_completion_callback()
        def complete(self, prompt, formatted=False, **more):
            return CompletionResponse(text={REPLY!r})

        @llm_completion_callback()
        def stream_complete(self, prompt, formatted=False, **more):
            words = {REPLY!r}.split(" ")
            said = [" ".join(words[: end + 1]) for end in range(len(words))]
            return (CompletionResponse(text=one, delta=word) for one, word in zip(said, words))

    Settings.embed_model, Settings.llm = Letters(), Model()
    index = VectorStoreIndex.from_documents([Document(text=text) for text in ({PAGE!r}, "xyz", "Few pay.")])
    two = {{"similarity_top_k": 2}}
    assert str(index.as_query_engine(**two).query("When paid?")) == {REPLY!r}
    assert "".join(index.as_query_engine(streaming=True, **two).query("When paid?").response_gen)
    assert str(index.as_chat_engine(chat_mode="context", **two).chat("When paid?")) == {REPLY!r}
    assert "".join(index.as_chat_engine(chat_mode="context", **two).stream_chat("When paid?").response_gen)
    found = [(one.node.text, one.score) for one in index.as_retriever(**two).retrieve("When paid?")]
    assert len(found) == 2
    assert provider.force_flush()
    for answer in sink.recorded:
        said = [(driftline.event.ids.text(text), score) for text, score in found]
        assert [(one.content, one.score) for one in answer.documents] == said, (answer.documents, found)
"""
CHATS = """
    from llama_index.core.llms import ChatMessage
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

    class First(BaseNodePostprocessor):
        def _postprocess_nodes(self, nodes, query_bundle=None):
            return nodes[:1]

    before = [ChatMessage(role="user", content="Hello?"), ChatMessage(role="assistant", content="Hi.")]
    sink.recorded.clear()
    for mode in ("condense_plus_context", "condense_question"):
        for dropping in ([], [First()]):
            def engine():
                return index.as_chat_engine(chat_mode=mode, node_postprocessors=dropping, **two)

            assert str(engine().chat("When paid?", chat_history=before))
            assert "".join(engine().stream_chat("When paid?", chat_history=before).response_gen)
    assert str(index.as_query_engine(node_postprocessors=[First()], **two).query("When paid?"))
    streaming = index.as_query_engine(node_postprocessors=[First()], streaming=True, **two)
    with driftline.answer("desk", question="When paid?"):
        assert "".join(streaming.query("?").response_gen)
    with driftline.answer("desk"):
        later = engine().stream_chat("When paid?", chat_history=before)
    assert "".join(later.response_gen)
"""
BY_HAND = (
    SERVER
    + f"""
    import asyncio, openai
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import RunnableLambda

    class Pages(BaseRetriever):
        def _get_relevant_documents(self, query, *, run_manager):
            return [Document(page_content={PAGE!r} + query, metadata={{"source": "refunds.md"}})]

    made = openai.OpenAI(api_key="none", base_url=f"http://127.0.0.1:{{server.server_port}}/v1")

    def answered(found):
        asked = [{{"role": "user", "content": found[0].page_content}}]
        return made.chat.completions.create(model="gpt-4o", messages=asked).choices[0].message.content

    async def awaited(found):
        return answered(found)

    chain = Pages() | RunnableLambda(answered, afunc=awaited)
    assert chain.invoke("0") == {REPLY!r}
    assert len(chain.batch(["1", "2"])) == 2

    async def together():
        return await asyncio.gather(*(chain.ainvoke(question) for question in "345"))

    assert len(asyncio.run(together())) == 3
    server.shutdown()
"""
)
NEWEST = f"""
    from opentelemetry.util.genai.handler import TelemetryHandler
    from opentelemetry.util.genai.types import InputMessage, OutputMessage, Text

    handler = TelemetryHandler(tracer_provider=provider)
    with provider.get_tracer("app").start_as_current_span("request"):
        with handler.retrieval(data_source_id="policy-index", provider="acme") as retrieval:
            retrieval.documents = [{{"id": "refunds.md#1", "score": 0.8}}]
        with handler.inference(provider="openai", request_model="gpt-4o") as call:
            call.input_messages = [InputMessage(role="user", parts=[Text(content="When?")])]
            call.output_messages = [OutputMessage("assistant", [Text(content={REPLY!r})], finish_reason="stop")]
            call.response_model_name = "gpt-4o-2024-08-06"
            call.input_tokens, call.output_tokens = 11, 4
"""


def needs(*modules: str) -> None:
    for module in modules:
        try:
            found = find_spec(module) is not None
        except ModuleNotFoundError:
            found = False
        if not found:
            pytest.skip(f"needs {module}")


def run(program: str, **environment: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program + END],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(SRC), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("module", "instrumentor"),
    [
        ("openinference.instrumentation.langchain", "LangChainInstrumentor"),
        ("opentelemetry.instrumentation.langchain", "LangchainInstrumentor"),
    ],
)
def test_a_chain_of_langchain_is_one_answer_with_its_documents(module: str, instrumentor: str) -> None:
    needs("opentelemetry.sdk", "langchain_core", module)
    begin = f"    from {module} import {instrumentor}\n    {instrumentor}().instrument(tracer_provider=provider)\n"
    (answer,) = run(begin + CHAIN)
    assert [(one["content"], one["document"]) for one in answer["documents"]] == [(ids.text(PAGE), "refunds.md")]
    assert (answer["text"], answer["question"]) == (REPLY, ids.text("When?"))
    assert "index" in {source["role"] for source in answer["sources"]}
    assert len(answer["trace"]) == 32


def test_a_call_of_openai_under_openllmetry_is_one_answer_with_model_and_tokens() -> None:
    needs("opentelemetry.sdk", "openai", "opentelemetry.instrumentation.openai")
    begin = (
        "    from opentelemetry.instrumentation.openai import OpenAIInstrumentor\n"
        "    OpenAIInstrumentor().instrument(tracer_provider=provider)\n"
    )
    (answer,) = run(begin + OPENAI)
    model = {source["role"]: source["version"] for source in answer["sources"]}["model"]
    assert model == {"dataset": {"namespace": "openai", "name": "gpt-4o"}, "version": "gpt-4o-2024-08-06"}
    assert (answer["text"], answer["tokens_in"], answer["tokens_out"]) == (REPLY, 11, 4)


def test_a_chain_of_langchain_whose_client_is_instrumented_too_is_one_answer() -> None:
    """Under OpenInference the span of the chain is not current meanwhile: that of the client is in another trace."""
    needs("openinference.instrumentation.langchain", "openai", "opentelemetry.instrumentation.openai")
    begin = (
        "    from openinference.instrumentation.langchain import LangChainInstrumentor\n"
        "    from opentelemetry.instrumentation.openai import OpenAIInstrumentor\n"
        "    LangChainInstrumentor().instrument(tracer_provider=provider)\n"
        "    OpenAIInstrumentor().instrument(tracer_provider=provider)\n"
    )
    found = run(begin + CLIENT_IN_CHAIN)
    assert len(found) == 6  # of six chains, one model each
    for answer in found:
        assert (answer["text"], answer["tokens_in"], answer["tokens_out"]) == (REPLY, 11, 4)
        assert {source["role"] for source in answer["sources"]} == {"index", "model", "prompt"}


def test_what_llamaindex_answers_from_an_index_stands_on_its_documents_in_order_with_their_scores() -> None:
    """Documents and scores are those that the retriever itself gives out."""
    needs("openinference.instrumentation.llama_index", "llama_index.core")
    begin = (
        "    from openinference.instrumentation.llama_index import LlamaIndexInstrumentor\n"
        "    LlamaIndexInstrumentor().instrument(tracer_provider=provider)\n"
    )
    answers = run(begin + INDEX)
    assert [one["text"] for one in answers] == [REPLY] * 4
    assert {one["question"] for one in answers} == {ids.text("When paid?")}
    assert all("model" in {source["role"] for source in one["sources"]} for one in answers)


def test_a_chat_of_llamaindex_is_one_answer_and_has_not_read_what_a_postprocessor_dropped() -> None:
    """Also where a model condenses the question first, and where the answer is a stream, read after the block of it."""
    needs("openinference.instrumentation.llama_index", "llama_index.core")
    begin = (
        "    from openinference.instrumentation.llama_index import LlamaIndexInstrumentor\n"
        "    LlamaIndexInstrumentor().instrument(tracer_provider=provider)\n"
    )
    answers = run(begin + INDEX + CHATS)
    read = [2, 2, 1, 1, 2, 2, 1, 1, 1, 1, 1]
    assert [len(one["documents"]) for one in answers] == read
    assert [one["text"] for one in answers] == [REPLY] * len(read)
    assert {one["question"] for one in answers} == {ids.text("When paid?")}
    assert all("perhaps" not in one for one in answers)


def test_a_client_that_is_called_by_hand_in_a_step_stands_on_the_documents_of_the_chain_around_it() -> None:
    needs("openinference.instrumentation.langchain", "openai", "opentelemetry.instrumentation.openai")
    begin = (
        "    from openinference.instrumentation.langchain import LangChainInstrumentor\n"
        "    from opentelemetry.instrumentation.openai import OpenAIInstrumentor\n"
        "    LangChainInstrumentor().instrument(tracer_provider=provider)\n"
        "    OpenAIInstrumentor().instrument(tracer_provider=provider)\n"
    )
    found = run(begin + BY_HAND)
    assert len(found) == 6
    for answer in found:  # each on what was found for its own question, which the prompt repeats
        assert ([one["content"] for one in answer["documents"]], answer.get("perhaps", 0)) == ([answer["question"]], 0)
    assert {answer["question"] for answer in found} == {ids.text(PAGE + str(number)) for number in range(6)}


def test_the_reference_of_the_newest_conventions_is_one_answer() -> None:
    needs("opentelemetry.sdk", "opentelemetry.util.genai")
    (answer,) = run(
        NEWEST,
        OTEL_SEMCONV_STABILITY_OPT_IN="gen_ai_latest_experimental",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="SPAN_ONLY",
    )
    assert answer["documents"] == [{"content": "", "document": "refunds.md#1", "score": 0.8}]
    assert (answer["text"], answer["question"]) == (REPLY, ids.text("When?"))
    assert (answer["tokens_in"], answer["tokens_out"]) == (11, 4)
    roles = {source["role"]: source["version"] for source in answer["sources"]}
    assert roles["model"]["version"] == "gpt-4o-2024-08-06"
