"""A file of Python's own that is opened and written once more, as a loop does that keeps its state in one.

Enters: the open file that a call has written to, and what it wrote. Leaves: the version that the run has recorded of
that file before, written to once more, where nothing else is to be said of it; else nothing, and the call is recorded
as any other. Where the path leads is looked at each time. What is in the file is measured when the run ends.
"""

import io
import weakref
from typing import Any

from driftline.capture.frames import members, passed
from driftline.capture.ground import bounded, place
from driftline.capture.hooks import addressed
from driftline.capture.hooks.patch import Call
from driftline.capture.program import sites
from driftline.capture.runs import collect, recalled
from driftline.capture.runs.recording import Recording
from driftline.capture.sending import client
from driftline.event.lineage import Dataset

_MOST = 1_000  # files of a run that are known


def written(run: Recording, hook: object, file: Any, data: Any, call: Call, *, there: bool = True) -> bool:
    """Take note that a call has written to a file once more; False where that is to be recorded as for the first time.

    Args:
        run: that has written it.
        hook: by which; each passes other files over.
        file: as the call was given it.
        data: what it wrote, where that is looked at.
        call: the call.
        there: whether the call is where in the code that was written.
    """
    if type(file) is str:  # as most that write are given
        return False
    known = recalled.of(run.trace, "write")
    if not known.again or run.inherited or call.inside.later or call.inside.states or "mode" in call.kwargs:
        return False
    found = _file(file) if members.plain(data) else None
    if found is None or known.again.get((hook, found.path)) != found.inside:
        return False
    before = known.pending(Dataset(found.located.namespace, found.located.name), found.path)
    if before is None or before[1].table is not None or before[1].pointer is not None:
        return False
    index, seen = before
    visit = sites.visit() if there else None
    if visit is not None:
        seen.visits.append(visit)
    collect.once_more(run.trace, index, weakref.ref(file))
    passed.written(run, data)
    return True


def remember(run: Recording, hook: object, file: Any) -> None:
    """Take note that a call of ``hook`` that wrote to a file was recorded."""
    found = _file(file)
    if found is not None and any(found.inside):
        known = recalled.of(run.trace, "write")
        bounded.room(known.again, _MOST)
        known.again[hook, found.path] = found.inside


def _file(file: Any) -> place.File | None:
    """Return the file that is written to, by its name; None where it is none of Python's own, or has no such name."""
    owner = client.current()
    beneath = addressed.beneath(file) if type(file) is io.TextIOWrapper else file
    if owner is None or type(beneath) not in addressed.PLAIN:
        return None
    name = getattr(beneath, "name", None)
    return place.file(name, owner.folder) if type(name) is str else None
