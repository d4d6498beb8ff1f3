"""What threads of ours are loading: a process that forks meanwhile gives its child their locks, locked for ever.

Enters: our threads, as they begin and end, and a fork. Leaves: a fork that has waited, for a bounded time, until none
of them loads anything. Source: https://docs.python.org/3/library/os.html#os.fork (threads and locks).
"""

import sys
import threading
import time
from types import FrameType

_LOADER = "<frozen importlib._bootstrap>"
_PAUSE_SECONDS = 0.001
_threads: set[int] = set()  # by their numbers: ours


def begin() -> None:
    """Say that this thread is ours."""
    _threads.add(threading.get_ident())


def end() -> None:
    """Say that it ends."""
    _threads.discard(threading.get_ident())


def wait(seconds: float) -> bool:
    """Wait until no other thread of ours loads a module; whether that came about."""
    until = time.monotonic() + seconds
    while _under_way():
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _under_way() -> bool:
    if not _threads:
        return False
    frames, here = sys._current_frames(), threading.get_ident()
    return any(_loads(frames.get(thread)) for thread in list(_threads) if thread != here)


def _loads(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _LOADER:
            return True
        frame = frame.f_back
    return False
