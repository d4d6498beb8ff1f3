"""How much a process has recorded and handed on, counted where its death does not erase it.

Enters: one number more with each answer and event, before it is queued, and what became of it. Leaves: a small file
below ``home/tallies``, mapped into memory and locked as long as the process lives; and in a later process with the same
``home`` what the dead one had recorded and nobody will see: to be told in the next run that ends. What was with
the sink as the process died may have arrived, and is told apart. The file outlives the process, not the machine.
Where there can be none (no ``fcntl``, a folder that cannot be written) the numbers are those of this process alone.
"""

import contextlib
import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from driftline import clock, held
from driftline.capture.sending import spool

FOLDER = "tallies"
_ENDING, _NEW = ".tally", ".new"
ANSWERS, EVENTS = 0, 1  # places of what was recorded; of each of the others, too, the second one is of events
_SETTLED, _FLYING = 2, 4  # delivered, spooled or counted as lost; and given to a sink that has not come back
_UNTOLD, _TELLING, _BYTES = 6, 11, 128  # losses that no event carries yet, and those in one that has not arrived
GAPS = (
    "lost",
    "answers lost with a process",
    "events lost with a process",
    "answers perhaps lost with a process",
    "events perhaps lost with a process",
)
_TRIES = 2  # at making the file


class _Map:
    """A file that is mapped into memory; open as well, for its lock."""

    def __init__(self, file: held.File) -> None:
        self.held = mmap.mmap(file.fileno(), _BYTES)
        self._file = file
        number = held.twin(file.fileno())  # Python opens it once more, under a number that it does not tell
        self._numbers = {number: held.mark(number)} if number is not None else {}

    def close(self) -> None:
        """Let go of it, and of the lock, unless somebody is looking at it or the program has its number now."""
        self._file.close()
        if not held.same(self._numbers):
            held.forever(self.held)
            return
        with contextlib.suppress(BufferError):
            self.held.close()


class Tally:
    """The numbers of one process; a forked child has its own."""

    def __init__(self, home: str | Path) -> None:
        self.folder = Path(home).absolute() / FOLDER
        self.page = _blank()
        self._path: Path | None = None
        self._map: _Map | None = None
        self.waiting = 0  # answers that are counted and not queued yet

    def open(self) -> None:
        """Count on disk from now on, if that can be; what was counted before counts."""
        for _ in range(_TRIES):  # another process may have removed the folder just now
            with contextlib.suppress(OSError, ValueError):  # then a process that is killed takes its numbers with it
                if self._map is None:
                    self._open()
                return

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{clock.now_us():020d}-{os.getpid()}{spool.OF}{os.getppid()}{_ENDING}"
        new = path.with_suffix(_NEW)
        file = held.File(new, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            file.write(bytes(_BYTES))  # room that is taken now: a page without any ends the process with SIGBUS later
            if not spool.locked(file):
                file.close()
                new.unlink()
                return
            new.rename(path)  # nobody takes it for that of a dead process before it is locked
            found = _Map(file)
        except BaseException:
            file.close()
            raise
        page = memoryview(found.held).cast("q")
        page[:] = self.page  # without a call between these two no other thread counts meanwhile
        self.page = page
        self._path, self._map = path, found

    def wait(self) -> None:
        """Count an answer that waits for more before it is queued: it may go with the process."""
        self.waiting += 1
        self.page[ANSWERS] += 1

    def waited(self, *, alone: bool) -> None:
        """An answer waits no longer: it is queued now, or part of another one, which counts."""
        self.waiting -= 1
        self.page[ANSWERS] -= not alone

    def settle(self, answers: int, events: int) -> None:
        """Count what is delivered, spooled or known to be lost."""
        self.page[_SETTLED] += answers
        self.page[_SETTLED + EVENTS] += events

    def fly(self, answers: int, events: int) -> None:
        """Say what is with the sink now, which may take it before it comes back."""
        self.page[_FLYING], self.page[_FLYING + EVENTS] = answers, events

    def lose(self, number: int) -> None:
        """Count what this process itself has lost."""
        self.page[_UNTOLD] += number

    def take(self) -> dict[str, int]:
        """Return the losses that no event has carried yet, as gaps; ``told`` says that the event has arrived."""
        untold = self.page[_UNTOLD:_TELLING].tolist()
        if not any(untold):
            return {}
        found = {gap: number for gap, number in zip(GAPS, untold, strict=True) if number}
        for place, gap in enumerate(GAPS):
            self.page[_TELLING + place] += found.get(gap, 0)
            self.page[_UNTOLD + place] -= found.get(gap, 0)
        return found

    def told(self, gaps: dict[str, int]) -> None:
        """The event that carries these has arrived, or is on disk."""
        for place, gap in enumerate(GAPS):
            self.page[_TELLING + place] -= gaps.get(gap, 0)

    def orphaned(self) -> bool:
        """Whether a process that this one has started has died and left its numbers."""
        return any(path.stem.endswith(f"{spool.OF}{os.getpid()}") and _free(path) for path in self._others())

    def _others(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            yield from sorted(path for path in self.folder.glob(f"*{_ENDING}") if path != self._path)

    @property
    def name(self) -> str:
        """By which another process finds it; ``""`` = it does not."""
        return self._path.name if self._path is not None else ""

    def adopt(self) -> list[int]:
        """Take over what dead processes have left; returns what of it nobody knew of yet, in the order of ``GAPS``."""
        return self._take_over(list(self._others()), _UNTOLD)[0]

    def claim(self, name: str) -> tuple[list[int], dict[str, int]]:
        """Take over what the one of that name has left, for an event about its process; as ``adopt``, and the gaps."""
        fresh, every = self._take_over([path for path in self._others() if path.name == name], _TELLING)
        return fresh, {gap: number for gap, number in zip(GAPS, every, strict=True) if number}

    def _take_over(self, paths: Iterable[Path], to: int) -> tuple[list[int], list[int]]:
        fresh, every = [0] * len(GAPS), [0] * len(GAPS)
        for path in paths:
            with contextlib.suppress(OSError), path.open("rb") as file:
                if spool.locked(file):
                    new, former = _left(file.read(_BYTES).ljust(_BYTES, b"\0"))
                    for place, (one, other) in enumerate(zip(new, former, strict=True)):
                        fresh[place] += one
                        every[place] += one + other
                        self.page[to + place] += one + other
                    path.unlink()
        return fresh, every

    def close(self) -> None:
        """Leave the file where something is still to be told, by another process; else remove it."""
        if self._map is None:
            return
        cells = list(self.page)
        path, found = self._path, self._map
        self.page = _blank()
        self._path = self._map = None
        settled = all(cells[kind] <= cells[_SETTLED + kind] for kind in (ANSWERS, EVENTS))
        if path is not None and settled and not any(cells[_UNTOLD : _TELLING + len(GAPS)]):
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # others may be in it
                self.folder.rmdir()
        found.close()

    def reborn(self) -> "Tally":
        """Return one for the forked child that this is called in, and let go of the parent's."""
        if self._map is not None:
            found, self._map, self.page = self._map, None, _blank()
            found.close()
        return Tally(self.folder.parent)


def _left(page: bytes) -> tuple[list[int], list[int]]:
    """Return what went with a process, and what it had to tell itself; both in the order of ``GAPS``."""
    cells = memoryview(page).cast("q")
    waiting = [max(0, cells[kind] - cells[_SETTLED + kind]) for kind in (ANSWERS, EVENTS)]
    perhaps = [min(waiting[kind], cells[_FLYING + kind]) for kind in (ANSWERS, EVENTS)]
    sure = [waiting[kind] - perhaps[kind] for kind in (ANSWERS, EVENTS)]
    former, telling = list(cells[_UNTOLD:_TELLING]), list(cells[_TELLING : _TELLING + len(GAPS)])
    if cells[_FLYING + EVENTS] > 0:  # what tells of losses may be among them
        own, answers, events, *others = telling
        telling = [own, 0, 0, others[0] + answers, others[1] + events]
    return [0, *sure, *perhaps], [one + other for one, other in zip(former, telling, strict=True)]


def _blank() -> memoryview:
    return memoryview(bytearray(_BYTES)).cast("q")


def _free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return spool.locked(file)
    except OSError:
        return False
