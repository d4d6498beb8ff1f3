"""Threads and processes: what a run starts belongs to it.

Enters: the standard library's modules. Leaves: threads and pool tasks that begin inside a run, or inside a call that is
recorded, go on there; processes that are spawned record as part of the same run. A thread that knows no other run
belongs to the run of the process without any of this.
"""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from driftline.capture.ground import fault, own
from driftline.capture.hooks import patch, raised
from driftline.capture.hooks.patch import Patch
from driftline.capture.runs.around import current_run
from driftline.capture.watching import children

_CARRIED: tuple[ContextVar[Any], ...] = (current_run, own.span)


class Carrying:
    """A callable that runs inside what was around it when it was made."""

    __slots__ = ("_act", "_values")

    def __init__(self, act: Callable[..., Any], values: tuple[Any, ...]) -> None:
        self._act = act
        self._values = values

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what is carried, once."""
        tokens = [variable.set(value) for variable, value in zip(_CARRIED, self._values, strict=True)]
        try:
            return self._act(*args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        finally:
            for variable, token in zip(_CARRIED, tokens, strict=True):
                variable.reset(token)


raised.names.add(Carrying.__call__.__code__.co_filename)


def _around() -> tuple[Any, ...] | None:
    values = tuple(variable.get() for variable in _CARRIED)
    return values if any(value is not None for value in values) else None


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "threading":
        return _put(module.Thread, "start", _starting)
    if module.__name__ == "concurrent.futures.thread":
        return _put(module.ThreadPoolExecutor, "submit", _submitting)
    return _put(module.BaseProcess, "__init__", _spawning)


def _put(owner: Any, name: str, wrap: Callable[[Any], Any]) -> list[Patch]:
    original = owner.__dict__[name]
    setattr(owner, name, patch.unseen(functools.wraps(original)(wrap(original)), original))
    return [Patch(owner, name, original)]


def _starting(original: Any) -> Any:
    carry = raised.held(_carry)

    def start(self: Any) -> Any:
        fault.attempt("hook Thread.start", carry, self)
        try:
            return original(self)
        except raised.ANY as error:
            raised.through(error)
            raise

    return start


def _carry(thread: Any) -> None:
    values = _around()
    if values is None:
        return
    carrying = Carrying(thread.run, values)

    def run() -> None:
        thread.__dict__.pop("run", None)
        try:
            carrying()
        except raised.ANY as error:
            raised.through(error)
            raise

    thread.run = run


def _carried(fn: Callable[..., Any]) -> Carrying | None:
    values = _around()
    return None if values is None else Carrying(fn, values)


def _submitting(original: Any) -> Any:
    carry = raised.held(_carried)

    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        carried = fault.attempt("hook ThreadPoolExecutor.submit", carry, fn)
        try:
            return original(self, fn if carried is None else carried, *args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise

    return submit


def _spawning(original: Any) -> Any:
    def init(self: Any, *args: Any, **kwargs: Any) -> Any:
        target = kwargs.get("target", args[1] if args[1:] else None)
        child = None if target is None else fault.attempt("hook Process", children.child, target)
        if child is not None:
            if "target" in kwargs:
                kwargs = {**kwargs, "target": child}
            else:
                args = (args[0], child, *args[2:])
        try:
            return original(self, *args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise

    return init
