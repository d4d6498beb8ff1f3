"""A process that goes on for days is told in parts, each a run of the same job: what it holds in memory has an end.

Enters: what the run of a process has collected, looked at once a second. Leaves: whether it is time to tell of it and
to begin anew, and what the next part begins with. What was read first and what was read last, and the models that were
saved, are inputs of the next part, too, for whatever it writes may stand on them; what is still being written belongs
to it alone. The first part is the parent of all others. A process that lasts for less than ``LONG_US``, or touches less
than ``MANY`` versions, is one run, unless it touches ``MOST``.
"""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator

import msgspec

from driftline import clock
from driftline.capture.ground.place import absolute
from driftline.capture.runs.trace import Seen, Trace
from driftline.event import ids

LONG_US = 24 * 3_600 * 1_000_000
MANY = 2_000  # versions and opened files after that time
MOST = 50_000  # versions in any time: about 150 MB
FIRST, LAST, MODELS = 100, 1_800, 100  # of what was read, and saved, that the next part begins with
MOMENT_US = 1_000_000  # after which nobody is in the middle of adding to a part any more
_RECENT_NS = 1_000_000_000  # what was written since then may still be given its column edges
_HANDLES = "/proc/self/fd"  # of Linux
GOES_ON = "told in parts: the process goes on in a further run"


def due(trace: Trace, opened_us: int) -> bool:
    """Whether a run that began then has become so long that it is told."""
    versions = len(trace.inputs) + len(trace.outputs)
    if versions >= MOST:
        return True
    return versions + len(trace.opened) >= MANY and clock.now_us() - opened_us >= LONG_US


def following(trace: Trace, now_us: int) -> Trace:
    """Return what the next part begins with; what is being written or was just now is in both until ``leave``."""
    writing = [seen for seen in list(trace.outputs) if seen.at_ns > now_us * 1_000 - _RECENT_NS or seen.is_open()]
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
        opened=still_open(dict(trace.opened)),
        attributed={seen.path for seen in writing if seen.path},
    )


def leave(trace: Trace, to: frozenset[int], further: Trace) -> None:
    """End a part to which nobody adds any more, without what belongs to the ``further`` one: by identity.

    A file that was opened in one part and is told of in the next one is no file that was written by hand in the first.
    """
    late = [seen for seen in trace.outputs if id(seen) not in to and seen.is_open()]  # it came in the last moment
    to |= set(map(id, late))
    trace.outputs[:] = [seen for seen in trace.outputs if id(seen) not in to]
    later = {os.path.abspath(seen.path) for seen in list(further.outputs) if seen.path}
    further.outputs += [seen for seen in late if os.path.abspath(seen.path) not in later]
    later |= {os.path.abspath(seen.path) for seen in late}
    later |= {absolute(path) for path, way in list(further.opened) if way == "write"}
    trace.opened = {
        (path, way): at for (path, way), at in trace.opened.items() if way != "write" or absolute(path) not in later
    }
    trace.gaps[GOES_ON] = 1


def still_open(opened: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Return those files that are written to by an open handle of this process, where the system tells."""
    written = {key: os.path.realpath(key[0]) for key in opened if key[1] == "write"}
    found = set(_handles()) if written else set()
    return {key: opened[key] for key, path in written.items() if path in found}


def many_handles(most: int) -> bool:
    """Whether so many handles are open that it takes long to look through them."""
    return next(itertools.islice(_numbers(), most, None), None) is not None


def _handles() -> Iterator[str]:
    for number in _numbers():
        with contextlib.suppress(OSError):  # it is closed meanwhile
            yield os.readlink(f"{_HANDLES}/{number}")


def _numbers() -> Iterator[str]:
    with contextlib.suppress(OSError), os.scandir(_HANDLES) as entries:
        for entry in entries:
            yield entry.name


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
