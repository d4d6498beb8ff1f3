"""PIVOT and UNPIVOT: which columns turn into which.

Enters: a pivot of a FROM clause and the relation that it turns. Leaves: the relation after it, under the names that its
own alias gives. A pivot's new columns come from the aggregated ones (AGGREGATION) and are chosen by the pivoted one
(CONDITIONAL); all others group the rows. An unpivot's value column comes from all the columns listed, which also decide
which rows there are (FILTER) and so which names (CONDITIONAL): nulls make none, unless they are asked for.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql import choosing, nodes
from driftline.capture.sql import relation as rel
from driftline.capture.sql.expression import Queries
from driftline.capture.sql.relation import (
    CONDITIONAL,
    FILTER,
    GROUP_BY,
    IDENTITY,
    NONE,
    Edges,
    Item,
    Output,
    Relation,
    Star,
)
from driftline.capture.sql.scope import Scope

_ANY = nodes.classes("PivotAny")
_VALUES_FIRST = frozenset(["bigquery", "tsql", "fabric"])  # an unpivot's values stand before their names


def turned(queries: Queries, node: Any, offered: Relation, scope: Scope) -> Relation:
    """Return ``offered`` after the pivot ``node`` of a FROM clause."""
    inner = Scope(scope)
    inner.add("", offered)
    fields = [field for field in node.args.get("fields") or () if isinstance(field, exp.In)]
    if not fields:
        found = _by_data(queries, node, offered, inner)
    elif node.args.get("unpivot"):
        found = _unpivoted(queries, node, fields, offered, inner)
    else:
        found = _pivoted(queries, node, fields, offered, inner)
    alias = node.args.get("alias")
    listed = alias.args.get("columns") or () if isinstance(alias, exp.TableAlias) else ()
    return found.renamed((column.name, queries.dialect.column(column)) for column in listed)


def statement(queries: Queries, node: Any, scope: Scope) -> Relation:
    """Return what DuckDB's statement ``PIVOT t ON …`` or ``UNPIVOT t ON …`` offers."""
    inner = Scope(scope)
    offered = queries.query(node.this, scope)
    inner.add("", offered)
    return _by_data(queries, node, offered, inner)


def _by_data(queries: Queries, node: Any, offered: Relation, inner: Scope) -> Relation:
    """The names of the new columns are values of the data, or those of DuckDB's short form."""
    if node.args.get("unpivot"):
        return _short_unpivot(queries, node, offered, inner)
    keys = [part for part in node.expressions if isinstance(part, exp.Expression)]
    chosen = frozenset().union(*(queries.walk(part, inner, CONDITIONAL) for part in keys))
    using = list(node.args.get("using") or ())
    values = frozenset().union(*(queries.walk(part, inner, IDENTITY) for part in using))
    used = [column for part in (*keys, *using) for column in part.find_all(exp.Column)]
    kept = _kept_columns(queries, node, offered, inner, used)
    rows = offered.rows | rel.through(rel.all_of(kept), GROUP_BY)
    new = _listed(queries, keys, using, inner, chosen) or [rel.Whatever(values | chosen)]
    return Relation((*kept, *new), rows)


def _short_unpivot(queries: Queries, node: Any, offered: Relation, inner: Scope) -> Relation:
    """DuckDB's ``UNPIVOT t ON a, (b, c) AS p, COLUMNS(…) INTO NAME n VALUE v, w``."""
    dialect, into = queries.dialect, node.args.get("into")
    names = [part.this if isinstance(part, exp.Column) else part for part in into.expressions] if into else []
    names = names or [exp.to_identifier("value")]
    groups: list[list[Any]] = []
    whole: Edges = NONE
    for part in node.expressions:
        bare = part.this if isinstance(part, exp.Alias | exp.PivotAlias) else part
        if isinstance(bare, exp.Star) and choosing.BY_PATTERN:  # ``* EXCLUDE (k)``
            bare = choosing.BY_PATTERN[0](this=bare.copy())
        if isinstance(bare, choosing.BY_PATTERN):
            by_name = choosing.chosen_of(bare, offered.items)
            whole |= rel.all_of(offered.items) if by_name is None else NONE
            groups += [[exp.column(one.name, quoted=True)] for one in by_name or ()]
        else:
            groups.append(bare.expressions if isinstance(bare, exp.Tuple) else [bare])
    each = [[queries.walk(one, inner, IDENTITY) for one in group] for group in groups]
    every = whole.union(*(edges for group in each for edges in group))
    apart = not whole and all(len(group) == len(names) for group in each)
    values = [NONE.union(*(group[place] for group in each)) if apart else every for place in range(len(names))]
    label = into.this.this if into is not None and isinstance(into.this, exp.Column) else exp.to_identifier("name")
    new: list[Item] = [Output(label.name, _said(node, every), dialect.column(label))]
    new += [Output(name.name, edges, dialect.column(name)) for name, edges in zip(names, values, strict=True)]
    rest = _rest(queries, offered, [column for group in groups for one in group for column in one.find_all(exp.Column)])
    return Relation((*rest, *new), offered.rows | _kept(node, every))


def _listed(queries: Queries, keys: list[Any], using: list[Any], inner: Scope, chosen: Edges) -> list[Item]:
    """The new columns of DuckDB's short form, where it lists the values; none where their names are not known."""
    texts = keys[0].expressions if len(keys) == 1 and isinstance(keys[0], exp.In) else []
    ends = [f"_{part.alias}" if part.alias else "" for part in using]
    plain = all(isinstance(part, exp.Literal) for part in texts)
    if not plain or not ends or ("" in ends and len(ends) > 1):
        return []
    values = [queries.walk(part, inner, IDENTITY) | chosen for part in using]
    labels = [
        (exp.to_identifier(f"{text.name}{end}", quoted=True), edges)
        for text in texts
        for end, edges in zip(ends, values, strict=True)
    ]
    return [Output(label.name, edges, queries.dialect.column(label)) for label, edges in labels]


def _kept_columns(queries: Queries, node: Any, offered: Relation, inner: Scope, used: list[Any]) -> list[Item]:
    """The columns by which the rows are grouped: those that are named, or all that are not used up."""
    group = node.args.get("group")
    if group is None:
        return _rest(queries, offered, used)
    return [
        Output(part.name, queries.walk(part, inner, IDENTITY), queries.dialect.column(part.this))
        for part in group.expressions
        if isinstance(part, exp.Column)
    ]


def _pivoted(queries: Queries, node: Any, fields: list[Any], offered: Relation, inner: Scope) -> Relation:
    aggregates = [queries.walk(part, inner, IDENTITY) for part in node.expressions]
    used = [column for part in node.expressions for column in part.find_all(exp.Column)]
    chosen: Edges = rel.NONE
    for field in fields:
        turning = field.this.expressions if isinstance(field.this, exp.Tuple) else [field.this]
        for column in (one for one in turning if isinstance(one, exp.Column)):
            used.append(column)
            chosen |= queries.walk(column, inner, CONDITIONAL)
    kept = _kept_columns(queries, node, offered, inner, used)
    asked = [part for field in fields for part in field.expressions if isinstance(part, (exp.Query, *_ANY))]
    for query in (part for part in asked if isinstance(part, exp.Query)):
        listed = queries.query(query, inner.parent)
        chosen |= rel.through(rel.all_of(listed.items) | listed.rows, CONDITIONAL)
    names = [name for name in node.args.get("columns") or () if isinstance(name, exp.Identifier) and not asked]
    values = 1
    for field in fields:
        values *= len(field.expressions)
    every = frozenset().union(*aggregates)
    if len(names) < values * len(aggregates):  # the parser names the columns of aliased aggregates alone
        aggregates = [
            one
            for one, part in zip(aggregates, node.expressions, strict=True)
            if isinstance(part, exp.Alias | exp.PivotAlias)
        ]
    new: list[Item] = []
    for place, name in enumerate(names):
        own = aggregates[place % len(aggregates)] if len(names) == values * len(aggregates) else every
        new.append(Output(name.name, own | chosen, queries.dialect.column(name)))
    if not new:
        new = [rel.Whatever(every | chosen)]
    return Relation((*kept, *new), offered.rows | rel.through(rel.all_of(kept), GROUP_BY))


def _unpivoted(queries: Queries, node: Any, fields: list[Any], offered: Relation, inner: Scope) -> Relation:
    dialect = queries.dialect
    listed: list[Any] = []
    names = [part for one in node.expressions for part in (one.expressions if isinstance(one, exp.Tuple) else [one])]
    values: list[Edges] = [rel.NONE for _ in names]
    for field in fields:
        for part in field.expressions:
            bare = part.this if isinstance(part, exp.PivotAlias | exp.Alias) else part
            columns = list(bare.find_all(exp.Column))
            listed += columns
            for place in range(len(values)):
                mine = columns[place : place + 1] if len(columns) == len(values) else columns
                values[place] |= frozenset().union(*(queries.walk(column, inner, IDENTITY) for column in mine))
    bares = [name.this if isinstance(name, exp.Column) else name for name in names]
    held: list[Item] = [
        Output(bare.name, edges, dialect.column(bare)) for bare, edges in zip(bares, values, strict=True)
    ]
    labels = [field.this.this if isinstance(field.this, exp.Column) else field.this for field in fields]
    label_of = _said(node, NONE.union(*values))
    said: list[Item] = [Output(label.name, label_of, dialect.column(label)) for label in labels]
    new = [*held, *said] if dialect.name in _VALUES_FIRST else [*said, *held]
    rows = offered.rows | _kept(node, frozenset().union(*values))
    return Relation((*_rest(queries, offered, listed), *new), rows)


def _kept(node: Any, values: Edges) -> Edges:
    """What decides which rows an unpivot makes: a null makes none unless nulls are asked for."""
    return rel.NONE if node.args.get("include_nulls") else rel.through(values, FILTER)


def _said(node: Any, values: Edges) -> Edges:
    """What decides which names of columns there are: those of values that are no nulls."""
    return NONE if node.args.get("include_nulls") else rel.through(values, CONDITIONAL)


def _rest(queries: Queries, offered: Relation, used: list[Any]) -> list[Item]:
    """The columns of ``offered`` that the pivot does not use up."""
    keys = {queries.dialect.column(column.this) for column in used if isinstance(column.this, exp.Identifier)}
    lower = {key.lower() for key in keys}
    kept: list[Item] = []
    for item in offered.items:
        if isinstance(item, Output):
            if item.key not in keys and item.name.lower() not in lower:
                kept.append(item)
        elif isinstance(item, Star):
            kept.append(Star(item.source, item.excepted | keys))
        else:
            kept.append(item)
    return kept
