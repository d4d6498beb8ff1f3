"""Variables that a script fills from data: ``FETCH c INTO @a, @b`` from a cursor, and what ``sql/assigned`` tells of.

Enters: the words of a script, its cursors and its queries once they are parsed. Leaves: for each variable the queries,
and the place in them, that its value may come from. The last assignment counts; those before it count as well where
what stands between may be passed over or repeated, and where a variable is part of its own new value.
"""

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlglot import exp

from driftline import later
from driftline.capture.sql import relation as rel
from driftline.capture.sql.assigned import Assigned
from driftline.capture.sql.looping import Loops
from driftline.capture.sql.relation import NONE, Edges, Output
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.tokens import TokenType, held

_BRANCH = later.pattern(r"\b(?:IF|ELSE|ELSIF|ELSEIF|WHEN|WHILE|LOOP|FOR|END|GOTO|CATCH)\b", re.IGNORECASE)
_ROUNDS = 6  # for variables that stand in the values of each other
_NOTED = frozenset(["DECLARE", "FETCH"])
_NEAR = 8  # words between FETCH and INTO, as in FETCH RELATIVE 2 FROM GLOBAL c INTO


class Value(NamedTuple):
    """A column of a query, by its place; of rows that are gone through one by one, or of the last that is found."""

    query: Any
    place: int
    each: bool


Values = tuple[tuple[str, tuple[Value, ...]], ...]


class Variables:
    """What the variables of a script were filled with so far."""

    def __init__(self, loops: Loops) -> None:
        self._loops = loops
        self._given: dict[str, list[tuple[str, Value]]] = {}  # of a cursor its name, and its query later on
        self._ends: dict[str, int] = {}  # where the last assignment ends in the text

    def noted(self, tokens: list[Any], *, body: bool) -> None:
        """Note what a part of the script declares, which is empty, and what it fetches."""
        if body:
            self._given.clear()
        if _NOTED.isdisjoint(held(tokens)):
            return
        words = [token.text.upper() for token in tokens]
        declaring = False
        for place, word in enumerate(words):
            before = words[place - 1] if place else ""
            if word == "DECLARE":
                declaring = True
            elif declaring and before in ("DECLARE", ",") and word == "@":
                self._given.pop("@" + "".join(words[place + 1 : place + 2]).lower(), None)
            elif declaring and word in ("SELECT", "SET", "FETCH", "BEGIN"):
                declaring = False
            if word == "FETCH" and "INTO" in words[place + 1 : place + _NEAR]:
                self._fetched(tokens, words.index("INTO", place))

    def _fetched(self, tokens: list[Any], into: int) -> None:
        names = listed(tokens, into + 1)
        cursor = tokens[into - 1].text.lower()
        for place, name in enumerate(names):
            given, one = self._given.setdefault(name, []), (cursor, Value(None, place, True))
            if one not in given:
                given.append(one)
        if len(names) == 1:
            self._loops.fetched(names[0], cursor)

    def assigned(self, given: list[Assigned], text: str, tokens: list[Any]) -> None:
        """Note what a statement that stands at ``tokens`` has assigned."""
        for name, query, place, each in given:
            between = (self._ends.get(name, 0), tokens[0].start)
            if name in self._given and name not in named(query) and not _BRANCH.search(text, *between):
                self._given.pop(name)
            self._given.setdefault(name, []).append(("", Value(query, place, each)))
            if each:
                self._loops.filled(name, query)
        for one in given:
            self._ends[one.name] = tokens[-1].end + 1

    def left(self, kept: Collection[str]) -> None:
        """Note that a block is left: variables that are not ``kept`` are gone, but those of the session."""
        names = {name.lower() for name in kept}
        self._given = {name: given for name, given in self._given.items() if name[0] == "@" or name in names}

    def known(self) -> Values:
        """Return the name of each variable, with what it may hold."""
        found: list[tuple[str, tuple[Value, ...]]] = []
        for name, given in self._given.items():
            values = (one._replace(query=self._loops.cursor(cursor)) if cursor else one for cursor, one in given)
            found.append((name, tuple(one for one in values if one.query is not None)))
        return tuple(found)


def listed(tokens: list[Any], start: int) -> list[str]:
    """The variables that are listed from ``start`` on, in small letters, with their ``@``."""
    found: list[str] = []
    place = start
    while place < len(tokens):
        marked = tokens[place].token_type == TokenType.PARAMETER
        end = place + 1 + marked
        if end > len(tokens) or not tokens[end - 1].text.isidentifier():
            break
        found.append(("@" if marked else "") + tokens[end - 1].text.lower())
        if end >= len(tokens) or tokens[end].token_type != TokenType.COMMA:
            break
        place = end + 1
    return found


def named(tree: Any) -> set[str]:
    """The variables, and the unqualified names that may be such, in ``tree``; in small letters."""
    found = (one for one in tree.find_all(exp.Parameter, exp.Placeholder) if not _filled(one))
    marked = {f"@{one.name.lower()}" for one in found}
    calls = (one for one in tree.find_all(exp.Anonymous) if one.name.lower() == "getvariable")
    marked |= {f"@{part.name.lower()}" for call in calls for part in call.expressions if isinstance(part, exp.Literal)}
    return marked | {one.name.lower() for one in tree.find_all(exp.Column) if not one.table}


def _filled(node: Any) -> bool:
    """Whether a variable stands where it is filled."""
    around = node.parent
    assigned = isinstance(around, exp.EQ | exp.PropertyEQ) and node.arg_key == "this"
    if assigned and around.arg_key == "expressions" and isinstance(around.parent, exp.Select):
        return True
    return isinstance(around, exp.Into) or (around is not None and isinstance(around.parent, exp.Into))


def fill(queries: Any, scope: Scope, values: Values, tree: Any) -> Edges:
    """Give the variables that ``tree`` names their values in ``scope``; returns what shapes rows gone through.

    Args:
        queries: the pass over the statement.
        scope: the outermost one.
        values: that variables may have.
        tree: the statement.
    """
    known = _needed(dict(values), tree) if values else {}
    keys = {name: name if name[0] == "@" else queries.dialect.column(exp.to_identifier(name)) for name in known}
    scope.bound = scope.bound.union(keys.values())
    inner = Scope(None)
    inner.bound, inner.values = scope.bound, scope.values
    around: Edges = NONE
    for _ in range(_ROUNDS if known else 0):  # variables may stand in the values of each other
        before = dict(scope.values)
        for name, given in known.items():
            for value in given:
                offered = queries.query(value.query, inner)
                item = offered.items[value.place] if value.place < len(offered.items) else None
                edges = item.edges if isinstance(item, Output) else rel.hedge(offered.sources(), "*", rel.ABSENT)
                if value.each:
                    around |= offered.rows
                else:  # a row that is not found leaves the variable as it is
                    edges |= offered.rows
                scope.values[keys[name]] = scope.values.get(keys[name], NONE) | edges
        if scope.values == before:
            break
    return around


def _needed(known: dict[str, tuple[Value, ...]], tree: Any) -> dict[str, tuple[Value, ...]]:
    """The variables that ``tree`` names, and those in the values of these."""
    found: dict[str, tuple[Value, ...]] = {}
    wanted = sorted(named(tree) & known.keys())
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = known[name]
            wanted += sorted(one for value in found[name] for one in named(value.query) & known.keys())
    return found
