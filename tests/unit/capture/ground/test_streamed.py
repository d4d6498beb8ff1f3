"""Streams that are no generators: what is around the call lasts as long as they do. Calls are counted by hand."""

import asyncio
import copy
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Self

import openai
import pytest
from openai.lib.streaming import chat
from openai.lib.streaming.responses import AsyncResponseStream, ResponseStream, ResponseStreamManager

from driftline.capture.ground import calls, streamed


class Around:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def begin(self) -> None:
        """Be current."""

    def resume(self) -> None:
        self.told.append("on")

    def suspend(self) -> None:
        if self.told:
            self.told.append("off")

    def passed(self, item: Any) -> None:
        self.told.append(item)

    def returned(self, result: Any) -> None:
        self.told.append(("returned", result))

    def finish(self, error: BaseException | None) -> None:
        self.told.append(("end", error))


class Stream:
    """As clients have it."""

    response = "answered"

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self.closed = False

    def __iter__(self) -> Iterator[str]:
        yield from self._pieces

    def __next__(self) -> str:
        return next(self._pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True


class MessageStream(Stream):
    @property
    def text_stream(self) -> Iterator[str]:
        return (piece.upper() for piece in self)

    def get_final_text(self) -> str:
        self.until_done()
        return self.response

    def until_done(self) -> None:
        for _ in self:
            pass


class Giving:
    def __init__(self, pieces: Iterable[str], error: BaseException | None = None) -> None:
        self.stream, self._error = MessageStream(pieces), error

    def __enter__(self) -> MessageStream:
        if self._error is not None:
            raise self._error
        return self.stream

    def __exit__(self, *_: object) -> None:
        self.stream.close()


class AsyncGiving:
    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = pieces

    async def __aenter__(self) -> "AsyncStream":
        return AsyncStream(self._pieces)

    async def __aexit__(self, *_: object) -> None:
        """Do nothing."""


class AsyncStream:
    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)

    async def __aiter__(self) -> AsyncIterator[str]:
        for piece in self._pieces:
            yield piece

    async def __anext__(self) -> str:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Do nothing."""


Giving.__name__, AsyncGiving.__name__ = "MessageStreamManager", "AsyncMessageStreamManager"  # as Anthropic has them


def test_the_streams_of_openai_are_known_and_other_iterators_are_not() -> None:
    assert streamed.known(openai.Stream)
    assert streamed.known(openai.AsyncStream)
    for stream in (chat.ChatCompletionStream, chat.AsyncChatCompletionStream, ResponseStream, AsyncResponseStream):
        assert streamed.known(stream)
    for manager in (chat.ChatCompletionStreamManager, chat.AsyncChatCompletionStreamManager, ResponseStreamManager):
        assert streamed.known(manager)
    assert not streamed.known(type(iter([])))
    assert not streamed.known(type("Stream", (), {"close": None}))
    assert not streamed.known(type("StreamManager", (), {"__exit__": None}))  # somebody's own, who gives no stream


def test_what_is_around_a_call_lasts_until_the_last_piece() -> None:
    around, stream = Around(), Stream("ab")
    found = calls.wrap(lambda: stream, lambda *_: around, lazily=True)()
    assert isinstance(found, Stream)
    assert found.response == "answered"
    assert around.told == []
    assert list(found) == ["a", "b"]
    assert around.told == ["on", "off", "a", "on", "off", "b", "on", "off", ("end", None)]
    with pytest.raises(StopIteration):
        next(found)
    assert around.told.count(("end", None)) == 1


@pytest.mark.parametrize("how", ["close", "with", "dropped"])
def test_a_stream_that_is_left_early_is_over(how: str) -> None:
    around, stream = Around(), Stream("abc")
    found = streamed.stand_in(stream, around)
    if how == "with":
        with found as entered:
            assert entered is found
            assert next(entered) == "a"
    else:
        assert next(found) == "a"
        if how == "close":
            found.close()
    assert stream.closed is (how != "dropped")
    del found
    assert around.told == ["on", "off", "a", ("end", None)]


def test_an_error_of_a_stream_comes_out_as_it_is() -> None:
    def fails() -> Iterator[str]:
        yield "a"
        raise error

    error, around = ConnectionError("gone"), Around()
    found = streamed.stand_in(Stream(fails()), around)
    assert next(found) == "a"
    with pytest.raises(ConnectionError) as raised:
        next(found)
    assert raised.value is error
    assert around.told[-1] == ("end", error)


def test_the_texts_of_a_stream_are_its_pieces() -> None:
    around = Around()
    with streamed.stand_in(MessageStream("ab"), around) as found:
        assert list(found.text_stream) == ["A", "B"]
    assert [one for one in around.told if one not in ("on", "off")] == ["A", "B", ("end", None)]


def test_a_stream_that_is_read_by_a_method_of_its_own_is_read_piece_by_piece() -> None:
    """The method is run once, and is that of the class."""
    around = Around()
    assert streamed.stand_in(MessageStream("ab"), around).get_final_text() == "answered"
    assert around.told == ["on", "off", "a", "on", "off", "b", "on", "off", ("end", None)]


def test_what_gives_a_stream_when_it_is_entered_gives_what_stands_for_it() -> None:
    around, manager = Around(), Giving("ab")
    found = calls.wrap(lambda: manager, lambda *_: around, lazily=True)()
    assert isinstance(found, Giving)
    with found as entered:
        assert isinstance(entered, MessageStream)
        assert next(entered) == "a"
        del found
    assert manager.stream.closed
    assert around.told == ["on", "off", "on", "off", "a", ("end", None)]


def test_what_fails_when_it_is_entered_or_is_left_in_an_error_ends_so() -> None:
    error, around, other = ConnectionError("gone"), Around(), Around()
    with pytest.raises(ConnectionError), streamed.stand_in(Giving("a", error), around):
        pass
    assert around.told == ["on", "off", ("end", error)]
    with pytest.raises(ConnectionError), streamed.stand_in(Giving("a"), other):
        raise error
    assert other.told == ["on", "off", ("end", error)]


def test_what_gives_an_asynchronous_stream_gives_what_stands_for_it() -> None:
    around = Around()

    async def read() -> list[str]:
        async with streamed.stand_in(AsyncGiving("ab"), around) as found:
            return [piece async for piece in found]

    assert asyncio.run(read()) == ["a", "b"]
    assert [one for one in around.told if one not in ("on", "off")] == ["a", "b", ("end", None)]


def test_an_asynchronous_stream_lasts_as_long() -> None:
    around = Around()

    async def ask() -> AsyncStream:
        return AsyncStream("ab")

    async def read() -> list[str]:
        async with await calls.wrap(ask, lambda *_: around, lazily=True)() as found:
            return [piece async for piece in found]

    assert asyncio.run(read()) == ["a", "b"]
    assert around.told == ["on", "off", "a", "on", "off", "b", "on", "off", ("end", None)]


def test_an_asynchronous_stream_that_is_closed_at_once_is_closed_so() -> None:
    class Closing(AsyncStream):
        closed = False

        def close(self) -> Any:
            self.closed = True
            return "closed"

    around, stream = Around(), Closing("ab")
    assert streamed.stand_in(stream, around).close() == "closed"
    assert stream.closed
    assert around.told == [("end", None)]
    around = Around()
    closing = streamed.stand_in(AsyncStream("ab"), around).close()
    assert asyncio.run(closing) is None
    assert around.told == [("end", None)]


def test_what_python_asks_of_the_class_is_answered_by_the_stream() -> None:
    class Listed(Stream):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, place: int) -> int:
            return place

        def __repr__(self) -> str:
            return "<listed>"

    stream = Listed("ab")
    found = streamed.stand_in(stream, Around())
    assert (len(found), found[1], repr(found), dir(found)) == (2, 1, "<listed>", dir(stream))
    del found.closed
    assert not hasattr(stream, "closed")
    assert type(copy.copy(found)) is Listed
    with pytest.raises(TypeError):
        len(streamed.stand_in(Stream("ab"), Around()))


def test_of_a_step_a_stream_is_a_result_like_others() -> None:
    around, stream = Around(), Stream("a")
    assert calls.wrap(lambda: stream, lambda *_: around)() is stream
    assert around.told == [("returned", stream), ("end", None)]


def test_what_gives_something_else_than_a_stream_hands_that_on_as_it_is() -> None:
    around, given = Around(), ["a"]
    manager = type("StreamManager", (), {"__enter__": lambda _: given, "__exit__": lambda *_: None})()
    with streamed.stand_in(manager, around) as found:
        assert found is given
    assert around.told[-1] == ("end", None)
