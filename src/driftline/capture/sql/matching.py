"""MATCH_RECOGNIZE: rows of a table that follow a pattern, and what is measured of them.

Enters: the clause of a SELECT and the scope whose last relation it is about. Leaves: that relation with the columns
of the clause: those of PARTITION BY and MEASURES, with ALL ROWS PER MATCH all of the table's as well. A variable of
the pattern stands for rows of the table. Conditions of DEFINE are FILTER, partitions and orders are WINDOW; both
decide which rows there are. SQL:2016, "row pattern recognition"; Oracle, Snowflake, Trino and Flink agree on this.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql.expression import Queries
from driftline.capture.sql.relation import FILTER, IDENTITY, WINDOW, Edges, Item, Output, Relation
from driftline.capture.sql.scope import Scope


def enter(queries: Queries, match: Any, scope: Scope) -> Edges:
    """Put what the clause offers in the place of the last relation of ``scope``; returns what shapes its rows."""
    if not scope.relations:
        return frozenset()
    dialect = queries.dialect
    key, table = scope.relations.popitem()
    inner = Scope(scope)
    inner.add(key, table)
    parts = list(match.args.get("partition_by") or ())
    order = match.args.get("order")
    ordered = [one.this for one in order.expressions] if order is not None else []
    rows: set[Any] = set(table.rows)
    for part in (*parts, *ordered):
        rows |= queries.walk(part, inner, WINDOW)
    for one in match.args.get("define") or ():
        rows |= queries.walk(_of_rows(queries, one.this, key), inner, FILTER)
    measured = [_measured(queries, one.this, key, inner) for one in match.args.get("measures") or ()]
    every = "ALL ROWS" in str(match.args.get("rows") or "").upper()
    kept: list[Item] = [
        Output(part.name, queries.walk(part, inner, IDENTITY), dialect.column(part.this))
        for part in (parts if not every or dialect.name == "snowflake" else (*parts, *ordered))
        if isinstance(part, exp.Column)
    ]
    if every:
        named = {item.key for item in kept if isinstance(item, Output)} if dialect.name != "snowflake" else set()
        rest = [item for item in table.items if not isinstance(item, Output) or item.key not in named]
        kept = [*rest, *measured] if dialect.name == "snowflake" else [*kept, *measured, *rest]
    else:
        kept += measured
    alias = match.args.get("alias")
    called = alias.this if isinstance(alias, exp.TableAlias) else None
    scope.add(dialect.table(called) if isinstance(called, exp.Identifier) else key, Relation(kept, frozenset(rows)))
    return frozenset(rows)


def _measured(queries: Queries, node: Any, key: str, inner: Scope) -> Output:
    name = node.args.get("alias")
    edges = queries.walk(_of_rows(queries, node.this if name is not None else node, key), inner, IDENTITY)
    return Output(node.alias_or_name, edges, queries.dialect.column(name) if name is not None else "")


def _of_rows(queries: Queries, node: Any, key: str) -> Any:
    """An expression with the columns of the table itself instead of those of the pattern's variables."""
    holder = exp.Paren(this=node.copy())
    for column in list(holder.find_all(exp.Column)):
        parts = column.parts
        if len(parts) > 1 and queries.dialect.table(parts[0]) != key:
            own = zip(("this", "table", "db"), reversed(parts[1:]), strict=False)
            column.replace(exp.Column(**{place: part.copy() for place, part in own}))
    for one in list(holder.find_all(exp.First, exp.Last)):  # the first or last row of a variable: a value as it is
        one.replace(one.this.copy())
    return holder
