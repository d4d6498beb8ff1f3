"""The child process of a probe, run inside of this one, so that its functions fail as well and cost less.

Enters: what ``probe.background`` asks of ``subprocess``. Leaves: the bytes that the child would have answered. What the
child does to its own process is left out: the fence; whole scripts of the drill have real children behind real fences.
"""

import marshal
import subprocess
from types import SimpleNamespace
from typing import Any, Self

from driftline.capture.probe import background, child, report

DEVNULL, PIPE, TimeoutExpired = subprocess.DEVNULL, subprocess.PIPE, subprocess.TimeoutExpired


class Popen:
    """A child that works on the thread of who waits for it."""

    returncode = 1

    def __init__(self, *_: Any, **__: Any) -> None:
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def communicate(self, data: bytes = b"", **_: Any) -> tuple[bytes, None]:
        """Return the answer; none where it failed, as a process that has died says none."""
        try:
            _path, seconds, function, packed = marshal.loads(data)
            around: Any = SimpleNamespace(watching=False, refused=[], parts=["none"], reads={})
            return report.encode(child._probe(around, function, packed, seconds)), None
        except Exception:
            return b"", None

    def kill(self) -> None:
        return None


def put() -> None:
    """Have probes run inside."""
    background.subprocess = SimpleNamespace(Popen=Popen, PIPE=PIPE, DEVNULL=DEVNULL, TimeoutExpired=TimeoutExpired)


def wait() -> None:
    """Wait until nothing is probed any more."""
    thread = background._queue.thread
    if thread is not None:
        background._queue.stopped = True
        thread.join()
