"""A function as a run of its own: each call is one execution, a child of the run that it is called in.

Enters: a function, a coroutine function or a generator function. Leaves: the same kind of function with the
same name, signature and pickling. The original is called exactly once per call, with the same arguments; what
it returns, yields and raises passes through untouched, and generators stay lazy: their run lasts from the first
item to the last.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast, overload

from driftline.capture.explaining.probing import Before, Probing
from driftline.capture.frames import passed
from driftline.capture.ground import calls, fault
from driftline.capture.runs.run import Run
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client

P = ParamSpec("P")
R = TypeVar("R")
_LASTING = (inspect.isasyncgenfunction, inspect.isgeneratorfunction, inspect.iscoroutinefunction)  # not probed


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

        probing = None if any(lasts(decorated) for lasts in _LASTING) else Probing(decorated, probe)

        def open_run(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Step | None:
            if client.current() is None:
                return None
            job = name or getattr(decorated, "__name__", type(decorated).__name__)
            return _Step(Run(job, params=params, code=version, namespace=namespace), probing, args, kwargs)

        return calls.wrap(decorated, open_run)

    def safely(decorated: Callable[..., Any]) -> Callable[..., Any]:
        made = fault.attempt("step", decorate, decorated)
        return decorated if made is None else cast("Callable[..., Any]", made)

    return safely if function is None else safely(function)


class _Step:
    """A run as what is put around a call, and the call's probing."""

    __slots__ = ("_args", "_arguments", "_before", "_behind", "_kwargs", "_probing", "_run")

    def __init__(self, run: Run, probing: Probing | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self._run = run
        self._probing = probing
        self._args = args
        self._kwargs = kwargs
        self._before: Before | None = None
        self._behind: tuple[Seen, ...] = ()  # the versions behind its arguments
        self._arguments: frozenset[int] = frozenset()

    def begin(self) -> None:
        """Make the run current, and look at what the call is given."""
        self._run.begin()
        self._behind = fault.attempt("passed", passed.given, self._run, self._args, self._kwargs) or ()
        self._arguments = frozenset(map(id, (*self._args, *self._kwargs.values()))) if self._behind else frozenset()
        if self._probing is not None:
            self._before = self._probing.before(self._run, self._args, self._kwargs)
        self._args, self._kwargs = (), {}  # the user's objects are not kept alive

    def suspend(self) -> None:
        """Let the run around it be current again."""
        self._run.suspend()

    def resume(self) -> None:
        """Make the run current once more."""
        self._run.resume()

    def finish(self, error: BaseException | None) -> None:
        """End the run."""
        self._run.finish(error)

    def passed(self, item: Any) -> None:
        """Remember what stands behind an item that a generator yields."""
        fault.attempt("passed", passed.returned, self._run, self._behind, self._arguments, item)

    def returned(self, result: Any) -> None:
        """Remember what stands behind the result, and hand it to the probing."""
        fault.attempt("passed", passed.returned, self._run, self._behind, self._arguments, result)
        if self._probing is not None and self._before is not None:
            self._probing.after(self._before, self._run, result)
