"""What is put around calls, and that the calls do not notice: compared with the bare function each time."""

import asyncio
import functools
import inspect
import pickle
import types
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from driftline.capture.ground import calls


class Log:
    """Notes what happens around a call."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def begin(self) -> None:
        self.said.append("begin")

    def suspend(self) -> None:
        self.said.append("suspend")

    def resume(self) -> None:
        self.said.append("resume")

    def finish(self, error: BaseException | None) -> None:
        self.said.append(("finish", type(error).__name__ if error else ""))

    def passed(self, item: Any) -> None:
        self.said.append(("passed", item))

    def returned(self, result: Any) -> None:
        self.said.append(("returned", result))


def around_of(function: Callable[..., Any], **options: Any) -> tuple[Callable[..., Any], Log]:
    log = Log()
    return calls.wrap(function, lambda args, kwargs: log, **options), log


def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


def test_a_function_keeps_its_name_signature_and_result() -> None:
    wrapped, log = around_of(add)
    assert wrapped(1, b=2) == 3
    assert (wrapped.__name__, wrapped.__doc__, inspect.signature(wrapped)) == ("add", "Add.", inspect.signature(add))
    assert log.said == ["begin", "suspend", ("returned", 3), ("finish", "")]


def test_an_exception_is_the_same_object() -> None:
    error = KeyError("x")

    def broken() -> None:
        raise error

    wrapped, log = around_of(broken)
    with pytest.raises(KeyError) as caught:
        wrapped()
    assert caught.value is error
    assert log.said == ["begin", "suspend", ("finish", "KeyError")]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_interruptions_pass(kind: type[BaseException]) -> None:
    def stop() -> None:
        raise kind

    wrapped, log = around_of(stop)
    with pytest.raises(kind):
        wrapped()
    assert log.said[-1] == ("finish", kind.__name__)


def test_a_generator_is_lazy_takes_what_is_sent_and_returns_its_value() -> None:
    def items() -> Iterator[Any]:
        got = yield 1
        with pytest.raises(KeyError):
            yield got
        return "end"

    wrapped, log = around_of(items)
    assert inspect.isgeneratorfunction(wrapped)
    generator: Any = wrapped()
    assert log.said == []
    assert (next(generator), generator.send("sent")) == (1, "sent")
    with pytest.raises(StopIteration) as end:
        generator.throw(KeyError("in"))
    assert end.value.value == "end"
    assert log.said == [
        "begin", "suspend", ("passed", 1), "resume", "suspend", ("passed", "sent"), "resume", "suspend",
        ("returned", "end"), ("finish", ""), "suspend",
    ]  # fmt: skip


def test_a_generator_that_is_closed_early_is_finished_without_an_error() -> None:
    closed = []

    def items() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    wrapped, log = around_of(items)
    generator: Any = wrapped()
    next(generator)
    generator.close()
    assert closed == [True]
    assert log.said[-1] == ("finish", "")


def test_coroutines_and_asynchronous_generators_are_what_they_were() -> None:
    async def later(x: int) -> int:
        await asyncio.sleep(0)
        return x

    async def stream() -> AsyncIterator[Any]:
        got = yield 1
        yield got

    coroutine, first = around_of(later)
    items, second = around_of(stream)
    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isasyncgenfunction(items)

    async def run() -> None:
        assert await coroutine(5) == 5
        generator: Any = items()
        assert [await anext(generator), await generator.asend("sent")] == [1, "sent"]
        with pytest.raises(StopAsyncIteration):
            await anext(generator)

    asyncio.run(run())
    assert first.said == ["begin", "suspend", ("returned", 5), ("finish", "")]
    assert [said for said in second.said if isinstance(said, tuple)] == [
        ("passed", 1), ("passed", "sent"), ("finish", ""),
    ]  # fmt: skip


def test_cancellation_is_seen_and_passes() -> None:
    async def forever() -> None:
        await asyncio.sleep(60)

    wrapped, log = around_of(forever)

    async def run() -> None:
        task = asyncio.ensure_future(wrapped())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert log.said == ["begin", "suspend", ("finish", "CancelledError")]


def test_what_a_plain_function_returns_lazily_is_part_of_the_call_where_asked_for() -> None:
    async def later() -> int:
        return 1

    def numbers() -> Iterator[int]:
        yield 1

    async def stream() -> AsyncIterator[int]:
        yield 1

    found: list[Any] = []
    logs = []
    for function in (later, numbers, stream):
        wrapped, log = around_of(functools.partial(lambda made: made(), function), lazily=True)
        found.append(wrapped())
        logs.append(log)
        assert ("finish", "") not in log.said

    async def run() -> list[Any]:
        return [await found[0], list(found[1]), [item async for item in found[2]]]

    assert asyncio.run(run()) == [1, [1], [1]]
    assert all(("finish", "") in log.said for log in logs)


@pytest.mark.parametrize("kind", [classmethod, staticmethod])
def test_a_method_of_a_class_is_wrapped_above_or_below_what_makes_it_one(kind: Any) -> None:
    log = Log()

    def add_all(*given: Any) -> list[Any]:
        return [*given]

    def wrap(function: Any) -> Any:
        return calls.wrap(function, lambda args, kwargs: log)

    class Holder:
        above = wrap(kind(add_all))
        below = kind(wrap(add_all))

    first = [Holder] if kind is classmethod else []
    assert Holder.above(1) == Holder().above(1) == Holder.below(1) == [*first, 1]
    assert log.said.count(("finish", "")) == 3


def test_a_class_stays_the_class(caplog: pytest.LogCaptureFixture) -> None:
    class Kept:
        pass

    wrapped, log = around_of(Kept)
    assert wrapped is Kept
    assert "is a class, and stays as it is" in caplog.text
    assert log.said == []


def test_what_an_asynchronous_generator_does_as_it_is_closed_is_inside_the_call() -> None:
    log = Log()

    async def pieces() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            log.said.append("closing")

    async def run() -> None:
        stream = calls.wrap(pieces, lambda args, kwargs: log)()
        assert await anext(stream) == 1
        await stream.aclose()

    asyncio.run(run())
    assert log.said == ["begin", "suspend", ("passed", 1), "resume", "closing", "suspend", ("finish", "")]


def test_nothing_around_is_the_function() -> None:
    for function in (add, functools.partial(add, 1)):
        assert calls.wrap(function, lambda args, kwargs: None)(2) == function(2)

    async def stream() -> AsyncIterator[int]:
        yield 1

    async def run() -> list[int]:
        return [item async for item in calls.wrap(stream, lambda args, kwargs: None)()]

    assert asyncio.run(run()) == [1]


@functools.partial(calls.wrap, opened=lambda args, kwargs: None)
def wrapped_here(x: int) -> int:
    return x


def test_a_wrapped_function_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(wrapped_here))(3) == 3


def test_a_result_whose_type_has_no_hash_passes() -> None:
    class Kind(type):
        def __eq__(cls, other: object) -> bool:
            return cls is other

    class Result(metaclass=Kind):
        pass

    function, log = around_of(lambda: Result(), lazily=True)
    assert type(function()) is Result
    assert log.said[-1] == ("finish", "")


@types.coroutine
def waits(given: int) -> Any:
    yield  # as asyncio has it: to be asked once more
    return given + 1


@pytest.mark.parametrize("function", [waits, lambda given: waits(given)])
def test_a_generator_that_is_awaited_can_be_awaited_and_yields_no_items(function: Any) -> None:
    wrapped, log = around_of(function, lazily=True)

    async def ask() -> Any:
        return await wrapped(1)

    assert asyncio.run(ask()) == 2
    assert not any(one[0] == "passed" for one in log.said if isinstance(one, tuple))
    assert log.said[-3:] == [("returned", 2), ("finish", ""), "suspend"]
    bare = calls.wrap(waits, lambda *_: None)
    assert inspect.isgeneratorfunction(bare)
    assert [*bare(1)] == [None]  # it is a generator still


def test_what_a_coroutine_returns_that_is_worked_out_later_is_still_part_of_the_call() -> None:
    async def pieces() -> AsyncIterator[str]:
        yield "a"

    async def ask() -> AsyncIterator[str]:
        return pieces()

    async def read() -> list[str]:
        return [piece async for piece in await wrapped()]

    wrapped, log = around_of(ask, lazily=True)
    assert asyncio.run(read()) == ["a"]
    assert ("passed", "a") in log.said
