"""What a dot stands for: methods of columns, ``t.note.value('(/a)[1]', 'int')`` of T-SQL, and columns of whole rows.

Enters: an expression with a dot, and its scope. Leaves: the column whose method is called, or that is named.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.scope import Scope

_METHODS_OF = frozenset(["tsql", "fabric"])
_METHODS = frozenset(["value", "query", "exist", "nodes", "modify"])  # of a column that holds XML


def of_row(node: Any, dialect: Dialect, scope: Scope) -> Any:
    """Return the column that ``(t).a`` of PostgreSQL is, where t is a table here and no column; None for all else."""
    inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
    if isinstance(inner, exp.Parameter) and isinstance(node.expression, exp.Identifier):  # the row that f(t) is given
        row = exp.to_identifier(f"@{inner.name}", quoted=True)
        return exp.Column(this=node.expression, table=row) if scope.relation(dialect.table(row)) is not None else None
    inner = inner if isinstance(node.this, exp.Paren) else None
    if not isinstance(inner, exp.Column) or inner.args.get("table") or not isinstance(node.expression, exp.Identifier):
        return None
    if (
        scope.relation(dialect.table(inner.this)) is None
        or scope.has(dialect.column(inner.this), inner.name) is not None
    ):
        return None
    return exp.Column(this=node.expression, table=inner.this)


def asked(node: Any, dialect: Dialect, scope: Scope) -> Any:
    """Return the column whose method is called; None for ``schema.function(…)`` and for all that is no call."""
    parts: list[Any] = []
    before = node.this
    while isinstance(before, exp.Dot):
        parts.insert(0, before.expression)
        before = before.this
    parts.insert(0, before)
    if not isinstance(node.expression, exp.Func) or not all(isinstance(one, exp.Identifier) for one in parts):
        return None
    if len(parts) == 1:
        if dialect.name not in _METHODS_OF or node.expression.name.lower() not in _METHODS:
            return None
    elif scope.relation(dialect.table(parts[0])) is None:
        return None
    return exp.Column(**dict(zip(("this", "table", "db", "catalog"), reversed(parts), strict=False)))
