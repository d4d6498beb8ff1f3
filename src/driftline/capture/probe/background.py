"""Probes, one at a time, in a child process each, while the user's program goes on.

Enters: jobs. Leaves: reports in the cache. A child has a deadline, after which it is ended; one that dies is a report
too. The thread exists only while there is something to do; at the end of the program what is not done by the deadline
is left undone. Nothing here runs on the user's thread but ``put`` and ``wait``.
"""

import contextlib
import functools
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from driftline.capture.ground import fault, own
from driftline.capture.probe import cache, report
from driftline.capture.probe.report import Report
from driftline.latch import Latch

MOST = 32  # jobs that wait; those that come then are passed over
_MARGIN = 5.0  # seconds that a child has beside those of the probe, to begin and to answer
_ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "POLARS_MAX_THREADS", "RAYON_NUM_THREADS",
)  # fmt: skip


class Job(NamedTuple):
    """One probe."""

    key: str
    data: Callable[[], bytes]  # makes what ``child.job`` makes
    seconds: float
    home: str


class _Queue:
    """The jobs of this process."""

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque()
        self.keys: set[str] = set()
        self.lock = threading.RLock()
        self.idle = Latch()
        self.idle.set()
        self.thread: threading.Thread | None = None
        self.starting = False
        self.child: subprocess.Popen[bytes] | None = None
        self.stopped = False


_queue = _Queue()


def known(key: str) -> bool:
    """Whether a job with this key waits or runs."""
    return key in _queue.keys


def put(job: Job) -> bool:
    """Queue a job; False where too many wait already."""
    with _queue.lock:
        if job.key in _queue.keys:
            return True
        if len(_queue.jobs) >= MOST or _queue.stopped:
            return False
        _queue.jobs.append(job)
        _queue.keys.add(job.key)
        _queue.idle.clear()
        if _queue.thread is None and not _queue.starting:  # a signal handler may come here while it starts
            _queue.starting = True
            _queue.thread = own.thread("driftline-prober", _work)
            _queue.starting = False
            if _queue.thread is None:  # there can be none
                _end()
                return False
    return True


def wait(seconds: float) -> bool:
    """Wait until all jobs are done; False where that takes longer."""
    return _queue.idle.wait(seconds)


def stop(seconds: float) -> None:
    """Wait for at most ``seconds``, then end what still runs; for the end of the program."""
    done = wait(seconds)
    _queue.stopped = True
    child = _queue.child
    if not done and child is not None:
        child.kill()


def _end() -> None:
    """Leave what still waits undone, so that nobody waits for it; the lock is held."""
    _queue.thread = None
    _queue.jobs.clear()
    _queue.keys.clear()
    _queue.idle.set()


def _work() -> None:
    going: bool | None = True
    while going:
        going = fault.attempt("probe", _turn)
    if going is None:
        fault.attempt("probe", _given_up)


def _turn() -> bool:
    """Do the next job; False where none is left."""
    with _queue.lock:
        if not _queue.jobs or _queue.stopped:
            _end()
            return False
        job = _queue.jobs.popleft()
    found = fault.attempt("probe", run, job)
    if found is not None and not _queue.stopped:
        cache.put(job.key, found, job.home)
    _queue.keys.discard(job.key)
    return True


def _given_up() -> None:
    with _queue.lock:
        _end()


def run(job: Job) -> Report:
    """Return what the child says of a job."""
    begin = time.monotonic()
    try:
        data = job.data()
    except Exception as error:  # arguments may refuse to be carried in any way they like
        return Report(reason=f"its arguments cannot be carried ({type(error).__name__})")
    if not sys.executable:
        return Report(reason="there is no interpreter to run it in")
    command = [sys.executable, "-m", "driftline.capture.probe.child"]
    with subprocess.Popen(  # noqa: S603 - our own module, with our own interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as child:
        _queue.child = child
        try:
            answer, _ = child.communicate(data, timeout=job.seconds + _MARGIN)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return Report(reason=f"it did not end within {time.monotonic() - begin:.0f} s")
        finally:
            _queue.child = None
    if not answer:
        code = child.returncode
        return Report(reason=f"it ended its process ({f'signal {-code}' if code < 0 else f'code {code}'})")
    return report.decode(answer)


def _environment() -> dict[str, str]:
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    single = dict.fromkeys(_ONE_THREAD, "1")
    given = {**os.environ, **single, "PYTHONPATH": path, "DRIFTLINE_DISABLED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    given.pop("PYTHONSTARTUP", None)
    return given


def _reborn() -> None:
    global _queue
    child = _queue.child
    for pipe in (child.stdin, child.stdout) if child is not None else ():
        if pipe is not None:  # with it open here the probe would wait for the end of what only the parent sends
            with contextlib.suppress(OSError, ValueError):  # it is closed already
                os.close(pipe.fileno())
    _queue = _Queue()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=functools.partial(fault.attempt, "fork", _reborn))
