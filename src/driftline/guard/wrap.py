"""Puts a guard around a function: same signature, same laziness, same exceptions, called once at most.

Enters: any callable (function, coroutine function, generator, asynchronous generator, object) and a policy. Leaves: one
of the same sort whose answers are judged. What the function raises passes through untouched; the guard itself raises
``Blocked`` and nothing else, and only where an enforced policy says block, whatever of the guard fails.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import aclosing
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, NamedTuple, TypeVar, cast, overload

from driftline.errors import BadInput, Blocked
from driftline.event.answer import Verdict
from driftline.event.current import Draft, current_answer
from driftline.guard import judge
from driftline.guard import policy as policies
from driftline.guard.policy import Policy
from driftline.guard.stream import Passing, Pieces, items, items_async, onward
from driftline.guard.switch import Switch, shared
from driftline.guard.turn import Plan, Turn
from driftline.guard.watched import Watched

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Source = Policy | Mapping[str, Any] | str | Path
_LAZY = (CoroutineType, GeneratorType, AsyncGeneratorType)


@overload
def guard(
    fn: F, *, policy: Source, endpoint: str = "", fallback: Callable[..., Any] | None = None, home: str = ""
) -> F: ...


@overload
def guard(
    fn: None = None,
    *,
    policy: Source,
    endpoint: str = "",
    fallback: Callable[..., Any] | None = None,
    home: str = "",
) -> Callable[[F], F]: ...


def guard(
    fn: F | None = None,
    *,
    policy: Source,
    endpoint: str = "",
    fallback: Callable[..., Any] | None = None,
    home: str = "",
) -> F | Callable[[F], F]:
    """Return ``fn`` guarded, or a decorator that guards.

    Args:
        fn: what answers; called once at most per call, with the arguments as they are.
        policy: a policy file (read anew when it changes; one that cannot be used leaves the last good one in force), a
            mapping of the same form, or a loaded policy.
        endpoint: name in verdicts and metrics; default the policy's, else the current answer's.
        fallback: called with the same arguments where a rule says fallback; its answer is not judged.
        home: folder of the guard switch; default that of the settings.

    Raises:
        BadPolicy, MissingFile: the policy cannot be used.
        BadInput: ``fn`` or ``fallback`` cannot be called, or the fallback is asynchronous and ``fn`` is not.
    """
    guarded = _Guarded(policy, endpoint, fallback, home)
    return guarded.around if fn is None else guarded.around(fn)


class _Call(NamedTuple):
    """What the function was called with; the fallback gets the same."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class _Guarded:
    """The guard around one function."""

    def __init__(self, source: Source, endpoint: str, fallback: Callable[..., Any] | None, home: str) -> None:
        if fallback is not None and not callable(fallback):
            raise BadInput(f"fallback {fallback!r} cannot be called")
        self.fallback = fallback
        self.endpoint = endpoint
        self.home = home
        self.watched: Watched[Plan] | None = None
        if isinstance(source, str | Path):
            path = Path(source).absolute()
            self.plan = Plan(policies.load(path), fallback)
            self.watched = Watched(path, self._parse, self.plan, label="policy")
        else:
            policy = source if isinstance(source, Policy) else policies.build(source)
            self.plan = Plan(policy, fallback)

    def _parse(self, data: bytes) -> Plan:
        return Plan(policies.parse(data), self.fallback)

    def turn(self) -> Turn | None:
        """Return a new turn, or None where the guard is off. Never raises."""
        plan = self.watched.last if self.watched else self.plan
        switch: Switch | Exception
        try:
            plan = self.watched.get() if self.watched else plan
            switch = shared(self.home)
            mode = judge.effective(plan.policy.mode, switch.mode)
        except Exception as error:  # unusable settings, say: what the policy states is all that is known
            switch, mode = error, plan.policy.mode
        if mode == "off":
            return None
        return Turn(plan, switch, mode, self.endpoint or plan.policy.endpoint)

    def around(self, fn: F) -> F:
        """Return ``fn`` guarded."""
        if not callable(fn):
            raise BadInput(f"{fn!r} cannot be called")
        if inspect.isasyncgenfunction(fn):
            wrapper = self._async_stream(fn)
        elif inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(type(fn).__call__):
            wrapper = self._async(fn)
        elif inspect.iscoroutinefunction(self.fallback) or inspect.isasyncgenfunction(self.fallback):
            raise BadInput(f"the fallback of {fn!r} is asynchronous, the function is not")
        elif inspect.isgeneratorfunction(fn):
            wrapper = self._stream(fn)
        else:
            wrapper = self._plain(fn)
        updated = functools.WRAPPER_UPDATES if inspect.isroutine(fn) else ()
        return cast("F", functools.update_wrapper(wrapper, fn, updated=updated))

    def _plain(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            turn = self.turn()
            if turn is None:
                return fn(*args, **kwargs)
            call = _Call(args, kwargs)
            with turn:
                if not turn.before():
                    result = fn(*args, **kwargs)
                    if type(result) in _LAZY:  # nothing that the result itself has a say in
                        return self._later(turn, result, call)
                    if not turn.after(result):
                        return result
                return self._instead(turn, call)

        return guarded

    def _instead(self, turn: Turn, call: _Call) -> Any:
        if turn.falls_back() and self.fallback is not None:
            return self.fallback(*call.args, **call.kwargs)
        return turn.plan.policy.abstain

    async def _instead_async(self, turn: Turn, call: _Call) -> Any:
        value = self._instead(turn, call)
        return await value if inspect.isawaitable(value) else value

    def _later(self, turn: Turn, result: object, call: _Call) -> Any:
        """Guard the answer of a plain function that returned a coroutine or a generator."""
        if isinstance(result, GeneratorType):
            return self._run_stream(turn, result, call)
        if isinstance(result, AsyncGeneratorType):
            return self._run_async_stream(turn, result, call)
        return self._run_async(turn, cast("Awaitable[Any]", result), call)

    def _async(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        async def guarded(*args: Any, **kwargs: Any) -> Any:
            turn = self.turn()
            if turn is None:
                return await fn(*args, **kwargs)
            call = _Call(args, kwargs)
            with turn:
                if await _off_loop(turn, turn.before):
                    return await self._instead_async(turn, call)
                result = fn(*args, **kwargs)
            return await self._run_async(turn, result, call)

        return guarded

    async def _run_async(self, turn: Turn, result: Awaitable[Any], call: _Call) -> Any:
        with turn:
            value = await result
            if await _off_loop(turn, functools.partial(turn.after, value)):
                return await self._instead_async(turn, call)
            return value

    def _stream(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            turn = self.turn()
            if turn is None:
                return (yield from fn(*args, **kwargs))
            call = _Call(args, kwargs)
            if turn.before():
                yield from items(self._instead(turn, call))
                return None
            return (yield from self._run_stream(turn, fn(*args, **kwargs), call))

        return guarded

    def _run_stream(self, turn: Turn, source: Generator[Any, Any, Any], call: _Call) -> Generator[Any, Any, Any]:
        if turn.streams:
            passing = Passing(source)
            returned = yield from passing
            turn.gone(passing.pieces)
            return returned
        pieces = Pieces()
        with turn:
            pieces.drain(source)
            held = turn.after(pieces)
        if held:
            yield from items(self._instead(turn, call))
            return None
        yield from pieces.items
        return pieces.returned

    def _async_stream(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        async def guarded(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            turn = self.turn()
            call = _Call(args, kwargs)
            if turn is None:
                source = fn(*args, **kwargs)
            elif await _off_loop(turn, turn.before):
                source = items_async(await self._instead_async(turn, call))
            else:
                source = self._run_async_stream(turn, fn(*args, **kwargs), call)
            async with aclosing(source):
                sent, thrown = None, None
                while True:
                    try:
                        item = await onward(source, sent, thrown)
                    except StopAsyncIteration:
                        return
                    sent, thrown = None, None
                    try:
                        sent = yield item
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # the consumer's, which is the source's business
                        thrown = error

        return guarded

    async def _run_async_stream(
        self, turn: Turn, source: AsyncGenerator[Any, Any], call: _Call
    ) -> AsyncGenerator[Any, Any]:
        pieces = Pieces()
        async with aclosing(source):
            if turn.streams:
                sent, thrown = None, None
                while True:
                    try:
                        item = await onward(source, sent, thrown)
                    except StopAsyncIteration:
                        break
                    pieces.see(item)
                    sent, thrown = None, None
                    try:
                        sent = yield item
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # the consumer's, which is the source's business
                        thrown = error
                await _off_loop(turn, functools.partial(turn.gone, pieces))
                return
            with turn:
                async for item in source:
                    pieces.keep(item)
                held = await _off_loop(turn, functools.partial(turn.after, pieces))
        instead = await self._instead_async(turn, call) if held else pieces.items
        async with aclosing(items_async(instead)) as rest:
            async for item in rest:
                yield item


async def _off_loop(turn: Turn, step: Callable[[], T]) -> T:
    """Return ``step()``, run on a thread where it may wait, so that the event loop never does."""
    if turn.waits:
        import asyncio  # costly to import, and already there wherever this runs

        try:
            return await asyncio.to_thread(step)
        except Blocked:
            raise
        except Exception as error:  # no thread could be started: nothing is judged, and nothing waits
            turn.fail(error)
    return step()


class Checked(NamedTuple):
    """What a guarded call came to: the value (None if it was blocked) and the verdict."""

    value: Any
    verdict: Verdict


def checked(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call the guarded ``fn`` and return ``Checked``: its value with the verdict; a block does not raise.

    For a coroutine function, returns an awaitable of the same.
    """
    draft = current_answer.get() or Draft()
    token = current_answer.set(draft)
    try:
        value = fn(*args, **kwargs)
    except Blocked:
        value = None
    finally:
        current_answer.reset(token)
    return _checked(value, draft) if inspect.isawaitable(value) else Checked(value, draft.verdict or Verdict())


async def _checked(value: Awaitable[Any], draft: Draft) -> Checked:
    token = current_answer.set(draft)
    try:
        result = await value
    except Blocked:
        result = None
    finally:
        current_answer.reset(token)
    return Checked(result, draft.verdict or Verdict())
