"""Where in the user's code files were opened: to be written, or to be read piece by piece.

Enters: what Python's audit events tell of openings, and what children say of theirs. Leaves: the ways that led there,
by file and by place in the text. Of very many the older half is forgotten.
"""

import os
from threading import get_ident
from time import perf_counter_ns
from typing import Any

from driftline.capture.program import sites
from driftline.capture.program.sites import MOST, Read, Visit, Way
from driftline.capture.script.site import Path, turn_of

_NEAR = 12  # frames between an opening and the user's code
_files: dict[str, list[Visit]] = {}  # by path: where it was opened to be written
_begun: dict[Way, list[Visit]] = {}  # the same by way


class _Kept:
    begun = 0  # files that were opened to be written


def opened(path: str, way: str, frame: Any) -> None:
    """Remember that the user's code itself has opened a file, to read or write it piece by piece.

    ``frame``: in which that was, its own or one of the standard library.
    """
    told = sites.told()
    if way == "read" and told is None:  # nearly always: a visit is more than what is remembered
        taken = sites.way_to(frame, _NEAR)
        if taken is not None:
            taken.times += 1
            sites.keep(taken, Read(perf_counter_ns(), get_ident(), (), None, None, path))
        return
    at = sites.visit("", frame, _NEAR)
    if at is None or (way == "write" and os.path.isdir(path)):  # in which ``tempfile`` is about to open a file
        return
    if way == "read":
        sites.take(at, Read(at.order, at.thread, (), None, None, path))
        return
    begin(path, at)
    if told is not None:
        told(at, path)


def begin(path: str, at: Visit) -> None:
    """Remember that a file was opened there to be written."""
    _files.setdefault(path, []).append(at)
    _begun.setdefault(at.way, []).append(at)
    _Kept.begun += 1
    if _Kept.begun > MOST:
        _forget()


def _forget() -> None:
    """Forget the older half."""
    middle = sorted(one.order for held in list(_begun.values()) for one in list(held))[MOST // 2]
    for way, held in list(_begun.items()):
        held[:] = [one for one in held if one.order >= middle]
        if not held:
            _begun.pop(way, None)
    for path, visits in list(_files.items()):
        visits[:] = [one for one in visits if one.order >= middle]
        if not visits:
            _files.pop(path, None)
    _Kept.begun = sum(map(len, list(_begun.values())))


def written(path: str) -> list[Visit]:
    """Return where the user's code has opened a file to write it."""
    return list(_files.get(path, ()))


def renamed(source: str, target: str) -> None:
    """Have a file that was opened to be written go by its new name; what had that name before is gone."""
    visits = _files.pop(source, None)
    if visits is not None:
        _files[target] = visits


def by_place() -> dict[Path, list[Visit]]:
    """Return how files were opened to be written, in order, by what the ways to there are in the text.

    Of one call there may be two ways: Python goes on a few bytes further once it knows what it calls.
    """
    found: dict[Path, list[Visit]] = {}
    for way, held in list(_begun.items()):
        found.setdefault(way.path(), []).extend(list(held))
    for visits in found.values():
        visits.sort(key=sites.order_of)
    return found


def happened(path: Path) -> bool:
    """Return whether anything was read or opened there."""
    path, _ = turn_of(path)
    return bool(sites.ways(path)) or any(way.path() == path for way in list(_begun))
