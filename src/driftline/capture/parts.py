"""A process that goes on for days is told in parts, each a run of the same job: what it holds in memory has an end.

Enters: what the run of a process has collected, looked at once a second. Leaves: whether it is time to tell of it and
to begin anew, and what the next part begins with. What was read first and what was read last, and the models that were
saved, are inputs of the next part, too, for whatever it writes may stand on them; what is still being written belongs
to it alone. The first part is the parent of all others. A process that lasts for less than ``LONG_US``, or touches less
than ``MANY`` versions, is one run, unless it touches ``MOST``.
"""

from collections.abc import Iterable

import msgspec

from driftline import clock
from driftline.capture.trace import Seen, Trace
from driftline.event import ids

LONG_US = 24 * 3_600 * 1_000_000
MANY = 2_000  # versions and opened files after that time
MOST = 50_000  # versions in any time: about 150 MB
FIRST, LAST, MODELS = 100, 1_800, 100  # of what was read, and saved, that the next part begins with
MOMENT_US = 1_000_000  # after which nobody is in the middle of adding to a part any more
_RECENT_NS = 1_000_000_000  # what was written since then may still be given its column edges
GOES_ON = "told in parts: the process goes on in a further run"


def due(trace: Trace, opened_us: int) -> bool:
    """Whether a run that began then has become so long that it is told."""
    versions = len(trace.inputs) + len(trace.outputs)
    if versions >= MOST:
        return True
    return versions + len(trace.opened) >= MANY and clock.now_us() - opened_us >= LONG_US


def following(trace: Trace, now_us: int) -> Trace:
    """Return what the next part begins with; what is being written or was just now is in both until ``leave``."""
    writing = [seen for seen in list(trace.outputs) if seen.at_ns > now_us * 1_000 - _RECENT_NS or _is_open(seen)]
    first = trace.parent or trace.run
    return Trace(
        run=ids.uuid7(now_us),
        job=trace.job,
        started_us=now_us,
        nominal=trace.nominal,
        parent=first,
        parent_job=trace.parent_job or trace.job,
        parameters=dict(trace.parameters),
        inputs=_carried(list(trace.inputs), list(trace.outputs)),
        outputs=writing,
        ordered=trace.ordered,
        attributed={seen.path for seen in writing if seen.path},
    )


def leave(trace: Trace, to: frozenset[int]) -> None:
    """End a part to which nobody adds any more, without what belongs to the next one: by identity."""
    trace.outputs[:] = [seen for seen in trace.outputs if id(seen) not in to]
    trace.gaps[GOES_ON] = 1


def _is_open(seen: Seen) -> bool:
    file = None if seen.handle is None else seen.handle()
    return file is not None and not getattr(file, "closed", True)


def _carried(read: list[Seen], written: list[Seen]) -> list[Seen]:
    ordered = sorted(read, key=_when)
    models = [seen for seen in written if seen.touched.kind == "model" and not seen.pending][-MODELS:]
    saved = [msgspec.structs.replace(seen, edges=[], visits=[], lineage=None, former=None) for seen in models]
    return _once([*ordered[:FIRST], *saved, *ordered[FIRST:][-LAST:]])


def _once(found: Iterable[Seen]) -> list[Seen]:
    """A model that was carried and is saved again is a version by itself; the same version comes once."""
    return list({(seen.touched.dataset, seen.touched.version, seen.path): seen for seen in found}.values())


def _when(seen: Seen) -> int:
    return seen.at_ns
