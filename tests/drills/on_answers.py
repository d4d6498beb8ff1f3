"""Answers that come late, in pieces or told twice: models that promise, and two instrumentations of one call."""

import asyncio
import json
import types
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import numpy as np
from opentelemetry.sdk.trace import TracerProvider
from sklearn.linear_model import LinearRegression
from tests.drills.kit import Custom, Kit


class Later:
    """A model whose predictions are awaited."""

    async def predict(self, rows: Any) -> list[float]:
        await asyncio.sleep(0)
        if not rows:
            raise Custom(21)
        return [float(sum(row)) for row in rows]

    async def __call__(self, text: str) -> str:
        return text.upper()


class Streaming:
    """A model that answers piece by piece."""

    def predict(self, text: str) -> Iterator[str]:
        yield from text.split()

    def __call__(self, rows: list[int]) -> Any:
        return (row * 2 for row in rows)  # a generator of a plain function


class Live:
    """The same, to be waited for."""

    async def predict(self, text: str) -> AsyncIterator[str]:
        for word in text.split():
            yield word


def promises(kit: Kit) -> Any:
    later, streaming, live = (
        kit.api.serve(model, name) for model, name in ((Later(), "later"), (Streaming(), "streaming"), (Live(), "live"))
    )

    async def main() -> Any:
        both = await asyncio.gather(later.predict([[1, 2]]), later("why"))
        pieces = [piece async for piece in live.predict("it depends")]
        task = asyncio.create_task(later.predict([[3]]))
        task.cancel()
        cancelled = await asyncio.gather(task, return_exceptions=True)
        with kit.api.answer("desk", question="why") as made:
            made.text = "".join([piece async for piece in live.predict("so it is")])
            inside = await later.predict([[5, 6]])
        return both, pieces, type(cancelled[0]).__name__, inside

    bad = kit.caught(lambda: asyncio.run(later.predict([])))
    left = streaming.predict("never read to its end")
    first = next(left)
    left.close()
    with kit.api.answer("desk", question="many"):
        doubled = list(streaming([1, 2, 3]))
    given = kit.api.serve(lambda rows: np.asarray(rows).sum(axis=1), "sums")
    return asyncio.run(main()), bad[:2], first, list(streaming.predict("a b")), doubled, given([[1, 2]]).tolist()


class Stream:
    """As clients of models have it."""

    response = "answered"

    def __init__(self, text: str) -> None:
        self._words = iter(text.split())

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        word = next(self._words)
        if word == "never":
            raise Custom(22)
        return word

    @property
    def text_stream(self) -> Iterator[str]:
        return (word.upper() for word in self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._words = iter(())


class AsyncStream(Stream):
    """The same, to be waited for."""

    __next__ = None  # it is read by ``async for`` alone

    def __aiter__(self) -> "AsyncStream":
        return self

    async def __anext__(self) -> str:
        for word in self._words:
            return word
        raise StopAsyncIteration

    async def close(self) -> None:  # as theirs is awaited
        self._words = iter(())


@types.coroutine
def _awaited(text: str) -> Any:
    yield
    return text.upper()


def streams(kit: Kit) -> Any:
    """Streams of clients, a generator that is awaited, and a model whose methods give out itself."""
    ask, later = kit.api.answer("desk")(Stream), kit.api.answer("desk")(_awaited)

    @kit.api.answer("desk")
    def asked(question: str) -> Stream:
        return Stream(question)

    @kit.api.answer("desk")
    async def asked_later(question: str) -> AsyncStream:
        return AsyncStream(question)

    async def main() -> Any:
        found = await asked_later("so it is")
        pieces = [piece async for piece in found]
        await found.close()
        return pieces, isinstance(found, AsyncStream), await later("why")

    with asked("it depends") as left:
        first = next(left), left.response
    bad = kit.caught(lambda: list(asked("and never ends")))
    texts = list(asked("a b").text_stream)
    model = kit.api.serve(LinearRegression(), "chained")
    fitted = model.set_params(fit_intercept=True).fit([[0.0], [1.0]], [0.0, 2.0])
    kinds = isinstance(asked("x"), Stream), ask is Stream, fitted.predict(np.array([[2.0]])).tolist()
    return list(asked("a b c")), first, bad[:2], texts, kinds, asyncio.run(main())


_CALL = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "p", "gen_ai.request.model": "m",
    "gen_ai.response.id": "r-1", "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4,
    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "so"}]}]),
}  # fmt: skip
_AGAIN = {
    "openinference.span.kind": "LLM", "llm.model_name": "m",
    "llm.token_count.prompt": 3, "llm.token_count.completion": 4,
    "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "so",
    "llm.input_messages.0.message.contents.0.message_content.text": "why",
}  # fmt: skip


def twice(kit: Kit) -> Any:
    """Two instrumentations tell of each call: the one around the other, beside it, and within an answer."""
    provider = TracerProvider()
    with kit.quiet():  # a processor whose library is missing says so, by contract
        provider.add_span_processor(kit.api.span_processor("desk"))
    one, other = provider.get_tracer("client"), provider.get_tracer("framework")
    with other.start_as_current_span("ask", attributes=_AGAIN), one.start_as_current_span("chat m", attributes=_CALL):
        pass
    with other.start_as_current_span("flow", attributes={"openinference.span.kind": "CHAIN"}):
        started = one.start_span("chat m", attributes=_CALL)
        other.start_span("ask", attributes=_AGAIN).end()
        started.end()
    around, inner = provider.get_tracer("openinference.framework"), provider.get_tracer("openinference.client")
    outer = around.start_span("ask", attributes=_AGAIN)  # which is not the current one meanwhile
    inner.start_span("chat m", attributes=_AGAIN).end()
    outer.end()
    with kit.api.answer("desk", question="why") as made:
        with one.start_as_current_span("chat m", attributes={**_CALL, "gen_ai.response.id": "r-2"}):
            other.start_span("ask", attributes={**_AGAIN, "llm.response.id": "r-2"}).end()
        made.decide("told")
    provider.shutdown()
    return "done"
