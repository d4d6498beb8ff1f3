"""Streams of the clients of models: no generators, but objects of their own that are read piece by piece.

Enters: such a stream, and what is put around the call that returned it. Leaves: a stand-in of the same class (as far as
``isinstance`` can tell) that hands on everything; what is around it is current while a piece is waited for, and ends
with the last one, or when the stream is closed, left, or dropped. What gives a stream when it is entered is handed on
likewise. A stream is known by the name of its class and its methods, as OpenAI, Anthropic and the clients that are made
likewise call them.
"""

import functools
import inspect
from collections.abc import Callable
from types import MethodType
from typing import Any

from driftline.capture.ground import fault

_NAMES = frozenset(
    f"{how}{what}Stream" for how in ("", "Async") for what in ("", "Message", "ChatCompletion", "Response")
)
_GIVING = frozenset(f"{name}Manager" for name in _NAMES)  # what is entered to have the stream
_WHOLE = frozenset(  # methods that read a stream to its end
    ("until_done", "get_final_message", "get_final_text", "get_final_completion", "get_final_response")
)
_TEXTS = "text_stream"  # an attribute that reads the same stream, as texts
_PIECE = "call"
_ASKED = frozenset(  # what Python asks of a class only, and a stream may have
    ("__bool__", "__contains__", "__delattr__", "__dir__", "__getitem__", "__len__", "__repr__", "__str__")
)


def known(kind: type) -> bool:
    """Whether objects of a class are streams of a client."""
    if kind.__name__ in _GIVING:
        return hasattr(kind, "__enter__") or hasattr(kind, "__aenter__")
    return _is_stream(kind)


def _is_stream(kind: type) -> bool:
    if not hasattr(kind, "close") or _NAMES.isdisjoint([one.__name__ for one in kind.__mro__]):
        return False  # nearly every result has nothing to close, which is asked at little cost
    return any(callable(getattr(kind, name, None)) for name in ("__next__", "__anext__"))


def stand_in(stream: Any, one: Any) -> Any:
    """Return what stands for a stream, with ``one`` (see ``calls.Around``) around its pieces."""
    kind: type = type(stream)
    return _kind(kind)(stream, one)


@functools.lru_cache(maxsize=64)  # as a class may be made anew each time
def _kind(kind: type) -> Any:
    """The class of what stands for streams of one class."""
    base: type[_Streamed] = _Sync if callable(getattr(kind, "__next__", None)) else _Async
    if kind.__name__ in _GIVING:
        base = _Giving if hasattr(kind, "__enter__") else _AsyncGiving
    own = {name for one in kind.__mro__ for name in vars(one) if name in _ASKED}
    return type(f"Streamed{kind.__name__}", (base,), {"__slots__": (), **{name: _passing(name) for name in own}})


def _passing(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any) -> Any:
        return getattr(self._driftline_stream, name)(*args)

    return method


class _Streamed:
    """What both kinds have in common; its own state is kept under names that no stream uses."""

    __slots__ = ("__weakref__", "_driftline_one", "_driftline_over", "_driftline_stream")
    _driftline_texts: Callable[[Any], Any]  # each kind has its own

    def __init__(self, stream: Any, one: Any) -> None:
        object.__setattr__(self, "_driftline_stream", stream)
        object.__setattr__(self, "_driftline_one", one)
        object.__setattr__(self, "_driftline_over", False)

    @property  # type: ignore[misc]  # isinstance asks for the class through this attribute
    def __class__(self) -> type:
        return type(self._driftline_stream)

    def __getattr__(self, name: str) -> Any:
        value = getattr(object.__getattribute__(self, "_driftline_stream"), name)
        if name in _WHOLE and isinstance(value, MethodType):
            return MethodType(value.__func__, self)  # which has it read what stands here, piece by piece
        return self._driftline_texts(value) if name == _TEXTS else value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._driftline_stream, name, value)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._driftline_stream.__reduce_ex__(protocol)

    def _driftline_end(self, error: BaseException | None) -> None:
        if not self._driftline_over:
            object.__setattr__(self, "_driftline_over", True)
            fault.attempt(_PIECE, self._driftline_one.finish, error)

    def __del__(self) -> None:
        fault.attempt(_PIECE, self._driftline_end, None)


class _Sync(_Streamed):
    __slots__ = ()

    def _driftline_read(self, pieces: Any) -> Any:
        one = self._driftline_one
        fault.attempt(_PIECE, one.resume)
        try:
            piece = next(pieces)
        except BaseException as error:
            fault.attempt(_PIECE, one.suspend)
            self._driftline_end(None if isinstance(error, StopIteration) else error)
            raise
        fault.attempt(_PIECE, one.suspend)
        fault.attempt(_PIECE, one.passed, piece)
        return piece

    def _driftline_texts(self, texts: Any) -> Any:
        pieces = iter(texts)
        while True:
            try:
                text = self._driftline_read(pieces)
            except StopIteration:
                return
            yield text

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return self._driftline_read(self._driftline_stream)

    def __enter__(self) -> Any:
        found = self._driftline_stream.__enter__()
        return self if found is self._driftline_stream else found

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> Any:
        try:
            return self._driftline_stream.__exit__(kind, error, trace)
        finally:
            self._driftline_end(error)

    def close(self) -> Any:
        """Close the stream."""
        try:
            return self._driftline_stream.close()
        finally:
            self._driftline_end(None)


class _Async(_Streamed):
    __slots__ = ()

    async def _driftline_read(self, pieces: Any) -> Any:
        one = self._driftline_one
        fault.attempt(_PIECE, one.resume)
        try:
            piece = await anext(pieces)
        except BaseException as error:
            fault.attempt(_PIECE, one.suspend)
            self._driftline_end(None if isinstance(error, StopAsyncIteration) else error)
            raise
        fault.attempt(_PIECE, one.suspend)
        fault.attempt(_PIECE, one.passed, piece)
        return piece

    async def _driftline_texts(self, texts: Any) -> Any:
        pieces = aiter(texts)
        while True:
            try:
                text = await self._driftline_read(pieces)
            except StopAsyncIteration:
                return
            yield text

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        return await self._driftline_read(self._driftline_stream)

    async def __aenter__(self) -> Any:
        found = await self._driftline_stream.__aenter__()
        return self if found is self._driftline_stream else found

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> Any:
        try:
            return await self._driftline_stream.__aexit__(kind, error, trace)
        finally:
            self._driftline_end(error)

    def close(self) -> Any:
        """Close the stream; of some classes that is awaited."""
        closing = None
        try:
            closing = self._driftline_stream.close()
        finally:
            if not inspect.isawaitable(closing):
                self._driftline_end(None)
        return self._driftline_closed(closing) if inspect.isawaitable(closing) else closing

    async def _driftline_closed(self, closing: Any) -> Any:
        try:
            return await closing
        finally:
            self._driftline_end(None)


class _Given(_Streamed):
    """What gives a stream when it is entered, and lets go of it when it is left."""

    __slots__ = ("_driftline_given",)

    def _driftline_give(self, stream: Any) -> Any:
        """Return what stands for the stream, which ends what is around the call from now on; else what was given."""
        of_client = fault.attempt(_PIECE, _is_stream, type(stream))
        made = fault.attempt(_PIECE, stand_in, stream, self._driftline_one) if of_client else None
        if made is None:
            return stream
        object.__setattr__(self, "_driftline_over", True)
        object.__setattr__(self, "_driftline_given", made)
        return made

    def _driftline_left(self, error: BaseException | None) -> None:
        fault.attempt(_PIECE, getattr(self, "_driftline_given", self)._driftline_end, error)


class _Giving(_Given):
    __slots__ = ()

    def __enter__(self) -> Any:
        one = self._driftline_one
        fault.attempt(_PIECE, one.resume)
        try:
            found = self._driftline_stream.__enter__()
        except BaseException as error:
            fault.attempt(_PIECE, one.suspend)
            self._driftline_end(error)
            raise
        fault.attempt(_PIECE, one.suspend)
        return self._driftline_give(found)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> Any:
        try:
            return self._driftline_stream.__exit__(kind, error, trace)
        finally:
            self._driftline_left(error)


class _AsyncGiving(_Given):
    __slots__ = ()

    async def __aenter__(self) -> Any:
        one = self._driftline_one
        fault.attempt(_PIECE, one.resume)
        try:
            found = await self._driftline_stream.__aenter__()
        except BaseException as error:
            fault.attempt(_PIECE, one.suspend)
            self._driftline_end(error)
            raise
        fault.attempt(_PIECE, one.suspend)
        return self._driftline_give(found)

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> Any:
        try:
            return await self._driftline_stream.__aexit__(kind, error, trace)
        finally:
            self._driftline_left(error)
