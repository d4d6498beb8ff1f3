"""What programs do beside their data: command lines, modules that are loaded late, runs that last, spans, documents."""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.orc
from opentelemetry.sdk.trace import TracerProvider
from tests.drills.kit import Kit, frame

LIMITS = {
    "lasting": {
        "driftline.capture.runs.progress": {"PAUSE_US": 0, "_SHARE": 0},
        "driftline.capture.sending.sender": {"TICK_SECONDS": 0.002},
        "driftline.capture.runs.run": {"_ANNOUNCE_US": 0},
        "driftline.capture.watching.process": {"_LONG": 1},
    },
}


def watching(kit: Kit) -> Any:
    """Hooks that are taken off and put on while the work goes on, and libraries that are loaded or not there."""
    frame().to_csv(kit.folder / "a.csv", index=False)
    kit.api.unwatch()
    before = len(pd.read_csv(kit.folder / "a.csv"))
    kit.api.watch()
    missing = kit.caught(lambda: importlib.import_module("xgboost"))
    loaded = importlib.reload(pyarrow.orc)
    after = len(pd.read_csv(kit.folder / "a.csv"))
    frame().to_orc(kit.folder / "a.orc")
    return (
        before,
        after,
        missing[:2],
        loaded is pyarrow.orc,
        pd.read_orc(kit.folder / "a.orc").x.sum(),
        sys.exit.__name__,
    )


def parameters(kit: Kit) -> Any:
    parser = argparse.ArgumentParser(prog="train", exit_on_error=False)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--api-key", default="secret")
    parser.add_argument("path", nargs="?")
    with kit.api.run("given") as run:
        run.parameters({"rows": 3, "when": time.gmtime(0), "nested": {"a": [1, 2]}, "array": np.arange(3)})
        given = parser.parse_args(["--rate", "0.5", "in.csv"])
        rest = parser.parse_known_args(["--other", "1"])[1]
    bad = kit.caught(lambda: parser.parse_args(["--rate", "no"]))
    return vars(given), rest, bad[0]


def lasting(kit: Kit) -> Any:
    """Runs that last, so that they are announced and say what they have done so far."""
    at = kit.folder
    with kit.api.run("said", announce=True):
        frame().to_csv(at / "a.csv", index=False)
    with kit.api.run("long") as run:
        rows = len(pd.read_csv(at / "a.csv"))
        time.sleep(0.006)
        with (at / "open.csv").open("w") as file:
            frame().to_csv(file, index=False)
            time.sleep(0.006)
        run.write("later", data={"a": [1, 2]})
        time.sleep(0.006)
    frame().to_csv(at / "b.csv", index=False)
    time.sleep(0.01)
    return rows, len(pd.read_csv(at / "b.csv"))


def versions(kit: Kit) -> Any:
    """The same data again and again, a little different each time, with words in it that nobody should keep."""
    for day in range(3):
        with kit.api.run("build", params={"day": day, "token": "secret", "dsn": "postgres://me:secret@host/db"}) as run:
            made = frame().assign(x=lambda one, day=day: one.x * (1 + day))
            made.to_csv(kit.folder / "day.csv", index=False)
            run.write("features", data=made.head(60 - day))
            run.read("crm", attributes={"password": "secret", "url": "https://me:secret@host/?api_key=secret"})
    kit.api.record_answer("desk", question="my key is sk-secret", features={"x": 1.0, "password": "secret"})
    return made.x.sum(), sum(len(pd.read_csv(path)) for path in sorted(kit.folder.glob("*.csv")))


_NEW = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "p", "gen_ai.request.model": "m",
    "gen_ai.response.model": "m-1", "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4,
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "why"}]}]),
    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "so"}]}]),
}  # fmt: skip
_OLD = {
    "gen_ai.system": "p", "llm.request.type": "completion", "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "why",
    "gen_ai.completion.0.content": "so", "llm.usage.prompt_tokens": 2,
}  # fmt: skip
_INFERENCE = {
    "openinference.span.kind": "LLM", "llm.model_name": "m", "llm.prompt_template.template": "say {x}",
    "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "why",
    "llm.output_messages.0.message.content": "so", "output.value": "so", "input.value": "why",
}  # fmt: skip
_LOOP = {
    "traceloop.span.kind": "workflow", "traceloop.entity.name": "flow",
    "traceloop.entity.input": json.dumps({"inputs": "why"}),
    "traceloop.entity.output": json.dumps({"outputs": "so"}), "traceloop.prompt.key": "greet",
    "traceloop.prompt.version": "3",
}  # fmt: skip


def dialects(kit: Kit) -> Any:
    """Spans as the four conventions write them, with retrieval, tools and prompts inside of them and beside them."""
    provider = TracerProvider()
    with kit.quiet():  # a processor whose library is missing says so, by contract
        provider.add_span_processor(kit.api.span_processor("desk", uses={"model": "mine"}))
    tracer = provider.get_tracer("drill")
    for number, attributes in enumerate((_NEW, _OLD, _INFERENCE, _LOOP)):
        with tracer.start_as_current_span(f"root {number}", attributes=attributes) as root:
            with tracer.start_as_current_span("find", attributes={"gen_ai.operation.name": "retrieval"}) as span:
                span.set_attribute(
                    "gen_ai.retrieval.documents", json.dumps([{"id": "d1", "content": "one", "score": 0.5}])
                )
            with tracer.start_as_current_span("rerank", attributes={"openinference.span.kind": "RERANKER"}) as span:
                span.set_attribute("reranker.output_documents.0.document.content", "one")
                span.set_attribute("reranker.output_documents.0.document.metadata", '{"source": "a.txt"}')
            with tracer.start_as_current_span(
                "search", attributes={"db.collection.name": "index", "db.vector.query.top_k": 2}
            ) as span:
                span.add_event("db.query.result", {"db.query.result.id": "d2", "db.query.result.document": "two"})
                span.add_event(
                    "db.search.result",
                    {"db.search.result.ids": '["a", "b"]', "db.search.result.distances": "[0.1, 0.2]"},
                )
            with tracer.start_as_current_span(
                "tool", attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"}
            ):
                pass
            root.add_event("gen_ai.choice", {"message": json.dumps({"content": "so"})})
    with tracer.start_as_current_span("request"):
        with tracer.start_as_current_span("find", attributes={"openinference.span.kind": "RETRIEVER"}) as span:
            span.set_attribute("retrieval.documents.0.document.content", "three")
        with tracer.start_as_current_span("ask", attributes=_NEW):
            pass
    with kit.api.answer("desk", question="inside"), tracer.start_as_current_span("ask", attributes=_NEW):
        pass
    provider.shutdown()
    return "done"


def documents(kit: Kit) -> Any:
    """Documents in all the forms that frameworks give them, found, indexed and answered from."""
    rows = [
        "plain", {"page_content": "paged", "metadata": {"source": "a.txt", "id": "a#0"}}, ("tupled", 0.5),
        SimpleNamespace(page_content="object", metadata={"document": "b"}, id="b#1"),
        SimpleNamespace(node=SimpleNamespace(get_content=lambda: "node", metadata={}, node_id="n"), score=0.2),
        {"id": "c#2", "document": "c", "text": "chunk", "score": 0.1, "column": "body", "source": kit.folder / "c.txt"},
    ]  # fmt: skip

    @kit.api.retriever(index="policies", version="2")
    def search(question: str) -> Any:
        kit.called("search")
        return rows

    @kit.api.retriever
    def stores(question: str) -> Any:
        kit.called("stores")
        return {"ids": [["x", "y"]], "documents": [["one", "two"]], "distances": [[0.1, 0.2]]}

    @kit.api.retriever
    def lazily(question: str) -> Iterator[Any]:
        kit.called("lazily")
        yield from rows

    with kit.api.run("index") as run:
        source = run.read(kit.folder / "none.txt")
        made = run.write("policies", data=[{"text": "one", "id": "a#1"}], kind="index")
        run.documents(made, rows, source=source)
        run.attach(made, "note", {"a": 1})
    with kit.api.answer("desk", question="q") as given:
        found = search("q"), stores("q"), list(lazily("q"))
        given.retrieved(rows)
        given.uses("index", "policies", "2")
        given.text = "so"
    return found[0] is rows, found[1], len(found[2])
