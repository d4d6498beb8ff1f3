"""TUMBLE, HOP, CUMULATE and SESSION in FROM: a table whose rows are assigned to windows of time.

Enters: a function of a FROM clause, as Flink writes it (``TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), …))``) or as
RisingWave and Materialize do (``TUMBLE(t, ts, …)``). Leaves: the columns of the table, and the limits of the window,
which come from the column of time. Flink's manual, "Windowing table-valued functions".
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from driftline.capture.sql.expression import Queries
from driftline.capture.sql.relation import NONE, TRANSFORMATION, Output, Relation
from driftline.capture.sql.scope import Scope

FUNCTIONS = frozenset(["tumble", "hop", "cumulate", "session"])


def windowed(queries: Queries, node: Any, scope: Scope, entry: Callable[..., Relation]) -> Relation | None:
    """Return what the function offers; None where ``node`` is none of these.

    Args:
        queries: the pass over the statement.
        node: the function.
        scope: of the SELECT that reads it.
        entry: tells what one entry of a FROM clause offers.
    """
    inner = node
    if isinstance(inner, exp.Anonymous) and inner.name.lower() == "table" and len(inner.expressions) == 1:
        inner = inner.expressions[0]
    if isinstance(inner, exp.TableFromRows):
        inner = inner.this
    if not isinstance(inner, exp.Anonymous) or inner.name.lower() not in FUNCTIONS:
        return None
    given = [part.expression if isinstance(part, exp.Kwarg | exp.PropertyEQ | exp.EQ) else part
             for part in inner.expressions]  # fmt: skip
    read = _table(given[0]) if given else None
    if read is None:
        return None
    offered = entry(queries, read, scope).settled()
    within = Scope(None)
    within.add("", offered)
    described = next(
        (one for one in given if isinstance(one, exp.Anonymous) and one.name.lower() == "descriptor"), None
    )
    times = described.expressions if described is not None else given[1:2]
    edges = NONE.union(*(queries.walk(one, within, TRANSFORMATION) for one in times if isinstance(one, exp.Column)))
    limits = ("window_start", "window_end", "window_time") if described is not None else ("window_start", "window_end")
    added = (Output(name, edges, queries.dialect.column(exp.to_identifier(name))) for name in limits)
    return Relation((*offered.items, *added), offered.rows)


def _table(node: Any) -> Any:
    """The table, or the query, that the function is about."""
    if isinstance(node, exp.Subquery | exp.Table):
        return node
    if isinstance(node, exp.Column):
        return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(node.parts), strict=False)))
    return None
