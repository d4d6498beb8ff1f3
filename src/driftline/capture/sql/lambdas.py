"""Names of ClickHouse for parts of a query: ``WITH (x -> x + a) AS f SELECT f(b), arrayMap(f, l), (k AS m) + m``.

Enters: the tree of a statement, in which the parser has taken ``->`` for the operator that takes a part of a JSON
value. Leaves: the same with the function, or the expression, in the place of its name: ``(b + a)``,
``arrayMap(x -> x + a, l)``, ``k + k``. What is named as an output of its own the pass over the tree knows.
Source: https://clickhouse.com/docs/sql-reference/syntax#expression-aliases and https://clickhouse.com/docs/sql-reference/statements/select/with.
"""

import functools
from functools import partial
from typing import Any, NamedTuple

from sqlglot import exp

DIALECT = "clickhouse"
_LEFT = (exp.Binary, exp.Bracket, exp.Between, exp.In, exp.If, exp.Cast)  # begin with what stands on their left
_APART = (exp.Query, exp.From, exp.Join)
_MOST = 20_000  # nodes that are put in the places of names: what would be more stays as it is


class _Function(NamedTuple):
    name: str
    parameters: tuple[str, ...]
    body: Any


def written_out(tree: Any) -> Any:
    """Return a tree without names of functions."""
    clauses = list(tree.find_all(exp.With)) if isinstance(tree, exp.Expression) else []
    room = _MOST
    for clause in reversed(clauses):  # those within others first: their names hide those around
        places: dict[str, list[Any]] = {}
        for cte in list(clause.expressions):
            function = _function(cte) if cte.args.get("scalar") else None
            if function is None or clause.parent is None:
                continue
            cte.pop()
            if not places:
                _note(places, clause.parent)
            room = _put(places, function, room)
        if not clause.expressions:
            clause.pop()
    for select in list(tree.find_all(exp.Select)) if isinstance(tree, exp.Expression) else []:
        room = _unnamed(select, room)
    return tree


def _unnamed(select: Any, room: int) -> int:
    """Put expressions that have a name within others in the places of it; returns for how many nodes there is room.

    Within a function also others, where its parameters hide a column that they name.
    """
    own = list(select.walk(prune=lambda node: isinstance(node, _APART) and node is not select))
    named = {node.alias: node.this for node in own if isinstance(node, exp.Alias) and node.parent is not select}
    known = {**_values(select), **named} if any(isinstance(node, exp.Lambda) for node in own) else named
    naming = {name: {one.name for one in _columns(value)} for name, value in known.items()}
    reached = functools.cache(partial(_reached, naming))
    todo = [(node, frozenset[str]()) for node in own if _is_bare(node) and node.name in known]
    while todo:
        node, within = todo.pop(0)
        value, hidden = known[node.name], _parameters(node)
        if node.name in hidden | within or any(node.name == one.name for one in value.find_all(exp.Column)):
            continue
        if node.name not in named and not (hidden and hidden & reached(node.name)):
            continue
        room -= _size(value)
        if room < 0:
            break
        made = exp.Paren(this=value.copy())
        todo += [(one, within | {node.name}) for one in _columns(made) if one.name in known]
        node.replace(exp.alias_(made, node.name, quoted=True) if node.parent is select else made)
    return room


def _values(select: Any) -> dict[str, Any]:
    """What has a name as an output, or by WITH."""
    clause = select.args.get("with_") or select.args.get("with")
    values = [cte for cte in clause.expressions if cte.args.get("scalar")] if clause is not None else []
    return {one.alias: one.this for one in (*values, *select.expressions) if isinstance(one, exp.CTE | exp.Alias)}


def _parameters(node: Any) -> frozenset[str]:
    """The parameters of the functions around."""
    found: set[str] = set()
    function = node.find_ancestor(exp.Lambda, exp.Query)
    while isinstance(function, exp.Lambda):
        found.update(one.name for one in function.expressions)
        function = function.find_ancestor(exp.Lambda, exp.Query)
    return frozenset(found)


def _reached(made: dict[str, set[str]], name: str) -> set[str]:
    """The columns that an expression is made of, also by the names of others; ``made``: those that each names."""
    found: set[str] = set()
    todo = [name]
    while todo:
        more = made[todo.pop()] - found
        found |= more
        todo += more & made.keys()
    return found


def _columns(tree: Any) -> list[Any]:
    """The columns without a table in an expression, but for its queries."""
    return [one for one in tree.walk(prune=lambda node: isinstance(node, exp.Query)) if _is_bare(one)]


def _is_bare(node: Any) -> bool:
    return isinstance(node, exp.Column) and not node.table


def _function(cte: Any) -> _Function | None:
    """The function that an entry of WITH is; None where it is a value."""
    body = cte.this.unnest()
    first = body
    while isinstance(first, _LEFT) and not isinstance(first, exp.JSONExtract):
        first = first.this
    if not isinstance(first, exp.JSONExtract):
        return None
    given = first.this.unnest()
    listed = given.expressions if isinstance(given, exp.Tuple) else [given]
    if not all(isinstance(one, exp.Column | exp.Identifier) and not one.args.get("table") for one in listed):
        return None
    behind = first.expression
    if first is body:
        body = behind
    else:
        first.replace(behind)
    return _Function(cte.alias, tuple(one.name for one in listed), body)


def _note(places: dict[str, list[Any]], tree: Any) -> None:
    """Note where a tree has names that may be those of functions."""
    for node in tree.walk():
        if isinstance(node, exp.Anonymous) or _is_bare(node):
            places.setdefault(node.name, []).append(node)


def _put(places: dict[str, list[Any]], function: _Function, room: int) -> int:
    """Put a function in the places of its name; returns for how many nodes there is room then."""
    nodes = places.pop(function.name, [])
    tops = [node for node in nodes if node.arg_key == "expressions" and isinstance(node.parent, exp.Select)]
    said = {id(node): node.sql(DIALECT) for node in tops if _calls(node, function)}
    size = _size(function.body)
    for node in reversed(nodes):  # arguments before their calls
        if _calls(node, function):
            if size * _size(node) > _MOST:
                break
            made = _called(function, node.expressions)
        elif isinstance(node, exp.Column):
            names = [exp.to_identifier(one) for one in function.parameters]
            made = exp.Lambda(this=function.body.copy(), expressions=names)
        else:
            continue
        room -= _size(made)
        if room < 0:
            break
        if id(node) in said:  # the output is called as it is written
            made = exp.alias_(made, said[id(node)], quoted=True)
        node.replace(made)
        _note(places, made)
    return room


def _size(node: Any) -> int:
    return sum(1 for _ in node.walk())


def _calls(node: Any, function: _Function) -> bool:
    called = isinstance(node, exp.Anonymous) and node.name == function.name
    return called and len(node.expressions) == len(function.parameters)


def _called(function: _Function, given: list[Any]) -> Any:
    made = exp.Paren(this=function.body.copy())
    handed = dict(zip(function.parameters, given, strict=True))
    around = {one.name for value in given for one in value.find_all(exp.Column)}
    for inner in made.find_all(exp.Lambda):  # what is handed over is of the place of the call: none of these hides it
        hiding = [one for one in inner.expressions if one.name in around]
        for node in _columns(inner) if hiding else ():
            if any(node.name == one.name for one in hiding):
                node.replace(node.this)
        inner.set("expressions", [one for one in inner.expressions if one not in hiding])
    for node in [one for one in made.walk() if _is_bare(one) and one.name in handed]:
        node.replace(exp.Paren(this=handed[node.name].copy()))
    return made
