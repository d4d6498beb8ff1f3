"""Which functions make one value of many rows. Expected by the manuals of DuckDB and Trino."""

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
