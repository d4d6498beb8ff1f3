"""Texts that only start somebody else's program, in which the user's own code is called.

Enters: the frames' code that led to a call, the innermost first. Leaves: how many of them are the user's. The outermost
is not where it is the script that pip makes of a command (``airflow``, ``celery``, ``pytest``), or a ``python -c`` that
runs what it is sent. To follow these leads into libraries alone.
"""

import os
import sys
from collections.abc import Sequence
from types import CodeType

_COMMAND = "<string>"


def own(codes: Sequence[CodeType]) -> int:
    """Return how many frames are left without the launcher, and what it was sent; at least one."""
    left, sent = len(codes), False
    while left > 1 and codes[left - 1].co_name == "<module>":
        outermost = codes[left - 1]
        if not launches(outermost) and not (sent and outermost.co_filename == _COMMAND):
            break
        left, sent = left - 1, True
    return left


def launches(code: CodeType) -> bool:
    """Whether a module's own text is no part of the user's program."""
    if code.co_filename == _COMMAND:
        return "exec" in code.co_names
    return os.path.dirname(os.path.abspath(code.co_filename)) == os.path.dirname(os.path.abspath(sys.executable))
