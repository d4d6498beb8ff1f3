"""What of ours is being loaded: a process that forks meanwhile gives its child the locks of it, locked for ever.

Enters: our threads, as they begin and end, and a fork. Leaves: a fork that has waited, for a bounded time, until none
of them loads anything, and no thread of the user's a module of ours, as a hook does at its first use.
Source: https://docs.python.org/3/library/os.html#os.fork (threads and locks).
"""

import sys
import threading
import time
from types import FrameType

_LOADER = "<frozen importlib._bootstrap>"
_LOADING = "_find_and_load"  # the function of it that holds the lock of the module ``name``
_OURS = "driftline"
_PAUSE_SECONDS = 0.001
_threads: set[int] = set()  # by their numbers: ours


def begin() -> None:
    """Say that this thread is ours."""
    _threads.add(threading.get_ident())


def end() -> None:
    """Say that it ends."""
    _threads.discard(threading.get_ident())


def wait(seconds: float) -> bool:
    """Wait until no other thread of ours loads a module, nor one of the user's one of ours; whether that came about."""
    until = time.monotonic() + seconds
    while _under_way():
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _under_way() -> bool:
    here = threading.get_ident()
    return any(_loads(frame, thread in _threads) for thread, frame in sys._current_frames().items() if thread != here)


def _loads(frame: FrameType | None, ours: bool) -> bool:
    while frame is not None:
        code = frame.f_code
        if code.co_filename == _LOADER and (ours or (code.co_name == _LOADING and _is_ours(frame.f_locals["name"]))):
            return True
        frame = frame.f_back
    return False


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == _OURS
