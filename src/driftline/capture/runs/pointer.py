"""The version that somebody means: by what ``read`` or ``write`` returned, by a name, or by both.

Enters: a version, what a run has touched, or the name of a dataset. Leaves: a version; of a name that an answer stands
on, the one that the run around it has read or written, or else that of the file of this name as it is. Asks nothing of
any store.
"""

import os

from driftline.capture.ground import place
from driftline.capture.runs import around, observe
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sending import client
from driftline.capture.tables import measure
from driftline.event.lineage import Touched, Version


def version_of(given: Touched | Version | str, version: str = "") -> Version:
    """Return the version that ``given`` means; a text is a dataset name, as ``read`` takes it."""
    if isinstance(given, Version):
        return given
    if isinstance(given, Touched):
        return Version(given.dataset, version or given.version)
    owner = client.current()
    return Version(observe.name_of(given, "", owner.folder if owner is not None else place.base("x")), version)


def in_use(given: Touched | Version | str, version: str = "") -> Version:
    """Return what ``given`` means; of a name alone, the version that the run around this code has touched last."""
    known = version_of(given, version)
    run = around.enclosing()
    if known.version or run is None:
        return known
    found = [seen for seen in (*run.trace.inputs, *run.trace.outputs) if seen.touched.dataset == known.dataset]
    if not found:
        return Version(known.dataset, _of_file(given, run.trace)) if isinstance(given, str) else known
    return Version(known.dataset, _named(max(found, key=lambda seen: seen.at_ns)))


def _of_file(name: str, trace: Trace) -> str:
    """Return the version of a file that is there; ``""`` of anything else, and where it changed since it was opened."""
    owner = client.current()
    path = place.place(name, owner.folder if owner is not None else place.base("x")).path
    if not path or not os.path.isfile(path):
        return ""
    state = measure.of_file(path, measure.Budget())
    began_ns = trace.opened.get((path, "read"))
    if began_ns and state.modified_ns > began_ns:
        return ""
    return "" if state.deferred else state.version


def _named(seen: Seen) -> str:
    """Return the version of what was read or written; ``""`` where that is hashed or written to its end later."""
    if seen.pending and not seen.is_open():
        state = measure.of_file(seen.path, measure.Budget())
        return "" if state.deferred else state.version
    return "" if seen.pending or seen.deferred else seen.touched.version
