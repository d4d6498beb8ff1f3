"""The last moment before somebody else may end this process: what it has recorded is on disk by then.

Enters: what saves. Leaves: calls of it before ``os._exit``, and, in a child of ``multiprocessing`` (pools, executors,
joblib), before anything is sent to another process: whoever has the result of a task may end the worker by a signal at
once, as ``with Pool()`` does. Never keeps a process from sending or from ending.
"""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from driftline.capture import fault
from driftline.capture.unbound import Unbound


class _State:
    """What is put on in this process; a forked child has it, too."""

    save: Callable[[], None] = staticmethod(lambda: None)
    exits = False
    sends = False


def begin(save: Callable[[], None]) -> None:
    """Have ``save`` called from now on, which must not take long."""
    _State.save = staticmethod(save)
    if not _State.exits:
        _State.exits = True
        _exits()
    children = sys.modules.get("multiprocessing.process")
    if not _State.sends and children is not None and children.parent_process() is not None:
        _State.sends = True
        _sends(sys.modules.get("multiprocessing.connection"))


def _exits() -> None:
    original: Any = os._exit

    @functools.wraps(original)
    def leave(*args: Any, **kwargs: Any) -> Any:
        try:
            fault.attempt("exit", _State.save)
        finally:  # a Ctrl-C meanwhile would have come too late, too: who forks must not go on as its parent
            return original(*args, **kwargs)  # noqa: B012

    made: Any = Unbound(leave)
    made.__module__ = "os"  # where it is found when it is pickled
    made.__text_signature__ = original.__text_signature__
    os._exit = made


def _sends(module: Any) -> None:
    connection = getattr(module, "Connection", None)
    if connection is None:
        return
    original = connection._send_bytes  # all that is sent goes through it

    @functools.wraps(original)
    def send(*args: Any, **kwargs: Any) -> Any:
        fault.attempt("save", _State.save)
        return original(*args, **kwargs)

    connection._send_bytes = send
