"""Which run is around this code: the innermost one of its context, or the one that the whole process is.

Enters: runs that begin and end. Leaves: the run that records what happens now. Contexts are those of ``contextvars``,
so that tasks and generators have their own; a thread that knows no run belongs to the run of the process.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime, time

from driftline import clock, later
from driftline.capture.ground import own
from driftline.capture.runs.recording import Moment, Recording

_MICROSECONDS = later.pattern(r"\d{9,18}|0")  # other digits are a date
current_run: ContextVar[Recording | None] = ContextVar("driftline_current_run", default=None)


class _Process:
    """The run that a whole process is, if ``watch`` has opened one."""

    run: Recording | None = None
    opened = False  # any run was
    missed = False  # data was read or written outside of all runs
    on_missed: Callable[[], None] | None = None  # is told of that


process = _Process()


def enclosing() -> Recording | None:
    """Return the run around this code that still lasts; None where there is none."""
    run = current_run.get()
    while run is not None and run.over:
        run = run.outer
    return process.run if run is None else run


def active() -> Recording | None:
    """Return the run that records what happens now; None inside a recorded call, and in our own work."""
    return None if own.inside() is not None else enclosing()


def recording() -> Recording | None:
    """Return the run that records the reading or writing of data now; it is remembered if there is none."""
    run = active()
    if run is None and own.inside() is None:
        process.missed = True
        if process.on_missed is not None:
            process.on_missed()
    return run


def moment_us(at: Moment | None) -> int:
    """Return ``at`` in microseconds since 1970 UTC: a datetime, a date, these microseconds, or a text; None = now.

    Raises:
        ValueError: the text is neither a date nor a time.
    """
    if at is None:
        return clock.now_us()
    if isinstance(at, date):
        return clock.from_datetime(at if isinstance(at, datetime) else datetime.combine(at, time()))
    if isinstance(at, str) and not _MICROSECONDS.fullmatch(at):
        return clock.parse(at)
    return int(at)


def replayed() -> Moment | None:
    """Return the event time of the run of this context, if it has a clock of its own."""
    outer = enclosing()
    return None if outer is None else outer.clock
