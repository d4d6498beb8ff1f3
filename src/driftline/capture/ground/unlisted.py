"""Threads of ours are not among those that a program lists and counts.

Enters: threads of this class. Leaves: ``threading.enumerate`` and ``threading.active_count`` that pass over them: many
a program joins every thread that the one lists, or waits until the other is 1, and ours lasts as long as the program.
Who has taken these functions from ``threading`` by name before is told of ours, too.
Source: https://docs.python.org/3/library/threading.html#threading.enumerate.
"""

import functools
import threading


class Unlisted(threading.Thread):
    """A thread of ours."""


def pass_over() -> None:
    """Have the program's own threads alone listed and counted from now on."""
    listed, counted = threading.enumerate, threading.active_count
    if hasattr(listed, "_driftline"):
        return

    @functools.wraps(listed)
    def others() -> list[threading.Thread]:
        return [one for one in listed() if not isinstance(one, Unlisted)]

    @functools.wraps(counted)
    def number() -> int:
        return len(others())

    others._driftline = True  # type: ignore[attr-defined] # functions take marks
    threading.enumerate, threading.active_count = others, number
