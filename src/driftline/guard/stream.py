"""Answers that come in pieces: kept back until judged, or passed on while their text is remembered.

Enters: a generator. Leaves: its pieces, its return value, and the text that they add up to (what rules judge). Nothing
here judges; a piece that was passed on cannot be taken back, so ``wrap`` passes on only where nothing may be held.
Where a text cannot be remembered, the pieces go on, and who asks for the text gets the error.
"""

from collections.abc import AsyncGenerator, Awaitable, Generator, Iterator
from types import TracebackType
from typing import Any

MOST_TEXT = 1_000_000  # characters of a passing stream that are kept for judging; what comes after is not judged


class Pieces:
    """The pieces of one answer."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.returned: Any = None
        self._text: list[str] = []
        self._length = 0
        self._textual = True
        self._error: Exception | None = None

    def see(self, item: object) -> None:
        """Remember the text of a piece that passes."""
        try:
            self._see(item)
        except Exception as error:  # no reason for the user's piece not to pass
            self._error = error

    def _see(self, item: object) -> None:
        if not isinstance(item, str):
            self._textual = False
        elif self._length < MOST_TEXT:
            self._text.append(item)
            self._length += len(item)

    def keep(self, item: object) -> None:
        """Keep a piece back."""
        self.see(item)
        self.items.append(item)

    def drain(self, source: Generator[Any, Any, Any]) -> None:
        """Keep all pieces of ``source`` back, and what it returns."""
        try:
            while True:
                self.keep(next(source))
        except StopIteration as stop:
            self.returned = stop.value

    @property
    def result(self) -> Any:
        """What rules judge: the whole text if every piece is text, else the pieces that were kept.

        Raises:
            Exception: why a piece could not be remembered.
        """
        if self._error is not None:
            raise self._error
        return "".join(self._text) if self._textual else self.items


class Passing(Generator[Any, Any, Any]):
    """Delegates to ``source``, ``send`` and ``throw`` included, while ``pieces`` sees what passes."""

    def __init__(self, source: Generator[Any, Any, Any]) -> None:
        self.pieces = Pieces()
        self._source = source

    def send(self, value: Any, /) -> Any:
        """Resume the source."""
        item = self._source.send(value)
        self.pieces.see(item)
        return item

    def throw(
        self,
        kind: Any,
        value: BaseException | object = None,
        traceback: TracebackType | None = None,
        /,
    ) -> Any:
        """Raise in the source where it stands."""
        error = kind if isinstance(kind, BaseException) else (value if isinstance(value, BaseException) else kind())
        if traceback is not None:
            error = error.with_traceback(traceback)
        item = self._source.throw(error)
        self.pieces.see(item)
        return item

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def onward(source: AsyncGenerator[Any, Any], sent: Any, thrown: BaseException | None) -> Awaitable[Any]:
    """Resume an asynchronous generator with what its consumer has sent, or thrown."""
    return source.asend(sent) if thrown is None else source.athrow(thrown)


def items(value: Any) -> Iterator[Any]:
    """Yield what stands in for a stream: nothing for None, a text or a record as one piece, else its elements."""
    if value is None:
        return
    if isinstance(value, str | bytes | dict) or not hasattr(value, "__iter__"):
        yield value
    else:
        yield from value


async def items_async(value: Any) -> AsyncGenerator[Any, Any]:
    """As ``items``, and the elements of an asynchronous iterator."""
    if hasattr(value, "__aiter__"):
        async for item in value:
            yield item
    else:
        for item in items(value):
            yield item
