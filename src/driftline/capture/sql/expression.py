"""The source columns behind one expression, and how each of them reaches its value.

Enters: an expression of a sqlglot tree and the scope that it stands in. Leaves: edges. Arguments of aggregates
are AGGREGATION, of other functions TRANSFORMATION; conditions of CASE, IF and FILTER are CONDITIONAL,
partitions and orders of windows WINDOW. Once an influence is indirect it stays so. Names that cannot be told
are counted, never guessed.
"""

from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.relation import (
    AGGREGATION,
    CONDITIONAL,
    NONE,
    TRANSFORMATION,
    WINDOW,
    Edges,
    Kind,
    Output,
    Relation,
    Scope,
)

_MOVING = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)  # windows that pick a value
_AGGREGATES = frozenset(  # of DuckDB, that the parser knows by no class of their own
    [
        "any_value", "approx_top_k", "arbitrary", "arg_max", "arg_min", "avg", "bitstring_agg", "entropy", "favg",
        "first", "fsum", "geomean", "histogram", "kahan_sum", "kurtosis", "last", "list", "mad", "max_by", "min_by",
        "mode", "product", "quantile", "quantile_cont", "quantile_disc", "regr_intercept", "regr_slope",
        "reservoir_quantile", "skewness", "string_agg", "sum_no_overflow", "weighted_avg",
    ]
)  # fmt: skip
_NAMES = (exp.DataType, exp.Identifier, exp.TableAlias, exp.Var, exp.Literal, exp.Star)


class Queries(Protocol):
    """What an expression needs of the pass that it belongs to."""

    unknown: int

    def query(self, node: Any, parent: Scope | None = None) -> Relation:
        """Return what an inner query offers."""


class Expression:
    """Finds the edges of expressions in one scope."""

    def __init__(self, queries: Queries, scope: Scope, windows: dict[str, Any]) -> None:
        self.queries = queries
        self.scope = scope
        self.windows = windows

    def edges(self, node: Any, kind: Kind) -> Edges:
        """Return the edges of ``node``, whose value goes on as ``kind``."""
        if node is None or isinstance(node, _NAMES):
            return NONE
        if isinstance(node, exp.Column):
            return self._column(node, kind)
        if isinstance(node, exp.Alias | exp.Paren):
            return self.edges(node.this, kind)
        if isinstance(node, exp.Case):
            return self._case(node, kind)
        if isinstance(node, exp.If):
            chosen = self.edges(node.args.get("true"), _on(kind, TRANSFORMATION))
            other = self.edges(node.args.get("false"), _on(kind, TRANSFORMATION))
            return chosen | other | self.edges(node.this, _on(kind, CONDITIONAL))
        if isinstance(node, exp.Filter):
            return self.edges(node.this, kind) | self.edges(node.expression, _on(kind, CONDITIONAL))
        if isinstance(node, exp.Window):
            return self._window(node, kind)
        if isinstance(node, exp.Exists):
            inner = self.queries.query(node.this, self.scope)
            return rel.through(inner.rows, _on(kind, CONDITIONAL))
        if isinstance(node, exp.Subquery | exp.Select | exp.SetOperation):
            return self._subquery(node, kind)
        if isinstance(node, exp.Lambda | exp.Comprehension):
            return self._lambda(node, kind)
        return self._parts(node, kind)

    def _parts(self, node: Any, kind: Kind) -> Edges:
        aggregate = (isinstance(node, exp.AggFunc) and not isinstance(node, _MOVING)) or (
            isinstance(node, exp.Anonymous) and node.name.lower() in _AGGREGATES
        )
        step = _on(kind, AGGREGATION if aggregate else TRANSFORMATION)
        found: Edges = NONE
        for part in node.iter_expressions():
            named = isinstance(part, exp.PropertyEQ | exp.Kwarg)
            found |= self.edges(part.expression if named else part, step)
        return found

    def _column(self, node: Any, kind: Kind) -> Edges:
        if isinstance(node.this, exp.Star):
            return NONE
        names = [part.name for part in node.parts]
        for place in range(len(names) - 1):
            relation = self.scope.relation(names[place])
            if relation is None:
                continue
            hit = relation.find(names[place + 1])
            if hit is not None and (hit.certain or hit.edges):
                within = kind if place + 2 == len(names) else _on(kind, TRANSFORMATION)
                return rel.through(hit.edges, within)
            self.queries.unknown += 1
            return NONE
        found = self.scope.find(names[0]) if len(names) == 1 else self._qualified(names)
        if found is None:
            self.queries.unknown += 1
            return NONE
        return rel.through(found, kind)

    def _qualified(self, names: list[str]) -> Edges | None:
        """What is behind ``a.b`` where no relation is called a: a field of a struct, or of a file without an alias."""
        struct = self.scope.find(names[0], surely=True)
        if struct is not None:
            return rel.through(struct, TRANSFORMATION)
        hit = None
        relation = self.scope.nameless()
        if relation is not None:
            hit = relation.find(names[1])
        return hit.edges if hit is not None and hit.edges else None

    def _case(self, node: Any, kind: Kind) -> Edges:
        found = self.edges(node.this, _on(kind, CONDITIONAL))
        for branch in node.args.get("ifs") or ():
            found |= self.edges(branch.this, _on(kind, CONDITIONAL))
            found |= self.edges(branch.args.get("true"), _on(kind, TRANSFORMATION))
        return found | self.edges(node.args.get("default"), _on(kind, TRANSFORMATION))

    def _window(self, node: Any, kind: Kind) -> Edges:
        found = self.edges(node.this, _on(kind, TRANSFORMATION))
        named = self.windows.get(str(node.args.get("alias") or "").lower())
        for window in (node, named) if named is not None else (node,):
            for part in window.args.get("partition_by") or ():
                found |= self.edges(part, _on(kind, WINDOW))
            order = window.args.get("order")
            for key in order.expressions if order is not None else ():
                found |= self.edges(key, _on(kind, WINDOW))
        return found

    def _subquery(self, node: Any, kind: Kind) -> Edges:
        inner = self.queries.query(node, self.scope)
        rows = inner.rows if kind[0] == "DIRECT" else rel.through(inner.rows, kind)
        values = [rel.through(item.edges, kind) for item in inner.items if isinstance(item, Output)]
        if len(values) != len(inner.items):
            self.queries.unknown += 1
        return rows.union(*values)

    def _lambda(self, node: Any, kind: Kind) -> Edges:
        names = node.expressions if isinstance(node, exp.Lambda) else [node.expression]
        fresh = {name.name.lower() for name in names} - self.scope.bound
        self.scope.bound |= fresh
        found = self.edges(node.this, _on(kind, TRANSFORMATION))
        if isinstance(node, exp.Comprehension):
            found |= self.edges(node.args.get("condition"), _on(kind, CONDITIONAL))
        self.scope.bound -= fresh
        if isinstance(node, exp.Comprehension):
            found |= self.edges(node.args.get("iterator"), _on(kind, TRANSFORMATION))
        return found


def _on(kind: Kind, more: Kind) -> Kind:
    """What ``more`` becomes in a place whose value goes on as ``kind``."""
    return kind if kind[0] == "INDIRECT" else rel.step(kind, more)
