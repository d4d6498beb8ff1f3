"""Answers in pieces: held until judged, or passed on and remembered; generators are delegated to in full."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from typing import Any

import pytest

from driftline.errors import Blocked
from driftline.event.current import Draft
from driftline.guard import stream
from driftline.guard.stream import Passing, Pieces, items, items_async
from driftline.guard.wrap import guard

Act = Callable[[], None]


def test_pieces_that_are_all_text_add_up_to_it() -> None:
    pieces = Pieces()
    for piece in ("a", "", "bc"):
        pieces.keep(piece)
    assert (pieces.result, pieces.items) == ("abc", ["a", "", "bc"])
    pieces.keep({"tool": "call"})
    assert pieces.result == ["a", "", "bc", {"tool": "call"}]


def test_a_passing_text_is_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_TEXT", 4)
    pieces = Pieces()
    for _ in range(9):
        pieces.see("abc")
    assert (pieces.result, pieces.items) == ("abcabc", [])


def test_passing_delegates_send_throw_and_close() -> None:
    told: list[Any] = []

    def source() -> Generator[Any, Any, str]:
        try:
            told.append((yield "one"))
            yield "two"
        except KeyError as error:
            told.append(error)
            yield "three"
        finally:
            told.append("closed")
        return "end"

    error = KeyError("k")
    passing = Passing(source())
    assert [next(passing), passing.send("sent"), passing.throw(error)] == ["one", "two", "three"]
    passing.close()
    assert told == ["sent", error, "closed"]
    assert passing.pieces.result == "onetwothree"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("text", ["text"]),
        ({"a": 1}, [{"a": 1}]),
        (b"x", [b"x"]),
        (7, [7]),
        (["a", "b"], ["a", "b"]),
        (iter("ab"), ["a", "b"]),
    ],
)
def test_what_stands_in_for_a_stream(value: Any, expected: list[Any]) -> None:
    assert list(items(value)) == expected


def test_an_asynchronous_iterator_stands_in_too() -> None:
    async def two() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def collect(value: Any) -> list[Any]:
        return [item async for item in items_async(value)]

    assert asyncio.run(collect(two())) == [1, 2]
    assert asyncio.run(collect("text")) == ["text"]


LINEAGE = {"id": "lineage", "check": "quarantine", "action": "fallback"}
WORDS = {"id": "numbers", "check": "numbers", "action": "abstain"}


def test_a_generator_function_stays_lazy(home: str) -> None:
    started = []

    def answer() -> Any:
        started.append(1)
        yield "a"
        return "end"

    guarded = guard(answer, policy=stated(WORDS), home=home)
    assert inspect.isgeneratorfunction(guarded)
    stream = guarded()
    assert started == []
    assert next(stream) == "a"
    with pytest.raises(StopIteration) as stop:
        next(stream)
    assert (stop.value.value, started) == ("end", [1])


@pytest.mark.parametrize("chunk", [1, 2, 7, 100])
def test_no_character_of_a_held_stream_leaves(home: str, chunk: int) -> None:
    text = "You get 750 dollars, and more."

    def answer() -> Any:
        for at in range(0, len(text), chunk):
            yield text[at : at + chunk]

    async def later() -> Any:
        for piece in answer():
            yield piece

    async def collect(source: Any) -> list[str]:
        return [piece async for piece in source]

    for kind in (answer, lambda: answer()):
        assert list(guard(kind, policy=stated(WORDS, abstain="Please wait."), home=home)()) == ["Please wait."]
    for kind in (later, lambda: later()):
        assert asyncio.run(collect(guard(kind, policy=stated(WORDS), home=home)())) == []


def test_a_stream_that_breaks_flushes_nothing_unjudged(home: str) -> None:
    def answer() -> Any:
        yield "You get"
        raise ConnectionError("gone")

    received = []
    with pytest.raises(ConnectionError):
        received.extend(guard(answer, policy=stated(WORDS), home=home)())
    assert received == []


def test_a_quarantine_known_before_does_not_start_the_stream(home: str, draft: Draft, quarantined: Act) -> None:
    quarantined()
    started = []

    def answer() -> Any:
        started.append(1)
        yield "a"

    policy = stated(LINEAGE)
    assert list(guard(answer, policy=policy, fallback=lambda: "by hand", home=home)()) == ["by hand"]
    assert list(guard(answer, policy=policy, fallback=lambda: iter("xy"), home=home)()) == ["x", "y"]
    assert started == []


@pytest.mark.parametrize("more", [{"stream": "pass"}, {"mode": "observe"}])
def test_a_passing_stream_is_judged_at_its_end(home: str, draft: Draft, more: dict[str, str]) -> None:
    def answer() -> Any:
        got = yield "You get "
        yield f"{got} dollars."
        return "end"

    stream = guard(answer, policy=stated(WORDS, **more), home=home)()
    assert (next(stream), stream.send("750")) == ("You get ", "750 dollars.")
    with pytest.raises(StopIteration) as stop:
        next(stream)
    assert stop.value.value == "end"
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.mode) == ("abstain", "observe")  # nothing was held back


def test_a_passing_stream_still_ends_in_a_block(home: str) -> None:
    async def answer() -> Any:
        yield "You get 750"

    async def collect() -> str:
        stream = guard(answer, policy=stated({**WORDS, "action": "block"}, stream="pass"), home=home)()
        received: str = await anext(stream)
        with pytest.raises(Blocked):
            await anext(stream)
        return received

    assert asyncio.run(collect()) == "You get 750"


def test_a_stream_that_is_left_early_is_closed(home: str) -> None:
    closed = []

    def answer() -> Any:
        try:
            yield "a"
            yield "b"
        finally:
            closed.append(1)

    stream = guard(answer, policy=stated(stream="pass"), home=home)()
    next(stream)
    stream.close()
    assert closed == [1]


def stated(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"endpoint": "refund-desk", "rules": list(rules), **more}


def test_a_piece_that_cannot_be_remembered_passes_and_the_answer_is_not_judged_by_half_a_text(
    home: str, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise KeyError("x")

    def source() -> Generator[str, None, str]:
        yield "a"
        yield "b"
        return "end"

    monkeypatch.setattr(Pieces, "_see", failing)
    policy = {"rules": [{"id": "cap", "check": "money", "limit": 1, "action": "abstain"}]}
    observed = guard(source, policy={**policy, "mode": "observe"}, home=home)()
    assert (next(observed), list(observed)) == ("a", ["b"])
    assert draft.verdict is not None
    assert draft.verdict.error == "the guard: KeyError: 'x'; closed"
    assert list(guard(source, policy=policy, home=home)()) == []  # enforced: as if the rule had failed


def test_what_is_sent_to_an_asynchronous_stream_that_passes_and_what_is_thrown_at_it_arrives(home: str) -> None:
    async def source() -> AsyncGenerator[Any, Any]:
        try:
            got = yield "first"
            yield f"got {got}"
        except LookupError as error:
            yield f"threw {error}"

    async def driven(lazy: Any) -> list[Any]:
        found = [await anext(lazy), await lazy.asend("x"), await lazy.athrow(LookupError("y"))]
        return [*found, await anext(lazy, "over")]

    expected = ["first", "got x", "threw y", "over"]
    assert asyncio.run(driven(source())) == expected
    for policy in ({"mode": "observe"}, {"stream": "pass"}, {"mode": "off"}):
        assert asyncio.run(driven(guard(source, policy=policy, home=home)())) == expected
        assert asyncio.run(driven(guard(lambda: source(), policy=policy, home=home)())) == expected
