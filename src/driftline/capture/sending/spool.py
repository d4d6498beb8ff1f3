"""Events and answers that could not be delivered, kept on disk until they can be.

Enters: items as they would have been sent. Leaves: the same items, oldest first, for replay; a file is deleted
only once all of it was taken. One file per process, one line per item, locked while its process lives, so that
another process may replay what a dead one left behind. Where it waits for a server its name says so, and only who
sends to one replays it. A torn last line is counted, never guessed at. Bounded by ``LIMIT_BYTES`` for the folder.
"""

import contextlib
import itertools
import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from driftline import clock, held
from driftline.capture.ground import fault
from driftline.event import openlineage
from driftline.event.answer import Answer

LIMIT_BYTES = 512 * 1024 * 1024
_CHUNK = 500  # lines replayed at a time
_EVENT, _ANSWER = b"E ", b"A "
OF = "-of-"  # in the name of a file, before the process that the one was started by that writes it
SERVER = "-server"  # in the name of a file that waits for a server, before that

Deliver = Callable[[Sequence[bytes], Sequence[Answer]], None]


class Spool:
    """The spool of one home folder, as one process writes and replays it. Safe to share between threads.

    ``server``: what is written waits for a server, and what waits for one is replayed.
    """

    def __init__(self, home: str | Path, *, server: bool = False) -> None:
        self.folder = Path(home).absolute() / "spool"
        self.server = server
        self._lock = threading.RLock()
        self._busy = 0  # the thread that is at the file; 0 = none
        self._file: held.File | None = None
        self._path: Path | None = None
        self._locked = False  # others see that it is written
        self._others = 0  # bytes in other files, as this one was begun

    def add(self, events: Sequence[bytes], answers: Sequence[Answer]) -> None:
        """Append items to this process's file.

        Raises:
            OSError: they cannot be written, or the spool is full.
        """
        lines = [_EVENT + event for event in events]
        lines += [_ANSWER + openlineage.as_json(answer) for answer in answers]
        if not lines:
            return
        if self._busy == threading.get_ident():  # a signal handler, or what is collected, in the midst of a line
            beside = Spool(self.folder.parent, server=self.server)
            try:
                beside.add(events, answers)
            finally:
                beside.close()
            return
        with self._lock, self._at_work():
            file = self._open()
            if file.size() + self._others > LIMIT_BYTES:
                raise OSError(f"the spool is full ({LIMIT_BYTES} bytes)")
            file.write(b"\n".join(lines) + b"\n")

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        self._busy = threading.get_ident()
        try:
            yield
        finally:
            self._busy = 0

    def _open(self) -> held.File:
        self._restore()
        if self._file is None and self._path is not None:  # it was lent
            self._go_on(self._path)
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._others = sum(map(_size, self._files()))
            whose = f"{os.getpid()}{SERVER if self.server else ''}{OF}{os.getppid()}"
            self._path = self.folder / f"{clock.now_us():020d}-{whose}.jsonl"
            self._file = held.File(self._path)
            self._locked = locked(self._file)
        return self._file

    def lend(self) -> None:
        """Let go of this process's file until more is to be written: meanwhile any process may replay it."""
        with self._lock:
            self._restore()
            if self._file is not None and self._locked:  # else it could not be locked anew
                self._file.close()
                self._file = None

    def _go_on(self, own: Path) -> None:
        """Write on in a file that was not delivered: a server that is down for days does not make thousands of them."""
        with self._lock, contextlib.suppress(OSError):
            if self._file is None and own.exists():
                file = held.File(own)
                if locked(file) and not file.removed():
                    self._file, self._path, self._locked = file, own, True
                else:  # another process delivers it just now, or has done so
                    file.close()

    def _restore(self) -> None:
        """Write this process's file anew if somebody has removed it: what is in it has not been delivered.

        One whose number the program has closed, and so its lock, is left for whoever replays it first.
        """
        file = self._file
        if file is not None and not file.ours:
            file = self._file = self._path = None
        if file is None or not file.removed():
            return
        waiting = file.read()
        self._file = None
        try:
            self._open().write(waiting)
        finally:
            file.close()
        fault.tell("spool", f"{self.folder} was removed while events waited there; they are written there anew")

    def empty(self) -> bool:
        """Whether there is nothing to replay."""
        return self._file is None and not self._waiting()

    def orphaned(self) -> bool:
        """Whether a process that this one has started left something, or does so now."""
        return any(path.stem.endswith(f"{OF}{os.getpid()}") for path in self._waiting())

    def _waiting(self) -> list[Path]:
        return [path for path in self._files() if self.server or SERVER not in path.name]

    def _files(self) -> list[Path]:
        try:
            return sorted(self.folder.glob("*.jsonl"))
        except OSError:
            return []

    def replay(self, deliver: Deliver) -> tuple[int, int]:
        """Give what is spooled to ``deliver``, oldest first; returns the items taken and the lines torn.

        Raises:
            Exception: what ``deliver`` raised; the file that it happened in stays, and its items come again.
        """
        with self._lock:
            self._restore()
            own, self._path = self._path, None
            file, self._file = self._file, None
            if file is not None:
                file.close()
        try:
            return self._replay(None if file is None else own, deliver)  # None = it was lent, or there is none
        except BaseException:
            if own is not None:
                self._go_on(own)
            raise

    def _replay(self, own: Path | None, deliver: Deliver) -> tuple[int, int]:
        taken = torn = 0
        if not os.access(self.folder, os.W_OK):  # another user's: what is taken there cannot be removed, and stays
            return taken, torn
        for path in filter(self._removable, self._waiting()):
            try:
                file = path.open("rb")
            except OSError:
                continue
            with file:
                if path != own and not (locked(file) and os.fstat(file.fileno()).st_nlink):
                    continue  # another process has it, or has just delivered and removed it
                try:
                    while lines := list(itertools.islice(file, _CHUNK)):
                        events, answers, bad = _read(lines)
                        torn += bad
                        if events or answers:
                            deliver(events, answers)
                            taken += len(events) + len(answers)
                    path.unlink(missing_ok=True)
                finally:
                    _unlock(file)
        return taken, torn

    def _removable(self, path: Path) -> bool:
        """Whether this user may remove a file of the folder: of one with the sticky bit only an owner may."""
        try:
            folder = self.folder.stat()
            return not folder.st_mode & stat.S_ISVTX or os.geteuid() in (0, folder.st_uid, path.stat().st_uid)
        except (AttributeError, OSError):  # Windows has no such bit; what is gone is passed over when it is opened
            return True

    def reborn(self) -> None:
        """Forget the file of the process that this one was forked from."""
        self._lock = threading.RLock()
        self._busy = 0
        file, self._file, self._path = self._file, None, None
        if file is not None:  # with it open here its lock would outlive the parent, and nobody would replay it
            file.close()

    def close(self) -> None:
        """Let go of this process's file, so that any process may replay it."""
        with self._lock:
            with contextlib.suppress(OSError):
                self._restore()
            file, self._file, self._path = self._file, None, None
            if file is not None:
                file.close()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # another process has just delivered it
        return 0


class Numbered(Protocol):
    """A file that is open."""

    def fileno(self) -> int:
        """Return its number."""


def locked(file: Numbered) -> bool:
    """Lock ``file`` as long as this process holds it open; False where another process does."""
    try:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):  # no such module on Windows: files of other processes are left alone there
        return False
    return True


def _unlock(file: Numbered) -> None:
    """Let go of the lock: to close the file is not enough where a child that was forked meanwhile has it open, too."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def _read(lines: Sequence[bytes]) -> tuple[list[bytes], list[Answer], int]:
    events: list[bytes] = []
    answers: list[Answer] = []
    torn = 0
    for given in lines:
        line = given.rstrip(b"\n")
        if not line:
            continue
        try:
            if line.startswith(_EVENT):
                msgspec.json.decode(line[2:], type=msgspec.Raw)
                events.append(line[2:])
            else:
                answers.append(msgspec.json.decode(line.removeprefix(_ANSWER), type=Answer))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            torn += 1
    return events, answers, torn
