"""The version that somebody means: by what ``read`` or ``write`` returned, by a name, or by both.

Enters: a version, what a run has touched, or the name of a dataset. Leaves: a version; of a name that an answer stands
on, the one that the run around it, or one around that, has read or written last by then, or else that of the file of
this name as it is. What is said on the user's thread may be looked up later, on another one. Asks nothing of any store.
"""

import functools
import io
import os
import time
from typing import Any

from driftline.capture.ground import fault, place
from driftline.capture.runs import around, emit, observe
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Touched, Version

_BOOT = getattr(time, "CLOCK_BOOTTIME", None)  # Linux counts by it when a process began
_SECOND_NS = 1_000_000_000
_NO_END = 2**63  # later than any moment


Then = tuple[Recording | None, int]  # the run that was around what somebody said, and when that was, in ns since 1970


def version_of(given: Touched | Version | str, version: str = "") -> Version:
    """Return the version that ``given`` means; a text is a dataset name, as ``read`` takes it."""
    if isinstance(given, Version):
        return given
    if isinstance(given, Touched):
        return Version(given.dataset, version or given.version)
    owner = client.current()
    return Version(observe.name_of(given, "", owner.folder if owner is not None else place.base("x")), version)


def then() -> Then:
    """Return what it takes to look up later what a name means now."""
    return around.enclosing(), time.time_ns()


def in_use(given: Touched | Version | str, version: str = "") -> Version:
    """Return what ``given`` means; of a name alone, the version that the run around this code has touched last."""
    known = version_of(given, version)
    return known if known.version else _last(known.dataset, given, (around.enclosing(), _NO_END), measure.Budget())


def in_use_then(given: Touched | Version | str, asked: Then) -> Version:
    """Return what ``in_use`` would have then, but that a large file is read for it."""
    known = version_of(given)
    return known if known.version else _last(known.dataset, given, asked, None)


def only_then(dataset: Dataset, asked: Then) -> Version:
    """Return a dataset in the one version that the run around it, or one around that, had read or written by then.

    Where that were several, or parts of it, none is said: something was made of one of them, but nobody says of which.
    """
    run, at_ns = asked
    while run is not None:
        touched = [seen for seen in (*run.trace.inputs, *run.trace.outputs) if seen.touched.dataset == dataset]
        found = [seen for seen in touched if seen.at_ns <= at_ns]
        if found:
            versions = {_named(seen, at_ns, None) for seen in found if not seen.touched.partition} or {""}
            whole = len(versions) == 1 and not any(seen.touched.partition for seen in found)
            return Version(dataset, versions.pop() if whole else "")
        path = _path(dataset)
        if path and run.trace.opened.get((path, "read"), at_ns) < at_ns:  # by hand, of which a run says at its end
            return Version(dataset, _of_file(path, (run, at_ns), None))
        run = run.outer
    return Version(dataset, "")


def _path(dataset: Dataset) -> str:
    """Return the absolute path of a dataset that is a file; of anything else ``""``."""
    owner = client.current()
    return os.path.join(owner.folder, dataset.name) if owner is not None and dataset.namespace == "file" else ""


def _last(dataset: Dataset, given: Any, asked: Then, budget: measure.Budget | None) -> Version:
    """Return the version that was touched last; a ``budget`` says how much may be read for it."""
    run, at_ns = asked
    while run is not None:
        touched = [seen for seen in (*run.trace.inputs, *run.trace.outputs) if seen.touched.dataset == dataset]
        found = [seen for seen in touched if seen.at_ns <= at_ns]
        if found:
            return Version(dataset, _named(max(found, key=lambda seen: seen.at_ns), at_ns, budget))
        run = run.outer
    return Version(dataset, _of_file(given, asked, budget) if isinstance(given, str) else "")


def _of_file(name: str, asked: Then, budget: measure.Budget | None) -> str:
    """Return the version of a file that is there; ``""`` of anything else, and where it is not surely what was read.

    That is: it was changed since the run opened it, or, where no run is around, since the process began.
    """
    owner = client.current()
    path = place.place(name, owner.folder if owner is not None else place.base("x")).path
    if not path or not os.path.isfile(path):
        return ""
    state, (run, until_ns) = measure.of_file(path, budget), asked
    written_ns = 0
    if run is None:
        until_ns = _process_began_ns()
    elif (path, "read") in run.trace.opened:
        until_ns, written_ns = run.trace.opened[path, "read"], run.trace.opened.get((path, "write"), 0)
    put_ns = os.stat(path).st_ctime_ns  # an older one may have been put in its place
    is_put = put_ns > state.modified_ns and put_ns > until_ns - observe.TICK_NS
    changed = is_put or observe.changed_since(state.modified_ns, until_ns, written_ns)
    return "" if state.deferred or changed else state.version


def _named(seen: Seen, at_ns: int, budget: measure.Budget | None) -> str:
    """Return the version of what was read or written; ``""`` where that is written to its end, or is hashed, later."""
    if seen.pending and not seen.is_open():
        state = measure.of_file(seen.path, budget)
        return "" if state.deferred or state.modified_ns > at_ns else state.version
    if seen.deferred and not seen.pending and budget is None:
        emit.settle(seen)
    return "" if seen.pending or seen.deferred else seen.touched.version


@functools.cache  # in a forked child it is what its parent asked for, which may have read the file for it
def _process_began_ns() -> int:
    """Return when this process began, or a hundredth of a second before that; 0 where the system does not tell."""
    if _BOOT is None:
        return 0
    with io.FileIO("/proc/self/stat") as file:
        ticks = int(file.read().rpartition(b")")[2].split()[19])
    lasts_ns = time.clock_gettime_ns(_BOOT) - ticks * _SECOND_NS // os.sysconf("SC_CLK_TCK")
    return time.time_ns() - lasts_ns - _SECOND_NS // 100


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: fault.attempt("fork", _process_began_ns))
