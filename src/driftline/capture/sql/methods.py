"""What a dot stands for: methods of columns, ``t.note.value('(/a)[1]', 'int')`` of T-SQL, and columns of whole rows.

Enters: an expression with a dot, and its scope. Leaves: the column whose method is called, or that is named; for
``l.list_filter(f)`` of DuckDB, where any function is a method of its first argument, the call ``list_filter(l, f)``.
Source: https://duckdb.org/docs/stable/sql/functions/overview.html, on function chaining by the dot.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.functions import Functions
from driftline.capture.sql.scope import Scope

_PARTS = 4  # of the name of a column
_SCHEMAS = frozenset(["main", "temp", "system", "pg_catalog", "information_schema"])
_NAMING = (exp.Column, exp.Table, exp.TableAlias, exp.DataType, exp.ColumnDef)  # their names are none of columns
_NAME = {exp.Alias: "alias", exp.PropertyEQ: "this", exp.CTE: "alias", exp.Dot: "expression"}  # of these one is
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
    parts = names(node.this)
    if not isinstance(node.expression, exp.Func) or not parts:
        return None
    if len(parts) == 1:
        if dialect.name not in _METHODS_OF or node.expression.name.lower() not in _METHODS:
            return None
    elif scope.relation(dialect.table(parts[0])) is None:
        return None
    return named(parts)


def names(node: Any) -> list[Any]:
    """Return the names that dots join; none where anything else stands among them."""
    parts: list[Any] = []
    while isinstance(node, exp.Dot):
        parts.insert(0, node.expression)
        node = node.this
    parts.insert(0, node)
    return parts if all(isinstance(one, exp.Identifier) for one in parts) else []


def chained(node: Any, dialect: Dialect, functions: Functions, scope: Scope) -> tuple[Any, bool]:
    """Return the call that ``x.f(y)`` of DuckDB is, ``f(x, y)``, and whether x may as well be a schema.

    None where x is one, or no call stands there. DuckDB looks for a function of the schema x first.
    """
    call, parts = node.expression, names(node.this)
    if dialect.name != "duckdb" or not isinstance(call, exp.Anonymous):
        return None, False
    function = functions.called(call.name.lower())
    first = parts[0].name.lower() if parts else ""
    sure = not parts or scope.has(dialect.column(parts[0]), first) is not None
    if len(parts) > 1:
        sure = scope.relation(dialect.table(parts[0])) is not None or sure
    schema = parts[-1].name.lower() if parts else ""
    if schema in _SCHEMAS or (function is not None and schema and schema in function.shape[:1]):
        return None, False
    given = [columns(node.this.copy()), *(one.copy() for one in call.expressions)]
    try:
        made = exp.func(call.name, *given, dialect=dialect.name) if function is None else None
    except ValueError:  # of those that the parser reads in a way of its own
        made = None
    known = made is not None and not isinstance(made, exp.Anonymous)
    return made if known else exp.Anonymous(this=call.name, expressions=given), not sure and not known


def named(parts: list[Any]) -> Any:
    """Return the column that a name of several parts is."""
    return exp.Column(**dict(zip(("this", "table", "db", "catalog"), reversed(parts), strict=False)))


def columns(tree: Any, of: str = "") -> Any:
    """Return an expression in which the parser has left bare names of columns, with columns in their places.

    Args:
        tree: what a method is called of, or the body of a function.
        of: the only name, in small letters, that is one of these, or of what they are fields of; "" for any.
    """

    def column(node: Any) -> Any:
        apart = isinstance(node.parent, _NAMING) or _NAME.get(type(node.parent), "") == node.arg_key
        parts = names(node) if isinstance(node, exp.Identifier | exp.Dot) and not apart else []
        meant = 0 < len(parts) <= _PARTS and (not of or parts[0].name.lower() == of)
        return named(parts) if meant else node

    return tree.transform(column, copy=False)
