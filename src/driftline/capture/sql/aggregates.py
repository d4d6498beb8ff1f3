"""Which functions make one value of many rows.

Enters: an expression. Leaves: whether what it is given reaches its value as AGGREGATION.
"""

from typing import Any

from sqlglot import exp

_MOVING = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)  # windows that pick a value
_NAMES = frozenset(  # that the parser knows by no class of their own: of DuckDB, and of Trino
    [
        "any_value", "approx_top_k", "arbitrary", "arg_max", "arg_min", "avg", "bitstring_agg", "entropy", "favg",
        "first", "fsum", "geomean", "histogram", "kahan_sum", "kurtosis", "last", "list", "mad", "max_by", "min_by",
        "mode", "product", "quantile", "quantile_cont", "quantile_disc", "regr_intercept", "regr_slope",
        "reservoir_quantile", "skewness", "string_agg", "sum_no_overflow", "weighted_avg",
        "approx_most_frequent", "approx_set", "bitwise_and_agg", "bitwise_or_agg", "checksum", "geometric_mean",
        "map_agg", "map_union", "multimap_agg", "numeric_histogram", "reduce_agg", "set_agg", "set_union",
        "tdigest_agg",
    ]
)  # fmt: skip


def is_aggregate(node: Any) -> bool:
    """Whether an expression makes one value of many rows, but for windows that pick a value."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _NAMES
    return isinstance(node, exp.AggFunc | exp.WithinGroup) and not isinstance(node, _MOVING)
