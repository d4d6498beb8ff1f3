"""Which functions make one value of many rows, and what of that which they are given only orders or chooses.

Enters: an expression. Leaves: whether what it is given reaches its value as AGGREGATION; its parts by what they do.
"""

import functools
from typing import Any

import sqlglot
from sqlglot import exp

from driftline.capture.sql import nodes
from driftline.capture.sql.relation import CONDITIONAL, SORT, TRANSFORMATION, Kind

_MOVING = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)  # windows that pick a value
_NAMES = frozenset(  # that the parser knows by no class of their own: of DuckDB, and of Trino
    [
        "any_value", "approx_top_k", "arbitrary", "arg_max", "arg_max_null", "arg_min", "arg_min_null", "avg",
        "bitstring_agg", "entropy", "favg", "first", "fsum", "geomean", "histogram", "json_agg", "jsonb_agg",
        "kahan_sum", "kurtosis", "last", "list", "mad", "max_by", "min_by", "mode", "product", "quantile",
        "quantile_cont", "quantile_disc", "regr_intercept", "regr_slope", "reservoir_quantile", "skewness",
        "string_agg", "sum_no_overflow", "weighted_avg", "approx_most_frequent", "approx_set", "bitwise_and_agg",
        "bitwise_or_agg", "checksum", "geometric_mean", "map_agg", "map_union", "multimap_agg", "numeric_histogram",
        "reduce_agg", "set_agg", "set_union", "tdigest_agg",
    ]
)  # fmt: skip

_BY = ("arg_max", "arg_min", "argmax", "argmin", "max_by", "min_by")  # how functions begin that choose one by others
_LISTING = frozenset(["array_agg", "json_agg", "jsonb_agg", "listagg", "string_agg", "xmlagg"])
_CHOOSING = (exp.ArgMax, exp.ArgMin, exp.HavingMax)
_PICKING = nodes.classes("Elt")  # ELT(i, a, b) of MySQL and Spark
_PICKS = frozenset(["choose", "elt"])  # CHOOSE(i, a, b) of T-SQL
_COUNTING = nodes.classes(  # look at no column where they are given a star: ``row_number(*)`` of DuckDB's relations
    "Count RowNumber Rank DenseRank PercentRank CumeDist"
)
_OF_ROWS = (exp.AggFunc, exp.WithinGroup)
_CALLED = (exp.Anonymous, exp.AnonymousAggFunc)


@functools.cache
def _is_plain(kind: type) -> bool:
    """Whether an expression of a type is surely no aggregate, and its value made of all its parts."""
    return not issubclass(kind, (*_OF_ROWS, *_CALLED, *_CHOOSING, *_PICKING, exp.Order, exp.DecodeCase))


def is_aggregate(node: Any) -> bool:
    """Whether an expression makes one value of many rows, but for windows that pick a value."""
    of: Any = type(node)
    if _is_plain(of):
        return False
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _NAMES
    return isinstance(node, _OF_ROWS) and not isinstance(node, _MOVING)


def counts(node: Any) -> bool:
    """Whether an expression looks at rows, and at none of their columns, where it is given a star."""
    return isinstance(node, _COUNTING)


def windowed(node: Any) -> bool:
    """Whether an expression has a window in it, outside of queries."""
    inside = node.walk(prune=lambda part: isinstance(part, exp.Query))
    return any(isinstance(part, exp.Window) for part in inside)


def named(function: str, dialect: str) -> bool:
    """Whether the function of a name is one."""
    try:
        return function.isidentifier() and is_aggregate(sqlglot.parse_one(f"{function}(x)", dialect=dialect or None))
    except sqlglot.errors.SqlglotError:  # one that is not called so
        return False


def parts(node: Any) -> tuple[list[Any], list[Any], Kind]:
    """Return the parts of an expression that its value is made of, those that only order or choose it, and how."""
    of: Any = type(node)
    if _is_plain(of):
        return list(node.iter_expressions()), [], TRANSFORMATION
    if isinstance(node, exp.Order) and node.this is not None:  # string_agg(a, ',' ORDER BY b)
        return [node.this], node.expressions, SORT
    if isinstance(node, exp.WithinGroup) and _lists(node.this):  # of others, such as percentiles, it is the value
        return [node.this], [node.expression], SORT
    if isinstance(node, _CHOOSING):
        return [node.this], [node.expression], CONDITIONAL
    every = list(node.iter_expressions())
    name = node.name.lower() if isinstance(node, _CALLED) else ""
    if name.startswith(_BY):
        return every[:1], every[1:], CONDITIONAL
    if isinstance(node, _PICKING) or name in _PICKS:
        return every[1:], every[:1], CONDITIONAL
    if isinstance(node, exp.DecodeCase):  # DECODE(a, 1, b, 2, c, d)
        return every[2::2] + (every[-1:] if len(every) % 2 == 0 else []), [*every[:1], *every[1:-1:2]], CONDITIONAL
    if name == "multiif":  # of ClickHouse: multiIf(a, b, c, d, e)
        return every[1::2] + every[-1:], every[:-1:2], CONDITIONAL
    if isinstance(node, exp.CombinedAggFunc) and name.endswith("if"):  # of ClickHouse
        return every[:-1], every[-1:], CONDITIONAL
    return every, [], TRANSFORMATION


def _lists(node: Any) -> bool:
    named = isinstance(node, exp.Anonymous) and node.name.lower() in _LISTING
    return named or isinstance(node, exp.ArrayAgg | exp.GroupConcat)
