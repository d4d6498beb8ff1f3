"""The order of time in a walk over versions: by which write a version was there when it was read.

Enters: versions that a walk meets, and when their readers told of them. Leaves: the runs whose writing counts. Two runs
that write the same bytes give one version, but what was read was written by the last one that had begun by then, and
never by a later one; a run that writes what it has read did not read that of itself. Of a version that a walk begins at
without a moment every write counts. Source: decision 0019.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from driftline.store import weave
from driftline.store.connection import OPEN, Connection
from driftline.store.line import TOGETHER, Direction, Line

NOBODY = 0  # in place of a run: the version came from outside


class Writer(NamedTuple):
    """A run that wrote a version; its times are known where there are several."""

    begun_us: int
    told_us: int
    run: int


class Span(NamedTuple):
    """From when on, and before when, a version was there by writes that count."""

    since_us: int
    until_us: int


class Writers:
    """Which runs wrote versions, as far as was known at a moment."""

    def __init__(self, connection: Connection, as_of_us: int) -> None:
        self._connection = connection
        self._as_of_us = as_of_us
        self._known: dict[int, list[Writer]] = {}

    def learn(self, versions: Iterable[int]) -> None:
        """Read who wrote some versions; those below 1 are none."""
        wanted = [version for version in dict.fromkeys(versions) if version > 0 and version not in self._known]
        for at in range(0, len(wanted), TOGETHER):
            some = wanted[at : at + TOGETHER]
            runs: dict[int, list[int]] = {version: [] for version in some}
            for version, run in self._connection.rows("writers_of", ids=json.dumps(some), as_of_us=self._as_of_us):
                runs[version].append(run)
            times = self._times({run for found in runs.values() if len(found) > 1 for run in found})
            for version, found in runs.items():
                self._known[version] = sorted(Writer(*times.get(run, (0, 0)), run) for run in found)

    def of(self, version: int) -> tuple[int, ...]:
        """Return every run that wrote a version, the first begun first; ``NOBODY`` where none did."""
        return tuple(writer.run for writer in self._known[version]) or (NOBODY,)

    def then(self, version: int, moment_us: int, reader: int = NOBODY) -> int:
        """Return the run by whose writing a version was there at a moment, as ``reader`` read it."""
        found = self._known[version]
        if len(found) < 2:
            return found[0].run if found else NOBODY
        at = bisect_right(found, (moment_us, OPEN, OPEN)) - 1
        if at >= 0 and found[at].run == reader:
            at -= 1
        if at >= 0:
            return found[at].run
        return next(writer.run for writer in found if writer.run != reader)

    def told_us(self, version: int, runs: Iterable[int]) -> int:
        """Return when the last of some runs told that it wrote a version; 0 where they are all that did."""
        found, held = self._known.get(version, []), set(runs)
        told = [writer.told_us for writer in found if writer.run in held]
        return max(told) if told and len(told) < len(found) else 0

    def spans(self, version: int, runs: Iterable[int]) -> tuple[Span, ...]:
        """Return when a version was there by the writing of some runs; empty: whenever it was there."""
        found, held = self._known.get(version, []), set(runs)
        if all(writer.run in held for writer in found):
            return ()
        ends = [writer.begun_us for writer in found[1:]] + [OPEN]
        return tuple(Span(writer.begun_us, end) for writer, end in zip(found, ends, strict=True) if writer.run in held)

    def _times(self, runs: set[int]) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        wanted = sorted(runs)
        for at in range(0, len(wanted), TOGETHER):
            for row in self._connection.rows("runs_by_ids", ids=json.dumps(wanted[at : at + TOGETHER])):
                found[row[0]] = (weave.decode(row[8]).started_us or row[5], row[5])
        return found


class Course:
    """What of each version a walk has met: the runs by whose writing it was there."""

    def __init__(self, writers: Writers, direction: Direction) -> None:
        self.writers = writers
        self._up = direction == "up"
        self._met: dict[int, set[int]] = {}
        self._waiting: dict[int, set[int]] = {}

    def begin(self, places: Iterable[int], moment_us: int | None) -> None:
        """Begin at some versions, as they were at a moment; None: at whichever."""
        starts = [place for place in places if place > 0 and place not in self._waiting]
        self.writers.learn(starts)
        for place in starts:
            every = self.writers.of(place)
            self.meet(place, every if moment_us is None else (self.writers.then(place, moment_us),))

    def meet(self, place: int, runs: Iterable[int]) -> None:
        """A version was met as it was by the writing of some runs."""
        new = set(runs) - self._met.get(place, set())
        if new:
            self._waiting.setdefault(place, set()).update(new)

    def again(self, place: int) -> bool:
        """Whether a place was met in a way in which it was not asked about."""
        return place in self._waiting

    def take(self, places: Iterable[int]) -> dict[int, set[int]]:
        """Return by whose writing some versions are to be asked about now."""
        taken = {place: self._waiting.pop(place, set()) for place in dict.fromkeys(places)}
        for place, runs in taken.items():
            self._met.setdefault(place, set()).update(runs)
        return taken

    def runs(self, place: int) -> set[int]:
        """Return the runs by whose writing a version was met."""
        return self._met.get(place, set()) | self._waiting.get(place, set())

    def told_us(self, place: int) -> int:
        """Return when the last write by which a version was met was told; 0 where every write counts."""
        return self.writers.told_us(place, self.runs(place))

    def spans(self, place: int) -> tuple[Span, ...]:
        """Return when a version was there as it was met; empty: whenever it was there."""
        return self.writers.spans(place, self.runs(place))

    def passes(self, place: int, run: int) -> bool:
        """Whether a run that wrote (up) or read (down) a version is beside it as it was met."""
        return not self._up or run in self.runs(place)

    def holds(self, taken: dict[int, set[int]], line: Line) -> bool:
        """Whether a line leads on from what was taken; if so, the other end is met."""
        if self._up:
            if line.target > 0 and line.via not in taken[line.target]:
                return False
            if line.source > 0:
                self.meet(line.source, (self.writers.then(line.source, line.time_us, line.via),))
            return True
        if line.source > 0 and self.writers.then(line.source, line.time_us, line.via) not in taken[line.source]:
            return False
        if line.target > 0:
            self.meet(line.target, (line.via,))
        return True
