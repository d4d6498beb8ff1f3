"""Which functions make one value of many rows. Expected by the manuals of DuckDB and Trino."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql.aggregates import is_aggregate


@pytest.mark.parametrize(
    ("name", "call", "expected"),
    [
        ("trino", "map_agg(a, b)", True),
        ("trino", "sum(a)", True),
        ("trino", "lag(a)", False),
        ("duckdb", "weighted_avg(a, b)", True),
        ("duckdb", "foo(a)", False),
        ("postgres", "percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", True),
    ],
)
def test_a_function_is_an_aggregate_by_its_class_or_its_name(name: str, call: str, expected: bool) -> None:
    assert is_aggregate(sqlglot.parse_one(f"SELECT {call}", read=name).expressions[0]) is expected


@pytest.mark.parametrize(
    ("name", "call", "kind"),
    [
        ("postgres", "string_agg(a, ',' ORDER BY b)", "SORT"),
        ("postgres", "string_agg(DISTINCT a, ',' ORDER BY b)", "SORT"),
        ("postgres", "json_agg(a ORDER BY b)", "SORT"),
        ("bigquery", "array_agg(a ORDER BY b DESC LIMIT 3)", "SORT"),
        ("bigquery", "any_value(a HAVING MAX b)", "CONDITIONAL"),
        ("duckdb", "list(a ORDER BY b)[1]", "SORT"),
        ("duckdb", "arg_max(a, b)", "CONDITIONAL"),
        ("duckdb", "arg_min_null(a, b)", "CONDITIONAL"),
        ("snowflake", "max_by(a, b, 3)", "CONDITIONAL"),
        ("snowflake", "array_agg(a) WITHIN GROUP (ORDER BY b)", "SORT"),
        ("oracle", "listagg(a, ',') WITHIN GROUP (ORDER BY b)", "SORT"),
        ("mysql", "group_concat(a ORDER BY b)", "SORT"),
        ("clickhouse", "argMax(a, b)", "CONDITIONAL"),
        ("clickhouse", "sumIf(a, b > 3)", "CONDITIONAL"),
    ],
)
def test_what_only_orders_or_chooses_is_no_part_of_the_value(
    tell: Callable[..., list[Any]], name: str, call: str, kind: str
) -> None:
    (one,) = tell(f"SELECT {call} AS v FROM t", name)
    assert one.columns == {"v": ["t.a AGGREGATION", f"t.b {kind}"]}


@pytest.mark.parametrize(
    ("name", "call", "values"),
    [
        ("oracle", "DECODE(b, 1, a, c)", "ac"),
        ("oracle", "DECODE(b, 1, a, 2, c)", "ac"),
        ("snowflake", "DECODE(b, 1, a)", "a"),
        ("spark", "decode(b, 1, a, 2, c, d)", "acd"),
        ("clickhouse", "multiIf(b = 1, a, b = 2, c, d)", "acd"),
        ("clickhouse", "multiIf(b = 1, a, c)", "ac"),
        ("tsql", "CHOOSE(b, a, c)", "ac"),
        ("mysql", "ELT(b, a, c)", "ac"),
        ("spark", "elt(b, a, c)", "ac"),
    ],
)
def test_what_is_compared_only_chooses_the_value(
    tell: Callable[..., list[Any]], name: str, call: str, values: str
) -> None:
    (one,) = tell(f"SELECT {call} AS v FROM t", name)
    assert list(one.columns.values()) == [
        sorted([*(f"t.{value} TRANSFORMATION" for value in values), "t.b CONDITIONAL"])
    ]


def test_the_order_of_an_ordered_set_is_its_value(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT mode() WITHIN GROUP (ORDER BY b) AS v FROM t", "postgres")
    assert one.columns == {"v": ["t.b AGGREGATION"]}


@pytest.mark.parametrize("name", ["histogram", "fsum", "favg", "product", "geomean", "mad", "entropy", "sum", "first"])
def test_group_by_all_groups_by_no_argument_of_an_aggregate(tell: Callable[..., list[Any]], name: str) -> None:
    """By hand: DuckDB groups by all that is no aggregate, here k alone."""
    (one,) = tell(f"SELECT k, {name}(a) AS z FROM t GROUP BY ALL", "duckdb")
    assert (one.columns["z"], one.rows) == (["t.a AGGREGATION"], ["t.k GROUP_BY"])


@pytest.mark.parametrize("name", ["row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "count"])
def test_a_place_among_rows_is_made_of_no_column(tell: Callable[..., list[Any]], name: str) -> None:
    """By hand: ``row_number(*)``, as DuckDB's relations write it, looks at what the window is ordered by alone."""
    (one,) = tell(f"SELECT {name}(*) OVER (ORDER BY a) AS z FROM t", "duckdb", {"t": ("a", "b")})
    assert one.columns == {"z": ["t.a WINDOW"]}


def test_a_window_in_a_query_within_is_none_of_the_entry(tell: Callable[..., list[Any]]) -> None:
    """By hand: DuckDB groups by the inner query, which has no aggregate out here."""
    inner = "SELECT x FROM (SELECT x, row_number() OVER (ORDER BY x) AS r FROM u WHERE x > b) WHERE r = 1"
    (one,) = tell(f"SELECT ({inner}) AS z, count(*) AS n FROM t GROUP BY ALL", "duckdb", {"t": ("b",), "u": ("x",)})
    assert one.rows == ["t.b GROUP_BY", "u.x GROUP_BY"]
