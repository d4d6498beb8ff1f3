"""Watching: what data libraries read and write is recorded from now on.

Enters: ``watch()`` or ``watch(name)``. Leaves: hooks on the libraries that are or get imported, which record on the run
around them; with a name, that run is the whole process. What does it is loaded by the call (``aside``), for a script
that begins with it. Switched off by ``DRIFTLINE_DISABLED=1``: then nothing at all is patched.
"""

import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.ground import fault
from driftline.capture.watching import aside

if TYPE_CHECKING:
    from driftline.capture.sending import client
    from driftline.capture.watching import hooking, process, unnamed
else:  # each is looked up within ``attempt``, as loading it may fail
    client = later.module("driftline.capture.sending.client")
    hooking = later.module("driftline.capture.watching.hooking")
    process = later.module("driftline.capture.watching.process")
    unnamed = later.module("driftline.capture.watching.unnamed")


def watch(name: str = "", *, params: Mapping[str, Any] | None = None, namespace: str | None = None) -> None:
    """Record what data libraries read and write while a run is active; calling it again changes nothing.

    Args:
        name: of a job that this process is one run of, from now until it ends; ``""``: only the runs that are opened
            otherwise. The same name again changes nothing. Another one ends the first run and begins one that is no
            child of it, and says so; in an imported module it does not, and says that.
        params: parameters of that run, beside those of the command line.
        namespace: of the job; default ``settings.namespace``.
    """
    caller = sys._getframe(1)
    fault.attempt("watch", aside.while_loading, lambda: _begin(name, params, namespace, caller), caller)


def unwatch() -> None:
    """End the run that ``watch(name)`` began, and take all hooks off again."""
    fault.attempt("watch", _end)
    fault.attempt("watch", _hooks_off)
    fault.attempt("watch", aside.back_at_once)


def _begin(name: str, params: Mapping[str, Any] | None, namespace: str | None, caller: FrameType) -> bool:
    """Begin, unless Driftline is switched off; whether it is on."""
    if client.current() is None:
        return False
    fault.attempt("watch", _opened, name, params, namespace, caller)
    fault.attempt("watch", _hooks_on)
    return True


def _opened(name: str, params: Mapping[str, Any] | None, namespace: str | None, caller: FrameType) -> None:
    if name:
        process.begin(name, params, namespace, caller)
    else:
        unnamed.begin()


def _end() -> None:
    process.end()


def _hooks_on() -> None:
    hooking.hooks_on()


def _hooks_off() -> None:
    hooking.hooks_off()
