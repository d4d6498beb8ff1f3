"""Something around every call of a function: a run, or an answer.

Enters: a function, a coroutine function or a generator function, and what opens that something. Leaves: the same kind
of function with the same name, signature and pickling. The original is called exactly once per call, with the same
arguments; what it returns, yields and raises passes through untouched, and generators stay lazy: what is around them
lasts from the first item to the last, and is current only while they work.
"""

import functools
import inspect
import types
from collections.abc import Callable, Mapping
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Protocol, TypeVar, cast

from driftline.capture.ground import fault, streamed

F = TypeVar("F", bound=Callable[..., Any])
_LATER = (CoroutineType, GeneratorType, AsyncGeneratorType)
_PIECE = "call"  # under which failures around a call are counted; never switched off: it was asked for by name


class Around(Protocol):
    """What is put around one call. Where one of its methods fails, the call goes on."""

    def begin(self) -> None:
        """Become current, at the first time."""

    def suspend(self) -> None:
        """Let the former one be current again."""

    def resume(self) -> None:
        """Become current once more."""

    def finish(self, error: BaseException | None) -> None:
        """End, with the error that the call ended in; while it is suspended."""

    def passed(self, item: Any) -> None:
        """See an item that a generator yielded."""

    def returned(self, result: Any) -> None:
        """See what the call returned."""


class _Nothing:
    """Around a call that nothing is to be around."""

    def begin(self, *_: Any) -> None:
        """Do nothing."""

    suspend = resume = finish = passed = returned = begin


Open = Callable[[tuple[Any, ...], Mapping[str, Any]], Around | None]


def wrap(function: F, opened: Open, *, lazily: bool = False) -> F:
    """Return ``function`` with what ``opened`` returns around each call.

    Args:
        function: what is wrapped.
        opened: called with the arguments of a call; None = nothing is around this one.
        lazily: whether a coroutine, a generator or a stream that the function returns is still part of the call.
    """
    wrapped: Any
    if isinstance(function, type):
        fault.tell(f"class {function}", f"{function.__qualname__} is a class, and stays as it is: decorate its methods")
        return function
    if isinstance(function, classmethod | staticmethod):
        return cast("F", type(function)(wrap(function.__func__, opened, lazily=lazily)))
    if inspect.isasyncgenfunction(function):
        wrapped = _async_generator(function, opened)
    elif inspect.isgeneratorfunction(function):
        wrapped = _generator(function, opened)
        if _waits(getattr(getattr(function, "__func__", function), "__code__", None)):
            wrapped = types.coroutine(wrapped)
    elif inspect.iscoroutinefunction(function):
        wrapped = _coroutine(function, opened, lazily=lazily)
    else:
        wrapped = _plain(function, opened, lazily=lazily)
    updated = functools.WRAPPER_UPDATES if hasattr(function, "__dict__") and inspect.isroutine(function) else ()
    return cast("F", functools.update_wrapper(wrapped, function, updated=updated))


def _plain(function: Callable[..., Any], opened: Open, *, lazily: bool) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        one = fault.attempt(_PIECE, opened, args, kwargs)
        if one is None:
            return function(*args, **kwargs)
        fault.attempt(_PIECE, one.begin)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            fault.attempt(_PIECE, one.suspend)
            fault.attempt(_PIECE, one.finish, error)
            raise
        fault.attempt(_PIECE, one.suspend)
        if lazily and fault.attempt(_PIECE, is_later, result):
            return later(result, one)
        fault.attempt(_PIECE, one.returned, result)
        fault.attempt(_PIECE, one.finish, None)
        return result

    return call


def is_later(result: Any) -> bool:
    """Whether a result is worked out later: a coroutine, a generator, a stream of a client."""
    kind = type(result)  # a proxy has a class that may fail when it is asked for, and not each type has a hash
    return any(kind is one for one in _LATER) or streamed.known(kind)


def later(result: Any, one: Around) -> Any:
    """Return ``result``, which ``is_later``, with ``one`` around it."""
    if type(result) is CoroutineType:
        return _awaited(result, one)
    if type(result) is GeneratorType:
        return (_waiting if fault.attempt(_PIECE, _waits, result.gi_code) else _items)(result, one)
    if type(result) is not AsyncGeneratorType:
        stream = fault.attempt(_PIECE, streamed.stand_in, result, one)
        if stream is None:
            fault.attempt(_PIECE, one.finish, None)
        return result if stream is None else stream
    return _async_generator(lambda: result, lambda *_: one)()


def _coroutine(function: Callable[..., Any], opened: Open, *, lazily: bool) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        one = fault.attempt(_PIECE, opened, args, kwargs)
        if one is None:
            return await function(*args, **kwargs)
        return await _awaited(function(*args, **kwargs), one, lazily=lazily)

    return call


async def _awaited(coroutine: Any, one: Around, *, lazily: bool = True) -> Any:
    fault.attempt(_PIECE, one.begin)
    try:
        result = await coroutine
    except BaseException as error:
        fault.attempt(_PIECE, one.suspend)
        fault.attempt(_PIECE, one.finish, error)
        raise
    fault.attempt(_PIECE, one.suspend)
    if lazily and fault.attempt(_PIECE, is_later, result):
        return later(result, one)
    fault.attempt(_PIECE, one.returned, result)
    fault.attempt(_PIECE, one.finish, None)
    return result


def _generator(function: Callable[..., Any], opened: Open) -> Callable[..., Any]:
    def items(*args: Any, **kwargs: Any) -> Any:
        one = fault.attempt(_PIECE, opened, args, kwargs)
        if one is None:
            return (yield from function(*args, **kwargs))
        return (yield from _items(function(*args, **kwargs), one))

    return items


def _waits(code: Any) -> bool:
    """Whether a generator of this code is awaited (``types.coroutine``): what it yields are no items."""
    return bool(getattr(code, "co_flags", 0) & inspect.CO_ITERABLE_COROUTINE)


def _items(inner: Any, one: Around) -> Any:
    """Pass everything between consumer and generator."""
    items = not fault.attempt(_PIECE, _waits, getattr(inner, "gi_code", None))
    resume: Callable[[], Any] = functools.partial(next, inner)
    fault.attempt(_PIECE, one.begin)
    try:
        while True:
            try:
                item = resume()
            except StopIteration as end:
                fault.attempt(_PIECE, one.suspend)
                fault.attempt(_PIECE, one.returned, end.value)
                fault.attempt(_PIECE, one.finish, None)
                return end.value
            finally:
                fault.attempt(_PIECE, one.suspend)
            if items:
                fault.attempt(_PIECE, one.passed, item)
            try:
                sent = yield item
            except GeneratorExit:
                fault.attempt(_PIECE, one.resume)
                inner.close()
                raise
            except BaseException as error:  # what the consumer throws in goes to the original
                resume = functools.partial(inner.throw, error)
            else:
                resume = functools.partial(inner.send, sent)
            fault.attempt(_PIECE, one.resume)
    except BaseException as error:
        fault.attempt(_PIECE, one.suspend)
        fault.attempt(_PIECE, one.finish, None if isinstance(error, GeneratorExit) else error)
        raise


@types.coroutine
def _waiting(inner: Any, one: Around) -> Any:
    """The same where the generator is awaited."""
    return (yield from _items(inner, one))


def _async_generator(function: Callable[..., Any], opened: Open) -> Callable[..., Any]:
    """The same for asynchronous generators."""

    async def items(*args: Any, **kwargs: Any) -> Any:
        one = fault.attempt(_PIECE, opened, args, kwargs) or _Nothing()
        inner = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(inner.asend, None)
        fault.attempt(_PIECE, one.begin)
        try:
            while True:
                try:
                    item = await resume()
                except StopAsyncIteration:
                    break
                finally:
                    fault.attempt(_PIECE, one.suspend)
                fault.attempt(_PIECE, one.passed, item)
                try:
                    sent = yield item
                except GeneratorExit:
                    fault.attempt(_PIECE, one.resume)
                    await inner.aclose()
                    raise
                except BaseException as error:  # what the consumer throws in goes to the original
                    resume = functools.partial(inner.athrow, error)
                else:
                    resume = functools.partial(inner.asend, sent)
                fault.attempt(_PIECE, one.resume)
        except BaseException as error:
            fault.attempt(_PIECE, one.suspend)
            fault.attempt(_PIECE, one.finish, None if isinstance(error, GeneratorExit) else error)
            raise
        fault.attempt(_PIECE, one.finish, None)

    return items
