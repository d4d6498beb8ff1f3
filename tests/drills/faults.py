"""What goes wrong at a point: exceptions of many classes, slowness, the user's Ctrl-C. Seeded, counted by kind.

Enters: a seed and a rate, or one point. Leaves: an exception that is raised there, or a short sleep; the counts.
"""

import contextlib
import errno
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

MOST_SLEEP = 0.001  # seconds


class Unshowable(Exception):
    """Fails at being shown, too."""

    def __str__(self) -> str:
        raise ValueError("no message")

    __repr__ = __str__


def _codec() -> Exception:
    return UnicodeDecodeError("utf-8", b"\xff", 0, 1, "injected")


KINDS: dict[str, Callable[[], Exception]] = {
    "MemoryError": MemoryError,
    "RecursionError": lambda: RecursionError("injected"),
    "OSError ENOSPC": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "OSError EACCES": lambda: PermissionError(errno.EACCES, "Permission denied"),
    "OSError EIO": lambda: OSError(errno.EIO, "Input/output error"),
    "OSError EMFILE": lambda: OSError(errno.EMFILE, "Too many open files"),
    "FileNotFoundError": lambda: FileNotFoundError(errno.ENOENT, "injected"),
    "sqlite3 locked": lambda: sqlite3.OperationalError("database is locked"),
    "sqlite3 malformed": lambda: sqlite3.DatabaseError("database disk image is malformed"),
    "KeyError": lambda: KeyError("injected"),
    "IndexError": lambda: IndexError("injected"),
    "AttributeError": lambda: AttributeError("injected"),
    "TypeError": lambda: TypeError("injected"),
    "ValueError": lambda: ValueError("injected"),
    "UnicodeDecodeError": _codec,
    "RuntimeError": lambda: RuntimeError("can't start new thread"),
    "StopIteration": lambda: StopIteration("injected"),
    "StopAsyncIteration": lambda: StopAsyncIteration("injected"),
    "AssertionError": lambda: AssertionError("injected"),
    "ImportError": lambda: ImportError("injected"),
    "TimeoutError": lambda: TimeoutError("injected"),
    "ConnectionResetError": lambda: ConnectionResetError(errno.ECONNRESET, "injected"),
    "BufferError": lambda: BufferError("injected"),
    "ExceptionGroup": lambda: ExceptionGroup("injected", [KeyError("one"), OSError("two")]),
    "UserWarning": lambda: UserWarning("injected"),
    "an exception that cannot be shown": Unshowable,
}
SLOW = "slowness"
INTERRUPTS: dict[str, Callable[[], BaseException]] = {
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": lambda: SystemExit("injected"),
}


class Faults:
    """The schedule in force."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.armed = False
        self.counts: Counter[str] = Counter()
        self.reached: set[int] = set()  # points that were met while armed
        self.failed: Counter[int] = Counter()  # point -> injections
        self.raised: BaseException | None = None  # by an interrupt
        self.last = ("", -1)  # the kind and the point of the newest one
        self.spared = 0  # hits before the first fault
        self._pipe = self._told = -1  # to which a child says all of this
        self._rate = 0.0
        self._only = -1
        self._interrupt = ""
        self._lock = threading.RLock()  # the end of an object, which comes at any time, may be a point as well
        os.register_at_fork(after_in_child=self._in_child)

    def arm(self, *, rate: float = 0.0, only: int = -1, interrupt: str = "") -> None:
        """Begin: at each hit with the probability ``rate``, or at the point ``only``; with an interrupt, once."""
        self._rate, self._only, self._interrupt, self.raised = rate, only, interrupt, None
        self.armed = True

    @property
    def spreads(self) -> bool:
        """Whether anything may fail, rather than one point."""
        return self._rate > 0 and not self._interrupt

    def disarm(self) -> None:
        """End."""
        self.armed = False

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """No faults inside."""
        armed, self.armed = self.armed, False
        try:
            yield
        finally:
            self.armed = armed

    def tell(self, pipe: int) -> None:
        """From now on a forked child says there what is met and what fails; the user's Ctrl-C does not arrive in it."""
        self._pipe = pipe

    def _in_child(self) -> None:
        self._told, self._lock = self._pipe, threading.RLock()  # a thread of the parent may have held it
        self.armed = self.armed and not self._interrupt
        self.reached.clear()

    def hear(self, said: str) -> None:
        """Add what a child has said."""
        for number, _, kind in (line.partition(" ") for line in said.splitlines()):
            if kind:
                self.failed[int(number)] += 1
                self.counts[kind] += 1
            self.reached.add(int(number))

    def hit(self, number: int) -> None:
        """Fail, or do not."""
        if self._told >= 0 and number not in self.reached:
            os.write(self._told, f"{number} \n".encode())
        self.reached.add(number)
        if self._only >= 0 and number != self._only:
            return
        with self._lock:
            if self.spared > 0:
                self.spared -= 1
                return
            fails = number == self._only or (self._rate > 0 and self.random.random() < self._rate)
            if not fails or (self._interrupt and threading.current_thread() is not threading.main_thread()):
                return
            self.failed[number] += 1
            kind = self._interrupt or (SLOW if self.random.random() < 0.04 else self.random.choice(list(KINDS)))
            self.counts[kind] += 1
            if self._told >= 0:
                os.write(self._told, f"{number} {kind}\n".encode())
            self.last = kind, number
            pause = self.random.random() * MOST_SLEEP
            if self._interrupt:
                self.armed = False
                self.raised = INTERRUPTS[kind]()
        if self._interrupt and self.raised is not None:
            raise self.raised
        if kind == SLOW:
            time.sleep(pause)
            return
        error = KINDS[kind]()
        raise error
