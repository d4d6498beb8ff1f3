"""Steps: the same function, recorded. Generators stay lazy and hand everything through."""

import asyncio
import copy
import inspect
import pickle
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

import driftline
from driftline.capture.runs.run import current_run
from driftline.testing import MemorySink


class Recorder:
    """A user's function that remembers how it was called."""

    def __init__(self, ending: BaseException | None = None) -> None:
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.ending = ending
        self.result = object()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append((args, kwargs))
        if self.ending is not None:
            raise self.ending
        return self.result


def test_a_step_calls_once_with_the_same_arguments_and_hands_on_the_same_object(sink: MemorySink) -> None:
    function = Recorder()
    argument = [1]
    assert driftline.step(function)(argument, key=argument) is function.result
    ((args, kwargs),) = function.calls
    assert args[0] is argument
    assert kwargs["key"] is argument


def test_a_cancelled_coroutine_is_cancelled(sink: MemorySink) -> None:
    @driftline.step
    async def slow() -> None:
        await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(slow())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    driftline.flush()
    (event,) = sink.decoded()
    assert event.event_type == "FAIL"


def test_generators_stay_lazy_and_hand_everything_through(sink: MemorySink) -> None:
    seen: list[object] = []

    @driftline.step
    def numbers() -> Iterator[Any]:
        seen.append("started")
        try:
            got = yield 1
            seen.append(got)
            try:
                yield 2
            except KeyError as error:
                seen.append(error)
            yield 3
        finally:
            seen.append("closed")
        return "end"

    made: Any = numbers()
    assert seen == []
    assert next(made) == 1
    assert current_run.get() is None  # the consumer is outside of the run
    assert made.send("sent") == 2
    error = KeyError("thrown")
    assert made.throw(error) == 3
    with pytest.raises(StopIteration) as end:
        next(made)
    assert end.value.value == "end"
    assert seen == ["started", "sent", error, "closed"]
    early: Any = numbers()
    next(early)
    early.close()
    assert seen[-1] == "closed"
    driftline.flush()
    assert [event.event_type for event in sink.decoded()] == ["COMPLETE", "COMPLETE"]


def test_asynchronous_generators_stay_lazy_too(sink: MemorySink) -> None:
    @driftline.step
    async def numbers(count: int) -> AsyncIterator[int]:
        for number in range(count):
            yield number
        raise ValueError("at the end")

    async def main() -> list[int]:
        got: list[int] = []
        try:
            async for number in numbers(3):
                assert current_run.get() is None
                got.append(number)
        except ValueError:
            got.append(-1)
        return got

    assert asyncio.run(main()) == [0, 1, 2, -1]
    driftline.flush()
    assert [event.event_type for event in sink.decoded()] == ["FAIL"]


@driftline.step(name="add")
def add(left: int, right: int = 2) -> int:
    """Add two numbers."""
    return left + right


def test_a_step_looks_like_the_function_that_it_is(sink: MemorySink) -> None:
    assert str(inspect.signature(add)) == "(left: int, right: int = 2) -> int"
    assert (add.__name__, add.__doc__) == ("add", "Add two numbers.")
    assert pickle.loads(pickle.dumps(add)) is add
    assert copy.deepcopy(add) is add

    async def later() -> None: ...
    def many() -> Iterator[int]:
        yield 1

    async def many_later() -> AsyncIterator[int]:
        yield 1

    assert inspect.iscoroutinefunction(driftline.step(later))
    assert inspect.isgeneratorfunction(driftline.step(many))
    assert inspect.isasyncgenfunction(driftline.step(many_later))
