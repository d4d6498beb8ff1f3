"""What of a run's versions lies at a local path, found without going through all of them.

Enters: the list of what a run has read, or written, and a path. Leaves: the places in that list at which the path is
that one, in order. A run that copies or renames thousands of files would go through all for each otherwise. Never
changes the list; one in which somebody else has put another version in the place of one is gone through anew.
"""

from driftline.capture.runs.recalled import Way
from driftline.capture.runs.trace import Seen, Trace


class _Paths:
    """The places in one list of versions."""

    __slots__ = ("held", "places")

    def __init__(self) -> None:
        self.held: list[Seen] = []  # the list as it was
        self.places: dict[str, dict[int, None]] = {}

    def put(self, place: int, path: str) -> None:
        if path:
            self.places.setdefault(path, {})[place] = None

    def stands(self, into: list[Seen]) -> bool:
        """Whether nothing was taken out of ``into`` or replaced; it takes 3 ns a version to see that."""
        return self.held == (into if len(into) == len(self.held) else into[: len(self.held)])

    def follow(self, into: list[Seen]) -> None:
        """Go through what was added since."""
        for place in range(len(self.held), len(into)):
            self.put(place, into[place].path)
            self.held.append(into[place])


def at(trace: Trace, way: Way, path: str) -> list[tuple[int, Seen]]:
    """Return what a run has read, or written, at a path, each with its place."""
    into = trace.inputs if way == "read" else trace.outputs
    known = _of(trace, way)
    if not known.stands(into):
        known = trace.recalled[_key(way)] = _Paths()
    known.follow(into)
    places, found = known.places.get(path, {}), []
    for place in sorted(places):
        if into[place].path == path:
            found.append((place, into[place]))
        else:
            places.pop(place, None)  # it has been renamed, else there would be more and more of them
    return found


def renamed(trace: Trace, way: Way, place: int, path: str) -> None:
    """Take note that what lies at a place has another path now."""
    _of(trace, way).put(place, path)


def _of(trace: Trace, way: Way) -> _Paths:
    known = trace.recalled.get(_key(way))
    if not isinstance(known, _Paths):
        known = trace.recalled[_key(way)] = _Paths()
    return known


def _key(way: Way) -> str:
    return f"{way} by path"
