"""Files on which the program holds a lock of POSIX: whoever opens and closes one of these releases it.

Enters: audit events of ``fcntl.lockf`` and ``fcntl.fcntl``. Leaves: whether a file is one that nothing of ours may open
now. The system takes a lock away as soon as the process closes the file, by whatever number, and another process then
writes where the program thinks that it is alone. Locks of ``flock`` are of another kind and stay; of those that
libraries take in C nothing is heard. Source: https://man7.org/linux/man-pages/man2/fcntl.2.html (advisory locking).
"""

import os
import sys
from typing import Any

MOST = 1_000  # that are remembered before those are forgotten whose file was closed

_taken: dict[tuple[int, int], int] = {}  # by device and inode: the number under which it was open then


def heard(event: str, args: tuple[Any, ...]) -> None:
    """Take note of a lock that the program takes or gives back."""
    number, command, *rest = args
    fcntl: Any = sys.modules.get("fcntl")
    if event == "fcntl.fcntl":
        if command not in (fcntl.F_SETLK, fcntl.F_SETLKW):
            return
    elif command & fcntl.LOCK_UN and not any(rest[:2]):  # all of it, from the first byte
        _taken.pop(_key(os.fstat(number)), None)
        return
    if len(_taken) >= MOST:
        for key in [key for key in list(_taken) if not _open(key)]:
            _taken.pop(key, None)
    _taken[_key(os.fstat(number))] = number


def on(state: os.stat_result) -> bool:
    """Whether the program holds a lock on the file of that state, as far as is heard of."""
    key = _key(state)
    if not _taken or key not in _taken:
        return False
    if _open(key):
        return True
    _taken.pop(key, None)
    return False


def _open(key: tuple[int, int]) -> bool:
    """Whether the file is still open under its number: with that its locks end."""
    try:
        return _key(os.fstat(_taken[key])) == key
    except (OSError, KeyError):
        return False


def _key(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino
