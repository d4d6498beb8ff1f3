"""What was worked out once, kept in the home folder so that other processes need not work it out again.

Enters: bytes and what they follow from: the hash of a file and how it is read, the text of a statement. Leaves: the
same bytes, whole, for the same, as long as the code of ours that made them is the same. What is damaged is as if it
was never there, and what cannot be kept is not; nothing is raised. At most ``settings.remembered_bytes`` lie there;
what was not asked for the longest goes first.
"""

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import xxhash

from driftline.capture import fault, measure

FOLDER = "remembered"
_PIECE = "remembered"
_KEPT = 0.75  # of the room, after it was full
_SUM = 8  # bytes of the hash before what is kept
_LARGE = 4  # nothing takes more than one part of so many
_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MAKERS = ("capture", os.path.join("capture", "sql"), "profile")


class _Held:
    bytes: int | None = None  # that lie there, as far as this process knows


def get(kind: str, key: tuple[Any, ...]) -> bytes | None:
    """Return what was kept of this ``kind`` for ``key``, whose elements tell themselves apart by their ``repr``."""
    if not measure.level.remembered or fault.off(_PIECE):
        return None
    found: bytes | None = fault.attempt(_PIECE, _read, kind, key)
    return found


def _read(kind: str, key: tuple[Any, ...]) -> bytes | None:
    path = _path(kind, key)
    try:
        with open(path, "rb") as file:
            found = file.read()
        if xxhash.xxh3_64_digest(found[_SUM:]) != found[:_SUM]:
            return None
        os.utime(path)  # what is asked for is not old
    except OSError:
        return None
    return found[_SUM:]


def put(kind: str, key: tuple[Any, ...], body: bytes) -> None:
    """Keep ``body``, in the place of what was kept before."""
    room = measure.level.remembered
    if len(body) <= room // _LARGE and not fault.off(_PIECE):
        fault.attempt(_PIECE, _write, kind, key, body, room)


def _write(kind: str, key: tuple[Any, ...], body: bytes, room: int) -> None:
    path = _path(kind, key)
    folder = os.path.dirname(path)
    with contextlib.suppress(OSError):  # a disk that is full or may not be written: it is worked out again
        if _Held.bytes is None:
            os.makedirs(folder, exist_ok=True)
            _Held.bytes = sum(size for _, size, _ in _entries(folder))
        _Held.bytes += len(body)
        if _Held.bytes > room:
            _Held.bytes = _cleared(folder, int(room * _KEPT))
        _replace(path, xxhash.xxh3_64_digest(body) + body)


def _replace(path: str, body: bytes) -> None:
    number, made = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with open(number, "wb") as file:
            file.write(body)
        os.replace(made, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(made)
        raise


def _entries(folder: str) -> Iterator[tuple[int, int, str]]:
    """Yield when each file was last asked for, its bytes and its path."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):  # another process has just removed it
                state = entry.stat()
                yield state.st_mtime_ns, state.st_size, entry.path


def _cleared(folder: str, room: int) -> int:
    """Remove the oldest until what lies there fits; returns how much does."""
    held = 0
    for _, size, path in sorted(_entries(folder), reverse=True):
        if held + size <= room:
            held += size
            continue
        with contextlib.suppress(OSError):
            os.unlink(path)
    return held


def _path(kind: str, key: tuple[Any, ...]) -> str:
    name = xxhash.xxh3_128_hexdigest(repr((kind, key, _code())).encode())
    return os.path.join(measure.level.home, FOLDER, name)


@functools.cache
def _code() -> tuple[tuple[str, int, int], ...]:
    """What makes what is kept: our own files, so that nothing lasts longer than the code that it follows from."""
    states = (
        (entry.path.removeprefix(_OWN), entry.stat())
        for maker in _MAKERS
        for entry in os.scandir(os.path.join(_OWN, maker))
        if entry.name.endswith(".py")
    )
    return tuple(sorted((path, state.st_size, state.st_mtime_ns) for path, state in states))
