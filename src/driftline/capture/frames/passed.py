"""Data that is passed on in memory: which versions stand behind an object that one run read and another one writes.

Enters: objects as they are read, given to steps, returned by them and written. Leaves: inputs of the run that is given
or writes them: the versions behind the object. What a step returns stands on what the step read and was given; a frame
that nobody knows, written by a run that read nothing, on what was read under the runs around it, which is a guess and
named as a gap. Objects are known weakly and by identity; never touched, never kept alive.
"""

import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from driftline.capture.frames import literal, members, node, origin
from driftline.capture.ground import fault, imported
from driftline.capture.ground.beside import Beside
from driftline.capture.runs import around, recalled, renamed
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sending import client

GUESSED = "origin of the data guessed"  # the gap of a run whose inputs are what was read before, by other runs
UNKNOWN = "origin of the data unknown"  # and of one where not even that can be told
_STEPS = "driftline.capture.watching.step"  # loaded by programs that have some
MOST = 100  # versions behind one object, and reads of one enclosing run that are remembered

_behind: Beside[tuple[Seen, ...]] = Beside()
_kept: Beside[Seen] = Beside()  # beside a model: the file that it was loaded from or saved to last
_fitted: Beside[int] = Beside()  # beside a model: when it was fitted last
_lock = threading.RLock()  # what is collected while it is held may read something in its ``__del__``


class _Any:
    owner: Any = None  # the client under which something was read last


def read(data: Any, found: Iterable[Seen]) -> None:
    """Remember that ``data`` was read from ``found``, and so was what it contains."""
    versions = tuple(found)
    for one in members.flat(data):
        if not (_resizable(one) and _alone()):
            _put(one, versions)


def _resizable(data: Any) -> bool:
    """Whether it is an array that NumPy would no longer resize in place once somebody refers to it weakly."""
    array = imported.of("numpy").get("ndarray")
    return array is not None and isinstance(data, array) and bool(data.flags.owndata)


def _alone() -> bool:
    """Whether the process is one run and has no steps, so that it has nobody to pass on what it reads."""
    run = around.process.run
    return run is not None and around.enclosing() is run and _STEPS not in sys.modules


def kept(model: Any, found: Iterable[Seen]) -> None:
    """Remember that ``model``, or those in a container, was loaded from a file, or saved to it."""
    held = members.models(model) or [model]
    for seen in found:
        for one in held:
            _kept.put(one, seen)


def kept_in(model: Any) -> Seen | None:
    """Return the file that ``model`` was loaded from or saved to last; None where that is not known."""
    return _kept.get(model)


def fitted(model: Any, *data: Any) -> None:
    """Remember what a model was fitted on; it is another one now than that of any file."""
    _kept.drop(model)
    _behind.drop(model)
    _fitted.put(model, time.time_ns())
    _put(model, behind(*data))


def fitted_ns(model: Any) -> int:
    """Return when ``model``, or the last of a container, was fitted, in ns since 1970; 0 = that is not known."""
    return max((_fitted.get(one) or 0 for one in members.flat(model)), default=0)


def noted(run: Recording, way: str, data: Any, found: Iterable[Seen]) -> None:
    """Take note of data that the user's code says it has read or writes; what that stands on is the user's to say."""
    if way == "read":
        _put(data, found)
    else:
        take(run, behind(data))


def heard(run: Recording, seen: Seen) -> None:
    """Remember that a run has read ``seen``, for those that are around it."""
    _Any.owner = client.current()
    top = _outermost(run)
    with _lock:
        held = top.heard
        if held is None:
            held = top.heard = []
        held.append((seen, run.trace))
        if len(held) > MOST:
            del held[:-MOST]


def goes_on(run: Recording, former: Trace) -> None:
    """What a process has read in the part of it that ends is what it has read by itself in the next one."""
    with _lock:
        if run.heard is not None:
            run.heard = [(seen, run.trace if trace is former else trace) for seen, trace in run.heard]


def behind(*given: Any) -> tuple[Seen, ...]:
    """Return the versions behind objects, and behind those that they contain."""
    if not len(_behind):
        return ()
    return _united(_behind.get(one) or () for whole in given for one in members.flat(whole))


def given(run: Recording, args: Iterable[Any], kwargs: Mapping[str, Any]) -> tuple[Seen, ...]:
    """Take what a step is given as read by its run; returns the versions behind it."""
    found = behind(*args, *kwargs.values())
    take(run, found)
    return found


def returned(run: Recording, was_given: Iterable[Seen], arguments: frozenset[int], result: Any) -> None:
    """Remember what stands behind the result of a step.

    Args:
        run: of the step.
        was_given: the versions behind its arguments.
        arguments: identities of its arguments; one that is returned may have been changed in place.
        result: what it returned.
    """
    every = (*run.trace.inputs, *was_given)
    if not every:
        return
    for one in members.flat(result):
        if _behind.get(one) is None or id(one) in arguments:
            _put(one, _united((_behind.get(one) or (), every)))


def written(run: Recording, data: Any) -> bool:
    """Take the versions behind data that a run writes as read by it; where nobody knows them, guess or say so.

    Returns whether it is proven that there are none: a frame that the code makes of constants.
    """
    found = behind(data)
    if found or node.of(data) is not None:
        take(run, found)
        return False
    if origin.is_frame(data) and fault.attempt("literal", literal.proven):
        return True
    if data is None or _Any.owner is not client.current():
        return False
    top = _outermost(run)
    former = _guessed(run, top)
    if former:
        run.gap(GUESSED)
        take(run, former)
    elif not run.trace.inputs and run is top:
        run.gap(UNKNOWN)
    return False


def _guessed(run: Recording, top: Recording) -> list[Seen]:
    """Return what was read under the runs around ``run`` that may stand behind what it writes."""
    if run.trace.inputs and run is not top:
        return []  # it read by itself
    others = [(seen, trace) for seen, trace in top.heard or () if trace is not run.trace]
    idle = [seen for seen, trace in others if not trace.outputs]  # a run that wrote has its own story
    if run.trace.inputs:  # results of its steps may be part of what it writes
        return idle
    return idle or [seen for seen, _ in others]


def take(run: Recording, found: Iterable[Seen]) -> None:
    """Make versions inputs of a run, but for those that it has read or written itself."""
    known = [recalled.of(run.trace, way) for way in recalled.WAYS]
    for seen in {id(one): one for one in found}.values():
        if not any(one.holds(seen) for one in known) and not renamed.made(run.trace, seen):
            run.add("read", seen)


def _put(data: Any, found: Iterable[Seen]) -> None:
    kept = tuple(found)[:MOST]
    if kept and not isinstance(data, str | bytes | int | float | bool | tuple | list | dict | type(None)):
        _behind.put(data, kept)


def _united(found: Iterable[Iterable[Seen]]) -> tuple[Seen, ...]:
    return tuple({id(seen): seen for some in found for seen in some}.values())


def _outermost(run: Recording) -> Recording:
    while run.outer is not None:
        run = run.outer
    return run


def _reborn() -> None:
    """In a forked child: a thread of the parent that held the lock is not there."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: fault.attempt("fork", _reborn))
