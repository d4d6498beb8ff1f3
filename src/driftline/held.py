"""Files that are held open under numbers which the program may close, or give to files of its own, at any time.

Enters: paths, and descriptors. Leaves: a file that is written, cut and closed only while its number still leads to it;
else the number is forgotten. It is a high one where it can be, out of the reach of ``os.closerange(3, 256)``. Never
closes a number that belongs to somebody else, also where Python lets go of an object. Source:
https://man7.org/linux/man-pages/man2/open.2.html ("lowest-numbered file descriptor not currently open").
"""

import contextlib
import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftline import later

if TYPE_CHECKING:
    import ctypes
else:
    ctypes = later.module("ctypes")

Mark = tuple[int, int]  # device and inode: what a number leads to
_HIGH = 1024  # above it ``select`` takes no number, and the table that a fork copies grows
_ROOM = 64  # below that, for numbers of ours
_LISTS = ("/proc/self/fd", "/dev/fd")


def mark(number: int) -> Mark | None:
    """Return what ``number`` leads to; None = nothing."""
    try:
        found = os.fstat(number)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def of(files: Iterable[str]) -> dict[int, Mark]:
    """Return the numbers of this process that lead to ``files``; none where the system does not list them."""
    wanted: set[Mark] = set()
    for file in files:
        with contextlib.suppress(OSError):
            found = Path(file).stat()
            wanted.add((found.st_dev, found.st_ino))
    for folder in _LISTS:
        with contextlib.suppress(OSError):
            marks = {number: mark(number) for number in (int(one.name) for one in Path(folder).iterdir())}
            return {number: to for number, to in marks.items() if to is not None and to in wanted}
    return {}


def same(numbers: Mapping[int, Mark | None]) -> bool:
    """Whether each number leads to where it did."""
    return all(mark(number) == to for number, to in numbers.items())


def twin(number: int) -> int | None:
    """Return the lowest other number that leads to the file of ``number``: the one that a map of it has just taken."""
    to = mark(number)
    return next((other for other in range(number + _HIGH) if other != number and mark(other) == to), None)


def ready() -> None:
    """Load what ``forever`` needs: in a child that was just forked nobody may be there to end the import of it."""
    with contextlib.suppress(ImportError):  # a Python that was built without it
        _ = ctypes.pythonapi


def forever(thing: Any) -> None:
    """Have Python never let go of ``thing``, nor close what it holds, not even as the interpreter ends.

    Raises:
        ImportError: this Python cannot.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


class File:
    """A file that is held open, at its end for what is written."""

    def __init__(self, path: str | os.PathLike[str], flags: int = os.O_RDWR | os.O_APPEND | os.O_CREAT) -> None:
        """Open it.

        Raises:
            OSError: it cannot be opened.
        """
        self._number = _lifted(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666))
        self._mark = mark(self._number)

    @property
    def ours(self) -> bool:
        """Whether it is open, and under its number."""
        return self._number >= 0 and mark(self._number) == self._mark

    def fileno(self) -> int:
        """Return its number.

        Raises:
            OSError: that is no longer its number, or it is closed.
        """
        if not self.ours:
            self._number = -1
            raise OSError(errno.EBADF, "the program has closed it")
        return self._number

    def size(self) -> int:
        """Return its size in bytes."""
        return os.fstat(self.fileno()).st_size

    def removed(self) -> bool:
        """Whether somebody has removed it from its folder."""
        return not os.fstat(self.fileno()).st_nlink

    def read(self) -> bytes:
        """Return all that is in it."""
        number, found = self.fileno(), []
        os.lseek(number, 0, os.SEEK_SET)
        while part := os.read(number, 1 << 20):
            found.append(part)
        return b"".join(found)

    def write(self, data: bytes) -> None:
        """Append all of ``data``, or nothing: half a line would spoil the next one.

        Raises:
            OSError: it cannot be written.
        """
        before, rest = self.size(), memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self.fileno(), rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self.fileno(), before)
            raise

    def close(self) -> None:
        """Close it, where it is still open under its number; a second call does nothing."""
        number, ours = self._number, self.ours
        self._number = -1
        if ours:
            os.close(number)


def _lifted(number: int) -> int:
    """Return a high number for what ``number`` leads to, where there is one."""
    try:
        import fcntl

        least = min(_HIGH, os.sysconf("SC_OPEN_MAX")) - _ROOM
        if number >= least:
            return number
        high = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, least)
    except (ImportError, AttributeError, OSError, ValueError):  # Windows, or none is free up there
        return number
    os.close(number)
    return high
