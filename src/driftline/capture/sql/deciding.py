"""What decides whether, or how often, a statement of a script runs, as queries that can be followed.

Enters: conditions as ``sql/branches`` finds them, in words; the rows that the script goes through. Leaves: queries. A
statement that runs once for each row of a query has the rows that this has; one that stands under a condition runs or
does not, as the value of that says.
"""

from bisect import bisect_left
from typing import Any, NamedTuple

from sqlglot import exp

from driftline.capture.sql.branches import Condition
from driftline.capture.sql.looping import Loops
from driftline.capture.sql.tokens import spelled
from driftline.capture.sql.trees import Trees
from driftline.capture.sql.variables import Values


class Decides(NamedTuple):
    """A query, by the value of which a statement runs; or ``each``: for every row of which it runs."""

    query: Any
    each: bool = False
    values: Values | None = None  # that variables may have where it is asked; None = those of the statement


class Deciding:
    """The queries of the conditions of one script."""

    def __init__(self, trees: Trees, loops: Loops) -> None:
        self._trees = trees
        self._loops = loops
        self._parsed: dict[int, Any] = {}  # queries of conditions, by where these stand
        self._ran: list[tuple[int, Any]] = []  # where a statement stands; the query or change that may find nothing

    def ran(self, tree: Any, start: int) -> None:
        """Note that a statement ran that begins at ``start`` of the text."""
        asks = isinstance(tree, exp.Query | exp.Update | exp.Delete)
        self._ran.append((start, tree if asks else None))

    def _last(self, before: int) -> Any:
        """The query or change that ran last before a place of the text."""
        place = bisect_left(self._ran, before, key=lambda one: one[0])
        return self._ran[place - 1][1] if place else None

    def queries(self, conditions: list[Condition]) -> tuple[Decides, ...]:
        """Return what decides, the outermost first, without what is not known."""
        return tuple(one for one in map(self._query, conditions) if one is not None)

    def _query(self, condition: Condition) -> Decides | None:
        if condition.of == "rows":
            rows = self._loops.rows(condition.words[0].text.lower())
            return Decides(rows, each=True) if rows is not None else None
        if not condition.words:
            return None
        place = condition.words[0].start
        if place not in self._parsed:  # once: what runs under it is not what it asks about
            before = condition.since if condition.since >= 0 else place
            found = condition.of == "found"
            self._parsed[place] = _any_row(self._last(before)) if found else self._value(condition.words)
        return Decides(self._parsed[place]) if self._parsed[place] is not None else None

    def _value(self, words: list[Any]) -> Any:
        """A condition as a query of one value."""
        query = self._trees.by(self._trees.grammar, [*spelled(words[0], "SELECT"), *words])[0]
        if isinstance(query, exp.Select) and isinstance(query.expressions[0], exp.EQ | exp.PropertyEQ):
            query.expressions[0].replace(exp.paren(query.expressions[0]))  # SELECT @v = 1 would fill @v
        return query


def _any_row(tree: Any) -> Any:
    """Whether a query finds a row, or a change changes one, as a query; None where that is not known."""
    some = exp.Select(expressions=[exp.Literal.number(1)])
    if isinstance(tree, exp.Query):
        asked = tree.copy()
        asked.set("into", None)
        return some.from_(asked.subquery("found"))
    if not isinstance(tree, exp.Update | exp.Delete) or not isinstance(tree.this, exp.Table):
        return None
    found = some.from_(tree.this.copy())
    where = tree.args.get("where")
    return found.where(where.this.copy()) if where is not None else found
