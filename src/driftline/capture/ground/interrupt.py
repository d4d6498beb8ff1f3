"""Ctrl-C: the exit code of a script that died of it, which our work at the end of the process must not change.

Enters: the exception that the interpreter ends with. Leaves: CPython's note that it was a ``KeyboardInterrupt``, as it
would be without us. CPython ends such a process by the signal (a shell says 130) while that note stands, but takes it
back whenever ``exec`` or ``eval`` is given text, as the import of many a library does, on any thread. What the user's
own work at the end takes back stays so. Raises nothing.
"""

import contextlib
import sys
import threading
from typing import TYPE_CHECKING

from driftline import later
from driftline.capture.ground import fault

if TYPE_CHECKING:
    import ctypes
else:  # for who is interrupted
    ctypes = later.module("ctypes")

_NOTE = "_Py_UnhandledKeyboardInterrupt"  # of CPython until 3.11; later ones do not show it


def begin() -> None:
    """Have the note stand when the end of the process begins, whatever our threads were doing then."""
    with contextlib.suppress(AttributeError, RuntimeError):  # not of this Python; too late
        threading._register_atexit(fault.attempt, "exit", again)  # type: ignore[attr-defined] # not in typeshed


def stands() -> bool:
    """Whether the script died of a ``KeyboardInterrupt``, and the note of it stands as far as this Python shows it."""
    if not _died():
        return False
    try:
        return bool(ctypes.c_int.in_dll(ctypes.pythonapi, _NOTE))
    except ValueError:
        return True


def again() -> None:
    """Set the note anew, if the script died of a ``KeyboardInterrupt``."""
    if _died():
        with contextlib.suppress(KeyboardInterrupt):
            exec("raise KeyboardInterrupt", {})  # noqa: S102 - our own text; nothing else sets the note


def _died() -> bool:
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    return type(error) is KeyboardInterrupt and not hasattr(sys, "ps1")  # CPython notes no subclass either
