"""States: which content a dataset, or a slice of it, had from when on, as runs saw it.

Enters: a dataset, a slice of it (``""``: it has none), a version, a moment. Leaves: what was there, and what was there
before that. A version is content and may come again; a state is a version at a time. A write is a state. A read is one
only where the version names the content that was found, and only if nothing else shows that another content was there
all along: who reads a snapshot by its number says nothing of what the table is now, and who read before another run
wrote may tell of it later. Never decides what differs. Source: decision 0019.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from driftline.store import weave
from driftline.store.connection import OPEN, Connection, Row

PAGE = 100  # readings and writings that are looked at together; where more are of one moment, ten or a hundred times it
PAGES = (
    20  # that are looked through, each up to a hundred times as long; what is alike for a whole page is stepped over
)
_BORN = 20  # readings and writings after another content, from where on a long time of one content is looked at
_CONTENT = re.compile(r"(xxh3|stat|etag|md5|sha\d+|[tw]\d-\d+):")  # how a version begins that names what was found
_WRITE = 1


class Sight(NamedTuple):
    """What one run read, or wrote, of a slice."""

    time_us: int
    role: int
    text: str  # of the run
    run: int
    job: int
    versions: frozenset[int]


class Turn(NamedTuple):
    """How a slice came to hold a version."""

    since_us: int  # from when on
    gone: tuple[int, ...]  # what was there before in its place; none: it was put beside others, or is the first
    gone_since_us: int  # from when on that was there; 0 = not known
    returned: bool  # it had been there before that


class States:
    """The states of datasets and their slices."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def slices(self, version: int) -> tuple[str, ...]:
        """Return the slices that a version was; ``("",)`` where it is of none."""
        return tuple(slice_ for (slice_,) in self._connection.rows("slices_of_version", version=version)) or ("",)

    def seen(self, dataset: int, since_us: int, until_us: int, limit: int) -> list[str]:
        """Return the slices of a dataset that runs saw between two moments."""
        span = {"since_us": since_us, "until_us": until_us, "limit": limit}
        return [slice_ for (slice_,) in self._connection.rows("slices_between", dataset=dataset, **span)]

    def at(self, dataset: int, slice_: str, moment_us: int) -> frozenset[int]:
        """Return what was there at a moment; nothing where nobody had seen anything."""
        found = self.last(dataset, slice_, moment_us)
        return found.versions if found is not None else frozenset()

    def last(self, dataset: int, slice_: str, moment_us: int) -> Sight | None:
        """Return by whose writing, or reading, it is known what was there at a moment; None where nobody saw it."""
        sights = self._sights(dataset, slice_, moment_us)
        first = next(sights, None)
        if first is None or first.role == _WRITE:
            return first
        begun_us = self._begun_us([first])
        for one in sights:
            if one.time_us < begun_us:
                break
            if one.role == _WRITE:  # it was put there while the reader ran
                return one
        return first

    def turn(self, dataset: int, slice_: str, version: int, moment_us: int) -> Turn | None:
        """Return how a slice came to hold the version that it held at a moment; None where nobody saw it there."""
        sights = self._sights(dataset, slice_, moment_us)
        now = next((one for one in sights if version in one.versions), None)
        if now is None:
            return None
        held = [now]
        for one in sights:
            if version in one.versions:
                held.append(one)
            elif (one.versions.isdisjoint(now.versions) or one.job == now.job) and self._after(held, one.time_us):
                gone, made_us = one.versions, self._made_us(one, sights)
                returned = self._before(slice_, version, one.time_us)
                return Turn(held[-1].time_us, tuple(sorted(gone - now.versions)), made_us, returned)
        return Turn(held[-1].time_us, (), 0, returned=False)

    def read(self, run: int, dataset: int) -> dict[str, frozenset[int]]:
        """Return what a run read of the slices of a dataset."""
        found: dict[str, set[int]] = {}
        for slice_, version in self._connection.rows("slices_of_run", run=run, dataset=dataset):
            found.setdefault(slice_, set()).add(version)
        return {slice_: frozenset(versions) for slice_, versions in found.items()}

    def before(self, job: int, dataset: int, before_us: int, *, wrote: bool = False) -> int:
        """Return the last run of a job before a moment that read (or wrote) a dataset; 0 where none did."""
        values = {"job": job, "dataset": dataset, "role": int(wrote), "before_us": before_us}
        row = self._connection.row("run_touching_before", **values)
        return row[0] if row else 0

    def reader(self, dataset: int, moment_us: int) -> int:
        """Return the last run that read a dataset up to a moment; 0 where none did."""
        row = self._connection.row("run_reading", dataset=dataset, moment_us=moment_us)
        return row[0] if row else 0

    @staticmethod
    def _made_us(last: Sight, before: Iterable[Sight]) -> int:
        """Return from when on something was there that was last seen so: a reader may tell of it before its writer."""
        first, made = last, last if last.role == _WRITE else None
        for one in before:
            if one.versions != last.versions:
                break
            first, made = one, one if one.role == _WRITE else made
        return (made or first).time_us

    def _before(self, slice_: str, version: int, before_us: int) -> bool:
        values = {"version": version, "before_us": before_us}
        if slice_:
            return self._connection.row("state_earlier", slice=slice_, **values) is not None
        return self._connection.row("touch_earlier", open=OPEN, **values) is not None

    def _after(self, held: Iterable[Sight], moment_us: int) -> bool:
        """Whether some of these sights are later than a moment beyond doubt: written, or read by a run begun later."""
        return any(one.role == _WRITE for one in held) or self._begun_us(held) > moment_us

    def _begun_us(self, sights: Iterable[Sight]) -> int:
        """Return when the last of the runs that saw something began."""
        rows = self._connection.rows("runs_by_ids", ids=json.dumps([one.run for one in sights]))
        return max((weave.decode(row[8]).started_us or row[5] for row in rows), default=0)

    def _sights(self, dataset: int, slice_: str, moment_us: int) -> Iterator[Sight]:
        """Yield what runs saw up to a moment, the newest first; of a long time of one content its ends alone."""
        size = PAGE
        for _ in range(PAGES):
            rows = self._rows("states", slice_, dataset=dataset, moment_us=moment_us, limit=size)
            full, end = len(rows) == size, rows[-1][4] if rows else 0
            if full and rows[0][4] == end and size < 100 * PAGE:
                size *= 10  # one run may have read, or written, many files
                continue
            whole = [row for row in rows if row[4] > end or not full or rows[0][4] == end]
            yield from _sights(whole)
            if not full:
                return
            on = self._over(dataset, slice_, whole) if len({row[0] for row in whole}) == 1 else None
            moment_us = on if on is not None else end - (rows[0][4] == end)
            size = PAGE if on is not None else min(10 * size, 100 * PAGE)

    def _over(self, dataset: int, slice_: str, alike: list[Row]) -> int | None:
        """Return from which moment to look on where all is of one version; None: where it would be anyhow."""
        version, moment_us = alike[-1][0], alike[-1][4]
        other = self._rows("other", slice_, dataset=dataset, version=version, moment_us=moment_us)
        since = {"after_us": other[0][0] if other else -1, "skip": _BORN}
        born = self._rows("later", slice_, dataset=dataset, moment_us=moment_us, **since)
        return born[0][0] if born else None

    def _rows(self, what: str, slice_: str, **values: int) -> list[Row]:
        if slice_:
            return list(self._connection.rows(f"{what}_sliced", slice=slice_, **values))
        return list(self._connection.rows(f"{what}_whole", open=OPEN, **values))


def _sights(rows: Iterable[Row]) -> list[Sight]:
    """Return what rows say, those of one run together, the newest first."""
    found: dict[tuple[int, int], Sight] = {}
    for version, role, run, job, time_us, name, since_us, text in rows:
        if role != _WRITE and time_us != since_us and not _CONTENT.match(name):
            continue
        held = found.get((run, role)) or Sight(time_us, role, text, run, job, frozenset())
        found[run, role] = held._replace(versions=held.versions | {version})
    return sorted(found.values(), key=lambda one: one[:3], reverse=True)
