"""Structs that a statement builds: which source columns are behind each field, rather than behind all of them.

Enters: an expression. Leaves: the fields of the struct that it gives, or of the elements of the array that it gives,
each with its own edges; nothing where that is not known: a field of such a column comes from the whole of it.
"""

from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import AGGREGATION, IDENTITY, TRANSFORMATION, Edges, Fields, Kind, Output, Relation
from driftline.capture.sql.scope import Scope


def _classes(names: str) -> tuple[Any, ...]:
    return tuple(getattr(exp, name) for name in names.split() if hasattr(exp, name))  # not all are in each sqlglot


_KEEP = _classes(
    "Alias Paren Bracket Order Distinct Limit Filter WithinGroup Window ArrayReverse IgnoreNulls RespectNulls"
)
_JOIN = _classes("Array Coalesce ArrayConcat Explode ExplodeOuter Inline")
_GATHER = _classes("ArrayAgg AnyValue First Last ArrayUniqueAgg")


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
        return _of_column(queries, node, scope)
    if isinstance(node, exp.Struct):
        return _built(queries, node, scope)
    if isinstance(node, exp.Cast):
        return _typed(queries, node, scope)
    if isinstance(node, _GATHER):
        inner = fields(queries, node.this, scope)
        return tuple((name, rel.through(edges, AGGREGATION)) for name, edges in inner)
    if isinstance(node, _JOIN):
        return _joined(queries, [part for part in (node.this, *node.expressions) if part is not None], scope)
    if isinstance(node, _KEEP) and not _subscript(node):
        return fields(queries, node.this, scope)
    if isinstance(node, exp.Subquery | exp.Select):
        return _selected(queries, node, scope)
    return ()


def inside(queries: Walks, node: Any, scope: Scope) -> Edges | None:
    """Return what is behind ``x.name`` or ``x['name']``; None where the fields of ``x`` are not known."""
    name = node.expression.name if isinstance(node.expression, exp.Identifier) else _subscript(node)
    return dict(fields(queries, node.this, scope)).get(name.lower()) if name else None


def _subscript(node: Any) -> str:
    """The text between brackets; "" where something else stands there."""
    only = node.expressions[0] if isinstance(node, exp.Bracket) and len(node.expressions) == 1 else None
    return str(only.name) if isinstance(only, exp.Literal) and only.is_string else ""


def _typed(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of ``row(a, b)::STRUCT(x INT, y INT)``, which have the names of the type."""
    names = [one.name.lower() for one in node.to.expressions if isinstance(one, exp.ColumnDef)]
    row = node.this
    if not isinstance(row, exp.Anonymous) or row.name.lower() != "row" or len(names) != len(row.expressions):
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
