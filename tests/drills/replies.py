"""Users' work with answers: blocks, decorators, a middleware, served models, guards, deployments.

Enters: a kit. Leaves: what the user sees, as ``workloads`` says.
"""

import asyncio
import copy
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from tests.drills.kit import Custom, Kit


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


POLICY = {
    "endpoint": "desk", "mode": "observe", "rules": [
        {"id": "lineage", "check": "quarantine", "action": "block"},
        {"id": "cap", "check": "money", "limit": 1, "action": "block"},
    ],
}  # fmt: skip


def guarded(kit: Kit) -> Any:
    expected = Custom(9)

    def reply(question: str) -> str:
        kit.called("reply")
        if question == "bad":
            raise expected
        return f"{question}!"

    def streaming(question: str) -> Iterator[str]:
        kit.called("streaming")
        yield from ("a", question)

    policy = dict(POLICY)
    with kit.quiet():  # a guard that cannot be built says so, by contract
        made = kit.api.guard(reply, policy=policy, endpoint="desk")
        stream = kit.api.guard(streaming, policy=policy, endpoint="desk")
    with kit.api.answer("desk", question="a"):
        inside = made("a")
    kit.api.gate("features")
    return inside, made("b"), kit.caught(lambda: made("bad"), expected), list(stream("c"))


def deployed(kit: Kit) -> Any:
    with kit.api.run("train") as run:
        model = run.write("model", data=LinearRegression().fit([[1.0]], [1.0]))
    kit.api.deploy("desk", stage="canary", model=model)
    kit.api.evaluate("model", {"accuracy": 0.5}, data="set", judge="me")
    return "done"
