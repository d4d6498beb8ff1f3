"""What a run has read and written so far, said while it lasts: a process that is killed cannot say it any more.

Enters: open runs, once a second, on the sender's thread. Leaves: a RUNNING event where something new was read or
written and ``PAUSE_US`` have passed since the last one; each holds the whole picture until then, so that the last event
of the run replaces it. Names, versions and statements are told, contents are not: they are measured when the run ends.
What is still being written is left out until it has been closed for a while. Takes at most a hundredth of the time, and
of a run that has much to tell again and again a bounded number of bytes a day.
"""

import time
import weakref
from typing import TYPE_CHECKING, Any

import msgspec

from driftline import clock
from driftline.capture.ground import fault
from driftline.capture.runs import emit, order
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sending import large
from driftline.capture.tables import measure

if TYPE_CHECKING:
    from driftline.capture.sending.client import Client

PAUSE_US = 2_000_000
_SHARE = 100  # pauses are so many times longer than what making the event has taken
FREE = 20 << 20  # bytes of such events that a run may send as fast as that; then
_US_PER_BYTE = 1_000  # each byte of the last one makes the pause longer by this: 86 MB a day
MANY = 50_000  # versions that one block keeps until it ends, which is told
WHOLE = {
    "processingType": "BATCH",
    "integration": "DRIFTLINE",
    "emissionPattern": {"eventContentMode": "COMPLETE_SNAPSHOT"},
}


class _Said:
    """What was said of one run."""

    __slots__ = ("known", "left_out", "mark", "next_us", "sent")

    def __init__(self, next_us: int) -> None:
        self.mark: Any = (0, 0, 0)
        self.known = 0  # versions that were told
        self.left_out = False  # something was not, which may be closed by now
        self.sent = 0  # bytes
        self.next_us = next_us


_said: "weakref.WeakKeyDictionary[Recording, _Said]" = weakref.WeakKeyDictionary()


def say(run: Recording, client: "Client", opened_us: int) -> None:
    """Send what ``run`` has read and written so far, if that is new and due."""
    now_us = clock.now_us()
    said = _said.get(run)
    if said is None:
        said = _said[run] = _Said(opened_us + PAUSE_US)
    if now_us < said.next_us:
        return
    trace = run.trace
    mark = (len(trace.inputs), len(trace.outputs), max((seen.at_ns for seen in list(trace.outputs)), default=0))
    if (
        mark == said.mark and not said.left_out
    ) or run.over:  # looked at after the clock: a run that ends meanwhile ends later than ``now_us``
        return
    begin = time.perf_counter()
    trace.on_job["jobType"] = WHOLE
    outputs = order.lasting(list(trace.outputs))
    so_far = _so_far(trace, outputs)
    known = len(so_far.inputs) + len(so_far.outputs)
    rest = 0
    if mark != said.mark or known != said.known:
        event = emit.running(so_far, now_us)
        if len(event) <= large.LIMIT:  # else no server takes it, and a whole picture is not told in pieces
            client.event(event)
        said.sent += len(event)
        rest = len(event) * _US_PER_BYTE if said.sent > FREE else 0
    spent_us = int((time.perf_counter() - begin) * 1e6)
    said.known, said.left_out = known, len(so_far.outputs) < len(outputs)
    said.mark, said.next_us = mark, now_us + max(PAUSE_US, _SHARE * spent_us, rest)
    if len(trace.inputs) + len(trace.outputs) >= MANY:
        held = f"the run of {run.job.name!r} has read and written {MANY:,} versions and goes on"
        keeps = "all of it is kept until it ends: a block of driftline.run for each turn of a loop keeps less"
        fault.tell(f"long:{run.job.name}", f"{held}; {keeps}")


def _so_far(trace: Trace, outputs: list[Seen]) -> Trace:
    """Return a copy that holds still."""
    return msgspec.structs.replace(
        trace,
        inputs=_known(list(trace.inputs)),
        outputs=_known(outputs),
        statements=list(trace.statements),
        gaps=dict(trace.gaps),
        on_run=dict(trace.on_run),
        on_job=dict(trace.on_job),
        differences=[],
    )


def _known(found: list[Seen]) -> list[Seen]:
    """Return copies of what has a version now."""
    known: list[Seen] = []
    for seen in found:
        if seen.pointer is not None or (seen.pending and seen.is_open()):
            continue
        held = msgspec.structs.replace(seen, edges=list(seen.edges))
        if held.deferred or held.pending:
            try:
                if not _rests(held):
                    continue
                emit.settle(held)
            except OSError:  # it is gone
                continue
        known.append(held)
    return known


def _rests(seen: Seen) -> bool:
    """Whether a file is as it was seen; one that was open then, whether it has not changed for a while."""
    size, modified_ns = measure.state(seen.path)
    if seen.pending:
        return clock.now_us() - modified_ns // 1_000 >= PAUSE_US
    return (size, modified_ns) == (seen.size, seen.modified_ns)
