"""Structs that a statement builds: which source columns are behind each field, rather than behind all of them.

Enters: an expression. Leaves: the fields of the struct that it gives, or of the elements of the array that it gives,
each with its own edges; nothing where that is not known: a field of such a column comes from the whole of it. Of lists
and maps of DuckDB likewise each element by its place, ``[0]``, and the keys and values.
"""

import functools
import sys
from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import (
    AGGREGATION,
    CONDITIONAL,
    IDENTITY,
    NONE,
    TRANSFORMATION,
    Edges,
    Fields,
    Kind,
    Output,
    Relation,
)
from driftline.capture.sql.scope import Scope


def _classes(names: str) -> tuple[Any, ...]:
    return tuple(getattr(exp, name) for name in names.split() if hasattr(exp, name))  # not all are in each sqlglot


_KEEP = _classes(
    "Alias Paren Bracket Order Distinct Limit Filter WithinGroup Window ArrayReverse IgnoreNulls RespectNulls"
)
_JOIN = _classes("Array Coalesce ArrayConcat Explode ExplodeOuter Inline")
_EACH = _classes("Transform")
_SHAPE = _classes("Order Filter WithinGroup Window")
_APPEND = _classes("ArrayAppend ArrayPrepend")
_LISTS = frozenset(["list_value", "list_pack", "array_value"])
_TAKES = frozenset(["list_extract", "list_element", "array_extract", "element_at", "map_extract", "map_extract_value"])
_GATHER = _classes("ArrayAgg AnyValue First Last ArrayUniqueAgg")


_BUILDING = (  # what may give a struct or a list
    exp.Column, exp.ToMap, exp.Struct, exp.Cast, *_GATHER, *_JOIN, *_KEEP, exp.Subquery, exp.Select,
    exp.DPipe, *_APPEND, *_EACH, exp.Anonymous,
)  # fmt: skip


@functools.cache
def may_have_parts(kind: type) -> bool:
    """Whether expressions of a type may give fields or elements."""
    return issubclass(kind, _BUILDING)


class Walks(Protocol):
    """The pass over a statement, as it is seen from here."""

    dialect: Dialect

    def walk(self, node: Any, scope: Scope, kind: Kind, windows: dict[str, Any] | None = None) -> Edges:
        """Return the edges of an expression whose value goes on as ``kind``."""

    def query(self, node: Any, parent: Scope | None = None) -> Relation:
        """Return what an inner query offers."""


def fields(queries: Walks, node: Any, scope: Scope) -> Fields:
    """Return the fields of what ``node`` gives, by name in small letters; ``()`` where they are not known."""
    if isinstance(node, exp.Column):
        return tuple(one for one in _of_column(queries, node, scope) if not one[0].startswith("["))
    if isinstance(node, exp.ToMap) and all(isinstance(one, exp.Literal) for one in (_map(node) or ([None],))[0]):
        return _built(queries, node.this, scope)
    if isinstance(node, exp.Struct):
        return _built(queries, node, scope)
    if isinstance(node, exp.Cast):
        return _typed(queries, node, scope)
    if isinstance(node, _GATHER):
        inner = fields(queries, node.this, scope)
        return tuple((name, rel.through(edges, AGGREGATION)) for name, edges in inner)
    if isinstance(node, _JOIN):
        return _joined(queries, [part for part in (node.this, *node.expressions) if part is not None], scope)
    if isinstance(node, exp.Bracket) and isinstance(node.this, exp.Array) and queries.dialect.name == "duckdb":
        place, listed = _place(node.expressions[0], 0), node.this.expressions
        if place is not None and -len(listed) <= place < len(listed):
            return fields(queries, listed[place], scope)
    if isinstance(node, _KEEP) and not _subscript(node):
        inner = fields(queries, node.this, scope)
        shaping = _shaping(queries, node, scope) if inner and isinstance(node, _SHAPE) else NONE
        return tuple((name, edges | shaping) for name, edges in inner)
    if isinstance(node, exp.Subquery | exp.Select):
        return _selected(queries, node, scope)
    return ()


def _shaping(queries: Walks, node: Any, scope: Scope) -> Edges:
    """What ``node`` orders, chooses or takes together what it is about by."""
    found = queries.walk(node, scope, IDENTITY) - queries.walk(node.this, scope, IDENTITY)
    return frozenset(edge for edge in found if edge.kind[0] == "INDIRECT")


def inside(queries: Walks, node: Any, scope: Scope) -> Edges | None:
    """Return what is behind ``x.name``, ``x['name']`` or ``x[1]``; None where the parts of ``x`` are not known."""
    name = node.expression.name if isinstance(node.expression, exp.Identifier) else _subscript(node)
    found = dict(fields(queries, node.this, scope)).get(name.lower()) if name else None
    if found is not None or queries.dialect.name != "duckdb" or isinstance(node, exp.Dot):
        return found
    if isinstance(node, exp.ToMap | exp.MapKeys) or node.name.lower() == "map_values":
        keys, values = _map(node if isinstance(node, exp.ToMap) else next(node.iter_expressions(), None)) or ((), ())
        asked = (
            keys if isinstance(node, exp.MapKeys) else values if isinstance(node, exp.Anonymous) else (*keys, *values)
        )
        return NONE.union(*(queries.walk(one, scope, TRANSFORMATION) for one in asked)) if asked else None
    return _taken(queries, node, scope)


def _taken(queries: Walks, node: Any, scope: Scope) -> Edges | None:
    """An element of a list by its place; where that, or the key of a map or a struct, is not known, any of them."""
    if isinstance(node, exp.Anonymous) and (node.name.lower() not in _TAKES or len(node.expressions) != 2):
        return None
    taken, by = (
        node.expressions if isinstance(node, exp.Anonymous) else (node.this, (node.expressions or [node.expression])[0])
    )
    listed = [edges for _, edges in elements(queries, taken, scope)]
    shifted = isinstance(node, exp.Bracket) and not taken.is_type(*exp.DataType.TEXT_TYPES)  # ``||`` gives one to it
    place = _place(by, 0 if shifted else 1)
    if listed and place is not None:
        return listed[place] if -len(listed) <= place < len(listed) else NONE
    joined = [] if listed else _parts_of_list(queries, taken)
    if (found := _of_joined(queries, joined, place, scope)) is not None:
        strict = isinstance(taken.unnest(), exp.DPipe)  # with NULL it is NULL
        whole = [
            queries.walk(one, scope, CONDITIONAL) for one in joined if strict and not elements(queries, one, scope)
        ]
        return found.union(queries.walk(by, scope, TRANSFORMATION), *whole)
    both = _map(taken)
    known = listed or [edges for _, edges in fields(queries, taken, scope)]
    if both is not None:
        known = [queries.walk(one, scope, TRANSFORMATION) for one in both[1]]
    if len(known) < 2:
        return None
    any_of = rel.doubted(NONE.union(*known), 1 / len(known))
    return rel.through(any_of, TRANSFORMATION) | queries.walk(by, scope, TRANSFORMATION)


def _of_joined(queries: Walks, parts: list[Any], place: int | None, scope: Scope) -> Edges | None:
    """An element of lists that are joined, of some of which the elements are not known; None where of all of them."""
    each = [[edges for _, edges in elements(queries, part, scope)] for part in parts]
    if not any(each):
        return None
    step = 1 if place is None or place >= 0 else -1
    left = 0 if place is None else place if place >= 0 else -place - 1  # elements to pass over
    start = 0
    for own in each[::step] if place is not None else []:
        if not own:
            break
        if left < len(own):
            return own[::step][left]
        left, start = left - len(own), start + 1
    rest = list(zip(parts, each, strict=True))[::step][start:]
    known = NONE.union(*(edges for _, own in rest for edges in own))
    number = sum(len(own) or 1 for _, own in rest)
    open_ = (queries.walk(part, scope, TRANSFORMATION) for part, own in rest if not own)
    return rel.through(rel.doubted(known, 1 / number), TRANSFORMATION).union(*open_)


def _parts_of_list(queries: Walks, node: Any) -> list[Any]:
    """The lists that ``x || y`` and its kin join; none where none are."""
    node = node.unnest()
    if queries.dialect.name != "duckdb":
        return []
    if isinstance(node, exp.DPipe):
        return [one for part in (node.this, node.expression) for one in _parts_of_list(queries, part) or [part]]
    if isinstance(node, exp.ArrayConcat):
        return [node.this, *node.expressions]
    one = [exp.Array(expressions=[node.expression.copy()])] if isinstance(node, _APPEND) else []
    return [node.this, *one] if isinstance(node, exp.ArrayAppend) else [*one, node.this] if one else []


def elements(queries: Walks, node: Any, scope: Scope) -> Fields:
    """Return the elements of the list that ``node`` gives, each by its place; ``()`` where they are not known."""
    while isinstance(node, exp.Paren | exp.Alias):
        node = node.this
    if isinstance(node, exp.Column):
        return tuple(one for one in _of_column(queries, node, scope) if one[0].startswith("["))
    joined = [elements(queries, part, scope) for part in _parts_of_list(queries, node)]
    if joined and all(joined):
        each = (edges for part in joined for _, edges in part)
        return tuple((f"[{place}]", edges) for place, edges in enumerate(each))
    if isinstance(node, _EACH) and queries.dialect.name == "duckdb":  # list_transform keeps the order
        more = queries.walk(node.expression, scope, TRANSFORMATION)
        inner = elements(queries, node.this, scope)
        return tuple((name, rel.through(edges, TRANSFORMATION) | more) for name, edges in inner)
    listed = isinstance(node, exp.Array) or (isinstance(node, exp.Anonymous) and node.name.lower() in _LISTS)
    if not listed or queries.dialect.name != "duckdb" or any(isinstance(part, exp.Query) for part in node.expressions):
        return ()
    return tuple((f"[{place}]", queries.walk(part, scope, IDENTITY)) for place, part in enumerate(node.expressions))


def _place(node: Any, first: int) -> int | None:
    """The place in a list that a number says, from 0, or from -1 backwards; None where none stands there.

    ``x[0]`` of DuckDB is NULL: no list has such a place.
    """
    sign, bare = (-1, node.this) if isinstance(node, exp.Neg) else (1, node)
    if not isinstance(bare, exp.Literal) or bare.is_string or not bare.name.isdigit():
        return None
    place = sign * int(bare.name) - first  # the parser has made ``x[1]`` of DuckDB ``x[0]``, and ``x[-1]`` ``x[-2]``
    return place if place >= 0 else place + 1 if place < -1 else sys.maxsize


def _map(node: Any) -> tuple[list[Any], list[Any]] | None:
    """The keys and the values of a map that is built here."""
    while isinstance(node, exp.Paren | exp.Alias):
        node = node.this
    if isinstance(node, exp.ToMap) and isinstance(node.this, exp.Struct):
        pairs = [part for part in node.this.expressions if isinstance(part, exp.PropertyEQ)]
        return [part.this for part in pairs], [part.expression for part in pairs]
    if isinstance(node, exp.Map):
        return [node.args.get("keys")], [node.args.get("values")]
    return None


def spread(queries: Walks, node: Any, scope: Scope) -> Fields | None:
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
    return fields(queries, node.this, scope) if not any(one.find_ancestor(exp.Struct) for one in built) else ()


def _is_true(node: Any) -> bool:
    return isinstance(node, exp.Boolean) and bool(node.this)


def _subscript(node: Any) -> str:
    """The text between brackets; "" where something else stands there."""
    only = node.expressions[0] if isinstance(node, exp.Bracket) and len(node.expressions) == 1 else None
    return str(only.name) if isinstance(only, exp.Literal) and only.is_string else ""


def _typed(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of ``row(a, b)::STRUCT(x INT, y INT)``, which have the names of the type."""
    names = [one.name.lower() for one in node.to.expressions if isinstance(one, exp.ColumnDef)]
    row = node.this
    told = isinstance(row, exp.Struct) and not any(
        isinstance(one, exp.PropertyEQ | exp.Alias) for one in row.expressions
    )
    if not (told or (isinstance(row, exp.Anonymous) and row.name.lower() == "row")):
        return ()
    if len(names) != len(row.expressions):
        return ()
    values = (queries.walk(part, scope, TRANSFORMATION) for part in row.expressions)
    return tuple(zip(names, values, strict=True))


def _of_column(queries: Walks, node: Any, scope: Scope) -> Fields:
    if not isinstance(node.this, exp.Identifier):
        return ()
    key = queries.dialect.column(node.this)
    qualifier = node.args.get("table")
    if qualifier is None:
        found = next((one for relation in scope.relations.values() if (one := relation.output(key)) is not None), None)
    else:
        relation = scope.relation(queries.dialect.table(qualifier))
        found = relation.output(key) if relation is not None else None
    return found.fields if found is not None else ()


def _built(queries: Walks, node: Any, scope: Scope) -> Fields:
    found: dict[str, Edges] = {}
    for part in node.expressions:
        named = isinstance(part, exp.PropertyEQ | exp.Alias)
        name = part.this.name if isinstance(part, exp.PropertyEQ) else part.alias_or_name
        if not name:
            return ()
        value = part.expression if isinstance(part, exp.PropertyEQ) else part.this if named else part
        found[name.lower()] = queries.walk(value, scope, IDENTITY)
    return tuple(found.items())


def _selected(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of ``(SELECT AS STRUCT …)``, or of the only column of a query."""
    inner = node
    while isinstance(inner, exp.Subquery):
        inner = inner.this
    if not isinstance(inner, exp.Select):
        return ()
    offered = queries.query(node, scope)
    outputs = [item for item in offered.items if isinstance(item, Output)]
    if len(outputs) != len(offered.items):
        return ()
    if str(inner.args.get("kind") or "").upper() == "STRUCT":
        return tuple((item.name.lower(), item.edges | offered.rows) for item in outputs)
    return outputs[0].fields if len(outputs) == 1 else ()


def _joined(queries: Walks, parts: list[Any], scope: Scope) -> Fields:
    """The fields of one of ``parts``, whichever it is; not known where those of a part are not."""
    found: dict[str, Edges] = {}
    for part in parts:
        own = fields(queries, part, scope)
        if not own and part.find(exp.Column, exp.Query) is not None:
            return ()
        for name, edges in own:
            found[name] = found.get(name, rel.NONE) | edges
    return tuple(found.items())
