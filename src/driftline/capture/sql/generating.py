"""Functions that give several columns at once, each with what is behind it alone.

Enters: the call of one, in SELECT or in LATERAL VIEW. Leaves: its columns in order, by the names that they have where
nothing else is said: ``stack``, ``inline``, ``explode`` of a map and ``posexplode`` of Spark and Hive, ``untuple`` of
ClickHouse. What is inside of a column that is not built here is not known. Source: Spark SQL reference,
"Table-valued Functions"; ClickHouse's manual, "untuple".
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql import dialect as dialects
from driftline.capture.sql import nodes, rootless, structs
from driftline.capture.sql import relation as rel
from driftline.capture.sql.expression import Queries
from driftline.capture.sql.relation import IDENTITY, NONE, TRANSFORMATION, Fields, Item, Output, Whatever
from driftline.capture.sql.scope import Scope

_SPARK = frozenset(["spark", "spark2", "databricks", "hive"])
_STACK = nodes.classes("Stack")
_INLINE = nodes.classes("Inline")
_POS = nodes.classes("Posexplode PosexplodeOuter")
_MAPS = nodes.classes("Map VarMap")
_INLINES = frozenset(["inline", "inline_outer"])


def columns(queries: Queries, node: Any, scope: Scope) -> list[Output]:
    """Return the columns that a call gives; none where it is no call of these, or they are not known."""
    dialect = queries.dialect.name
    if not isinstance(node, exp.Func):
        return []
    if dialect == "clickhouse" and _is_untuple(node):
        inside = structs.fields(queries, node.expressions[0], scope)
        return [_output(queries, place, edges) for place, edges in inside if place.isdigit()]
    if dialect not in _SPARK:
        return []
    if isinstance(node, _STACK):
        return _stacked(queries, node, scope)
    if _is_inline(node):
        return _inlined(queries, node.expressions[0] if isinstance(node, exp.Anonymous) else node.this, scope)
    if isinstance(node, _POS):
        return [_output(queries, "pos", NONE), _output(queries, "col", queries.walk(node.this, scope, TRANSFORMATION))]
    both = _pairs(node.this) if isinstance(node, exp.Explode) else None
    made = [] if both is None else [queries.walk(one, scope, TRANSFORMATION) for one in both]
    return [_output(queries, *one) for one in zip(("key", "value"), made, strict=False)]


def items(queries: Queries, node: Any, scope: Scope) -> list[Item]:
    """Return what an entry of SELECT gives that is such a call; nothing where it gives one column."""
    call = node.this if isinstance(node, exp.Alias | exp.Aliases) else node
    found = columns(queries, call, scope)
    alias = node.args.get("alias") if isinstance(node, exp.Alias) else None
    if not found:
        opens = _is_untuple(call) if queries.dialect.name == "clickhouse" else _opens(queries, call) and call is node
        edges = queries.walk(call, scope, TRANSFORMATION) if opens else NONE
        return [Whatever(rel.doubted(edges, 1 / max(len(edges), 1)))] if opens else []
    if isinstance(node, exp.Aliases):
        names = [name for name in node.expressions if isinstance(name, exp.Identifier)]
        return [*_called(queries, found, names)] if len(names) == len(found) else []
    if _is_untuple(call):
        names = [exp.to_identifier(f"{alias.name}.{one.name}", quoted=True) for one in found] if alias else []
        said = dialects.text(call, queries.dialect)
        return [*_called(queries, found, names)] or [Output("", one.edges, "", f"{said}.{one.name}") for one in found]
    if alias is not None:
        return [*_called(queries, found, [alias])] if len(found) == 1 else []
    return [*found]


def _called(queries: Queries, found: list[Output], names: list[Any]) -> list[Output]:
    pairs = zip(found, names, strict=False)
    return [one._replace(name=name.name, key=queries.dialect.column(name)) for one, name in pairs]


def _output(queries: Queries, name: str, edges: rel.Edges) -> Output:
    return Output(name, edges, queries.dialect.written(name))


def _stacked(queries: Queries, node: Any, scope: Scope) -> list[Output]:
    """``stack(2, 'x', a, 'y', b)``: rows one after the other, of so many columns as it takes."""
    rows = int(node.this.name) if isinstance(node.this, exp.Literal) and node.this.name.isdigit() else 0
    if rows < 1:
        return []
    width = -(-len(node.expressions) // rows)
    found = []
    for place in range(width):
        cells = node.expressions[place::width]
        edges = NONE.union(*(queries.walk(one, scope, IDENTITY) for one in cells))
        made = rootless.cells(queries, cells, scope, edges)
        found.append(_output(queries, f"col{place}", edges)._replace(made=made))
    return found


def _inlined(queries: Queries, given: Any, scope: Scope) -> list[Output]:
    """``inline(array(struct(a, b), struct(c, d)))``: by place, under the names of the first."""
    parts = given.expressions if isinstance(given, exp.Array) else [given]
    each = [structs.fields(queries, one, scope) for one in parts if not isinstance(one, exp.Null)]
    if not each or any(len(one) != len(each[0]) for one in each):
        return []
    names = [name for name, _ in each[0]]
    by_place = (NONE.union(*(one[place][1] for one in each)) for place in range(len(names)))
    return [_output(queries, *one) for one in zip(names, by_place, strict=True)]


def _is_untuple(node: Any) -> bool:
    return isinstance(node, exp.Anonymous) and node.name == "untuple" and len(node.expressions) == 1


def _is_inline(node: Any) -> bool:
    called = isinstance(node, exp.Anonymous) and node.name.lower() in _INLINES and len(node.expressions) == 1
    return isinstance(node, _INLINE) or called


def _opens(queries: Queries, node: Any) -> bool:
    """Whether a call gives any number of columns that are not known."""
    return queries.dialect.name in _SPARK and _is_inline(node)


def _pairs(node: Any) -> tuple[Any, Any] | None:
    """The keys and the values of a map that is built here."""
    keys, values = (node.args.get(one) if isinstance(node, _MAPS) else None for one in ("keys", "values"))
    return None if keys is None or values is None else (keys, values)


def spread(queries: Queries, node: Any, scope: Scope) -> Fields | None:
    """Return the columns that DuckDB's ``unnest`` makes of fields; ``()`` = they are not known, None = it makes none.

    It does so of a struct, and of those in lists where it is told to go deeper.
    """
    if queries.dialect.name != "duckdb" or not isinstance(node, exp.Explode):
        return None
    told = [one for one in node.expressions if isinstance(one, exp.PropertyEQ | exp.Kwarg)]
    deeper = any(one.name.lower() == "recursive" and _is_true(one.expression) for one in told)
    deeper |= any(one.name.lower() == "max_depth" and one.expression.name != "1" for one in told)
    if not deeper and not isinstance(node.this, exp.Struct):
        return None
    built = list(node.this.find_all(exp.Struct))
    return structs.fields(queries, node.this, scope) if not any(one.find_ancestor(exp.Struct) for one in built) else ()


def _is_true(node: Any) -> bool:
    return isinstance(node, exp.Boolean) and bool(node.this)
