"""A function as a run of its own: each call is one execution, a child of the run that it is called in.

Enters: a function, a coroutine function or a generator function. Leaves: the same kind of function with the
same name, signature and pickling. The original is called exactly once per call, with the same arguments; what
it returns, yields and raises passes through untouched, and generators stay lazy: their run lasts from the first
item to the last.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, overload

from driftline.capture import client
from driftline.capture.probing import Probing
from driftline.capture.run import Run

P = ParamSpec("P")
R = TypeVar("R")
OpenRun = Callable[[], Run | None]


@overload
def step(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def step(
    *,
    name: str = "",
    params: Mapping[str, Any] | None = None,
    code: str = "",
    namespace: str | None = None,
    probe: bool | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def step(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    params: Mapping[str, Any] | None = None,
    code: str = "",
    namespace: str | None = None,
    probe: bool | None = None,
) -> Any:
    """Make each call of a function a run; use it as ``@step`` or ``@step(name=…)``.

    Args:
        function: what is decorated.
        name: of the job; default: the function's name.
        params: parameters of the run, recorded as text. Arguments of the call are not recorded.
        code: version of the code; default: a hash of the function's source.
        namespace: of the job; default ``settings.namespace``.
        probe: whether what reaches what through the function is found out by running it again, on a sample, in a
            process that can neither write nor connect; default: as ``settings.probe`` says.
    """

    def decorate(decorated: Callable[..., Any]) -> Callable[..., Any]:
        inner = inspect.unwrap(decorated)
        version = code or getattr(inner, "__code__", "")

        def open_run() -> Run | None:
            if client.current() is None:
                return None
            job = name or getattr(decorated, "__name__", type(decorated).__name__)
            return Run(job, params=params, code=version, namespace=namespace)

        return _wrap(decorated, open_run, Probing(decorated, probe))

    return decorate if function is None else decorate(function)


def _wrap(function: Callable[..., Any], open_run: OpenRun, probing: Probing) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):
        return _async_generator(function, open_run)
    if inspect.isgeneratorfunction(function):
        return _generator(function, open_run)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*args: Any, **kwargs: Any) -> Any:
            run = open_run()
            if run is None:
                return await function(*args, **kwargs)
            with run:
                return await function(*args, **kwargs)

        return later

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        run = open_run()
        if run is None:
            return function(*args, **kwargs)
        with run:
            before = probing.before(run, args, kwargs)
            result = function(*args, **kwargs)
            if before is not None:
                probing.after(before, run, result)
            return result

    return call


def _generator(function: Callable[..., Any], open_run: OpenRun) -> Callable[..., Any]:
    """Pass everything between consumer and generator, with the run current only while the generator works."""

    @functools.wraps(function)
    def items(*args: Any, **kwargs: Any) -> Any:
        run = open_run()
        if run is None:
            return (yield from function(*args, **kwargs))
        inner = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, inner)
        run.begin()
        try:
            while True:
                try:
                    item = resume()
                except StopIteration as end:
                    run.finish(None)
                    return end.value
                finally:
                    run.suspend()
                try:
                    sent = yield item
                except GeneratorExit:
                    run.resume()
                    inner.close()
                    raise
                except BaseException as error:  # what the consumer throws in goes to the original
                    resume = functools.partial(inner.throw, error)
                else:
                    resume = functools.partial(inner.send, sent)
                run.resume()
        except BaseException as error:
            run.suspend()
            run.finish(None if isinstance(error, GeneratorExit) else error)
            raise

    return items


def _async_generator(function: Callable[..., Any], open_run: OpenRun) -> Callable[..., Any]:
    """The same for asynchronous generators."""

    @functools.wraps(function)
    async def items(*args: Any, **kwargs: Any) -> Any:
        run = open_run()
        inner = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(inner.asend, None)
        _move(run, Run.begin)
        try:
            while True:
                try:
                    item = await resume()
                except StopAsyncIteration:
                    break
                finally:
                    _move(run, Run.suspend)
                try:
                    sent = yield item
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:  # what the consumer throws in goes to the original
                    resume = functools.partial(inner.athrow, error)
                else:
                    resume = functools.partial(inner.asend, sent)
                _move(run, Run.resume)
        except BaseException as error:
            if run is not None:
                run.suspend()
                run.finish(None if isinstance(error, GeneratorExit) else error)
            raise
        _move(run, lambda ended: ended.finish(None))

    return items


def _move(run: Run | None, move: Callable[[Run], None]) -> None:
    if run is not None:
        move(run)
