"""What is done for each element of a list: lambdas and comprehensions, and what their parameters are called.

Enters: such an expression and the scope that it stands in. Leaves: the comprehension that a call with a lambda is; and,
where a parameter of DuckDB has the name of a table or a column of the query, the same with those names told apart that
are of these. ``t.a`` is the column of a table t that has it and ``s.p`` the field of a column s, whatever the parameter
is called; ``t`` alone is the parameter. That is what DuckDB gives when it runs.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql import methods, taken_apart
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import Relation
from driftline.capture.sql.scope import Scope

_MARK = "\ue000"  # before the alias of a table: a character that no text has


def of_each(dialect: Dialect, node: Any, scope: Scope) -> Any:
    """Return ``x.p FOR x IN l`` for ``[x.p FOR x IN l]``, or ``list_transform(l, x -> x.p)``; None for all else."""
    one = taken_apart.comprehended(node)
    own = taken_apart.changed(dialect.name, node) if one is None else None
    if own is None or not isinstance(own[1], exp.Lambda) or len(own[1].expressions) != 1:
        return one
    function = apart(dialect, own[1], scope)
    (name,) = function.expressions
    body = methods.columns(exp.Paren(this=function.this.copy()), name.name.lower())
    return exp.Comprehension(this=body, expression=name.copy(), iterator=own[0].copy())


def parameters(node: Any) -> list[Any]:
    """Return the parameters of a lambda or a comprehension, as identifiers or columns."""
    return list(node.expressions) if isinstance(node, exp.Lambda) else [node.expression]


def apart(dialect: Dialect, node: Any, scope: Scope) -> Any:
    """Return a lambda or a comprehension in which no name that is of the query begins as a parameter is called."""
    if dialect.name != "duckdb":
        return node
    names = {dialect.column(one.this if isinstance(one, exp.Column) else one) for one in parameters(node)}
    if not any(_table(scope, name) is not None or _holding(scope, name) is not None for name in names):
        return node
    made = node.copy()
    for one in list(made.walk()):
        parts = one.parts if isinstance(one, exp.Column) else methods.names(one) if isinstance(one, exp.Dot) else []
        if len(parts) > 1 and dialect.column(parts[0]) in names and (meant := _meant(dialect, parts, scope)):
            one.replace(methods.named(meant))
    return made


def _meant(dialect: Dialect, parts: list[Any], scope: Scope) -> list[Any]:
    """The name of a column, or of a field of one, that begins with its table; nothing where it is the parameter's."""
    first, second = dialect.column(parts[0]), dialect.column(parts[1])
    table = _table(scope, first)
    if table is not None and table.output(second) is not None:
        return [_marked(scope, first, table), *(part.copy() for part in parts[1:])]
    alias = _holding(scope, first)
    if alias is None:
        return []
    return [_marked(scope, alias, scope.relations[alias]), *(part.copy() for part in parts)]


def _table(scope: Scope, alias: str) -> Relation | None:
    """The table that a query, or one around it, calls so."""
    found = scope.relations.get(alias)
    return _table(scope.parent, alias) if found is None and scope.parent is not None else found


def _holding(scope: Scope, name: str) -> str | None:
    """The alias of the table here that surely has a column; None where none has."""
    return next((alias for alias, one in scope.relations.items() if one.output(name) is not None), None)


def _marked(scope: Scope, alias: str, table: Relation) -> Any:
    """Another alias for a table."""
    scope.rows[_MARK + alias] = table
    return exp.to_identifier(_MARK + alias, quoted=True)
