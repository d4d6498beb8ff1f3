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

from driftline.capture import sites
from driftline.capture.script.closing import Open, Place, open_until
from driftline.capture.script.site import PREVIOUS, Path, Site, turn_of
from driftline.capture.sites import Read, Visit, Way

_BEFORE, _WHILE, _PERHAPS = range(3)  # the file is open

Treed = Callable[[str], ast.Module | None]


class Moments:
    """When what was read, for one report."""

    def __init__(self, placed: Callable[[Path], Path], tree: Treed) -> None:
        self._placed = placed
        self._tree = tree
        self._openings: dict[int, list[int]] = {}
        self._open: dict[Site, Open] = {}
        self._when: dict[tuple[int, Path], int] = {}

    def read(self, path: Path, visit: Visit, *, every: bool) -> tuple[list[Read], bool]:
        """Return what was read at a path that a visit may have written, and whether that is sure.

        Args:
            path: of the reads.
            visit: of a call that wrote, or that opened a file to write it.
            every: all reads count, not the latest alone.
        """
        begin, end = visit.order, self._until(visit)
        if begin == end:
            return _read(path, end, visit.thread, every), True
        when = self._when_read(visit.way, path)
        if when == _WHILE:
            return _read(path, end, visit.thread, every), True
        before = _read(path, begin, visit.thread, every)
        if when == _BEFORE and before:
            return before, True
        within = [one for one in sites.every(path, end) if one.order > begin] if turn_of(path)[1] != PREVIOUS else []
        within = within or _read(path, end, visit.thread, every)
        found = list({id(one): one for one in (*before, *within)}.values())
        return found, len(found) < 2 or found == before

    def _until(self, visit: Visit) -> int:
        """Until when what is read may be written: the visit itself, or the next time that the call opened a file."""
        key = id(visit.way)
        if key not in self._openings:
            self._openings[key] = sites.openings(visit.way)
        others = self._openings[key]
        if not others:
            return visit.order
        following = bisect_right(others, visit.order)
        return others[following] if following < len(others) else sys.maxsize

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
        if not written or not read or way.codes[-1] is not other.codes[-1]:
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


def _read(path: Path, order: int, thread: int, every: bool) -> list[Read]:
    if every:
        return sites.every(path, order)
    one = sites.latest(path, order, thread)
    return [] if one is None else [one]
