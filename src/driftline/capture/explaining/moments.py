"""What a call that wrote can have written of what was read, by when both were.

Enters: visits of calls that wrote, and paths of reads. Leaves: the reads that count. A call that writes all at once has
written what was read last before it. A file that is opened and then written piece by piece is open for a while: what is
read while it is open counts, and what was read before; what is read after it was closed belongs to the next file. How
long it is open, the text says (``script.closing``); where it does not, all that may be meant count, and none is sure.
"""

import ast
import itertools
import sys
from bisect import bisect_right
from collections.abc import Callable

from driftline.capture.program import openings, sites
from driftline.capture.program.sites import Read, Visit, Way
from driftline.capture.script.closing import Open, Place, open_until
from driftline.capture.script.site import PREVIOUS, Path, Site, turn_of

_BEFORE, _WHILE, _PERHAPS = range(3)  # the file is open

Treed = Callable[[str], ast.Module | None]


class Moments:
    """When what was read, for one report."""

    def __init__(self, placed: Callable[[Path], Path], tree: Treed) -> None:
        self._placed = placed
        self._tree = tree
        self.openings = openings.by_place()  # by path, in order
        self._orders: dict[tuple[Path, int], list[int]] = {}
        self._open: dict[Site, Open] = {}
        self._when: dict[tuple[int, Path], int] = {}

    def read(self, path: Path, visit: Visit, *, every: bool) -> tuple[list[Read], bool]:
        """Return what was read at a path that a visit may have written, and whether that is sure.

        Args:
            path: of the reads.
            visit: of a call that wrote, or that opened a file to write it.
            every: all reads count, not the latest alone.
        """
        openings = self.openings.get(visit.way.path(), ())
        if not openings:
            return _read(path, visit.order, visit.thread, every), True
        when = self._when_read(visit.way, path)
        end = self._following(visit)
        if when == _WHILE or (every and len(openings) == 1):
            return _read(path, end, visit.thread, every), True
        before = _read(path, visit.order, visit.thread, every)
        if when == _BEFORE and before:
            return before, True
        found = list({id(one): one for one in (*before, *_since(path, visit))}.values())
        return found, found == before or _alike(found)

    def _following(self, visit: Visit) -> int:
        """When the same thread opened a file there the next time."""
        key = (visit.way.path(), visit.thread)
        if key not in self._orders:
            self._orders[key] = [one.order for one in self.openings[key[0]] if one.thread == visit.thread]
        held = self._orders[key]
        following = bisect_right(held, visit.order)
        return held[following] if following < len(held) else sys.maxsize

    def _when_read(self, way: Way, path: Path) -> int:
        own, turn = turn_of(path)
        if turn is not None and turn != PREVIOUS:
            return _WHILE  # it is the only one
        key = (id(way), own)
        if key not in self._when:
            found = {self._compared(way, other) for other in sites.ways(own)}
            self._when[key] = found.pop() if len(found) == 1 else _PERHAPS
        return self._when[key]

    def _compared(self, way: Way, other: Way) -> int:
        """Return when what was read on the ``other`` way was, of a file that was opened on this one."""
        written, read = self._placed(way.path()), self._placed(other.path())
        if not written or not read or way.entry() != other.entry():
            return _PERHAPS
        common = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(written, read, strict=False)))
        if common >= min(len(written), len(read)):
            return _PERHAPS
        holder = len(written) - 1
        while holder and self._open_until(written[holder]).handed:
            holder -= 1
        until = self._open_until(written[holder]).until
        if common > holder:  # by what opens the file for its caller
            return _WHILE if read[common] > written[common] else _BEFORE
        if until is None:
            return _WHILE if common == holder and read[common] > written[common] else _PERHAPS
        if common < holder:
            return _BEFORE  # where the file is opened and closed is not entered then
        return _WHILE if _place(written[common]) < _place(read[common]) <= until else _BEFORE

    def _open_until(self, site: Site) -> Open:
        if site not in self._open:
            tree = self._tree(site.file)
            self._open[site] = Open(None) if tree is None else open_until(tree, _place(site))
        return self._open[site]


def _place(site: Site) -> Place:
    return site.line, site.column


def _since(path: Path, visit: Visit) -> list[Read]:
    """Return all that was read there since, by the same thread if it has read anything there."""
    held = sites.every(turn_of(path)[0], sys.maxsize)
    own = [one for one in held if one.thread == visit.thread] or held
    return [one for one in own if one.order > visit.order]


def _alike(found: list[Read]) -> bool:
    """Whether the same was read each time."""
    if len(found) < 2:
        return True
    first = found[0]
    return all(
        one.node is None and (one.datasets, one.path, one.renamed) == (first.datasets, first.path, first.renamed)
        for one in found
    )


def _read(path: Path, order: int, thread: int, every: bool) -> list[Read]:
    if every:
        return sites.every(path, order)
    one = sites.latest(path, order, thread)
    return [] if one is None else [one]
