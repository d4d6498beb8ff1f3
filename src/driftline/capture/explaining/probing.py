"""Which calls of steps are probed, and what is made of the answer.

Enters: a call of a step, before and after. Leaves: a sample in the queue of probes, a node beside each frame that was
returned, gaps for what cannot be probed. The function is called here neither more nor less often than by the user:
probing happens elsewhere. A step whose code and whose arguments' form are known costs no sample.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import xxhash

from driftline.capture.frames import node, origin, probed
from driftline.capture.ground import fault, imported
from driftline.capture.probe import background, cache, child, sample, ship, tables
from driftline.capture.probe.background import Job
from driftline.capture.probe.call import Arguments
from driftline.capture.probe.report import FORM, Report
from driftline.capture.runs.run import Run
from driftline.capture.sending import client
from driftline.capture.sending.client import Client

_LIBRARIES = ("pandas", "polars", "pyarrow", "numpy")
_PLAIN = 10_000  # characters of the arguments that are no tables


client.unfinished.append(background)


class Before(NamedTuple):
    """What was found out before a call."""

    key: str
    job: Job | None  # None: the answer is known, or on its way
    given: Mapping[str, Any]  # arguments that are tables


class Probing:
    """The probing of one function."""

    def __init__(self, function: Callable[..., Any], asked: bool | None) -> None:
        self._function = function
        self._asked = asked

    def before(self, run: Run, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Before | None:
        """Look at a call that is about to happen; None where it is not probed."""
        owner = client.current()
        if owner is None or not self._wanted(owner) or fault.off("probing"):
            return None
        found = fault.attempt("probing", self._before, owner, run, args, kwargs)
        return found if isinstance(found, Before) else None

    def _wanted(self, owner: Client) -> bool:
        if owner.settings.probe == "off" or self._asked is False:
            return False
        return bool(self._asked) or owner.settings.probe == "steps"

    def _before(self, owner: Client, run: Run, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Before | None:
        try:
            arguments, given = bound(self._function, args, kwargs)
            key = key_of(self._function, arguments, given)
        except ship.NotShippable as why:
            run.gap(f"not probeable: {why}")
            return None
        if not given:
            return None
        if cache.get(key, owner.home) is not None or background.known(key):
            return Before(key, None, given)
        seconds, function = owner.settings.probe_seconds, ship.pack(self._function)
        data = functools.partial(child.job, function, arguments, sample.of(given), list(sys.path), seconds)
        return Before(key, Job(key, data, seconds, owner.home), given)

    def after(self, before: Before, run: Run, result: Any) -> None:
        """Take what a call has returned."""
        fault.attempt("probing", self._after, before, run, result)

    def _after(self, before: Before, run: Run, result: Any) -> None:
        if run.trace.outputs:
            run.gap("not probeable: it writes")
            return
        if before.job is not None and not background.put(before.job):
            run.gap("not probed: too many steps wait")
            return
        run.trace.awaited.append(before.key)
        names = tuple(before.given)
        inputs = tuple(node.of(one) or node.Opaque() for one in before.given.values())
        mutable = frozenset(name for name, one in before.given.items() if origin.mutable(one))
        for output, made in enumerate(result if isinstance(result, tuple) else (result,)):
            if any(made is one for one in before.given.values()) or not origin.is_frame(made):
                continue
            found = probed.Step(before.key, names, inputs, mutable, output, node.deeper(inputs))
            declared = node.of(made)
            both = None if declared is None else node.Both((declared, found), max(declared.depth, found.depth) + 1)
            node.put(made, both or found)


def bound(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Arguments, dict[str, Any]]:
    """Return how a function is called, and those of its arguments that are tables.

    Raises:
        NotShippable: an argument is neither a table nor a plain value.
    """
    try:
        parameters = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        parameters = []
    positional = [parameters[place] if place < len(parameters) else str(place) for place in range(len(args))]
    if len(set(positional)) != len(positional):
        positional = [str(place) for place in range(len(args))]
    values = {**dict(zip(positional, args, strict=True)), **kwargs}
    given = {name: one for name, one in values.items() if tables.is_table(one)}
    for name, one in values.items():
        if name not in given and not _is_plain(one):
            raise ship.NotShippable(f"its argument {name} is of class {type(one).__qualname__}")
    plain = {name: one for name, one in values.items() if name not in given}
    return Arguments(positional, [name for name in kwargs if name not in positional], plain), given


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple | set | frozenset):
        return all(_is_plain(one) for one in value)
    if isinstance(value, dict):
        return all(_is_plain(one) for one in value.values())
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return True
    return type(value).__module__ in ("datetime", "decimal", "uuid", "pathlib") or (
        type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    )


def key_of(function: Callable[..., Any], arguments: Arguments, given: Mapping[str, Any]) -> str:
    """Return the key of a probe: the code with all that it needs, the form of the tables, the other arguments.

    Raises:
        NotShippable: the function cannot be carried.
    """
    state = xxhash.xxh3_128(ship.fingerprint(function).encode())
    for name, one in sorted(given.items()):
        form = (name, type(one).__module__, type(one).__name__, list(map(str, tables.names(one))), tables.types(one))
        state.update(repr(form).encode())
    state.update(repr((arguments.positional, arguments.keywords, sorted(arguments.plain.items())))[:_PLAIN].encode())
    versions = [(name, imported.of(name).get("__version__", "")) for name in _LIBRARIES]
    state.update(repr((FORM, sys.version_info[:2], versions)).encode())
    return state.hexdigest()


def probe(function: Callable[..., Any], /, *args: Any, seconds: float | None = None, **kwargs: Any) -> Report:
    """Probe a function now, wait for the answer, and return it; the function is not called in this process.

    Args:
        function: what takes and returns tables.
        args: its arguments, as it is called.
        seconds: that the probe may take; default ``settings.probe_seconds``.
        kwargs: its arguments by name.

    Returns:
        What reaches what; ``reason`` says why a function is not probeable.
    """
    found = fault.attempt("probe", _probed, function, args, kwargs, seconds)
    return found if isinstance(found, Report) else Report(reason="it cannot be probed: something in Driftline failed")


def _probed(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], seconds: float | None
) -> Report:
    owner = client.current()
    limit = seconds or (30.0 if owner is None else owner.settings.probe_seconds)
    try:
        arguments, given = bound(function, args, kwargs)
        if not given:
            return Report(reason="none of its arguments is a table")
        packed = ship.pack(function)
    except ship.NotShippable as why:
        return Report(reason=str(why))
    data = functools.partial(child.job, packed, arguments, sample.of(given), list(sys.path), limit)
    return background.run(Job("", data, limit, ""))
