"""Column lineage of a query, in one pass over its syntax tree: which source columns reach which output, and how.

Enters: a sqlglot tree of a query (with CTEs, subqueries, set operations, joins, windows), and functions that know
the tables it names. Leaves: the outputs with their edges, the edges that shape the rows as a whole, and the
names that could not be told. DIRECT: IDENTITY, TRANSFORMATION, AGGREGATION; INDIRECT: JOIN, FILTER, GROUP_BY,
SORT, WINDOW, CONDITIONAL, as
https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet says.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from driftline.capture.sql import aggregates, aliases, choosing, keys, matching, names, outputs, pivot, rootless, tables
from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.expression import Expression
from driftline.capture.sql.functions import Functions
from driftline.capture.sql.limit import TooLong
from driftline.capture.sql.relation import (
    FILTER,
    GROUP_BY,
    NONE,
    SORT,
    Edge,
    Edges,
    Item,
    Kind,
    Output,
    Relation,
    Source,
    Star,
    Unknown,
)
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.stated import Doubt

RelationOf = Callable[[Any], tuple[Relation, Iterable[Source]] | None]
_ROUNDS = 4  # of a recursive query, until its edges no longer grow
_UNSAID = frozenset(["", "tsql", "oracle", "snowflake", "teradata"])  # recursion need not be announced
_VARIABLES_FIRST = frozenset(["mysql", "singlestore", "doris", "starrocks"])  # before columns of the same name
_CLAUSES = ("where", "prewhere", "having", "qualify")
_ORDERS = ("order", "sort", "cluster", "distribute")
_COUNTS = ("limit", "offset")


class Walker:
    """One pass over one statement."""

    def __init__(self, dialect: Dialect, relation_of: RelationOf, deadline: float | None = None) -> None:
        self.dialect = dialect
        self.relation_of = relation_of
        self.deadline = deadline  # of time.monotonic
        self.doubts: dict[tuple[str, str], Doubt] = {}
        self.reads: dict[Source, None] = {}
        self._spelled: dict[str, str] = {}
        self.functions = Functions()  # that the script has defined
        self.nameless = False  # files are read whose names only the running statement knows

    def note(self, name: str, doubt: str, edges: Edges) -> None:
        """Note a name that cannot be told, and what it may be."""
        candidates = tuple(dict.fromkeys((edge.source, edge.column) for edge in sorted(edges)))
        self.doubts.setdefault((name, doubt), Doubt(name, doubt, candidates))

    def spelled(self, name: Any, key: str = "") -> str:
        """Return a column's name, whose key may be known, in the spelling that the statement used first."""
        key = key or self.dialect.column(name)
        return self._spelled.get(key) or self._spelled.setdefault(key, self.dialect.shown(name))

    def table(self, node: Any) -> Relation | None:
        """Return what a table of the catalog, or files, offer; None where ``node`` names none."""
        found = self.relation_of(node)
        if found is None:
            self.nameless = self.nameless or names.is_reader(node)
            return None
        self.reads.update(dict.fromkeys(found[1]))
        return found[0]

    def walk(self, node: Any, scope: Scope, kind: Kind, windows: dict[str, Any] | None = None) -> Edges:
        """Return the edges of an expression whose value goes on as ``kind``."""
        return Expression(self, scope, windows or {}).edges(node, kind)

    def scope(self, parent: Scope | None) -> Scope:
        """Return a new scope inside ``parent``."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TooLong
        made = Scope(parent)
        made.variables_first = self.dialect.name in _VARIABLES_FIRST
        made.aliases_first = self.dialect.name == "clickhouse" and (parent is None or parent.aliases_first)
        return made

    # --- queries ----------------------------------------------------------------------------------------------

    def query(self, node: Any, parent: Scope | None = None) -> Relation:
        """Return what a query offers."""
        if isinstance(node, exp.Select):
            return self._select(node, parent)
        if isinstance(node, exp.SetOperation):
            return self._set(node, parent)
        if isinstance(node, exp.Subquery | exp.Paren) and not isinstance(node.this, exp.Table):
            scope = self.scope(parent)
            self.with_ctes(node, scope)
            scope.beside = parent is not None and parent.beside and not scope.ctes
            inner = self.query(node.this, scope)
            rows = inner.rows | self._order(node, inner, scope)
            return Relation(inner.items, rows, single=inner.single, unique=inner.unique)
        if isinstance(node, exp.Table | exp.Subquery):
            scope = self.scope(parent)
            rows = tables.enter(self, node, scope)
            items = outputs.project(self, exp.Star(), scope, {})
            return Relation(items, rows)
        if isinstance(node, exp.Values):
            return self._values(node, parent)
        if isinstance(node, exp.Pivot):
            return pivot.statement(self, node, self.scope(parent))
        if isinstance(node, exp.DML):
            return self._returned(node, parent)
        return Relation((Unknown(),))

    def _returned(self, node: Any, parent: Scope | None) -> Relation:
        """What RETURNING gives of a change inside WITH: columns of the table that is changed."""
        returning = node.args.get("returning")
        named = node.this.this if isinstance(node.this, exp.Schema) else node.this
        if returning is None or not isinstance(named, exp.Table):
            return Relation((Unknown(),))
        scope = self.scope(parent)
        rows = tables.enter(self, named, scope)
        beside = node.args.get("using") or node.args.get("from_") or []
        for other in beside if isinstance(beside, list) else [beside]:
            rows |= tables.enter(self, other.this if isinstance(other, exp.From) else other, scope)
        where = node.args.get("where")
        if where is not None:
            rows |= self.walk(where.this, scope, FILTER)
        return Relation([i for part in returning.expressions for i in outputs.project(self, part, scope, {})], rows)

    def _values(self, node: Any, parent: Scope | None) -> Relation:
        scope = self.scope(parent)
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        width = len(rows[0]) if rows else 1
        pattern = "column{}" if self.dialect.name in ("postgres", "snowflake", "redshift", "sqlite") else "col{}"
        base = 1 if pattern.startswith("column") else 0
        each = [NONE] * width
        for row in rows:
            for place, cell in enumerate(row[:width]):
                if not isinstance(cell, exp.Literal):
                    each[place] |= self.walk(cell, scope, rel.IDENTITY)
        called = [pattern.format(place + base) for place in range(width)]
        by_place = ([row[place] for row in rows if place < len(row)] for place in range(width))
        made = [rootless.cells(self, found, scope, one) for found, one in zip(by_place, each, strict=True)]
        named = zip(called, each, made, strict=True)
        return Relation(Output(name, one, self._plain(name), made=how) for name, one, how in named)

    def _plain(self, name: str) -> str:
        return self.dialect.column(exp.to_identifier(name))

    def with_ctes(self, node: Any, scope: Scope) -> None:
        """Bind the common table expressions of ``node``, one after the other."""
        clause = _arg(node, "with")
        if clause is None:
            return
        for cte in clause.expressions:
            alias = cte.args.get("alias")
            key = self.dialect.table(alias.this) if alias is not None and alias.this is not None else cte.alias
            if cte.args.get("scalar"):  # WITH a + 1 AS b of ClickHouse: a value, not a table
                scope.named[self._plain(cte.alias)] = cte.this
                continue
            columns = alias.columns if alias is not None else []
            given = [(column.name, self.dialect.column(column)) for column in columns]
            recursive = clause.args.get("recursive") or (self.dialect.name in _UNSAID and _names(cte.this, cte.alias))
            if recursive and isinstance(cte.this, exp.SetOperation):
                bound = self.query(_first(cte.this), scope).renamed(given)
                for _ in range(_ROUNDS):
                    scope.ctes[key] = bound
                    grown = self.query(cte.this, scope).renamed(given)
                    if grown.same(bound):
                        break
                    bound = grown
            else:
                bound = self.query(cte.this, scope).renamed(given)
            scope.ctes[key] = bound

    def _set(self, node: Any, parent: Scope | None) -> Relation:
        scope = self.scope(parent)
        self.with_ctes(node, scope)
        chain = []  # a long row of set operations leans to the left
        first = node
        while isinstance(first, exp.SetOperation) and (first is node or not _decorated(first)):
            chain.append(first)
            first = first.this
        both = self.query(first, scope)
        for operation in reversed(chain):
            right = self.query(operation.expression, scope)
            rows = both.rows | right.rows
            if not isinstance(operation, exp.Union):
                both = Relation(both.items, rows | rel.through(rel.all_of(right.items), FILTER))
            elif operation.args.get("by_name"):
                both = Relation(_united_by_name(both, right), rows)
            else:
                both = Relation(self._united(both, right), rows)
        return Relation(both.items, both.rows | self._order(node, both, scope))

    def _united(self, left: Relation, right: Relation) -> tuple[Item, ...]:
        """The items of a UNION, place by place."""
        items: list[Item] = []
        for place, (a, b) in enumerate(zip(left.items, right.items, strict=False)):
            if isinstance(a, Output) and isinstance(b, Output):
                items.append(rel.together(a, b))
            elif isinstance(a, Star) and isinstance(b, Star):
                both = Star(a.source, a.excepted | b.excepted, (*a.also, b.source, *b.also))
                items.append(both if a.source != b.source else a)
            else:
                break
            if not isinstance(a, Output) and len(left.items) != len(right.items):
                items = items[:place]
                break
        if len(items) < max(len(left.items), len(right.items)):
            rest = (*left.items[len(items) :], *right.items[len(items) :])
            if all(isinstance(item, Output) for item in (*left.items, *right.items)):
                self.note("UNION", "not as many columns on both sides", NONE)
                items += [one._replace(edges=rel.doubted(one.edges, 0.5)) for one in rest if isinstance(one, Output)]
            else:
                self.note("UNION", "which columns meet is not known", NONE)
                items.append(Unknown(frozenset(Relation(rest).sources())))
        return tuple(items)

    def _select(self, node: Any, parent: Scope | None) -> Relation:
        scope = self.scope(parent)
        scope.aliases_first = scope.aliases_first and not aliases.columns_first(node)
        self.with_ctes(node, scope)
        rows: set[Edge] = set()
        start = _arg(node, "from")
        if start is not None:
            rows |= tables.enter(self, start.this, scope)
        joins = node.args.get("joins") or ()
        laterals = node.args.get("laterals") or ()
        for join in joins:
            rows |= tables.join(self, join, scope)
        for lateral in laterals:
            rows |= tables.enter(self, lateral, scope)
        if node.args.get("match") is not None:
            rows |= matching.enter(self, node.args["match"], scope)
        if node.args.get("connect") is not None:
            scope.bound |= {self._plain(name) for name in ("level", "connect_by_isleaf", "connect_by_iscycle")}
        windows = {window.name.lower(): window for window in node.args.get("windows") or ()}
        self._name_values(node, scope)
        items: list[Item] = []
        scope.lateral, scope.generated = self.dialect.lateral, NONE
        for expression in aliases.seen(self, node, scope, windows):
            for item in outputs.project(self, expression, scope, windows):
                items.append(item)
                if isinstance(item, Output) and item.key and isinstance(expression, exp.Alias):
                    scope.aliases.setdefault(item.key, item.edges)
        offered = Relation(items)
        rows |= scope.generated
        rows |= self._conditions(node, scope, windows)
        scope.lateral = True
        group = node.args.get("group")
        if group is not None:
            rows |= self._group(group, node, offered, scope)
        distinct = node.args.get("distinct")
        if distinct is not None:
            chosen = distinct.args.get("on")
            rows |= self.walk(chosen, scope, GROUP_BY) if chosen else rel.through(rel.all_of(items), GROUP_BY)
        rows |= self._order(node, offered, scope)
        for key in getattr(node.args.get("limit"), "expressions", None) or ():  # LIMIT n BY key of ClickHouse
            rows |= self._by_place([key], offered, scope, GROUP_BY)
        single = (
            bool(rows) and group is None and node.args.get("having") is None and any(map(_aggregated, node.expressions))
        )
        return Relation(offered.items, frozenset(rows), single=single, unique=keys.of(node, offered.items))

    def _name_values(self, node: Any, scope: Scope) -> None:
        """Bind the values that WITH has named, here or around, to what they are among the columns here."""
        known = scope.expressions()
        wanted = self._named(node) if known else set()
        for key in reversed(known):
            wanted |= self._named(known[key]) if key in wanted else set()
        for key in (one for one in known if one in wanted):  # one may stand in the next
            scope.values[key] = self.walk(known[key], scope, rel.IDENTITY)
            scope.bound.add(key)

    def _named(self, node: Any) -> set[str]:
        """The unqualified names in ``node`` that are not those of a query inside."""
        parts = node.walk(prune=lambda part: isinstance(part, exp.Query) and part is not node)
        return {self._plain(part.name) for part in parts if isinstance(part, exp.Column) and not part.args.get("table")}

    def _conditions(self, node: Any, scope: Scope, windows: dict[str, Any]) -> Edges:
        """What WHERE and its kin look at."""
        found: Edges = NONE
        for clause in _CLAUSES:
            condition = node.args.get(clause)
            if condition is not None:
                scope.lateral = self.dialect.lateral or clause != "where"
                found |= self.walk(condition.this, scope, FILTER, windows)
        connect = node.args.get("connect")
        if connect is not None:
            for part in (connect.args.get("start"), connect.args.get("connect")):
                found |= self.walk(part, scope, FILTER)
        return found

    def _group(self, group: Any, node: Any, offered: Relation, scope: Scope) -> Edges:
        if group.args.get("all") is True and not group.expressions:
            plain = [e for e in node.expressions if not _aggregated(e) and not aggregates.windowed(e)]
            return frozenset().union(*(self.walk(key, scope, GROUP_BY) for key in plain))
        rows = self._by_place(group.expressions, offered, scope, GROUP_BY)
        for name in ("rollup", "cube", "grouping_sets"):
            for part in group.args.get(name) or ():
                rows |= self.walk(part, scope, GROUP_BY)
        return rows

    def _order(self, node: Any, offered: Relation, scope: Scope) -> Edges:
        """What sorts the rows, and what tells by a query how many of them are taken, ``LIMIT (SELECT …)``."""
        counts = (one for clause in _COUNTS for one in getattr(node.args.get(clause), "args", {}).values())
        found: Edges = NONE
        for count in counts:
            if isinstance(count, exp.Expression) and count.find(exp.Query) is not None:
                found |= self.walk(count, scope, FILTER)
        for clause in _ORDERS:
            order = node.args.get(clause)
            if order is None:
                continue
            ordered = [key.this if isinstance(key, exp.Ordered) else key for key in order.expressions]
            ordered = [key.this if isinstance(key, choosing.PLACED) else key for key in ordered]  # of the outputs
            if len(ordered) == 1 and isinstance(ordered[0], exp.Var) and ordered[0].name.upper() == "ALL":
                found |= rel.through(rel.all_of(offered.items), SORT)
                continue
            for key in ordered:
                plain = isinstance(key, exp.Column) and not key.table and isinstance(key.this, exp.Identifier)
                output = offered.output(self.dialect.column(key.this)) if plain else None
                if output is not None:
                    found |= rel.through(output.edges, SORT)
                elif scope.relations or not isinstance(key, exp.Column):
                    found |= self._by_place([key], offered, scope, SORT)
        return found

    def _by_place(self, listed: Iterable[Any], offered: Relation, scope: Scope, kind: Kind) -> Edges:
        found: Edges = NONE
        for key in listed:
            if isinstance(key, exp.Literal) and not key.is_string:
                place = int(key.name) - 1 if key.name.isdigit() else -1
                item = offered.items[place] if 0 <= place < len(offered.items) else None
                if isinstance(item, Output) and not any(not isinstance(i, Output) for i in offered.items[:place]):
                    found |= rel.through(item.edges, kind)
                else:
                    hedged = rel.hedge(offered.sources(), "*", rel.ABSENT)
                    self.note(f"column {key.name}", "by its place among columns that are not known", hedged)
                    found |= rel.through(hedged, kind)
            else:
                found |= self.walk(key, scope, kind)
        return found


def _united_by_name(left: Relation, right: Relation) -> tuple[Item, ...]:
    found: dict[str, Output] = {}
    for item in (*left.items, *right.items):
        if not isinstance(item, Output):
            return (Unknown(frozenset((*left.sources(), *right.sources()))),)
        known = found.get(item.key)
        found[item.key] = item if known is None else rel.together(known, item)
    return tuple(found.values())


def _aggregated(node: Any) -> bool:
    """Whether an expression makes one row of all: an aggregate that is neither of a window nor of a query inside."""
    if isinstance(node, exp.Window | exp.Query):
        return False
    if isinstance(node, exp.AggFunc) or aggregates.is_aggregate(node):
        return True
    return any(_aggregated(part) for part in node.iter_expressions())


def _decorated(node: Any) -> bool:
    return bool(node.args.get("order") or node.args.get("limit") or _arg(node, "with"))


def _first(node: Any) -> Any:
    while isinstance(node, exp.SetOperation):
        node = node.this
    return node


def _names(node: Any, name: str) -> bool:
    """Whether a set operation reads a table of the name ``name``, but not in its first part."""
    if not isinstance(node, exp.SetOperation):
        return False

    def read(part: Any) -> bool:
        return any(table.name.lower() == name.lower() and not table.db for table in part.find_all(exp.Table))

    return read(node.expression) and not read(_first(node))


def _arg(node: Any, name: str) -> Any:
    return node.args.get(f"{name}_") or node.args.get(name)  # sqlglot 28 renamed what is a keyword of Python
