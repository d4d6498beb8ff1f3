"""Watching: what data libraries read and write is recorded from now on.

Enters: ``watch()`` or ``watch(name)``. Leaves: hooks on the libraries that are or get imported, which record on the run
around them; with a name, that run is the whole process. What does it is loaded by the call (``aside``), for a script
that begins with it. Switched off by ``DRIFTLINE_DISABLED=1``: then nothing at all is patched.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture import aside

if TYPE_CHECKING:
    from driftline.capture import client, fault, hooking, process, unnamed
else:
    client = later.module("driftline.capture.client")
    fault = later.module("driftline.capture.fault")
    hooking = later.module("driftline.capture.hooking")
    process = later.module("driftline.capture.process")
    unnamed = later.module("driftline.capture.unnamed")


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

    def begin() -> bool:
        if client.current() is None:
            return False
        if name:
            fault.attempt("watch", process.begin, name, params, namespace, caller)
        else:
            fault.attempt("watch", unnamed.begin)
        fault.attempt("watch", hooking.hooks_on)
        return True

    aside.while_loading(begin, caller)


def unwatch() -> None:
    """End the run that ``watch(name)`` began, and take all hooks off again."""
    fault.attempt("watch", process.end)
    fault.attempt("watch", hooking.hooks_off)
    fault.attempt("watch", aside.back)
