"""Functions that a script defines in SQL, followed where it calls them: what the body makes of the arguments.

Enters: the trees of ``CREATE FUNCTION`` and ``CREATE MACRO``, what a connection knows of others, and calls. Leaves:
what a call comes to: the body with the arguments in the place of the parameters. Functions in other languages, and
those that nobody tells of, are not seen: what these give comes from all that is handed over.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

import sqlglot
from sqlglot import exp

from driftline import later
from driftline.capture.sql import nodes, parsed
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.limit import Limit, TooLong
from driftline.capture.sql.relation import NONE, Edges, Relation
from driftline.capture.sql.scope import Scope

_RETURNS = later.pattern(  # a body of PL/pgSQL that only returns something
    r"\s*+BEGIN\s++RETURN\s++(?P<query>QUERY\s++)?(?P<given>[^;]++);\s*+(?:RETURN\s*+;\s*+)?END\s*+;?\s*+",
    re.IGNORECASE,
)
_KINDS = frozenset(["FUNCTION", "MACRO"])
_BY_NAME = (exp.Kwarg, exp.PropertyEQ)  # f(b => 1), f(b := 1)
_WAY = nodes.classes("InOutColumnConstraint")
_OVERLOADS = nodes.classes("MacroOverloads")
SEVERAL = "several functions have this name; what it reads is not known"
_SECONDS = 1.0  # for a body that is a text
_Found = TypeVar("_Found")
_Keys = tuple[tuple[str, ...], ...]


class Function(NamedTuple):
    """One function: the keys of its parameters in order, each by its name and by its place, and what it gives."""

    parameters: _Keys
    body: Any  # a query or an expression; None where several functions have the name, or it is no SQL
    columns: tuple[tuple[str, str], ...] = ()  # names and keys of what its rows are declared to have
    defaults: tuple[Any, ...] = ()  # what each parameter is where a call does not say, or None
    doubtful: frozenset[str] = frozenset()  # parameters whose names a table of the body has as columns, too
    several: bool = False  # have its name, with other parameters or in other schemas
    shape: tuple[str, ...] = ()  # its schema and the types of its parameters, by which one differs from the others
    rows: bool = False  # it is a macro that gives a table


class Functions(dict[str, Function]):
    """Those that are known, by name in small letters."""

    def __init__(self) -> None:
        super().__init__()
        self.ask: Callable[[str], Mapping[str, Function]] | None = None  # of one that the script has not defined itself
        self.asked: set[str] = set()  # or dropped by the script

    def called(self, name: str) -> Function | None:
        """Return the function that a name means."""
        if self.ask is not None and name not in self and name not in self.asked:
            self.asked.add(name)
            self.update(self.ask(name))
        return self.get(name)


class Follows(Protocol):
    """The pass over a statement, as it is seen from here."""

    dialect: Dialect
    functions: Functions

    def note(self, name: str, doubt: str, edges: Edges) -> None:
        """Note a name that cannot be told, and what it may be."""


def define(functions: Functions, tree: Any, dialect: Dialect) -> None:
    """Put the function that a CREATE defines among those that are known.

    Of several that have one name, in two schemas or with other parameters, none is followed.
    """
    signature = tree.this
    if tree.kind in _KINDS and isinstance(signature, exp.Table) and isinstance(tree.expression, exp.Lambda):
        functions[signature.name.lower()] = _of_lambda(tree.expression, dialect)
        return
    if tree.kind not in _KINDS or not isinstance(signature, exp.UserDefinedFunction):
        return
    name = signature.this.name.lower()
    taken = [part for part in signature.expressions if not _is_given_out(part)]
    listed = [part.this if isinstance(part, exp.ColumnDef) else part for part in taken]
    keys = tuple((_key(part, dialect), f"@{place}") for place, part in enumerate(listed, 1))
    shape = (signature.this.text("db").lower(), *(_type(part, tree.kind) for part in signature.expressions))
    before = functions.get(name)
    if before is not None and before.shape != shape:
        functions[name] = Function(keys, None, several=True)
    else:
        body = _body(tree, dialect, name, keys)
        defaults = tuple(map(_default, taken))
        doubtful, overloaded = _both(body, dialect, keys), isinstance(tree.expression, _OVERLOADS)
        rows = (
            dialect.name == "duckdb" and isinstance(tree.expression, exp.Query) and not _in_parentheses(tree.expression)
        )
        functions[name] = Function(keys, body, _columns(tree, dialect), defaults, doubtful, overloaded, shape, rows)


def _of_lambda(made: Any, dialect: Dialect) -> Function:
    """The function that ``CREATE FUNCTION f AS (x, y) -> x + 1`` of ClickHouse defines."""
    keys = tuple((dialect.column(one), f"@{place}") for place, one in enumerate(made.expressions, 1))
    body = exp.Paren(this=made.this.copy())
    if body.find(exp.Column, exp.Query) is not None:  # of the place where it is called
        return Function(keys, None)
    own = {key for key, _ in keys}
    hidden = {id(name) for inner in body.find_all(exp.Lambda) for name in _bound(inner, dialect)}
    for name in list(body.find_all(exp.Identifier)):
        is_named = name.arg_key == "alias" or (isinstance(name.parent, exp.Dot) and name.arg_key == "expression")
        if dialect.column(name) in own and not is_named and id(name) not in hidden:
            name.replace(exp.Column(this=name.copy()))
    return Function(keys, body)


def _bound(made: Any, dialect: Dialect) -> list[Any]:
    """The names in a lambda that are those of its own parameters."""
    own = {dialect.column(one) for one in made.expressions}
    return [name for name in made.find_all(exp.Identifier) if dialect.column(name) in own]


def forget(functions: Functions, tree: Any) -> None:
    """Take the functions that a DROP names from those that are known."""
    for one in tree.args.get("tables") or [tree.this]:
        if tree.args.get("kind") in _KINDS and isinstance(one, exp.Expression):
            functions.pop(one.name.lower(), None)
            functions.asked.add(one.name.lower())


def of_call(queries: Follows, node: Any) -> Function | None:
    """Return the function of the script that a node calls; None where it calls none with so many arguments."""
    function = queries.functions.called(node.name.lower()) if isinstance(node, exp.Anonymous) else None
    if function is not None and function.several:
        queries.note(f"{node.name}()", SEVERAL, NONE)
    if function is None or function.body is None or len(node.expressions) > len(function.parameters):
        return None
    return function


def _in_parentheses(query: Any) -> bool:
    return isinstance(query, exp.Subquery) and not query.alias


def _is_given_out(parameter: Any) -> bool:
    """Whether a parameter is OUT alone, which no call hands over."""
    ways = [one.args for one in parameter.args.get("constraints") or () if isinstance(one, _WAY)]
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


def _default(parameter: Any) -> Any:
    given = parameter.args.get("default")
    for one in parameter.args.get("constraints") or () if given is None else ():
        if isinstance(one.args.get("kind"), exp.DefaultColumnConstraint):
            return one.kind.this
    return given


def _both(body: Any, dialect: Dialect, keys: _Keys) -> frozenset[str]:
    """The parameters that have the name of a column of the body, ``WHERE t.k = k``."""
    named = body.find_all(exp.Column) if isinstance(body, exp.Expression) else ()
    columns = {dialect.column(one.this) for one in named if one.table and isinstance(one.this, exp.Identifier)}
    return frozenset(key for key, _ in keys if key in columns)


def _columns(tree: Any, dialect: Dialect) -> tuple[tuple[str, str], ...]:
    """The columns of ``RETURNS TABLE (a int, …)``."""
    returns = tree.find(exp.ReturnsProperty)
    listed = returns.this.expressions if returns is not None and isinstance(returns.this, exp.Schema) else []
    names = [one.this for one in listed if isinstance(one, exp.ColumnDef)]
    return tuple((name.name, dialect.column(name)) for name in names if isinstance(name, exp.Identifier))


def _body(tree: Any, dialect: Dialect, name: str, keys: _Keys) -> Any:
    """What a function gives, as a query or an expression; ``f.a`` in the body of f is its parameter a."""
    language = tree.find(exp.LanguageProperty)
    body = tree.expression
    if language is not None and language.name.lower() != "sql":
        returned = _RETURNS.fullmatch(body.name) if isinstance(body, exp.Heredoc) else None
        if returned is None or language.name.lower() != "plpgsql":
            return None
        body = exp.Literal.string(f"{'' if returned['query'] else 'SELECT '}{returned['given']}")
    if isinstance(body, exp.Heredoc) or (isinstance(body, exp.Literal) and body.is_string and tree.kind != "MACRO"):
        body = _parsed(body.name, dialect)
    while isinstance(body, exp.Return | exp.Paren):
        body = body.this
    if _in_parentheses(body):
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


def _row(queries: Follows, part: Any, around: Scope) -> Relation | None:
    """The table whose whole row an argument is: ``f(t)``, ``f(t.*)``."""
    if not isinstance(part, exp.Column):
        return None
    if isinstance(part.this, exp.Star):
        return around.relation(queries.dialect.table(part.args["table"])) if part.args.get("table") else None
    if part.args.get("table") or not isinstance(part.this, exp.Identifier):
        return None
    row = around.relation(queries.dialect.table(part.this))
    return row if around.has(queries.dialect.column(part.this), part.name) is None else None


def followed(
    queries: Follows,
    node: Any,
    around: Scope,
    given: Callable[[Any], Edges],
    read: Callable[[Any, Scope], _Found],
) -> _Found:
    """Return what ``read`` makes of the body of a function.

    Args:
        queries: the pass over the statement.
        node: the call of a function that is known.
        around: the scope of the call.
        given: what is behind an argument.
        read: what reads the body in the scope of its parameters.
    """
    name = node.name.lower()
    function = queries.functions[name]
    scope = Scope(None)
    scope.bound = {key for keys in function.parameters for key in keys}
    scope.doubtful = function.doubtful
    handed = dict(zip(function.parameters, function.defaults, strict=False))
    for place, part in enumerate(node.expressions):
        if isinstance(part, _BY_NAME):
            named = (one for one in function.parameters if one[0].lower() == part.name.lower())
            handed[next(named, ())] = part.expression
        else:
            handed[function.parameters[place]] = part
    for keys, part in handed.items():
        row = _row(queries, part, around)
        if row is not None:
            scope.rows.update((queries.dialect.table(exp.to_identifier(key)), row) for key in keys)
            scope.bound.difference_update(keys)
        elif part is not None:
            scope.values.update(dict.fromkeys(keys, given(part)))
    del queries.functions[name]  # while it is read: one that calls itself is not followed again
    try:
        return read(function.body, scope)
    finally:
        queries.functions[name] = function
