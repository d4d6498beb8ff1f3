"""What of a run's versions may be the one that is seen now, found without looking at all of them.

Enters: the list of what a run has read, or written, and a version. Leaves: the places in that list at which something
of the same dataset lies, with the same partition, the same path (of what has none the same version), or an address that
is still written to: all that may be the same version. A run over thousands of files would compare each with each
otherwise. Never changes the list; one that somebody else has changed is gone through anew.
"""

from collections.abc import Iterator
from typing import Literal

from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset

Way = Literal["read", "write"]
WAYS: tuple[Way, ...] = ("read", "write")
Key = tuple[object, ...]


class Recalled:
    """The places in one list of versions."""

    __slots__ = ("_hashed", "_into", "_last", "_open", "_others", "_places", "again")

    def __init__(self, into: list[Seen]) -> None:
        self._into = into
        self._places: dict[Key, dict[int, None]] = {}  # each once, however often it is put
        self._hashed: dict[Key, dict[int, None]] = {}  # by version: files that go by a hash of their bytes
        self._others: dict[Key, dict[int, None]] = {}  # as the places: all that do not
        self._open: dict[int, Seen] = {}  # by identity: those that are being written to an open file
        self._last: tuple[int, Seen | None] = (0, None)  # how many were gone through, and the last of them
        self.again: dict[tuple[object, str], tuple[object, ...]] = {}  # by hook and path, of ``hooks.again``

    def alike(self, seen: Seen) -> Iterator[tuple[int, Seen]]:
        """Yield the places at which the same version as ``seen`` may lie, and what lies there, in order.

        Of files that both go by a hash another hash is another version, and a file may have very many of them.
        """
        self._follow()
        held = [self._places.get(_pointed(seen), {})]
        if seen.touched.version.startswith(measure.BYTES):
            held.append(self._hashed.get((seen.touched.dataset, seen.touched.version), {}))
            held += [self._others.get(key, {}) for key in _asked(seen)]
        else:
            held += [self._places.get(key, {}) for key in _asked(seen)]
        found = {place for places in held for place in places}
        for place in sorted(found):
            yield place, self._into[place]

    def holds(self, seen: Seen) -> bool:
        """Whether ``seen`` itself is in the list."""
        self._follow()
        places = (place for key in _asked(seen)[1:] for place in self._places.get(key, ()))
        return any(self._into[place] is seen for place in places)

    def open(self) -> list[Seen]:
        """Return what is written to a file that was open when it was last looked at."""
        self._follow()
        if not self._open:
            return []
        self._open = {key: seen for key, seen in list(self._open.items()) if seen.handle is not None}
        return list(self._open.values())

    def pending(self, dataset: Dataset, path: str) -> tuple[int, Seen] | None:
        """Return the place of the file that was still being written when it was last looked at, and what lies there."""
        self._follow()
        for place in self._places.get((dataset, "path", path), ()):
            if self._into[place].pending and self._into[place].path == path:
                return place, self._into[place]
        return None

    def put(self, place: int, seen: Seen) -> None:
        """Take note that ``seen`` lies at ``place`` now, or has another name."""
        hashed = seen.touched.version.startswith(measure.BYTES) and not seen.pending and not seen.deferred
        for key in _keys(seen):
            self._places.setdefault(key, {})[place] = None
            if not hashed:
                self._others.setdefault(key, {})[place] = None
        if hashed:
            self._hashed.setdefault((seen.touched.dataset, seen.touched.version), {})[place] = None
        if seen.pointer is not None:
            self._places.setdefault(_pointed(seen), {})[place] = None
        if seen.handle is not None:
            self._open[id(seen)] = seen
        if place == self._last[0] - 1:
            self._last = place + 1, seen

    def take(self, place: int) -> None:
        """Forget what lies at ``place``, which is about to get another name; ``put`` tells of it anew.

        A loop that gives one name to file after file would look at all of them each time.
        """
        self._follow()
        seen = self._into[place]
        for key in (*_asked(seen), _pointed(seen)):
            _drop(self._places, key, place)
            _drop(self._others, key, place)
        _drop(self._hashed, (seen.touched.dataset, seen.touched.version), place)

    def stands(self, into: list[Seen]) -> bool:
        """Whether this is about ``into``, and nothing was taken out of that."""
        count, last = self._last
        return self._into is into and (count == 0 or (len(into) >= count and into[count - 1] is last))

    def _follow(self) -> None:
        """Go through what was added since."""
        count, _ = self._last
        for place in range(count, len(self._into)):
            seen = self._into[place]
            self.put(place, seen)
            self._last = place + 1, seen


def of(trace: Trace, way: Way) -> Recalled:
    """Return the places of what a run has read, or written."""
    into = trace.inputs if way == "read" else trace.outputs
    known = trace.recalled.get(way)
    if not isinstance(known, Recalled) or not known.stands(into):
        known = trace.recalled[way] = Recalled(into)
    return known


def _drop(held: dict[Key, dict[int, None]], key: Key, place: int) -> None:
    places = held.get(key)
    if places is not None:
        places.pop(place, None)
        if not places:
            del held[key]


def _keys(seen: Seen) -> tuple[tuple[object, ...], ...]:
    dataset = seen.touched.dataset
    return (dataset, "partition", seen.touched.partition), _by_path(seen)


def _by_path(seen: Seen) -> tuple[object, ...]:
    """The key of the path; without one that of the version, as a run may be told of very many of one dataset."""
    named = seen.touched.version and not seen.path and not seen.pending
    return _by_version(seen) if named else (seen.touched.dataset, "path", seen.path)


def _by_version(seen: Seen) -> tuple[object, ...]:
    return seen.touched.dataset, "version", seen.touched.version


def _asked(seen: Seen) -> tuple[tuple[object, ...], ...]:
    """The keys under which the same may lie: what had neither path nor version may have got a version since."""
    dataset = seen.touched.dataset
    found = (dataset, "partition", seen.touched.partition), (dataset, "path", seen.path)
    return found if seen.path else (*found, _by_version(seen))


def _pointed(seen: Seen) -> tuple[object, ...]:
    return seen.touched.dataset, "pointer"
