"""States: which content a dataset, or a slice of it, had from when on, as runs saw it.

Enters: a dataset, a slice of it (``""``: it has none), a version, a moment. Leaves: what was there, and what was there
before that. A version is content and may come again; a state is a version at a time. A write is a state. A read is one
only where the version names the content that was found, and only if nothing else shows that another content was there
all along: who reads a snapshot by its number says nothing of what the table is now, and who read before another run
wrote may tell of it later. Never decides what differs. Source: decision 0019.
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from driftline.store import weave
from driftline.store.connection import OPEN, Connection

LOOKED = 1_000  # readings and writings of a dataset that are looked through for another content
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
        sights = self._sights(dataset, slice_, moment_us)
        return sights[0].versions if sights else frozenset()

    def turn(self, dataset: int, slice_: str, version: int, moment_us: int) -> Turn | None:
        """Return how a slice came to hold the version that it held at a moment; None where nobody saw it there."""
        sights = self._sights(dataset, slice_, moment_us)
        first = next((place for place, one in enumerate(sights) if version in one.versions), None)
        if first is None:
            return None
        now, held = sights[first], [sights[first]]
        for place, one in enumerate(sights[first + 1 :], first + 1):
            if version in one.versions:
                held.append(one)
            elif (one.versions.isdisjoint(now.versions) or one.job == now.job) and self._after(held, one.time_us):
                return self._turn(version, held, now, sights[place:])
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
    def _turn(version: int, held: Sequence[Sight], now: Sight, before: Sequence[Sight]) -> Turn:
        gone = before[0].versions
        there = list(takewhile(lambda one: one.versions == gone, before))
        made = [one for one in there if one.role == _WRITE] or there  # a reader may tell of it before its writer does
        returned = any(version in one.versions for one in before)
        return Turn(held[-1].time_us, tuple(sorted(gone - now.versions)), made[-1].time_us, returned)

    def _after(self, held: Iterable[Sight], moment_us: int) -> bool:
        """Whether some of these sights are later than a moment beyond doubt: written, or read by a run begun later."""
        if any(one.role == _WRITE for one in held):
            return True
        rows = self._connection.rows("runs_by_ids", ids=json.dumps([one.run for one in held]))
        return any((weave.decode(row[8]).started_us or row[5]) > moment_us for row in rows)

    def _sights(self, dataset: int, slice_: str, moment_us: int) -> list[Sight]:
        values = {"dataset": dataset, "moment_us": moment_us, "limit": LOOKED}
        rows = (
            self._connection.rows("states_sliced", slice=slice_, **values)
            if slice_
            else self._connection.rows("states_whole", open=OPEN, **values)
        )
        found: dict[tuple[int, int], Sight] = {}
        for version, role, run, job, time_us, name, since_us, text in rows:
            if role != _WRITE and time_us != since_us and not _CONTENT.match(name):
                continue
            held = found.get((run, role)) or Sight(time_us, role, text, run, job, frozenset())
            found[run, role] = held._replace(versions=held.versions | {version})
        return sorted(found.values(), key=lambda one: one[:3], reverse=True)
