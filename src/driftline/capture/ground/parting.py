"""The last moment before somebody else may end this process: what it has recorded is on disk by then.

Enters: what saves. Leaves: calls of it before ``os._exit`` and ``os.abort``, before a signal that the process ends
itself or its group by (Uvicorn does, after each SIGTERM or Ctrl-C), and, in a child of ``multiprocessing`` (pools,
executors, joblib), before anything is sent to another process: whoever has the result of a task may end the worker by a
signal at once, as ``with Pool()`` does. Never keeps a process from sending or from ending.
"""

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from driftline import held
from driftline.capture.ground import fault
from driftline.capture.ground.unbound import Unbound

_STREAMS = 3  # numbers below it are those of the standard streams


class _State:
    """What is put on in this process; a forked child has it, too."""

    save: Callable[[bool], None] = staticmethod(lambda _last: None)
    release: Callable[[], None] = staticmethod(lambda: None)
    exits = False
    sends = False


def begin(save: Callable[[bool], None], release: Callable[[], None]) -> None:
    """Have these called from now on, which must not take long; ``save`` is told whether the process is sure to end now.

    ``release``: before numbers are closed, or given to another file, by somebody who need not know whose they are.
    """
    _State.save, _State.release = staticmethod(save), staticmethod(release)
    if not _State.exits:
        _State.exits = True
        _before(os, "_exit", lambda *_, **_named: True, lambda: _State.save(True))
        _before(os, "abort", lambda *_, **_named: True, lambda: _State.save(True))
        _before(os, "closerange", _reaches, _release)
        _before(os, "dup2", _replaces, _release)
        _before(signal, "raise_signal", _ends)
        _before(os, "kill", lambda process=None, number=None, **_named: process in _own() and _ends(number))
        if hasattr(os, "killpg"):
            _before(
                os, "killpg", lambda group=None, number=None, **_named: group in (0, os.getpgrp()) and _ends(number)
            )
    children = sys.modules.get("multiprocessing.process")
    if not _State.sends and children is not None and children.parent_process() is not None:
        _State.sends = True
        _sends(sys.modules.get("multiprocessing.connection"))


def _before(
    module: Any, name: str, ends: Callable[..., bool], act: Callable[[], None] = lambda: _State.save(False)
) -> None:
    """``act`` before each call of ``module.name`` that ends the process or closes files, as ``ends`` says of it."""
    original = getattr(module, name)  # built in, or what another library has put in its place

    @functools.wraps(original)
    def leave(*args: Any, **kwargs: Any) -> Any:
        if fault.attempt("exit", ends, *args, **kwargs):
            with contextlib.suppress(BaseException):  # a Ctrl-C comes too late: no fork goes on as its parent
                fault.attempt("exit", act)
        try:
            return original(*args, **kwargs)
        except BaseException as error:  # that of a signal's handler, such as Ctrl-C, or for what is no signal
            fault.attempt("exit", _unseen, error)
            raise

    made: Any = Unbound(leave)
    made.__module__ = module.__name__  # where it is found when it is pickled
    made.__text_signature__ = getattr(original, "__text_signature__", None)
    setattr(module, name, made)


def _unseen(error: BaseException) -> None:
    """Take the frame that handles ``error`` off its traceback, which begins with it."""
    begun = sys.exc_info()[2]
    if begun is not None:
        BaseException.with_traceback(error, begun.tb_next)


def _ends(number: Any = None, *_: Any, **_named: Any) -> bool:
    with contextlib.suppress(TypeError, ValueError):  # it is no signal, as the call itself will say
        return signal.getsignal(number) is signal.SIG_DFL
    return False


def _release() -> None:
    _State.release()


def _reaches(_low: Any = None, high: Any = None, **_named: Any) -> bool:
    return isinstance(high, int) and high > _STREAMS


def _replaces(_from: Any = None, fd2: Any = None, *_: Any, **_named: Any) -> bool:
    return isinstance(fd2, int) and fd2 >= _STREAMS and held.mark(fd2) is not None


def _own() -> tuple[int, ...]:
    """The numbers by which ``os.kill`` reaches this process: its own, and those of its group."""
    return (os.getpid(), 0, -os.getpgrp()) if hasattr(os, "getpgrp") else (os.getpid(),)


def _sends(module: Any) -> None:
    connection = getattr(module, "Connection", None)
    if connection is None:
        return
    original = connection._send_bytes  # all that is sent goes through it

    @functools.wraps(original)
    def send(*args: Any, **kwargs: Any) -> Any:
        fault.attempt("save", _State.save, False)
        return original(*args, **kwargs)

    connection._send_bytes = send
