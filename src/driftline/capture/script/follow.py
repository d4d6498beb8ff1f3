"""Follows the text of a script, from its entry on, and tells what each call was given.

Enters: the entry, the texts of the user's modules, what is known of reads. Leaves: tables by path of a call. Nothing
is executed, nothing is raised, and the work is bounded. Source of the idea: Namaki et al., Vamsa (arXiv 2001.01861).
"""

import ast
import functools
from collections.abc import Iterable, Mapping

from driftline.capture.script.cames import tidy
from driftline.capture.script.changing import each
from driftline.capture.script.machine import Enough, Turns
from driftline.capture.script.parsing import parsed
from driftline.capture.script.reading import HEDGED, Cames, Columns, Entry, Outside, Source, SourceOf, Table
from driftline.capture.script.site import PREVIOUS, Path, nearest, turn_of
from driftline.capture.script.statements import Statements
from driftline.capture.script.tables import SOME, doubted, either, hedge, with_some_column
from driftline.capture.script.values import Frame, Function, Scope


class Followed:
    """What was found out about one entry."""

    def __init__(
        self,
        seen: Mapping[Path, Mapping[int | str, Table]],
        complete: bool,
        problem: Exception | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._seen = seen
        self._turns = turns or {}
        self.complete = complete  # False: a bound was met, and nothing is sure
        self.problem = problem  # a fault of the follower's own, to be counted by who asked

    def paths(self) -> Iterable[Path]:
        """Return the paths of all calls that were given something."""
        return self._seen.keys()

    def given(self, path: Path, times: int = 0) -> Table | None:
        """Return the table that a call was given: the receiver's, else that of the first argument that has one.

        The path need not be exact: calls through generators and threads are found by their last sites. Of calls that
        were given different tables, and made more than ``times`` times, it is one of those; 0 = all of them.
        """
        if times and self.complete:
            ones = [_first(given) for one in nearest(path, self._seen) for given in self._each(one)]
            tables = [one for one in ones if one is not None]
            if len(tables) > times:
                return _tidied(functools.reduce(doubted, tables))
        return self._table(path, None)

    def _each(self, path: Path) -> list[dict[int | str, Table]]:
        """Return what was given there each time, or where it is not known how often, at all times."""
        return self._turns.get(path) or [dict(self._seen[path])]

    def argument(self, path: Path, place: int | str) -> Table | None:
        """Return the table that a call was given as one argument, by place from 0 or by name."""
        return self._table(path, place)

    def in_turn(self, path: Path, place: int | str | None, turn: int, times: int) -> Table | None:
        """Return what a call was given the time with that number, from 0; None if it is not reached that often."""
        turns = self._turns.get(path)
        if turns is None or len(turns) != times or not self.complete:
            return None
        table = turns[turn].get(place) if place is not None else _first(turns[turn])
        return None if table is None else _tidied(table)

    def _table(self, path: Path, place: int | str | None) -> Table | None:
        found: Table | None = None
        for one in nearest(path, self._seen):
            places = self._seen[one]
            table = places.get(place) if place is not None else _first(places)
            if table is not None:
                found = table if found is None else either(found, table)
        if found is None:
            return None
        return _tidied(found if self.complete else hedge(found))


def _first(places: Mapping[int | str, Table]) -> Table | None:
    return places[min(places, key=lambda place: (isinstance(place, str), str(place)))] if places else None


def _tidied(table: Table) -> Table:
    columns = {_label(name): tidy(cames) for name, cames in table.columns.items()}
    labels = {_label(name): tidy(cames) for name, cames in table.labels.items() if name != SOME}
    if SOME in table.labels:
        table = with_some_column(table, table.labels[SOME])
    maybe = frozenset(map(_label, table.maybe))
    return table._replace(columns=columns, labels=labels, rows=tidy(table.rows), spread=tidy(table.spread), maybe=maybe)


def _label(name: object) -> str:
    return "" if name is None else str(name)


def of_any_turn(table: Table) -> Table:
    """Return what one of several openings of files was given, in whichever round: a read of one round is a hedge."""

    def unsure(cames: Cames) -> Cames:
        return frozenset(
            one if turn_of(one.read)[1] in {None, PREVIOUS} else one._replace(confidence=min(one.confidence, HEDGED))
            for one in cames
        )

    made: Table = each(Frame(table), unsure, {}).table
    return made


class _Follower(Statements):
    def __init__(self, source_of: SourceOf, columns: Columns, outside: Outside | None = None) -> None:
        super().__init__(source_of, columns, outside)
        self.running = []

    def module(self, source: Source, name: str) -> Scope:
        """Return the scope of a module of the user, followed once."""
        scope = Scope(source.file, name)
        self.modules[name] = scope
        before = len(self.guards)
        running, self.running = self.running, []
        self.execute(parsed(source.text).body, scope)
        self.running = running
        del self.guards[before:]
        return scope


def follow(entry: Entry, source_of: SourceOf, columns: Columns, outside: Outside | None = None) -> Followed:
    """Follow a script; never raises."""
    machine = _Follower(source_of, columns, outside)
    try:
        _enter(machine, entry)
    except (Enough, SyntaxError, ValueError, RecursionError, MemoryError):  # of the text
        return Followed(machine.seen, complete=False)
    except Exception as error:  # our own fault, which must not be the user's
        return Followed(machine.seen, complete=False, problem=error)
    return Followed(machine.seen, complete=True, turns=machine.turns)


def _enter(machine: _Follower, entry: Entry) -> None:
    source = machine.source_of(entry.file)
    if source is None:
        return
    scope = machine.module(source, source.module or "__main__")
    if not entry.function:
        return
    function = _function(machine, scope, entry)
    if function is not None and function.node not in machine.called_once:  # else with what it was given
        machine.path = ()
        machine.inline(function, [], {}, (), [])


def _function(machine: _Follower, scope: Scope, entry: Entry) -> Function | None:
    """Return the function of that name, or the one at that line."""
    for node in ast.walk(parsed(getattr(machine.source_of(entry.file), "text", ""))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if entry.line in {first, node.lineno} or (
                not entry.line and node.name == entry.function.rpartition(".")[2]
            ):
                known = machine.memory.get((scope, node.name))
                if isinstance(known, Function) and known.node.lineno == node.lineno:
                    return known
                return Function(node, scope, machine.defaults(node.args, scope))
    return None
