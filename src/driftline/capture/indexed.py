"""Where in a list of versions each one is, so that a run that touches thousands of files stays linear.

Enters: the list of what a run read, or wrote, as it grows. Leaves: the few places at which a version may be that is
seen again; whether it is the same is for the caller to say. Made anew where the list is another one, or was changed by
others.
"""

from collections.abc import Iterable
from typing import Any

from driftline.capture.trace import Seen, Trace
from driftline.event.lineage import Dataset

_Key = tuple[Any, ...]


class Indexed:
    """The places of the versions in one list."""

    def __init__(self, held: list[Seen]) -> None:
        self.held = held
        self.count = 0  # of the versions that are entered here
        self.open: list[Seen] = []  # those that are written to a file that may still be open
        self._alike: dict[_Key, list[int]] = {}
        self._of: dict[Dataset, list[int]] = {}
        self.pointed: set[Dataset] = set()  # datasets with a version that is asked for when the run ends
        for seen in held:
            self.enter(self.count, seen)
            self.count += 1

    def append(self, seen: Seen) -> None:
        """Put a version at the end of the list."""
        self.held.append(seen)
        self.enter(self.count, seen)
        self.count += 1

    def enter(self, place: int, seen: Seen) -> None:
        """Take note of the version at a place, which may be another than before."""
        for key in _keys(seen):
            _put(self._alike.setdefault(key, []), place)
        _put(self._of.setdefault(seen.touched.dataset, []), place)
        if seen.pointer is not None:
            self.pointed.add(seen.touched.dataset)
        if seen.handle is not None and not any(one is seen for one in self.open):
            self.open.append(seen)

    def alike(self, seen: Seen) -> list[int]:
        """Return the places of versions with which this one may be the same, the first ones first."""
        return sorted({place for key in _keys(seen) for place in self._alike.get(key, ())})

    def of(self, dataset: Dataset) -> Iterable[int]:
        """Return the places of the versions of a dataset."""
        return self._of.get(dataset, ())


def of(trace: Trace, way: str) -> Indexed:
    """Return the places of what a run has read, or of what it wrote."""
    held = trace.inputs if way == "read" else trace.outputs
    found: Indexed | None = trace.indexed.get(way)
    if found is None or found.held is not held or found.count != len(held):
        found = trace.indexed[way] = Indexed(held)
    return found


def _keys(seen: Seen) -> tuple[_Key, _Key]:
    """What two versions have in common that are the same: version and slice, or the file; without one the version."""
    touched = seen.touched
    return (
        (touched.dataset, touched.version, touched.partition),
        (touched.dataset, seen.path) if seen.path else (touched.dataset, touched.version, None),
    )


def _put(places: list[int], place: int) -> None:
    if not places or places[-1] != place:
        places.append(place)
