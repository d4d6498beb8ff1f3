"""What a statement puts into variables: ``SELECT @n = …`` and ``SET @n = …``, ``DECLARE n … DEFAULT (SELECT …)``,
``SELECT … INTO v``, ``BULK COLLECT INTO``.

Enters: words of a script, or a statement that is parsed, and the names that the script has declared. Leaves: variables,
each with the query and the place in it that its new value comes from. A name without a mark that nobody has declared is
a table or a setting, but for INTO of Oracle and MySQL, which always fills variables.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from sqlglot import exp

from driftline.capture.sql.tokens import Token, TokenType

SELECTING = frozenset(["tsql", "fabric"])  # where SELECT @n = … assigns
SETTING = frozenset(["mysql", "singlestore", "doris", "starrocks"])  # where SET @n = … alone does
FILLING = frozenset(["oracle", *SETTING])  # where INTO behind SELECT makes no table
_BARE = frozenset(["snowflake"])
_MARKED = frozenset(["snowflake"])  # where a variable that was SET has a mark where it is named


class Assigned(NamedTuple):
    """A variable, in small letters, with its mark, and where its value is."""

    name: str
    query: Any
    place: int
    each: bool = False  # each of the rows, one by one


def assigning(tokens: list[Any]) -> list[Any]:
    """``SET @n = …`` as a query that assigns; but not that of an UPDATE."""
    updating = False
    for place, token in enumerate(tokens):
        word = token.text.upper()
        if word == "UPDATE":
            updating = True
        elif word in ("SET", "SELECT") or token.token_type == TokenType.SEMICOLON:
            said = [one.text for one in tokens[place + 1 : place + 4]]
            if word == "SET" and not updating and said[:1] == ["@"] and said[2:] in (["="], [":="]):
                tokens[place] = Token(TokenType.SELECT, token.text, token.line, token.col, token.start, token.end)
            updating = False
    return tokens


def assignments(tree: Any, dialect: str) -> list[tuple[str, Any]]:
    """The variables that a SELECT assigns, with their new values; none where it gives rows."""
    given = tree.expressions if isinstance(tree, exp.Select) else []
    alone = given and not (tree.args.get("from_") or tree.args.get("from"))
    signs = (exp.EQ, exp.PropertyEQ) if dialect in SELECTING or alone else (exp.PropertyEQ,)
    if dialect not in SELECTING | SETTING or not given:
        return []
    if not all(isinstance(one, signs) and isinstance(one.this, exp.Parameter) for one in given):
        return []
    return [(f"@{one.this.name.lower()}", one.expression) for one in given]


def values_of(tree: Any, dialect: str) -> Any:
    """Return a SELECT that assigns as one that gives the rows of the new values; any other as it is."""
    given = assignments(tree, dialect)
    if not given:
        return tree
    query = tree.copy()
    query.set("expressions", [value.copy() for _, value in given])
    return query


def assigned(tree: Any, dialect: str, declared: Collection[str]) -> list[Assigned]:
    """Return what a statement puts into variables."""
    small = {name.lower() for name in declared}
    if isinstance(tree, exp.Declare):
        return list(_declared(tree))
    if isinstance(tree, exp.Set):
        return list(_set(tree, lambda name: name in small, dialect in _MARKED))
    if not isinstance(tree, exp.Select):
        return []
    given = assignments(tree, dialect)
    if given:
        query = values_of(tree, dialect)
        return [Assigned(name, query, place) for place, (name, _) in enumerate(given)]
    names = into_variables(tree.args.get("into"), dialect, small)
    if not names:
        return []
    query = tree.copy()
    query.set("into", None)
    each = bool(tree.args["into"].args.get("bulk_collect"))
    bare = "@" if dialect in _BARE else ""  # where v is the variable that :v fills
    return [
        Assigned(one, query, place, each)
        for place, name in enumerate(names)
        for one in dict.fromkeys((name, name.removeprefix(bare)))
    ]


def into_variables(into: Any, dialect: str, declared: Collection[str]) -> list[str]:
    """Return the variables that INTO fills; none where it makes a table."""
    if not isinstance(into, exp.Into):
        return []
    listed = [*(into.expressions or []), *([into.this] if into.this is not None else [])]
    names = [_name(one.this if isinstance(one, exp.Table) else one) for one in listed]
    known = {name.lower() for name in declared}
    if all(name and (dialect in FILLING or name[0] == "@" or name in known) for name in names):
        return names
    return []


def _name(node: Any) -> str:
    """The variable that a node names, in small letters; of a Column the name alone."""
    if isinstance(node, exp.Parameter | exp.Placeholder):
        return f"@{node.name.lower()}"
    plain = isinstance(node, exp.Identifier) or (isinstance(node, exp.Column) and not node.table)
    return str(node.name.lower()) if plain and node.name[:1] != "@" else ""


def _query(value: Any) -> Any:
    """A value as a query of one row."""
    inner = value.unnest() if isinstance(value, exp.Subquery) else value
    return inner.copy() if isinstance(inner, exp.Query) else exp.Select(expressions=[value.copy()])


def valued(name: str, query: Any) -> list[Assigned]:
    """Return that a variable is given the value of a query, named with a mark or without."""
    return [Assigned(one, query.copy(), 0) for one in (name.lower(), f"@{name.lower()}")]


def _declared(tree: Any) -> Iterator[Assigned]:
    for item in tree.expressions:
        value = item.args.get("default") if isinstance(item, exp.DeclareItem) else None
        for one in item.this if isinstance(value, exp.Expression) and isinstance(item.this, list) else ():
            yield Assigned(_name(one), _query(value), 0)


def _set(tree: Any, is_variable: Callable[[str], bool], marked: bool) -> Iterator[Assigned]:
    for item in tree.expressions:
        one = item.this if isinstance(item, exp.SetItem) else None
        if not isinstance(one, exp.EQ):
            continue
        query = _query(one.expression)
        names = one.this.expressions if isinstance(one.this, exp.Tuple) else [one.this]
        for place, name in enumerate(map(_name, names)):
            if (marked or str(item.args.get("kind") or "") == "VARIABLE") and name and name[0] != "@":
                yield Assigned(f"@{name}", query, place)
            if name and (name[0] == "@" or is_variable(name)):
                yield Assigned(name, query, place)
