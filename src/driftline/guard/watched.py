"""A small file that others replace while we read it: the last good content, at the price of a ``stat`` now and then.

Enters: a path and a parser. Leaves: ``get()``, the newest content that could be parsed. A missing, half-written or
malformed file leaves the last good content in force and is counted (once per state of the file); so does a file that
vanishes. Never writes, never raises from ``get()``.
"""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from driftline.errors import shown
from driftline.guard import counters

T = TypeVar("T")

LOOK_EVERY_NS = 3_000_000  # between two looks at the file
_SETTLED_NS = 100_000_000  # a file younger than this may change again within one tick of its timestamp

Stamp = tuple[int, int, int]
_MISSING: Stamp = (-1, -1, -1)


class Watched(Generic[T]):
    """The content of ``path`` as ``parse`` reads it; ``empty`` as long as there was none."""

    def __init__(self, path: Path, parse: Callable[[bytes], T], empty: T, *, label: str) -> None:
        self.path = path
        self.error = ""  # why the file as it is now cannot be used; "" = it is in force, or there never was one
        self.loaded = False  # some content was read at least once
        self._parse = parse
        self._label = label
        self._value = empty
        self._bytes: bytes | None = None
        self._stamp: Stamp | None = None
        self._next_ns = 0

    @property
    def last(self) -> T:
        """The last good content, without a look at the file."""
        return self._value

    def get(self) -> T:
        """Return the newest good content; looks at the file at most every ``LOOK_EVERY_NS``."""
        now = time.monotonic_ns()
        if now >= self._next_ns:
            self._next_ns = now + LOOK_EVERY_NS
            try:
                self._look()
            except Exception as problem:  # no memory for its bytes, say: the last good content stays in force
                self._failed(problem)
        return self._value

    def refresh(self) -> T:
        """Return the newest good content after a look at the file right now."""
        self._next_ns = 0
        return self.get()

    def _look(self) -> None:
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
            if stamp == self._stamp:
                return
            data = self.path.read_bytes()
        except FileNotFoundError:
            self._miss()
            return
        except OSError as problem:
            self._fail(str(problem), _MISSING)
            return
        settled = abs(time.time_ns() - stamp[0]) > _SETTLED_NS
        self._read(data, stamp if settled else None)

    def _read(self, data: bytes, stamp: Stamp | None) -> None:
        if data == self._bytes:
            self._stamp = stamp
            return
        self._bytes = data
        try:
            value = self._parse(data)
        except Exception as problem:  # whatever a parser raises, the last good content stays in force
            self._fail(shown(problem), stamp)
            return
        self._value, self._stamp, self.error, self.loaded = value, stamp, "", True
        counters.add("driftline_guard_file_reloads_total", self._label)

    def _failed(self, problem: Exception) -> None:
        self._bytes = self._stamp = None  # the next look reads it anew
        with contextlib.suppress(Exception):  # what cannot be counted is no reason to fail
            self._fail(shown(problem), None)
        self.error = self.error or type(problem).__name__

    def _miss(self) -> None:
        self._bytes = self._stamp = None
        if self.loaded:
            self._fail("the file has vanished", None)
        else:
            self.error = ""

    def _fail(self, problem: str, stamp: Stamp | None) -> None:
        if self.error != problem:
            counters.add("driftline_guard_file_errors_total", self._label)
        self._stamp, self.error = stamp, problem
