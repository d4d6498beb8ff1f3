"""FROM and JOIN: what each entry offers to the SELECT around it, and what shapes its rows.

Enters: entries of a FROM clause (tables, subqueries, functions that return rows, joins inside parentheses) and
joins. Leaves: relations in a scope, and the INDIRECT edges of conditions. USING and NATURAL merge columns; the
merged one takes its value from the side that the join keeps.
"""

from functools import partial
from typing import Any

from sqlglot import exp

from driftline.capture.sql import generating, keys, nodes, pivot, returning, row_columns, structs, windowing
from driftline.capture.sql import relation as rel
from driftline.capture.sql.expression import Queries
from driftline.capture.sql.functions import followed, of_call
from driftline.capture.sql.relation import (
    FILTER,
    JOIN,
    NONE,
    TRANSFORMATION,
    Edges,
    Output,
    Relation,
    Unknown,
    Whatever,
)
from driftline.capture.sql.scope import Scope

_STREAM = nodes.classes("Stream")  # of Databricks
_SEMANTIC = nodes.classes("SemanticView")  # of Snowflake
_FLATTENED = ("seq", "key", "path", "index", "value", "this")  # of Snowflake's FLATTEN


def enter(queries: Queries, node: Any, scope: Scope) -> Edges:
    """Offer one entry of a FROM clause in ``scope``; returns what shapes its rows."""
    if isinstance(node, _STREAM):
        return enter(queries, node.this, scope)
    if isinstance(node, exp.TableAlias):  # what the parser makes of ``|> AS q |>``
        return enter(queries, exp.Table(this=node.this), scope)
    if isinstance(node, exp.Subquery | exp.Paren) and isinstance(node.this, exp.Table | exp.Subquery):
        inner = node.this
        if not node.alias and not node.args.get("pivots") and not node.args.get("with_"):
            rows = enter(queries, inner, scope)  # (t JOIN u ON …): the tables keep their names outside
            for one in node.args.get("joins") or ():
                rows |= join(queries, one, scope)
            return rows
    dialect = queries.dialect
    offered = entry(queries, node, scope).settled()
    bare = node.this if isinstance(node, exp.Final) else node
    alias = bare.args.get("alias")
    listed = alias.args.get("columns") or () if isinstance(alias, exp.TableAlias) else ()
    row = listed[0] if listed and not isinstance(alias.this, exp.Identifier) else None
    if row is None or not isinstance(bare, exp.Unnest) or offered.output(dialect.column(row)) is not None:
        offered, row = offered.renamed((column.name, dialect.column(column)) for column in listed), None
    for turn in node.args.get("pivots") or ():
        offered = pivot.turned(queries, turn, offered, scope)
        alias = turn.args.get("alias") or alias
    named = alias.this if isinstance(alias, exp.TableAlias) and isinstance(alias.this, exp.Identifier) else row or alias
    if named is None and not rel.is_file(offered_by(offered)):
        named = returning.called(bare, dialect.name)
    own = bare.this if isinstance(bare, exp.Table) else None
    table = dialect.table(own) if isinstance(own, exp.Identifier) else ""
    key = dialect.table(named) if isinstance(named, exp.Identifier) else table
    if not isinstance(named, exp.Identifier) and isinstance(node, exp.Table) and rel.is_file(offered_by(offered)):
        key = rel.FILE
    parts = bare.parts if key == table and isinstance(bare, exp.Table) and bare.args.get("db") else ()
    scope.add(key, offered, table, tuple(dialect.table(one) for one in parts))
    rows = offered.rows
    for one in node.args.get("joins") or ():
        rows |= join(queries, one, scope)
    return rows


def offered_by(relation: Relation) -> rel.Source | None:
    """Return the source that ``relation`` is, if it is one and nothing else."""
    if relation.base is not None:
        return relation.base
    first = relation.items[0] if len(relation.items) == 1 else None
    return first.source if isinstance(first, rel.Star) else None


def entry(queries: Queries, node: Any, scope: Scope) -> Relation:
    """Return what one entry offers, before its alias."""
    wrapped = isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) and not node.this.args.get("joins")
    if wrapped or isinstance(node, exp.Final):
        return entry(queries, node.this, scope)
    if isinstance(node, exp.TableFromRows) and isinstance(node.this, exp.Literal):
        found = queries.table(node)
        return found if found is not None else Relation((Unknown(),))
    if isinstance(node, exp.Table):
        if isinstance(node.this, exp.Identifier) and not node.args.get("db"):
            bound = scope.cte(queries.dialect.table(node.this))
            if bound is not None:
                return bound
        windowed = windowing.windowed(queries, node.this, scope, entry)
        found = windowed or queries.table(node.this.this if isinstance(node.this, _SEMANTIC) else node)
        return found if found is not None else _function(queries, node.this, scope, returning.hidden(node))
    if isinstance(node, exp.Pivot) and isinstance(node.this, exp.AtIndex | exp.Alias):
        return _members(queries, node.this, scope)
    if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
        return queries.query(node.this, scope)
    if isinstance(node, exp.Unnest | exp.Lateral):
        return _function(queries, node, scope)
    windowed = windowing.windowed(queries, node, scope, entry)
    if windowed is not None:
        return windowed
    if isinstance(node, exp.Column | exp.Alias) or not isinstance(node, exp.Query | exp.Values | exp.Paren | exp.Pivot):
        return _function(queries, node, scope, returning.hidden(node))
    return queries.query(node, _beside(queries, scope))


def _members(queries: Queries, node: Any, scope: Scope) -> Relation:
    """``UNPIVOT t.object AS value AT name`` of Redshift: the members of an object, one by one."""
    alias = node.this if isinstance(node, exp.AtIndex) else node
    named = [alias.args["alias"]] if isinstance(alias, exp.Alias) else []
    named += [node.expression] if isinstance(node, exp.AtIndex) else []
    edges = queries.walk(alias.this, scope, TRANSFORMATION)
    outputs = [Output(name.name, edges, queries.dialect.column(name)) for name in named]
    return Relation(outputs, rel.through(edges, JOIN))


def _beside(queries: Queries, scope: Scope) -> Scope:
    """The scope of a subquery in FROM: it sees what stands before it only where the dialect says LATERAL by itself."""
    inner = Scope(scope if queries.dialect.name == "duckdb" else scope.parent)
    inner.ctes, inner.bound, inner.named, inner.beside = scope.ctes, scope.bound, scope.named, True
    return inner


def _function(queries: Queries, node: Any, scope: Scope, hidden: str = "") -> Relation:
    """What a function that returns rows offers: every column comes from all its arguments, as far as one can tell."""
    inner = node.this if isinstance(node, exp.Lateral | exp.Alias) else node
    if inner is None or isinstance(inner, exp.Identifier | exp.Literal):
        return Relation((Unknown(),))
    wrapped = isinstance(inner, exp.Table | exp.TableFromRows)
    call = inner.this if wrapped else inner.expression if isinstance(inner, exp.Dot) else inner
    function = of_call(queries, call)
    if function is not None and isinstance(function.body, exp.Query):
        handed = partial(queries.walk, scope=scope, kind=rel.IDENTITY)
        return followed(queries, call, scope, handed, queries.query).renamed(function.columns)
    parts = inner.expressions if isinstance(inner, exp.Unnest) else [inner]
    if parts and isinstance(parts[0], exp.Map):  # a column of its keys, and one of its values
        parts = [one for one in (parts[0].args.get("keys"), parts[0].args.get("values")) if one is not None]
    each = [queries.walk(part, scope, TRANSFORMATION) for part in parts]
    edges = frozenset().union(*each)
    if hidden and not edges:
        queries.note(hidden, returning.HIDDEN, NONE)
    open_ = (own for part, own in zip(parts, each, strict=True) if not structs.fixed(queries, part, scope))
    rows = rel.through(NONE.union(*open_), JOIN)
    alias = node.args.get("alias")
    given = list(alias.args.get("columns") or ()) if isinstance(alias, exp.TableAlias) else []
    dialect = queries.dialect
    if isinstance(node, exp.Alias):
        return Relation((Output(node.alias, edges, dialect.column(node.args["alias"])),), rows)
    inside = structs.fields(queries, parts[0], scope) if len(parts) == 1 else ()
    offset = inner.args.get("offset")
    ordinal = [offset] if isinstance(offset, exp.Identifier) else []
    names = [name for name in given if name not in ordinal]
    counted = [
        Output(name.name, NONE, dialect.column(name)) for name in ordinal
    ]  # a place in the array, no value of it
    if inside and _spread(queries, inner, names):
        return Relation((*(Output(name, one, dialect.written(name)) for name, one in inside), *counted), rows)
    told = generating.columns(queries, call, scope)
    if told and not names:
        return Relation(told, rows)
    if names:
        own = [one.edges for one in told] if len(told) == len(names) else _own(inner, names, each, edges, inside)
        return Relation(
            (*_named_outputs(queries, names, own, inside), *counted), rows, elements=_elements(queries, edges)
        )
    if isinstance(inner, exp.Explode) and dialect.name == "snowflake":
        return Relation((Output(name, edges, dialect.column(exp.to_identifier(name))) for name in _FLATTENED), rows)
    called = alias.name if isinstance(alias, exp.TableAlias) else ""
    known = row_columns.columns(inner.this if isinstance(inner, exp.Table) else inner, dialect.name, called)
    if known:
        return Relation(
            (Output(one.name, edges if valued else NONE, dialect.column(one)) for one, valued in known), rows
        )
    return Relation((Whatever(edges), *counted), rows)


def _spread(queries: Queries, inner: Any, names: list[Any]) -> bool:
    """Whether the fields of an array's elements are the columns: BigQuery's UNNEST of structs."""
    return queries.dialect.name == "bigquery" and isinstance(inner, exp.Unnest) and len(names) < 2


def _elements(queries: Queries, edges: Edges) -> Edges:
    return edges if queries.dialect.name == "bigquery" else NONE


def _own(inner: Any, names: list[Any], each: list[Edges], edges: Edges, inside: rel.Fields) -> list[Edges]:
    """What is behind each column of a function that returns rows."""
    if len(names) == len(each):
        return each
    more = len(names) - len(each)  # a map has two columns, a row any number
    if len(each) > 1 and more > 0:
        several = [each[max(0, place - more) : place + 1] for place in range(len(names))]
        return [rel.doubted(NONE.union(*one), 1 / len(one)) if one[1:] else one[0] for one in several]
    if isinstance(inner, exp.Posexplode) and len(names) == 2:
        return [NONE, edges]
    if len(inside) > 1 and len(names) == len(inside) and not isinstance(inner, exp.Unnest | exp.Explode):  # inline(…)
        return [one for _, one in inside]
    return [edges] * len(names)


def _named_outputs(queries: Queries, names: list[Any], own: list[Edges], inside: rel.Fields) -> list[Output]:
    """The columns by their names; the last one is the element."""
    return [
        Output(name.name, one, queries.dialect.column(name), fields=inside if place == len(names) - 1 else ())
        for place, (name, one) in enumerate(zip(names, own, strict=True))
    ]


def join(queries: Queries, node: Any, scope: Scope) -> Edges:
    """Offer what is joined in ``scope``; returns what shapes the rows."""
    before = list(scope.relations)
    kind = node.args.get("kind") or ""
    semi = kind in ("SEMI", "ANTI") or node.side in ("SEMI", "ANTI")
    if kind == "ARRAY":
        arrays = [(one, _function(queries, one, scope)) for one in (node.this, *node.expressions)]
        for one, offered in arrays:
            named = one.args.get("alias") or one.this
            key = queries.dialect.table(named) if isinstance(named, exp.Identifier) else ""
            if isinstance(one, exp.Column):  # an element has the name of its array
                scope.rows[key] = offered
            else:
                scope.add(key, offered)
        return NONE.union(*(offered.rows for _, offered in arrays))
    rows = enter(queries, node.this, scope)
    added = [alias for alias in scope.relations if alias not in before]
    found = len(added) == 1 and keys.looks_up(queries.dialect, node, scope, added[0])
    if node.args.get("on") is not None:
        rows |= queries.walk(node.args["on"], scope, FILTER if semi else JOIN)
    match = node.args.get("match_condition")
    if match is not None:
        rows |= queries.walk(match, scope, JOIN)
    names = [(column.name, queries.dialect.column(_named(column))) for column in node.args.get("using") or ()]
    if node.method == "NATURAL":
        names = _shared(queries, scope, before, added)
    for name, key in names:
        rows |= _merge(scope, name, key, before, added, node.side)
    if found:
        scope.relations[added[0]] = scope.relations[added[0]].looked_up(rows)
        return NONE
    if semi:
        for alias in added:
            scope.relations[alias] = Relation((), scope.relations[alias].rows)
    return rows


def _named(column: Any) -> Any:
    return column.this if isinstance(column, exp.Column) else column


def _merge(scope: Scope, name: str, key: str, before: list[str], added: list[str], side: str) -> Edges:
    """Merge the column of USING; returns what it makes of the rows."""
    holders = [alias for alias in before if scope.relations[alias].output(key) is not None]
    open_ = [alias for alias in before if scope.relations[alias].find(key, name) is not None]
    sure = scope.merged.get(key) or (holders or open_ or before)[:1]
    known = sure if key in scope.merged or holders else (open_ or sure)  # any of those whose columns are not known
    rows: Edges = NONE
    for alias in (*known, *added):
        hit = scope.relations[alias].find(key, name)
        share = 1 / len(known) if alias in known and key not in scope.merged else 1
        rows |= rel.doubted(rel.through(hit.edges if hit is not None else NONE, JOIN), share)
    if len(known) > 1 and key not in scope.merged:
        scope.shared[key] = len(known)
    scope.merged[key] = {"RIGHT": added, "FULL": [*known, *added]}.get(side, list(known))
    return rows


def _shared(queries: Queries, scope: Scope, before: list[str], added: list[str]) -> list[tuple[str, str]]:
    """The columns that a NATURAL join compares."""
    relations = [scope.relations[alias] for alias in (*before, *added)]
    if not all(relation.whole for relation in relations):
        sources = dict.fromkeys(source for relation in relations for source in relation.sources())
        queries.note("NATURAL JOIN", "the columns that both have are not known", rel.hedge(sources, "*", rel.ABSENT))
        return []
    mine = [item for alias in added for item in scope.relations[alias].items if isinstance(item, Output)]
    return [(item.name, item.key) for item in mine if any(scope.relations[a].output(item.key) for a in before)]
