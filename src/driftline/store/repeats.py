"""Which facets of events come again, and are worth keeping apart.

Enters: facets by their key, and which of them were new. Leaves: those that are to be cut out of their events. A facet
that says something else each time (when a run was due, how many rows it wrote) would only cost a place of its own.
What was decided bears on room alone: an event is the same with any of its facets apart or in place.
"""

from collections.abc import Iterable, Sequence

TRIED = 64  # facets of a key that are cut out before it is judged, and in each of its turns after that
TURN = 4_096  # facets of a key after which it is tried again
WORTH = 0.2  # share of known ones from which on a key is worth it
LARGE = 2_048  # bytes from which on a facet is always cut out

Keyed = tuple[str, bytes]


class Repeats:
    """What is known of the facets of each key."""

    def __init__(self) -> None:
        self._tried: dict[str, int] = {}
        self._known: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def worth(self, facets: Sequence[Keyed]) -> list[bytes]:
        """Return those of ``facets`` that are to be cut out, in their order."""
        return [facet for key, facet in facets if len(facet) >= LARGE or self._is_worth(key)]

    def _is_worth(self, key: str) -> bool:
        tried = self._tried.get(key, 0)
        if tried < TRIED or self._known.get(key, 0) >= WORTH * tried:
            return True
        self._seen[key] = seen = self._seen.get(key, 0) + 1
        if seen >= TURN:
            self._tried[key] = self._known[key] = self._seen[key] = 0
        return False

    def learn(self, facets: Iterable[Keyed], new: set[bytes]) -> None:
        """Take which facets were cut out, and which of all were new."""
        met: set[bytes] = set()
        for key, facet in facets:
            self._tried[key] = self._tried.get(key, 0) + 1
            if facet not in new or facet in met:
                self._known[key] = self._known.get(key, 0) + 1
            met.add(facet)
