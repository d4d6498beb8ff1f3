"""What decides whether, or how often, a statement of a script runs, as queries that can be followed.

Enters: conditions as ``sql/branches`` finds them, in words; the rows that the script goes through. Leaves: queries. A
statement that runs once for each row of a query has the rows that this has; one that stands under a condition runs or
does not, as the value of that says.
"""

from typing import Any, NamedTuple

from sqlglot import exp

from driftline.capture.sql.branches import Condition
from driftline.capture.sql.looping import Loops
from driftline.capture.sql.tokens import spelled
from driftline.capture.sql.trees import Trees


class Decides(NamedTuple):
    """A query, by the value of which a statement runs; or ``each``: for every row of which it runs."""

    query: Any
    each: bool = False


class Deciding:
    """The queries of the conditions of one script."""

    def __init__(self, trees: Trees, loops: Loops) -> None:
        self._trees = trees
        self._loops = loops
        self._parsed: dict[int, Any] = {}  # queries of conditions, by where these stand
        self._last: Any = None  # the query that was run last, which may have found nothing

    def ran(self, tree: Any) -> None:
        """Note that a statement ran."""
        self._last = tree if isinstance(tree, exp.Query | exp.Update | exp.Delete) else None

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
            self._parsed[place] = _any_row(self._last) if condition.of == "found" else self._value(condition.words)
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
