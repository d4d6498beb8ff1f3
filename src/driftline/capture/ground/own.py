"""Whose work it is: the user's, the inside of a call that a hook already records, or Driftline's own.

Enters: the begin and the end of such work. Leaves: the span of this context, or None where the user's own code runs.
While a span is open no hook records, so that pandas that calls pyarrow counts once, and what Driftline itself
reads is nobody's input. A span is one small object that the hook gets back with what happened inside.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar, Token

from driftline.capture.ground import fault, loading, unlisted
from driftline.latch import Latch


class Span:
    """One call that is recorded as a whole."""

    __slots__ = ("began_ns", "closed", "later", "opened", "states")

    def __init__(self) -> None:
        self.began_ns = time.time_ns()
        self.closed = False  # a thread that was started inside may outlive it
        self.opened: dict[tuple[str, str], int] = {}  # (path, read or write) of files that Python opened inside -> when
        self.states: dict[str, tuple[str, int]] = {}  # address -> (version, bytes), where an inner layer knew them
        self.later: dict[str, Callable[[], tuple[str, int]]] = {}  # the same of what is written, to be asked for later


_ENDS = "interpreter shutdown"  # what Python says where it starts no thread for that

OURS = Span()
span: ContextVar[Span | None] = ContextVar("driftline_span", default=None)


def enter(inside: Span) -> "Token[Span | None]":
    """Begin the work of ``inside`` in this context; the token ends it."""
    return span.set(inside)


def leave(token: "Token[Span | None]") -> None:
    """End it."""
    try:
        span.reset(token)
    except ValueError:  # it ends in another context than it began in, as generators may
        span.set(None)


@contextlib.contextmanager
def working() -> Iterator[None]:
    """Do Driftline's own work in a block on any thread: what it opens is nothing that a run around it has read."""
    token = enter(OURS)
    try:
        yield
    finally:
        leave(token)


def inside() -> Span | None:
    """Return the span that this code is in; None where it is the user's own."""
    found = span.get()
    return None if found is None or found.closed else found


def here() -> None:
    """Say that this thread, from now on, does Driftline's own work."""
    span.set(OURS)


def thread(name: str, work: Callable[[], None]) -> threading.Thread | None:
    """Return a thread that does ``work``, which is ours; None where there can be none, as when the interpreter ends.

    Python 3.12.0 to 3.12.2 start none once the last line of the script is done, even while threads of the program still
    run: nothing is wrong then, and it is not told.
    """

    def ours() -> None:
        fault.attempt("sender", here)
        fault.attempt("sender", loading.begin)
        fault.attempt("sender", work)
        fault.attempt("sender", loading.end)

    fault.attempt("sender", unlisted.pass_over)
    started = unlisted.Unlisted(target=ours, name=name, daemon=True)
    try:
        started.start()
    except RuntimeError as error:
        if _ENDS in str(error):
            fault.count("sender")
        else:
            fault.failed("sender", error)
        return None
    return started


def after(name: str, seconds: float, act: Callable[[], None]) -> Latch:
    """Have ``act`` called on a thread of ours after some seconds, unless the event that is returned is set before.

    A ``threading.Timer`` takes one of the numbers by which Python names the threads of the program.
    """
    done = Latch()

    def wait() -> None:
        if not done.wait(seconds):
            act()

    thread(name, wait)
    return done
