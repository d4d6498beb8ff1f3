"""Joins that look something up: those that find at most one row for each row that there was, and lose none.

Enters: queries, LEFT JOINs and OUTER APPLY. Leaves: by which of its outputs a query has each row once (what it groups
by, what it is distinct by), and whether a join compares all of these, or what it joins is cut to one row. What shapes
the rows of the other side of such a join decides about its columns alone: neither which rows there are nor how many.
Without keys in the statement nothing is concluded; keys of tables are not known.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlglot import exp

from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import Item, Output
from driftline.capture.sql.scope import Scope

_FURTHER = ("rollup", "cube", "grouping_sets", "totals", "all")


def of(node: Any, items: tuple[Item, ...]) -> frozenset[int] | None:
    """Return the places of the outputs by which a SELECT has each row once; None where that is not said.

    Args:
        node: the SELECT.
        items: its outputs.
    """
    if len(items) != len(node.expressions) or not all(isinstance(item, Output) for item in items):
        return None
    distinct, group = node.args.get("distinct"), node.args.get("group")
    if distinct is not None and not distinct.args.get("on"):
        return frozenset(range(len(items)))
    if group is None or not group.expressions or any(group.args.get(one) for one in _FURTHER):
        return None
    return _places(node.expressions, group.expressions)


def _places(outputs: list[Any], keys: Iterable[Any]) -> frozenset[int] | None:
    """Where the keys of GROUP BY stand among the outputs; None unless all of them do."""
    bare = [output.this if isinstance(output, exp.Alias) else output for output in outputs]
    found = set()
    for key in keys:
        if isinstance(key, exp.Literal) and not key.is_string and key.name.isdigit():
            place = int(key.name) - 1
        else:
            place = bare.index(key) if key in bare else -1
        if not 0 <= place < len(outputs):
            return None
        found.add(place)
    return frozenset(found)


def looks_up(dialect: Dialect, join: Any, scope: Scope, alias: str) -> bool:
    """Whether ``join`` finds at most one row of the relation ``alias`` for each row before it, and keeps these all."""
    relation = scope.relations[alias]
    if relation.whole and _keeps(join) and _one(join.this):
        return True
    if join.side != "LEFT" or join.kind in ("SEMI", "ANTI") or relation.unique is None or not relation.whole:
        return False
    named = {dialect.column(_identifier(column)) for column in join.args.get("using") or ()}
    compared = named.union(_compared(dialect, join.args.get("on"), scope, alias))
    keys = {item.key for place, item in enumerate(relation.items)
            if place in relation.unique and isinstance(item, Output)}  # fmt: skip
    return keys <= compared


def _keeps(join: Any) -> bool:
    """Whether the rows before a join are all kept: LEFT JOIN, and OUTER APPLY."""
    applied = isinstance(join.this, exp.Lateral) and join.this.args.get("cross_apply") is False
    return applied or (join.side == "LEFT" and join.kind not in ("SEMI", "ANTI"))


def _one(node: Any) -> bool:
    """Whether a query gives at most one row: ``TOP 1``, ``LIMIT 1``, ``FETCH FIRST ROW ONLY``."""
    while isinstance(node, exp.Lateral | exp.Subquery):
        node = node.this
    limit = node.args.get("limit") if isinstance(node, exp.Query) else None
    options = limit.args.get("limit_options") if limit is not None else None
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        return False
    if isinstance(limit, exp.Fetch):
        count = limit.args.get("count")
        return count is None or (isinstance(count, exp.Literal) and count.name == "1")
    said = limit.expression if isinstance(limit, exp.Limit) and not limit.expressions else None
    return isinstance(said, exp.Literal) and said.name == "1"


def _identifier(column: Any) -> Any:
    return column.this if isinstance(column, exp.Column) else column


def _compared(dialect: Dialect, condition: Any, scope: Scope, alias: str) -> Iterator[str]:
    """The columns of ``alias`` that must be equal to something that does not come from it."""
    if isinstance(condition, exp.Paren):
        yield from _compared(dialect, condition.this, scope, alias)
    elif isinstance(condition, exp.And):
        yield from _compared(dialect, condition.this, scope, alias)
        yield from _compared(dialect, condition.expression, scope, alias)
    elif isinstance(condition, exp.EQ | exp.NullSafeEQ):
        for one, other in ((condition.this, condition.expression), (condition.expression, condition.this)):
            foreign = not any(
                _owns(dialect, column, scope, alias) is not False for column in other.find_all(exp.Column)
            )
            if isinstance(one, exp.Column) and foreign and _owns(dialect, one, scope, alias):
                yield dialect.column(one.this)


def _owns(dialect: Dialect, column: Any, scope: Scope, alias: str) -> bool | None:
    """Whether a column belongs to the relation ``alias``; None where that cannot be told."""
    if not isinstance(column.this, exp.Identifier):
        return None
    qualifier = column.args.get("table")
    if qualifier is not None:
        return dialect.table(qualifier) == alias
    key = dialect.column(column.this)
    others = [one for name, one in scope.relations.items() if name != alias]
    mine = scope.relations[alias].output(key) is not None
    if mine:
        return True if all(one.whole and one.output(key) is None for one in others) else None
    return False
