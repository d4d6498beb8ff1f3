"""Loops run again: what decides about the next turn is found behind the statements of which it decides.

Enters: pieces of a script, in order, and what is known where each stands. Leaves: the same, those of a loop once all of
it is read: with what ``WHILE``, ``UNTIL``, ``EXIT WHEN`` and their kin ask, of variables that may have what any
statement of the loop before gave them.
"""

from collections.abc import Iterator

from driftline.capture.sql.branches import Branches, Opened
from driftline.capture.sql.deciding import Decides, Deciding
from driftline.capture.sql.piece import Piece
from driftline.capture.sql.variables import Values, Variables


class Turns:
    """The pieces of loops that are not read to their end."""

    def __init__(self, deciding: Deciding) -> None:
        self._deciding = deciding
        self._held: list[Piece] = []
        self._last: dict[int, Values] = {}  # of a loop: what variables may have at its end

    def took(self, piece: Piece, branches: Branches, values: Variables) -> None:
        """Keep one more piece."""
        self._held.append(piece)
        self._note(branches, values)

    def done(self, branches: Branches, values: Variables) -> Iterator[Piece]:
        """Yield the pieces kept, unless a loop is open."""
        self._note(branches, values)
        if not branches.loops():
            yield from self.left()

    def left(self) -> Iterator[Piece]:
        """Yield the pieces kept."""
        yield from map(self._turned, self._held)
        self._held = []
        self._last = {}

    def _note(self, branches: Branches, values: Variables) -> None:
        for loop in branches.loops():
            if loop.waits not in ("end", "none"):
                self._last[id(loop)] = values.known()

    def _turned(self, piece: Piece) -> Piece:
        if not piece.loops:
            return piece
        found = {id(one.query): one for one in piece.conditions}
        for loop in piece.loops:
            for one in self._asked(loop):
                found[id(one.query)] = one._replace(values=_either(piece.values, self._last.get(id(loop), ())))
        return piece._replace(conditions=tuple(found.values()), loops=())

    def _asked(self, loop: Opened) -> tuple[Decides, ...]:
        return self._deciding.queries(loop.again)


def _either(before: Values, behind: Values) -> Values:
    """What variables may have here or there."""
    known = dict(before)
    for name, given in behind:
        known[name] = (*known.get(name, ()), *(one for one in given if one not in known.get(name, ())))
    return tuple(known.items())
