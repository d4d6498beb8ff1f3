"""Ctrl-C: the exit code of a script that died of it, which the work at the end of the process must not change.

Enters: the exception that the interpreter ends with. Leaves: CPython's note that it was a ``KeyboardInterrupt``, set
anew. CPython ends such a process by the signal (a shell says 130) while that note stands, but takes it back whenever
``exec`` or ``eval`` is given text, as the import of many a library does. Raises nothing.
"""

import contextlib
import sys


def keep() -> None:
    """Set the note again where the script died of a ``KeyboardInterrupt``; where it did not, do nothing."""
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if type(error) is not KeyboardInterrupt or hasattr(sys, "ps1"):  # CPython notes no subclass either
        return
    with contextlib.suppress(KeyboardInterrupt):
        exec("raise KeyboardInterrupt", {})  # noqa: S102 - our own text; nothing else sets the note
