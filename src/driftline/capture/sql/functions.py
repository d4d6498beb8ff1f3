"""Functions that a script defines in SQL, followed where it calls them: what the body makes of the arguments.

Enters: the trees of ``CREATE FUNCTION`` and ``CREATE MACRO``, and calls. Leaves: what a call comes to: the body with
the arguments in the place of the parameters. Functions in other languages and those of the catalog are not seen: what
these give comes from all that is handed over.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

import sqlglot
from sqlglot import exp

from driftline.capture.sql import parsed
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.limit import Limit, TooLong
from driftline.capture.sql.relation import Edges
from driftline.capture.sql.scope import Scope

_KINDS = frozenset(["FUNCTION", "MACRO"])
_BY_NAME = (exp.Kwarg, exp.PropertyEQ)  # f(b => 1), f(b := 1)
_SECONDS = 1.0  # for a body that is a text
_Found = TypeVar("_Found")
_Keys = tuple[tuple[str, ...], ...]


class Function(NamedTuple):
    """One function: the keys of its parameters in order, each by its name and by its place, and what it gives."""

    parameters: _Keys
    body: Any  # a query or an expression; None where several functions have the name, or it is no SQL
    columns: tuple[tuple[str, str], ...] = ()  # names and keys of what its rows are declared to have
    shape: tuple[str, ...] = ()  # its schema and the types of its parameters, by which one differs from the others


class Follows(Protocol):
    """The pass over a statement, as it is seen from here."""

    functions: dict[str, Function]  # by name, in small letters


def define(functions: dict[str, Function], tree: Any, dialect: Dialect) -> None:
    """Put the function that a CREATE defines among those that are known.

    Of several that have one name, in two schemas or with other parameters, none is followed.
    """
    signature = tree.this
    if tree.kind not in _KINDS or not isinstance(signature, exp.UserDefinedFunction):
        return
    name = signature.this.name.lower()
    taken = [part for part in signature.expressions if not _is_given_out(part)]
    listed = [part.this if isinstance(part, exp.ColumnDef) else part for part in taken]
    keys = tuple((_key(part, dialect), f"@{place}") for place, part in enumerate(listed, 1))
    shape = (signature.this.text("db").lower(), *(_type(part, tree.kind) for part in signature.expressions))
    before = functions.get(name)
    if before is not None and before.shape != shape:
        functions[name] = Function(keys, None)
    else:
        functions[name] = Function(keys, _body(tree, dialect, name, keys), _columns(tree, dialect), shape)


def of_call(queries: Follows, node: Any) -> Function | None:
    """Return the function of the script that a node calls; None where it calls none with so many arguments."""
    function = queries.functions.get(node.name.lower()) if isinstance(node, exp.Anonymous) else None
    if function is None or function.body is None or len(node.expressions) > len(function.parameters):
        return None
    return function


def _is_given_out(parameter: Any) -> bool:
    """Whether a parameter is OUT alone, which no call hands over."""
    ways = [one.args for one in parameter.args.get("constraints") or () if isinstance(one, exp.InOutColumnConstraint)]
    return any(one.get("output") and not one.get("input_") for one in ways)


def _type(parameter: Any, kind: str) -> str:
    """The type of a parameter; of a macro they have none."""
    if isinstance(parameter, exp.ColumnDef):
        return parameter.kind.sql() if parameter.kind is not None else ""
    return "" if kind == "MACRO" else str(parameter.sql().lower())


def _key(parameter: Any, dialect: Dialect) -> str:
    if isinstance(parameter, exp.Parameter):
        return f"@{parameter.name.lower()}"
    return dialect.column(parameter) if isinstance(parameter, exp.Identifier) else ""


def _columns(tree: Any, dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """The columns of ``RETURNS TABLE (a int, …)``."""
    returns = tree.find(exp.ReturnsProperty)
    listed = returns.this.expressions if returns is not None and isinstance(returns.this, exp.Schema) else []
    names = [one.this for one in listed if isinstance(one, exp.ColumnDef)]
    return tuple((name.name, dialect.column(name)) for name in names if isinstance(name, exp.Identifier))


def _body(tree: Any, dialect: Dialect, name: str, keys: _Keys) -> Any:
    """What a function gives, as a query or an expression; ``f.a`` in the body of f is its parameter a."""
    language = tree.find(exp.LanguageProperty)
    if language is not None and language.name.lower() != "sql":
        return None
    body = tree.expression
    if isinstance(body, exp.Heredoc) or (isinstance(body, exp.Literal) and body.is_string):
        body = _parsed(body.name, dialect)
    while isinstance(body, exp.Return | exp.Paren):
        body = body.this
    if isinstance(body, exp.Subquery) and not body.alias:
        body = body.this
    if not isinstance(body, exp.Query | exp.Condition):
        return None
    if not any(table.alias_or_name.lower() == name for table in body.find_all(exp.Table)):
        known = {key for key, _ in keys}
        for column in body.find_all(exp.Column):
            if column.table.lower() == name and dialect.column(column.this) in known:
                column.set("table", None)
    return body


def _parsed(text: str, dialect: Dialect) -> Any:
    grammar = sqlglot.Dialect.get_or_raise(dialect.name or None)
    try:
        tokens = grammar.tokenize(text)
        if parsed.is_too_deep(tokens):
            return None
        trees = Limit(_SECONDS).parser(grammar, error_level=sqlglot.ErrorLevel.IMMEDIATE).parse(tokens, text)
    except (sqlglot.errors.SqlglotError, TooLong):
        return None
    trees = [tree for tree in trees if tree is not None]
    return trees[0] if len(trees) == 1 else None


def followed(
    queries: Follows, node: Any, given: Callable[[Any], Edges], read: Callable[[Any, Scope], _Found]
) -> _Found:
    """Return what ``read`` makes of the body of a function.

    Args:
        queries: the pass over the statement.
        node: the call of a function that is known.
        given: what is behind an argument.
        read: what reads the body in the scope of its parameters.
    """
    name = node.name.lower()
    function = queries.functions[name]
    scope = Scope(None)
    scope.bound = {key for keys in function.parameters for key in keys}
    for place, part in enumerate(node.expressions):
        if isinstance(part, _BY_NAME):
            named = (one for one in function.parameters if one[0].lower() == part.name.lower())
            scope.values.update(dict.fromkeys(next(named, ()), given(part.expression)))
        else:
            scope.values.update(dict.fromkeys(function.parameters[place], given(part)))
    del queries.functions[name]  # while it is read: one that calls itself is not followed again
    try:
        return read(function.body, scope)
    finally:
        queries.functions[name] = function
