"""The source columns behind one expression, and how each of them reaches its value.

Enters: an expression of a sqlglot tree and the scope that it stands in. Leaves: edges. Arguments of aggregates
are AGGREGATION, of other functions TRANSFORMATION; conditions of CASE, IF and FILTER are CONDITIONAL, and what
they choose from goes on as it is, as in OpenLineage's own integrations; partitions and orders of windows are
WINDOW, orders inside of aggregates SORT, and what ``arg_max`` and the like choose by is CONDITIONAL. Once an
influence is indirect it stays so.
"""

import functools
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import aggregates, by_element, choosing, methods, nodes, row_columns, structs, taken_apart
from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.functions import Functions, followed, of_call
from driftline.capture.sql.named import Named, on
from driftline.capture.sql.relation import (
    ABSENT,
    AGGREGATION,
    CONDITIONAL,
    JOIN,
    NONE,
    TRANSFORMATION,
    WINDOW,
    Edges,
    Kind,
    Output,
    Relation,
)
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.shadows import shadowing

_NAMES = (exp.DataType, exp.Identifier, exp.TableAlias, exp.Var, exp.Literal, exp.Star, exp.NextValueFor)
_QUERIES = (exp.Subquery, exp.Select, exp.SetOperation)
_BY_NAME = (exp.PropertyEQ, exp.Kwarg)
_Way = Callable[["Expression", Any, Kind], Edges]


class Queries(Protocol):
    """The pass over a statement, as its parts see it."""

    dialect: Dialect
    functions: Functions

    def query(self, node: Any, parent: Scope | None = None) -> Relation:
        """Return what an inner query offers."""

    def note(self, name: str, doubt: str, edges: Edges) -> None:
        """Note a name that cannot be told, and what it may be."""

    def spelled(self, name: Any, key: str = "") -> str:
        """Return a column's name in the spelling that the statement used first."""

    def walk(self, node: Any, scope: Scope, kind: Kind, windows: dict[str, Any] | None = None) -> Edges:
        """Return the edges of an expression whose value goes on as ``kind``."""

    def table(self, node: Any) -> Relation | None:
        """Return what a table of the catalog, or files, offer; None where ``node`` names none."""


class Expression(Named):
    """Finds the edges of expressions in one scope."""

    queries: Queries

    def __init__(self, queries: Queries, scope: Scope, windows: dict[str, Any]) -> None:
        super().__init__(queries, scope)
        self.windows = windows

    def edges(self, node: Any, kind: Kind) -> Edges:
        """Return the edges of ``node``, whose value goes on as ``kind``."""
        if isinstance(node, exp.Func):
            node = shadowing(self.queries, node)
        of: Any = type(node)
        return _way(of)(self, node, kind)

    def _nothing(self, _node: Any, _kind: Kind) -> Edges:
        return NONE

    def _binary(self, node: Any, kind: Kind) -> Edges:
        return self._chain(node, kind) if isinstance(node.this, type(node)) else self._parts(node, kind)

    def _inner(self, node: Any, kind: Kind) -> Edges:
        if _is_star(node.this):  # (t.*)::text of PostgreSQL
            return self._row(node.this, on(kind, TRANSFORMATION))
        return self.edges(node.this, kind)

    def _if(self, node: Any, kind: Kind) -> Edges:
        chosen = self.edges(node.args.get("true"), kind)  # a value that is taken as it is
        other = self.edges(node.args.get("false"), kind)
        return chosen | other | self.edges(node.this, on(kind, CONDITIONAL))

    def _nullif(self, node: Any, kind: Kind) -> Edges:
        """NULLIF is its first argument, or nothing: both of them decide which."""
        both = self.edges(node.this, on(kind, CONDITIONAL)) | self.edges(node.expression, on(kind, CONDITIONAL))
        return both | self.edges(node.this, on(kind, TRANSFORMATION))

    def _filter(self, node: Any, kind: Kind) -> Edges:
        return self.edges(node.this, kind) | self.edges(node.expression, on(kind, CONDITIONAL))

    def _exists(self, node: Any, kind: Kind) -> Edges:
        inner = self.queries.query(node.this, self.scope)
        return rel.through(inner.rows, on(kind, CONDITIONAL))

    def _chain(self, node: Any, kind: Kind) -> Edges:
        """A long row of equal operators, such as ``a || b || c``, without going as deep as it is long."""
        step = on(kind, TRANSFORMATION)
        found: set[Any] = set()
        operator = type(node)
        while isinstance(node, operator):
            found |= self.edges(node.expression, step)
            node = node.this
        return frozenset(found | self.edges(node, step))

    def _parts(self, node: Any, kind: Kind) -> Edges:
        step = on(kind, AGGREGATION if aggregates.is_aggregate(node) else TRANSFORMATION)
        parts, others, how = aggregates.parts(node)
        found = NONE
        for other in others:
            found |= self.edges(other, on(kind, how))
        if isinstance(node, exp.Anonymous) and node.name.lower().startswith("dictget"):
            parts = parts[1:]  # ClickHouse's dictionaries are named like columns
        for part in parts:
            inner = part.expression if isinstance(part, _BY_NAME) else part
            if _is_star(inner):  # the row as a value, as in hash(*)
                found |= NONE if aggregates.counts(node) else self._row(inner, step)
            else:
                found = rel.both(found, self.edges(inner, step))
        return found

    def _row(self, star: Any, kind: Kind) -> Edges:
        """All columns that a star inside an expression stands for, ``*`` or ``t.*``."""
        relations = list(self.scope.relations.values())
        if isinstance(star, exp.Column):
            named = self.scope.relation(self.queries.dialect.table(star.args["table"]))
            relations = [named] if named is not None else []
        bare = star.this if isinstance(star, exp.Column) else star
        left_out = {part.name.lower() for part in bare.args.get("except_") or ()}
        items = [item for relation in relations for item in relation.items]
        kept = [one for one in items if not (isinstance(one, Output) and one.name.lower() in left_out)]
        return rel.through(rel.all_of(kept), kind)

    def _chosen(self, node: Any, kind: Kind) -> Edges:
        """``COLUMNS(…)`` in a condition, or in an order: all the columns that it chooses."""
        chosen = choosing.choice(self.queries.dialect, node, self.scope)
        if chosen is not None:
            return rel.through(rel.all_of(chosen), kind)
        sources = dict.fromkeys(one for relation in self.scope.relations.values() for one in relation.sources())
        hedged = rel.through(rel.hedge(sources, "*", ABSENT), kind)
        self.queries.note("*", "columns chosen by a pattern", hedged)
        return hedged

    def _table(self, node: Any, kind: Kind) -> Edges:
        """A table that a function is given, ``ML.PREDICT(MODEL m, TABLE t)``: all of its columns."""
        bare = isinstance(node.this, exp.Identifier) and not node.args.get("db")
        bound = self.scope.cte(self.queries.dialect.table(node.this)) if bare else None
        relation = bound or self.queries.table(node)
        return rel.through(rel.all_of(relation.items), on(kind, TRANSFORMATION)) if relation is not None else NONE

    def _generated(self, node: Any, kind: Kind) -> Edges:
        """A row for each element of a list: the list decides how many rows there are."""
        found = self._parts(node, kind)
        if kind[0] == "DIRECT" and not structs.fixed(self.queries, node, self.scope):
            self.scope.generated |= rel.through(found, JOIN)
        return found

    def _called(self, node: Any, kind: Kind) -> Edges:
        """A function that the parser does not know; ``TABLE(t)`` is a table."""
        given = node.expressions[0] if len(node.expressions) == 1 else None
        if node.name.upper() == "TABLE" and isinstance(given, exp.Column) and not isinstance(given.this, exp.Star):
            parts = dict(zip(("this", "db", "catalog"), reversed(given.parts), strict=False))
            return self._table(exp.Table(**parts), kind)
        if node.name.lower() == "getvariable" and isinstance(given, exp.Literal):  # of DuckDB
            return rel.through(self.scope.value(f"@{given.name.lower()}"), kind)
        if of_call(self.queries, node) is not None:
            read = partial(self.queries.walk, kind=kind)
            return followed(self.queries, node, self.scope, partial(self.edges, kind=rel.IDENTITY), read)
        if row_columns.makes_rows(node, self.queries.dialect.name):
            return self._generated(node, kind)
        inside = structs.inside(self.queries, node, self.scope)
        return self._each(node, kind) if inside is None else rel.through(inside, kind)

    def _each(self, node: Any, kind: Kind) -> Edges:
        """A function for each element, ``list_transform(l, x -> x.p)``: as ``[x.p FOR x IN l]`` if fields are known."""
        made = by_element.of_each(self.queries.dialect, node, self.scope)
        row = structs.member(self.queries, made, self.scope) if made is not None else None
        return self._parts(node, kind) if row is None else self._comprehension(made, kind)

    def _dot(self, node: Any, kind: Kind) -> Edges:
        """A field of what an expression gives, such as ``lines[0].sku``; a method of a column, ``t.note.value(…)``."""
        inside = structs.inside(self.queries, node, self.scope)
        if inside is not None or not isinstance(node, exp.Dot):
            return self._parts(node, kind) if inside is None else rel.through(inside, kind)
        row = methods.of_row(node, self.queries.dialect, self.scope)
        if row is not None:
            return self.column(row, kind)
        call, doubtful = methods.chained(node, self.queries.dialect, self.queries.functions, self.scope)
        if call is not None and not doubtful:
            return self.edges(call, kind)
        column = methods.asked(node, self.queries.dialect, self.scope)
        if column is not None:
            return self.column(column, on(kind, TRANSFORMATION)) | self.edges(node.expression, kind)
        own = self.edges(node.expression, kind) if methods.names(node.this) else self._parts(node, kind)
        perhaps = rel.doubted(self.edges(call, kind) - own, 0.9)
        if perhaps:
            self.queries.note(f"{node.this.name}.{call.name}()", "a function of a schema, or of a column", perhaps)
        return own | perhaps

    # --- what has conditions, windows, queries of its own -----------------------------------------------------

    def _case(self, node: Any, kind: Kind) -> Edges:
        found = self.edges(node.this, on(kind, CONDITIONAL))
        for branch in node.args.get("ifs") or ():
            found |= self.edges(branch.this, on(kind, CONDITIONAL))
            found |= self.edges(branch.args.get("true"), kind)
        return found | self.edges(node.args.get("default"), kind)

    def _window(self, node: Any, kind: Kind) -> Edges:
        found = self.edges(node.this, on(kind, TRANSFORMATION))
        named = self.windows.get(str(node.args.get("alias") or "").lower())
        for window in (node, named) if named is not None else (node,):
            for part in window.args.get("partition_by") or ():
                found |= self.edges(part, on(kind, WINDOW))
            order = window.args.get("order")
            for key in order.expressions if order is not None else ():
                found |= self.edges(key, on(kind, WINDOW))
        return found

    def _subquery(self, node: Any, kind: Kind) -> Edges:
        inner = self.queries.query(node, self.scope)
        rows = inner.rows if kind[0] == "DIRECT" else rel.through(inner.rows, kind)
        values = [rel.through(item.edges, kind) for item in inner.items if isinstance(item, Output)]
        if len(values) != len(inner.items):
            hedged = rel.hedge(inner.sources(), "*", ABSENT)
            self.queries.note("*", "all columns of a query", hedged)
            values.append(rel.through(hedged, kind))
        return rows.union(*values)

    def _comprehension(self, node: Any, kind: Kind) -> Edges:
        """``[x.p FOR x IN l]``: of fields alone where those of the elements of l are known, else of all of l."""
        node = by_element.apart(self.queries.dialect, node, self.scope)
        row = structs.member(self.queries, node, self.scope)
        if row is None:
            return self._lambda(node, kind)
        scope = structs.over(self.queries, node, row, self.scope)
        found = self.queries.walk(node.this, scope, on(kind, TRANSFORMATION), self.windows)
        condition = node.args.get("condition")
        return found | self.queries.walk(condition, scope, on(kind, CONDITIONAL), self.windows)

    def _lambda(self, node: Any, kind: Kind) -> Edges:
        node = by_element.apart(self.queries.dialect, node, self.scope)
        names = by_element.parameters(node)
        fresh = {self.queries.dialect.column(name) for name in names if isinstance(name, exp.Identifier)}
        fresh |= {self.queries.dialect.column(name.this) for name in names if isinstance(name, exp.Column)}
        fresh -= self.scope.bound
        self.scope.bound |= fresh
        found = self.edges(node.this, on(kind, TRANSFORMATION))
        if isinstance(node, exp.Comprehension):
            found |= self.edges(node.args.get("condition"), on(kind, CONDITIONAL))
        self.scope.bound -= fresh
        if isinstance(node, exp.Comprehension):
            found |= self.edges(node.args.get("iterator"), on(kind, TRANSFORMATION))
        return found


_SPECIAL: dict[type, _Way] = {
    exp.Alias: Expression._inner,
    exp.Paren: Expression._inner,
    exp.Aliases: Expression._inner,
    exp.Case: Expression._case,
    exp.If: Expression._if,
    exp.Nvl2: Expression._if,
    exp.Nullif: Expression._nullif,
    exp.Dot: Expression._dot,
    exp.Bracket: Expression._dot,
    exp.StructExtract: Expression._dot,
    exp.JSONExtract: Expression._dot,
    exp.JSONExtractScalar: Expression._dot,
    exp.ToMap: Expression._dot,
    **dict.fromkeys(nodes.classes("MapKeys ArraySlice"), Expression._dot),
    **dict.fromkeys(nodes.classes("Transform"), Expression._each),
    **dict.fromkeys(taken_apart.GENERATING, Expression._generated),
    exp.Filter: Expression._filter,
    exp.Window: Expression._window,
    exp.Exists: Expression._exists,
    exp.Lambda: Expression._lambda,
    exp.Parameter: Expression.numbered,
    exp.Placeholder: Expression.bound,
    exp.Table: Expression._table,
    exp.Anonymous: Expression._called,
    exp.Comprehension: Expression._comprehension,
    **dict.fromkeys(choosing.BY_PATTERN, Expression._chosen),
}


@functools.cache
def _way(kind: type) -> _Way:
    """How the edges of an expression of a type are found."""
    if issubclass(kind, exp.Column):
        return Expression.column
    if issubclass(kind, (*_NAMES, type(None), bool, str)):
        return Expression._nothing
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    if issubclass(kind, _QUERIES):
        return Expression._subquery
    return Expression._binary if issubclass(kind, exp.Binary) else Expression._parts


def _is_star(node: Any) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))
