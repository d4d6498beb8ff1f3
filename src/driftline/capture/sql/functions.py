"""Functions that a script defines in SQL, followed where it calls them: what the body makes of the arguments.

Enters: the trees of ``CREATE FUNCTION`` and ``CREATE MACRO``, and calls. Leaves: what a call comes to: the body with
the arguments in the place of the parameters. Functions in other languages and those of the catalog are not seen: what
these give comes from all that is handed over.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

import sqlglot
from sqlglot import exp

from driftline.capture.sql import parsed
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.limit import Limit, TooLong
from driftline.capture.sql.relation import Edges
from driftline.capture.sql.scope import Scope

_KINDS = frozenset(["FUNCTION", "MACRO"])
_SECONDS = 1.0  # for a body that is a text
_Found = TypeVar("_Found")


class Function(NamedTuple):
    """One function: the keys of its parameters in order, each by its name and by its place, and what it gives."""

    parameters: tuple[tuple[str, ...], ...]
    body: Any  # a query or an expression
    columns: tuple[tuple[str, str], ...] = ()  # names and keys of what its rows are declared to have


class Follows(Protocol):
    """The pass over a statement, as it is seen from here."""

    functions: dict[str, Function]  # by name, in small letters


def define(functions: dict[str, Function], tree: Any, dialect: Dialect) -> None:
    """Put the function that a CREATE defines among those that are known, unless its body is no SQL.

    Of several that have one name and other numbers of parameters none is known.
    """
    signature = tree.this
    if tree.kind not in _KINDS or not isinstance(signature, exp.UserDefinedFunction):
        return
    listed = [part.this if isinstance(part, exp.ColumnDef) else part for part in signature.expressions]
    keys = tuple((_key(part, dialect), f"@{place}") for place, part in enumerate(listed, 1))
    before = functions.pop(signature.this.name.lower(), None)
    body = _body(tree, dialect)
    if body is not None and (before is None or len(before.parameters) == len(keys)):
        functions[signature.this.name.lower()] = Function(keys, body, _columns(tree, dialect))


def of_call(queries: Follows, node: Any) -> Function | None:
    """Return the function of the script that a node calls; None where it calls none with so many arguments."""
    function = queries.functions.get(node.name.lower()) if isinstance(node, exp.Anonymous) else None
    return function if function is not None and len(node.expressions) <= len(function.parameters) else None


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


def _body(tree: Any, dialect: Dialect) -> Any:
    """What a function gives, as a query or an expression."""
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
    return body if isinstance(body, exp.Query | exp.Condition) else None


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


def followed(queries: Follows, name: str, given: Iterable[Edges], read: Callable[[Any, Scope], _Found]) -> _Found:
    """Return what ``read`` makes of the body of a function.

    Args:
        queries: the pass over the statement.
        name: of a function that is known.
        given: what is behind each argument.
        read: what reads the body in the scope of its parameters.
    """
    function = queries.functions.pop(name.lower())  # while it is read: one that calls itself is not followed again
    scope = Scope(None)
    scope.bound = {key for keys in function.parameters for key in keys}
    for keys, edges in zip(function.parameters, given, strict=False):
        scope.values.update(dict.fromkeys(keys, edges))
    try:
        return read(function.body, scope)
    finally:
        queries.functions[name.lower()] = function
