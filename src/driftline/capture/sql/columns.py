"""Column lineage of a query, in one pass over its syntax tree: which source columns reach which output, and how.

Enters: a sqlglot tree of a SELECT (with CTEs, subqueries, set operations, joins, windows), and a function that
knows the columns of some tables. Leaves: the outputs with their edges, the edges that shape the rows as a
whole, and the number of names that could not be told. DIRECT: IDENTITY, TRANSFORMATION, AGGREGATION; INDIRECT:
JOIN, FILTER, GROUP_BY, SORT, WINDOW, CONDITIONAL, as
https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet says.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.expression import Expression
from driftline.capture.sql.relation import (
    FILTER,
    GROUP_BY,
    IDENTITY,
    JOIN,
    NONE,
    SORT,
    TRANSFORMATION,
    Edge,
    Edges,
    Item,
    Kind,
    Output,
    Relation,
    Scope,
    Source,
    Star,
    Unknown,
)

ColumnsOf = Callable[[Source], tuple[str, ...] | None]
SourceOf = Callable[[exp.Table], Source | None]

_BY_PATTERN = tuple(getattr(exp, name) for name in ("Columns", "PositionalColumn") if hasattr(exp, name))
_ROUNDS = 4  # of a recursive query, until its edges no longer grow


class Walker:
    """One pass over one statement."""

    def __init__(self, source_of: SourceOf, columns_of: ColumnsOf) -> None:
        self.source_of = source_of
        self.columns_of = columns_of
        self.unknown = 0  # names that could not be told
        self.reads: dict[Source, None] = {}

    # --- queries ----------------------------------------------------------------------------------------------

    def query(self, node: Any, parent: Scope | None = None) -> Relation:
        """Return what a query offers."""
        if isinstance(node, exp.Subquery | exp.Paren) and not isinstance(node.this, exp.Table):
            scope = Scope(parent)
            self.with_ctes(node, scope)
            inner = self.query(node.this, scope)
            return Relation(inner.items, inner.rows | self._order(node, inner, scope))
        if isinstance(node, exp.SetOperation):
            return self._set(node, parent)
        if isinstance(node, exp.Select):
            return self._select(node, parent)
        if isinstance(node, exp.Table | exp.Subquery):
            return self._select(exp.select("*").from_(node), parent)
        if isinstance(node, exp.Values):
            first = node.expressions[0] if node.expressions else None
            width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
            return Relation(tuple(Output(f"col{place}", NONE) for place in range(width)))
        return Relation((Unknown(),))

    def with_ctes(self, node: Any, scope: Scope) -> None:
        """Bind the common table expressions of ``node``, one after the other."""
        clause = _arg(node, "with")
        if clause is None:
            return
        for cte in clause.expressions:
            name = cte.alias.lower()
            names = cte.args["alias"].columns if cte.args.get("alias") else []
            if clause.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
                bound = self.query(cte.this.this, scope).renamed(c.name for c in names)
                for _ in range(_ROUNDS):
                    scope.ctes[name] = bound
                    grown = self.query(cte.this, scope).renamed(c.name for c in names)
                    if grown == bound:
                        break
                    bound = grown
            else:
                bound = self.query(cte.this, scope).renamed(c.name for c in names)
            scope.ctes[name] = bound

    def _set(self, node: Any, parent: Scope | None) -> Relation:
        scope = Scope(parent)
        self.with_ctes(node, scope)
        left, right = self.query(node.this, scope), self.query(node.expression, scope)
        rows = left.rows | right.rows
        if not isinstance(node, exp.Union):
            rows |= rel.through(_all(right.items), FILTER)
            both = left
        elif node.args.get("by_name"):
            both = _united_by_name(left, right)
        else:
            both = _united_by_place(left, right)
        both = Relation(both.items, rows)
        return Relation(both.items, rows | self._order(node, both, scope))

    def _select(self, node: Any, parent: Scope | None) -> Relation:
        scope = Scope(parent)
        self.with_ctes(node, scope)
        rows: set[Edge] = set()
        start = _arg(node, "from")
        if start is not None:
            rows |= self._from(start.this, scope)
        for join in node.args.get("joins") or ():
            rows |= self._join(join, scope)
        for lateral in node.args.get("laterals") or ():
            rows |= self._from(lateral, scope)
        windows = {window.name.lower(): window for window in node.args.get("windows") or ()}
        items: list[Item] = []
        for expression in node.expressions:
            for item in self._project(expression, scope, windows):
                items.append(item)
                if isinstance(item, Output) and item.name:
                    scope.aliases.setdefault(item.name.lower(), item.edges)
        offered = Relation(tuple(items))
        for clause, kind in (("where", FILTER), ("having", FILTER), ("qualify", FILTER)):
            condition = node.args.get(clause)
            if condition is not None:
                rows |= self.walk(condition.this, scope, kind, windows)
        group = node.args.get("group")
        if group is not None:
            rows |= self._group(group, node, offered, scope)
        distinct = node.args.get("distinct")
        if distinct is not None:
            chosen = distinct.args.get("on")
            rows |= self.walk(chosen, scope, GROUP_BY) if chosen else rel.through(_all(items), GROUP_BY)
        rows |= self._order(node, offered, scope)
        return Relation(offered.items, frozenset(rows))

    def _group(self, group: Any, node: Any, offered: Relation, scope: Scope) -> Edges:
        if group.args.get("all") is True and not group.expressions:
            keys = [e for e in node.expressions if not e.find(exp.AggFunc)]
            return frozenset().union(*(self.walk(_bare(key), scope, GROUP_BY) for key in keys))
        rows = self._by_place(group.expressions, offered, scope, GROUP_BY)
        for name in ("rollup", "cube", "grouping_sets"):
            for part in group.args.get(name) or ():
                rows |= self.walk(part, scope, GROUP_BY)
        return rows

    def _order(self, node: Any, offered: Relation, scope: Scope) -> Edges:
        order = node.args.get("order")
        if order is None:
            return NONE
        keys = [key.this if isinstance(key, exp.Ordered) else key for key in order.expressions]
        if len(keys) == 1 and isinstance(keys[0], exp.Var) and keys[0].name.upper() == "ALL":
            return rel.through(_all(offered.items), SORT)
        outputs = {item.name.lower(): item for item in offered.items if isinstance(item, Output) and item.name}
        found: Edges = NONE
        for key in keys:
            output = outputs.get(key.name.lower()) if isinstance(key, exp.Column) and not key.table else None
            if output is not None:
                found |= rel.through(output.edges, SORT)
            elif scope.relations or not isinstance(key, exp.Column):
                found |= self._by_place([key], offered, scope, SORT)
        return found

    def _by_place(self, keys: Iterable[Any], offered: Relation, scope: Scope, kind: Kind) -> Edges:
        found: Edges = NONE
        for key in keys:
            if isinstance(key, exp.Literal) and not key.is_string:
                place = int(key.name) - 1 if key.name.isdigit() else -1
                item = offered.items[place] if 0 <= place < len(offered.items) else None
                if isinstance(item, Output) and not any(not isinstance(i, Output) for i in offered.items[:place]):
                    found |= rel.through(item.edges, kind)
                else:
                    self.unknown += 1
            else:
                found |= self.walk(key, scope, kind)
        return found

    # --- FROM -------------------------------------------------------------------------------------------------

    def _from(self, node: Any, scope: Scope) -> Edges:
        """Offer one entry of a FROM clause in ``scope``; returns what shapes its rows."""
        if isinstance(node, exp.Subquery | exp.Paren) and isinstance(node.this, exp.Table) and not node.alias:
            node = node.this
        offered = self._entry(node, scope)
        alias = node.args.get("alias")
        if node.args.get("pivots"):
            offered = Relation((Unknown(),), offered.rows | rel.through(_all(offered.items), GROUP_BY))
            alias = node.args["pivots"][-1].args.get("alias") or alias
        names = [column.name for column in alias.args.get("columns") or ()] if isinstance(alias, exp.TableAlias) else []
        file = isinstance(node, exp.Table) and not node.alias and rel.is_file(self.source_of(node))
        scope.add(rel.FILE if file else node.alias_or_name or "", offered.renamed(names))
        rows = set(offered.rows)
        for join in node.args.get("joins") or ():
            rows |= self._join(join, scope)
        return frozenset(rows)

    def _entry(self, node: Any, scope: Scope) -> Relation:
        if isinstance(node, exp.Table):
            bound = scope.cte(node.name) if not node.args.get("db") and isinstance(node.this, exp.Identifier) else None
            if bound is not None:
                return bound
            source = self.source_of(node)
            if source is None:
                return Relation((Unknown(),))
            self.reads[source] = None
            return rel.table(source, self.columns_of(source))
        if isinstance(node, exp.Unnest | exp.Lateral) and not isinstance(node.this, exp.Subquery):
            inner = node.expressions if isinstance(node, exp.Unnest) else [node.this]
            edges = frozenset().union(*(self.walk(part, scope, TRANSFORMATION) for part in inner))
            return Relation((Output("unnest", edges),), rel.through(edges, JOIN))
        if isinstance(node, exp.Lateral):
            return self.query(node.this, scope)
        return self.query(node, scope)

    def _join(self, join: Any, scope: Scope) -> Edges:
        before = list(scope.relations)
        rows = self._from(join.this, scope)
        added = [alias for alias in scope.relations if alias not in before]
        if join.args.get("on") is not None:
            rows |= self.walk(join.args["on"], scope, JOIN)
        names = [column.name for column in join.args.get("using") or ()]
        if join.method == "NATURAL":
            names = self._shared(scope, before, added)
        for name in names:
            holders = [alias for alias in before if _certainly(scope.relations[alias], name)] or before[-1:]
            known = scope.merged.get(name.lower(), holders[:1])
            for alias in (*known, *added):
                hit = scope.relations[alias].find(name)
                rows |= rel.through(hit.edges if hit is not None else NONE, JOIN)
            side = {"RIGHT": added, "FULL": [*known, *added]}.get(join.side, known)
            scope.merged[name.lower()] = list(side)
        return rows

    def _shared(self, scope: Scope, before: list[str], added: list[str]) -> list[str]:
        relations = [scope.relations[alias] for alias in (*before, *added)]
        if any(not isinstance(item, Output) for relation in relations for item in relation.items):
            self.unknown += 1
            return []
        mine = [item.name for alias in added for item in scope.relations[alias].items if isinstance(item, Output)]
        return [name for name in mine if any(scope.relations[alias].find(name) for alias in before)]

    # --- outputs ----------------------------------------------------------------------------------------------

    def _project(self, node: Any, scope: Scope, windows: dict[str, Any]) -> list[Item]:
        star = node.this if isinstance(node, exp.Column) and isinstance(node.this, exp.Star) else node
        if isinstance(star, exp.Star):
            alias = node.table if isinstance(node, exp.Column) else ""
            return self._star(star, alias, scope)
        bare = _bare(node)
        pattern = isinstance(bare, exp.Binary) and isinstance(bare.this, exp.Star)
        if pattern or node.find(*_BY_PATTERN) is not None:
            self.unknown += 1
            return [Unknown()]
        return [Output(_name(node), self.walk(bare, scope, IDENTITY, windows))]

    def _star(self, star: Any, alias: str, scope: Scope) -> list[Item]:
        excepted = {part.name.lower() for part in star.args.get("except_") or star.args.get("except") or ()}
        replaced = {part.alias.lower(): part for part in star.args.get("replace") or ()}
        renamed = {part.this.name.lower(): part.alias for part in star.args.get("rename") or ()}
        relations = scope.relations if not alias else {alias.lower(): scope.relation(alias)}
        items: list[Item] = []
        given: set[str] = set()
        for relation in relations.values():
            for item in relation.items if relation is not None else (Unknown(),):
                if isinstance(item, Star):
                    items.append(Star(item.source, item.excepted | excepted | set(replaced) | set(renamed)))
                    items += [Output(renamed[n], frozenset((Edge(item.source, n, IDENTITY),))) for n in renamed]
                elif isinstance(item, Output):
                    name = item.name.lower()
                    if name in excepted or (name in scope.merged and not alias and name in given):
                        continue
                    given.add(name)
                    edges = item.edges
                    if name in scope.merged and not alias:
                        edges = scope.find(item.name) or edges
                    if name in replaced:
                        edges = self.walk(replaced.pop(name).this, scope, TRANSFORMATION)
                    items.append(Output(renamed.get(name, item.name), edges))
                else:
                    items.append(item)
        items += [Output(n, self.walk(part.this, scope, TRANSFORMATION)) for n, part in replaced.items()]
        if alias and relations.get(alias.lower()) is None:
            self.unknown += 1
        return items

    def walk(self, node: Any, scope: Scope, kind: Kind, windows: dict[str, Any] | None = None) -> Edges:
        """Return the edges of an expression whose value goes on as ``kind``."""
        return Expression(self, scope, windows or {}).edges(node, kind)


def _united_by_place(left: Relation, right: Relation) -> Relation:
    whole = all(isinstance(item, Output) for item in (*left.items, *right.items))
    if not whole or len(left.items) != len(right.items):
        return Relation((Unknown(),))
    pairs = zip(left.items, right.items, strict=True)
    items = [Output(a.name, a.edges | b.edges) for a, b in pairs if isinstance(a, Output) and isinstance(b, Output)]
    return Relation(tuple(items))


def _united_by_name(left: Relation, right: Relation) -> Relation:
    found: dict[str, Output] = {}
    for item in (*left.items, *right.items):
        if not isinstance(item, Output):
            return Relation((Unknown(),))
        known = found.get(item.name.lower())
        found[item.name.lower()] = item if known is None else Output(known.name, known.edges | item.edges)
    return Relation(tuple(found.values()))


def _all(items: Iterable[Item]) -> Edges:
    return frozenset().union(*(item.edges for item in items if isinstance(item, Output)))


def _bare(node: Any) -> Any:
    while isinstance(node, exp.Alias | exp.Paren):
        node = node.this
    return node


def _arg(node: Any, name: str) -> Any:
    return node.args.get(f"{name}_") or node.args.get(name)  # sqlglot 28 renamed what is a keyword of Python


def _certainly(relation: Relation, name: str) -> bool:
    hit = relation.find(name)
    return hit is not None and hit.certain


def _name(node: Any) -> str:
    if isinstance(node, exp.Alias):
        return str(node.alias)
    return str(node.name) if isinstance(node, exp.Column) else ""
