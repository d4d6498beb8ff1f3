"""What stands in files as a run ends, looked at then, as far as that is cheap.

Enters: a run that ends, on its own thread. Leaves: the state of what it wrote to files that were open when a hook saw
that, and of what it opened by hand. Its event is made later, when the next run may have written the same files anew:
each turn of a loop that keeps its state in a file. What is still open, or too large to be hashed at once, is taken as
it is then, if it has not changed; so is what was written where very many handles are open.
"""

import contextlib
import time

from driftline.capture.ground import opens, place
from driftline.capture.runs import emit, parts
from driftline.capture.runs.trace import Trace
from driftline.capture.tables import measure

_FILES = 50  # that were opened by hand and are looked at: 1 ms
_HANDLES = 1_000  # of the process, through which is looked for those that it still writes to: 5 ms


def take(trace: Trace) -> None:
    """Take down the state of what the run has written, and what it has opened by hand."""
    trace.watched = opens.watching()
    budget, trace.left_ns = measure.Budget(), time.time_ns()
    for seen in trace.outputs:
        if seen.pending and seen.path and seen.pointer is None and not seen.is_open():
            with contextlib.suppress(OSError):  # it is gone
                emit.settle(seen, budget)
    _by_hand(trace, budget)


def _by_hand(trace: Trace, budget: measure.Budget) -> None:
    opened = [(key, at) for key, at in list(trace.opened.items()) if key[0] not in trace.attributed]
    if not opened or not trace.watched:
        return
    first = dict(opened[:_FILES])
    written = {place.absolute(path) for path, way in first if way == "write"}
    unknown = written if written and parts.many_handles(_HANDLES) else set()
    writing = {} if unknown else parts.still_open(first)
    for key in first:
        path = place.absolute(key[0])
        if path in unknown:
            continue
        if key in writing:
            trace.stood[path] = None
        elif path not in trace.stood:
            with contextlib.suppress(OSError):  # it is gone, or no file
                trace.stood[path] = measure.of_file(path, budget)
