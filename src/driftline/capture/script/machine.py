"""The state of following one script: memory, the path of calls, what decides that a line is reached, and the bounds.

Enters: the seam's questions. Leaves: what every call was given. Its parts, one file each, stand on each other:
``expressions``, ``inlining`` (functions and classes of the user), ``statements``.
"""

import ast
import time
from collections.abc import Mapping, Sequence

from driftline.capture.script import tables, turning
from driftline.capture.script.cames import union
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import NOTHING, Cames, Columns, Outside, Source, SourceOf, Table, Unseen
from driftline.capture.script.site import Path, end_of, numbered
from driftline.capture.script.values import Frame, Scope, Value

MAX_STEPS = 60_000  # some 0.6 s: what is cut is the same each time, however busy the machine is
MAX_SECONDS = 3.0  # of CPU, where single steps are large
MAX_TURNS = 500  # of one call that are kept apart

Turns = dict[Path, list[dict[int | str, Table]] | None]


class Enough(Exception):
    """A bound was met."""


class Machine:
    """What all parts share."""

    def __init__(self, source_of: SourceOf, columns: Columns, outside: Outside | None = None) -> None:
        self.source_of = source_of
        self.outside: Outside = outside or Unseen()
        self.columns = columns
        self.memory = Memory()
        self.path: Path = ()  # of the calls that are being followed
        self.guards: list[Cames] = []  # the conditions that must hold here
        self.risking: int | None = None  # how many conditions held before a ``try`` that is being followed
        self.risks: list[Cames] = []  # what decides whether something in it fails
        self.left = 0  # how often a function was left by ``return``
        self.raised: list[Cames] = []  # what the faults are made of that it raises itself
        self.reads: list[tuple[Path, Path | None, int]] = []  # as they are done: by number where known; how far aside
        self.modules: dict[str, Scope] = {}
        self.active: list[ast.AST] = []  # functions that are being followed
        self.called_once: set[ast.AST] = set()  # functions that something in the text has called
        self.seen: dict[Path, dict[int | str, Table]] = {}  # what calls were given: -1 is the receiver
        self.turns: Turns = {}  # the same for each time that they are reached; None = not known how often
        self.around = 0  # loops that go around any number of times
        self.rounds: list[turning.Round] = []  # of loops, that are being followed
        self.round = 0  # how many conditions held when the latest round of a loop began
        self.breaks: list[Cames] = []  # that the loop which is being followed may have met, with what decides each
        self.leaves: list[
            Cames
        ] = []  # what decides that the round is left; what comes then is tried aside, as it may not happen
        self.consumer: ast.Call | None = None  # the call that takes the elements of its argument, which is looked at
        self.unrolling = 0  # loops whose rounds are followed one by one
        self.waiting: dict[str, None] = {}  # what waits for a session, by name, or has waited
        self.elements: list[tuple[frozenset[Path], int]] = []  # of loops, as ``single`` says
        self._turns: dict[Path, int] = {}  # the number of the latest execution of each read
        self._steps = 0
        self._until = time.thread_time() + MAX_SECONDS

    def step(self) -> None:
        """Count one piece of work.

        Raises:
            Enough: There was too much of it.
        """
        self._steps += 1
        if self._steps > MAX_STEPS or (not self._steps & 255 and time.thread_time() > self._until):
            raise Enough

    # What rules may ask ---------------------------------------------------------------------------------------------

    def read(self, path: Path) -> Value | None:
        """Return a new frame of what the call at this path read; None where nothing is known of a read."""
        schema = self.columns(path)
        return None if schema is None else self._frame_of(path, schema)

    def open_read(self, path: Path) -> Value:
        """Return a new frame of a call that is known to read, with or without known columns."""
        return self._frame_of(path, self.columns(path))

    def _frame_of(self, path: Path, schema: Mapping[str, str] | None) -> Value:
        one = self.executed(path)
        return self.memory.new(Frame(tables.read(path, schema if one is None else self.columns(one))))

    def executed(self, path: Path) -> Path | None:
        """A call reads: return the path of this execution alone, where it can be told from others."""
        turn = self._turns[path] = self._turns.get(path, -1) + 1
        one: Path | None = None
        if self.memory.trying():
            self._turns[path] = MAX_STEPS  # not known how often, from here on
        elif self.unrolling and turn < MAX_STEPS:
            one = numbered(path, turn)
            one = None if self.columns(one) is None else one
        self.did(path, one)
        return one

    def did(self, path: Path, one: Path | None = None) -> None:
        """A call read, this time by that number."""
        self.reads.append((path, one, self.memory.depth()))

    def guarding(self) -> Cames:
        """Return what decides whether this is reached."""
        return union([*self.guards, *self.risks]) if self.guards or self.risks else NOTHING

    def reached(self, path: Path) -> None:
        """A call is reached once more."""
        turns = self.turns.setdefault(path, [])
        if turns is not None and (self.around or len(turns) >= MAX_TURNS):
            self.turns[path] = None
        elif turns is not None:
            turns.append({})

    def turn(self, path: Path) -> int:
        """Return the number of the latest time that a call was reached; -1 = not known."""
        return len(self.turns.get(path) or ()) - 1

    def single(self, table: Table, since: int | None = None) -> Table:
        """Return what a table is in a loop over tables that were read many times: from one of them, whichever it is.

        Args:
            table: that a call is given there.
            since: a place in the memory; only loops that began before it was made count.
        """
        reads = [reads for reads, places in self.elements if since is None or since > places]
        return tables.from_one(table, frozenset().union(*reads)) if reads else table

    def record(self, path: Path, table: Table, place: int | str = -1, turn: int | None = None) -> None:
        """Remember what a call was given, the latest time or the one with that number."""
        _take(self.seen.setdefault(path, {}), place, table)
        turns = self.turns.get(path)
        number = self.turn(path) if turn is None else turn
        if turns is not None and 0 <= number < len(turns):
            _take(turns[number], place, table)
        else:
            self.turns[path] = None

    def at(self, node: ast.expr | ast.stmt, scope: Scope) -> Path:
        """Return the path of a node that is being looked at."""
        return (*self.path, end_of(node, scope.file))

    # What the parts do, each in a file of its own; ``_Follower`` in ``follow`` is all of them together ----------

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        raise NotImplementedError

    def execute(self, body: Sequence[ast.stmt], scope: Scope) -> str:
        """Follow statements; return how they end: "" for on to the next one, "return" or "loop"."""
        raise NotImplementedError

    def invoke(self, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value], path: Path) -> Value:
        """Call something as if at a path."""
        raise NotImplementedError

    def module(self, source: Source, name: str) -> Scope:
        """Return the scope of a module of the user, followed once."""
        raise NotImplementedError


def _take(given: dict[int | str, Table], place: int | str, table: Table) -> None:
    known = given.get(place)
    given[place] = table if known is None else tables.either(known, table)
