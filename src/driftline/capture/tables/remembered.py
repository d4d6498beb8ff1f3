"""What was worked out once, kept in the home folder so that other processes need not work it out again.

Enters: bytes and what they follow from: the hash of a file and how it is read, the text of a statement. Leaves: the
same bytes, whole, for the same, as long as the code of ours that made them is the same. What is damaged is as if it
was never there, and what cannot be kept is not; nothing is raised. At most ``settings.remembered_bytes`` lie there, on
a ``shelf``; what was not asked for the longest goes first.
"""

import contextlib
import functools
import os
from typing import Any

import xxhash

from driftline.capture.ground import fault
from driftline.capture.tables import measure
from driftline.capture.tables.shelf import Shelf

FOLDER = "remembered"
_PIECE = "remembered"
_LARGE = 4  # nothing takes more than one part of so many
_OWN = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_MAKERS = (*(os.path.join("capture", room) for room in ("tables", "runs", "sql")), "profile")


class _Held:
    shelf: Shelf | None = None  # of this process


def get(kind: str, key: tuple[Any, ...]) -> bytes | None:
    """Return what was kept of this ``kind`` for ``key``, whose elements tell themselves apart by their ``repr``."""
    if not measure.level.remembered or fault.off(_PIECE):
        return None
    found: bytes | None = fault.attempt(_PIECE, _read, kind, key)
    return found


def _read(kind: str, key: tuple[Any, ...]) -> bytes | None:
    try:
        return _shelf().get(_name(kind, key))
    except OSError:
        return None


def put(kind: str, key: tuple[Any, ...], body: bytes) -> None:
    """Keep ``body``, in the place of what was kept before."""
    if len(body) <= measure.level.remembered // _LARGE and not fault.off(_PIECE):
        fault.attempt(_PIECE, _write, kind, key, body)


def _write(kind: str, key: tuple[Any, ...], body: bytes) -> None:
    with contextlib.suppress(OSError):  # a disk that is full or may not be written: it is worked out again
        _shelf().put(_name(kind, key), body)


def _shelf() -> Shelf:
    folder = os.path.join(measure.level.home, FOLDER)
    found = _Held.shelf
    if found is None or (found.folder, found.room) != (folder, measure.level.remembered):
        found = _Held.shelf = Shelf(folder, measure.level.remembered)
    return found


def _name(kind: str, key: tuple[Any, ...]) -> bytes:
    return xxhash.xxh3_128_digest(_code() + repr((kind, key)).encode())


@functools.cache
def _code() -> bytes:
    """The hash of what makes what is kept, so that nothing lasts longer than the code that it follows from."""
    return xxhash.xxh3_128_digest(repr(_sources()).encode())


def _sources() -> tuple[tuple[str, int, int], ...]:
    """Our own files, with their sizes and times."""
    states = (
        (entry.path.removeprefix(_OWN), entry.stat())
        for maker in _MAKERS
        for entry in os.scandir(os.path.join(_OWN, maker))
        if entry.name.endswith((".py", ".pyc"))
    )
    return tuple(sorted((path, state.st_size, state.st_mtime_ns) for path, state in states))


def _reborn() -> None:
    """In a forked child: a thread of the parent that held the lock is not there."""
    _Held.shelf = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: fault.attempt("fork", _reborn))
