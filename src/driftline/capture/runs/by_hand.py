"""Files that a program opened by hand, with plain ``open``: what it read and wrote beside what hooks know of.

Enters: a run that is over, with the paths that Python's audit events told of. Leaves: those that nothing else accounts
for as its inputs and outputs, each named by the hash of its bytes, or by path, size and time where it is large; many of
one folder as that folder. No columns: nobody saw what was done with them, so that each input may have fed each output.
What stood in them as the run ended counts, where that was looked at (``standing``). What was changed after it was read
is left out, as what was read is not known; so are hidden files, locks, logs and the books of tables. What the run
wrote, by hand or not, and opened again to read it may have fed what it wrote after that.
"""

import os
import time
from collections.abc import Iterable

import msgspec

from driftline.capture.ground import opens, place
from driftline.capture.runs import observe, order
from driftline.capture.runs.observe import Given
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Touched

TOGETHER = 100  # files of one folder from which on they are one dataset
_LARGE = 16 << 20  # bytes of one file that is still hashed
_ALL = 256 << 20  # bytes that are hashed for one run
_MARK = "observed"
_HOW = "opened by Python, no library that is watched read or wrote it"
_PASSED = (".log", ".lock", ".pid", ".tmp", ".swp")
_BOOKS = ("_delta_log", ".hoodie")  # folders in which a table keeps its books
_OF_ICEBERG = (".avro", ".metadata.json", "version-hint.text")  # in its folder ``metadata``


def follow(trace: Trace, folder: str, home: str) -> None:
    """Record what the run opened by hand, below or beside ``folder``, which names are relative to."""
    if not trace.watched:
        return
    written = {seen.path or seen.touched.dataset.node for seen in trace.outputs}
    read = {seen.path or seen.touched.dataset.node for seen in trace.inputs}
    anew = {path for path in read - written if (path, "write") in trace.opened}  # read by hooks, and written by hand
    before = {(seen.path, seen.touched.version) for seen in trace.inputs if seen.path in anew}
    _made_before(trace, anew)
    found: dict[tuple[str, str], list[Seen]] = {}
    budget = measure.Budget(_ALL)
    for path, way, size in opens.left_over(trace.opened, (trace.attributed | read | written) - anew, home):
        passed = path not in anew and _passed(path, folder)
        seen = None if passed else _seen(trace, path, way, size, folder, budget)
        if seen is not None and (path, seen.touched.version) not in before:
            found.setdefault((os.path.dirname(path), way), []).append(seen)
    for (parent, way), files in found.items():
        into = trace.inputs if way == "read" else trace.outputs
        into += [_together(parent, files, folder)] if len(files) >= TOGETHER else files
        if len(files) >= TOGETHER:
            trace.attributed.update(seen.path for seen in files)
    if anew:
        trace.outputs[:] = order.lasting(trace.outputs, anew)
    _read_again(trace)


def _made_before(trace: Trace, anew: set[str]) -> None:
    """Let what a hook has seen to be read, and the run had written by hand before, be what the run wrote."""
    made: set[int] = set()
    for seen in [one for one in trace.inputs if one.path in anew]:
        when = trace.opened[seen.path, "write"]
        if when <= seen.at_ns and seen.modified_ns >= when - observe.TICK_NS:
            seen.at_ns, seen.read_ns = max(when, min(seen.modified_ns, seen.at_ns)), seen.at_ns
            trace.outputs.append(seen)
            made.add(id(seen))
    if made:  # of a further part of the run, one of the part before may stay
        trace.inputs[:] = [seen for seen in trace.inputs if id(seen) not in made]


def _read_again(trace: Trace) -> None:
    """Say of what the run wrote when it opened it to read it, if that was after it was written."""
    written = {seen.path: seen for seen in trace.outputs if seen.path and not seen.read_ns}
    if not written:
        return
    first = [(path, at_ns) for (path, way), at_ns in list(trace.opened.items()) if way == "read"]
    for path, at_ns in (*first, *list(trace.again.items())):
        seen = written.get(os.path.abspath(path))
        if seen is not None and seen.at_ns <= at_ns and not seen.read_ns:
            seen.read_ns = at_ns


def uncertain(seen: Seen) -> bool:
    """Whether it was opened by hand and is not known by its content, though contents are measured."""
    by_hand = _MARK in seen.touched.attributes
    return by_hand and measure.level.contents and not seen.touched.version.startswith(measure.BYTES)


def _passed(path: str, folder: str) -> bool:
    inside = path[len(folder) :] if path.startswith(os.path.join(folder, "")) else os.path.basename(path)
    hidden = any(part.startswith(".") for part in inside.split(os.sep))
    return hidden or path.endswith(_PASSED) or os.path.basename(path) == "driftline.toml" or _of_a_table(path)


def _of_a_table(path: str) -> bool:
    """Whether a file belongs to the books of a table of Delta, Hudi or Iceberg, whose reader is what reads it."""
    above = path.split(os.sep)[:-1]
    return any(book in above for book in _BOOKS) or (above[-1:] == ["metadata"] and path.endswith(_OF_ICEBERG))


def _seen(trace: Trace, path: str, way: str, size: int, folder: str, budget: measure.Budget) -> Seen | None:
    """Return a file as it is; None where it is not as the run has seen it, or cannot be read."""
    began_ns = trace.opened.get((path, way)) or trace.started_us * 1000
    try:
        small = size <= _LARGE and budget.take(size)
        seen = observe.of_file(path, Given(), folder, None if small else measure.Budget(0))
    except OSError:
        return None
    stood = trace.stood.get(path)
    if path not in trace.stood and 0 < trace.left_ns < seen.modified_ns <= time.time_ns():
        return None  # somebody has written it since
    if stood is not None and not _is_as(seen, stood):
        if not stood.version.startswith(measure.BYTES):
            return None
        seen.size, seen.modified_ns, seen.deferred = stood.size, stood.modified_ns, False
        seen.touched = msgspec.structs.replace(seen.touched, version=stood.version, bytes=stood.size, attributes={})
    if way == "read" and seen.modified_ns > began_ns:
        return None
    attributes = {**seen.touched.attributes, _MARK: _HOW}
    if seen.deferred:
        attributes[measure.IDENTITY] = "path, size and time (too large to be hashed)"
    seen.touched = msgspec.structs.replace(seen.touched, attributes=attributes)
    seen.deferred = False
    seen.at_ns = began_ns if way == "read" else max(began_ns, seen.modified_ns)
    return seen


def _is_as(seen: Seen, stood: measure.FileState) -> bool:
    """Whether a file is as it was when the run ended; of two hashes of its bytes that is sure."""
    versions = (seen.touched.version, stood.version)
    if all(version.startswith(measure.BYTES) for version in versions):
        return versions[0] == versions[1]
    return (seen.size, seen.modified_ns) == (stood.size, stood.modified_ns)


def _together(parent: str, files: Iterable[Seen], folder: str) -> Seen:
    """Return many files of one folder as that folder, named by what is in them."""
    found = sorted(files, key=lambda seen: seen.path)
    spot = place.place(parent, folder).located
    exact = all(seen.touched.version.startswith(measure.BYTES) for seen in found)
    version = measure.of_parts(*(f"{os.path.basename(seen.path)} {seen.touched.version}" for seen in found))
    touched = Touched(
        dataset=Dataset(spot.namespace, spot.name),
        version=version if exact else f"{measure.STAT}{version.removeprefix(measure.BYTES)}",
        kind="file",
        bytes=sum(seen.size for seen in found),
        attributes={_MARK: _HOW, "files": str(len(found))},
    )
    return Seen(touched=touched, at_ns=max(seen.at_ns for seen in found))
