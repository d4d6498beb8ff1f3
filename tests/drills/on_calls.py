"""Work in runs, steps, threads and answers, as users write it; nothing here depends on the clock or on chance."""

import asyncio
import copy
import inspect
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from opentelemetry.sdk.trace import TracerProvider
from sklearn.linear_model import LinearRegression
from tests.drills.kit import ROWS, Custom, Kit, Plain, frame


def spans(kit: Kit) -> Any:
    """An instrumented framework: its spans become answers."""
    provider = TracerProvider()
    with kit.quiet():  # a processor whose library is missing says so, by contract
        provider.add_span_processor(kit.api.span_processor("desk"))
    tracer = provider.get_tracer("drill")
    with tracer.start_as_current_span("retrieve", attributes={"openinference.span.kind": "RETRIEVER"}) as span:
        span.set_attribute("retrieval.documents.0.document.content", "text")
    with tracer.start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}) as span:
        span.set_attribute("gen_ai.request.model", "m")
        span.set_attribute("gen_ai.usage.input_tokens", 3)
    bad = kit.caught(lambda: _raising(tracer), None)
    provider.shutdown()
    return bad[:2]


def _raising(tracer: Any) -> None:
    with tracer.start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}):
        raise Custom(3)


# --- steps and runs -----------------------------------------------------------------------------------------------


def steps(kit: Kit) -> Any:
    expected = Custom(7)

    @kit.api.step
    def clean(given: list[int], /, *, more: int = 1) -> list[int]:
        kit.called("clean")
        return [one + more for one in given]

    @kit.api.step(name="breaks", params={"a": 1})
    def breaks() -> None:
        kit.called("breaks")
        raise expected

    @kit.api.step
    def leaves() -> None:
        kit.called("leaves")
        raise SystemExit(3)

    @kit.api.step
    def stops() -> None:
        kit.called("stops")
        raise KeyboardInterrupt

    given = [1, 2]
    out = clean(given, more=2)
    wrong = kit.caught(lambda: clean(1, 2, 3))
    shown = clean.__name__, clean.__doc__, str(inspect.signature(clean)), inspect.iscoroutinefunction(clean)
    raised = kit.caught(breaks, expected), kit.caught(leaves), kit.caught(stops)
    print("printed", out)
    return out, given, wrong[:2], shown, raised


def runs(kit: Kit) -> Any:
    expected = Custom(1)

    def failing() -> None:
        with kit.api.run("fails"):
            raise expected

    frame().to_csv(kit.folder / "in.csv", index=False)
    with kit.api.run("outer", params={"rows": ROWS, "password": "x"}) as run:
        run.read(kit.folder / "in.csv")
        with kit.api.run("inner") as inner:
            total = int(pd.read_csv(kit.folder / "in.csv").id.sum())
            written = inner.write("features", data=frame())
            inner.columns(written, {"x": ["in.csv.x"]})
            inner.documents(inner.write("docs", data=[{"text": "one"}, {"text": "two"}]), ["one", "two"])
        run.write("prompt", data="say it")
        run.write("model", data=LinearRegression().fit([[1.0]], [1.0]))
        len(run.inputs) + len(run.outputs)
    return total, kit.caught(failing, expected)


def generators(kit: Kit) -> Any:
    log: list[str] = []

    @kit.api.step
    def items(number: int) -> Iterator[int]:
        kit.called("items")
        try:
            for one in range(number):
                got = yield one
                log.append(f"got {got}")
        except Custom as error:
            log.append(f"threw {error.code}")
            yield -1
        finally:
            log.append("closed")
        return "end"

    lazy = items(1000)
    before = dict(kit.calls)
    first = next(lazy), lazy.send("a"), lazy.throw(Custom(5))
    lazy.close()
    early = items(10)
    next(early)
    del early

    def delegating() -> Iterator[int]:
        log.append(f"returned {(yield from items(2))}")

    all_ = list(delegating())
    for one in items(5):
        if one == 2:
            break
    after_end = items(1)
    list(after_end)
    return before, first, all_, log, kit.caught(lambda: next(after_end)), inspect.isgeneratorfunction(items)


def asynchronous(kit: Kit) -> Any:
    log: list[str] = []

    @kit.api.step
    async def slow(number: int) -> int:
        kit.called("slow")
        try:
            await asyncio.sleep(0 if number < 3 else 60)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise
        return number

    @kit.api.step
    async def stream(number: int) -> Any:
        kit.called("stream")
        try:
            for one in range(number):
                yield one
        finally:
            log.append("closed")

    async def main() -> Any:
        together = await asyncio.gather(*(slow(n) for n in range(3)))
        task = asyncio.create_task(slow(9))
        await asyncio.sleep(0)
        task.cancel()
        cancelled = False
        try:
            await task
        except asyncio.CancelledError:
            cancelled = True
        timed = False
        try:
            await asyncio.wait_for(slow(8), 0.001)
        except TimeoutError:
            timed = True
        got = [one async for one in stream(3)]
        lazy = stream(100)
        first = await anext(lazy)
        await lazy.aclose()
        return together, cancelled, timed, got, first, task.cancelled()

    return asyncio.run(main()), log, inspect.iscoroutinefunction(slow), inspect.isasyncgenfunction(stream)


def threads(kit: Kit) -> Any:
    seen: dict[int, int] = {}
    expected = Custom(4)
    lock = threading.Lock()

    @kit.api.step
    def work(number: int) -> int:
        path = kit.folder / f"t{number}.csv"
        pd.DataFrame({"n": [number]}).to_csv(path, index=False)
        with lock:
            kit.called("work")
            seen[number] = int(pd.read_csv(path).n.sum())
        if number == 3:
            raise expected
        return number * 2

    plain = threading.Thread(target=work, args=(50,))
    plain.start()
    plain.join()
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(work, number) for number in range(5)]
        done = [kit.caught(future.result, expected if n == 3 else None) for n, future in enumerate(futures)]
        mapped = list(pool.map(lambda one: one + 1, range(4)))
    return sorted(seen.items()), done, mapped, "run" in plain.__dict__, plain.is_alive()


# --- answers ------------------------------------------------------------------------------------------------------


def answers(kit: Kit) -> Any:
    expected = Custom(2)

    @kit.api.retriever(index="policies")
    def search(question: str) -> list[dict[str, Any]]:
        kit.called("search")
        return [{"text": f"about {question}", "id": "p1", "score": 0.5}, {"text": "other", "id": "p2"}]

    @kit.api.answer("desk")
    def reply(question: str) -> dict[str, Any]:
        kit.called("reply")
        found = search(question)
        return {"text": found[0]["text"], "decision": "refund", "money": 12.5}

    @kit.api.answer("desk")
    def streaming(question: str) -> Iterator[str]:
        kit.called("streaming")
        yield from ("a", "b", question)

    @kit.api.answer("desk")
    async def later(question: str) -> str:
        kit.called("later")
        return question.upper()

    @kit.api.answer("desk")
    def breaks(question: str) -> str:
        kit.called("breaks")
        raise expected

    with kit.api.answer("desk", question="why", trace="0" * 32) as made:
        found = search("why")
        made.uses("model", "m", "1")
        made.features(amount=3, name="n", odd=object)
        made.retrieved("a text")
        made.called("tool")
        made.decide("deny", money=1.0, text="no", score=0.3)
    kit.api.record_answer("desk", question="q", features={"a": 1.0, "b": np.float64(2)}, retrieved=["t"], decision="x")
    out = reply("where"), list(streaming("c")), asyncio.run(later("d")), next(streaming("e"))
    return out, found, kit.caught(lambda: breaks("f"), expected)


def middleware(kit: Kit) -> Any:
    expected = Custom(6)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kit.called("app")
        answer = kit.api.current_answer()
        if answer is not None:
            answer.uses("model", "m", "1")
            answer.decide("paid", money=2.0)
        body = await receive()
        if scope["path"] == "/chat/broken":
            raise expected
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        for part in (b"hel", b"lo ", body["body"]):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    wrapped = kit.api.asgi(app, endpoint="chat", paths=["/chat"])

    def ask(path: str, method: str = "POST") -> Any:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"q", "more_body": False}

        async def send(message: Any) -> None:
            kept = [one for one in message.get("headers", ()) if one[0] != b"x-driftline-answer"]  # ours, as documented
            sent.append({**message, "headers": kept} if "headers" in message else message)

        traced = [(b"traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01")]
        scope = {"type": "http", "path": path, "method": method, "headers": traced}
        return kit.caught(lambda: asyncio.run(wrapped(scope, receive, send)), expected), sent

    return ask("/chat"), ask("/chat/broken"), ask("/other"), ask("/chat", "GET")


class Rule:
    """A model that is plain Python."""

    def __init__(self) -> None:
        self.calls = 0

    def predict(self, rows: Any) -> list[float]:
        self.calls += 1
        if len(rows) == 0:
            raise Custom(8)
        return [float(sum(row)) for row in rows]


def served(kit: Kit) -> Any:
    rule = Rule()
    model = kit.api.serve(rule, "rule", endpoint="score")
    linear = kit.api.serve(LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0]), "linear")
    given = [[1, 2], [3, 4]]
    out = model.predict(given), model.predict(rows=given), kit.caught(lambda: model.predict([]))
    again = copy.copy(model).predict(given), pickle.loads(pickle.dumps(model)).predict(given)
    function = kit.api.serve(abs, "absolute")
    more = linear.predict(np.array([[2.0]])).tolist(), linear.predict(pd.DataFrame([[3.0]]).to_numpy()).tolist()
    kinds = isinstance(model, Rule), isinstance(linear, LinearRegression), linear.coef_.tolist(), function(-3)
    return out, again, more, kinds, rule.calls, given


def deployed(kit: Kit) -> Any:
    with kit.api.run("train") as run:
        model = run.write("model", data=LinearRegression().fit([[1.0]], [1.0]))
    kit.api.deploy("desk", stage="canary", model=model if kit.api.__class__ is not Plain else "m")
    kit.api.evaluate("model", {"accuracy": 0.5}, data="set", judge="me")
    return "done"
