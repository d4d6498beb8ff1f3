"""Aliases of ClickHouse. Expected edges: by running ClickHouse 26.9 with one row, a = 1, b = 10, c = 100, d = 1000.

Which columns each value is made of follows from the value: ``SELECT b + 1 AS c, a AS b`` gave 2 and 1.
"""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "c", "d"), "u": ("x", "k")}
A, B, C, D = (f"t.{name} IDENTITY" for name in "abcd")
MADE = {name: f"t.{name} TRANSFORMATION" for name in "abcd"}

CASES = [
    ("SELECT b + 1 AS c, a AS b FROM t", {"c": [MADE["a"]], "b": [A]}),
    ("SELECT b + 1 AS x, d + y AS b, a AS y FROM t",
     {"x": [MADE["a"], MADE["d"]], "b": [MADE["a"], MADE["d"]], "y": [A]}),
    ("SELECT t.b + 1 AS x, a AS b FROM t", {"x": [MADE["b"]], "b": [A]}),
    ("SELECT b AS x, b + 1 AS b, b AS y FROM t", {"x": [MADE["b"]], "b": [MADE["b"]], "y": [MADE["b"]]}),
    ("SELECT if(b > 5, c, d) AS b, b AS y FROM t",
     {"b": ["t.b CONDITIONAL", C, D], "y": ["t.b CONDITIONAL", C, D]}),
    ("SELECT y + 1 AS x, if(b > 5, c, d) AS y FROM t",
     {"x": ["t.b CONDITIONAL", MADE["c"], MADE["d"]], "y": ["t.b CONDITIONAL", C, D]}),
    ("SELECT b + 1 AS x, (a AS b) + 5 AS y FROM t", {"x": [MADE["a"]], "y": [MADE["a"]]}),
    ("SELECT a AS b, b AS a FROM t", {"b": [B], "a": [A]}),
    ("SELECT (SELECT max(x) FROM u WHERE k = z) AS x, a AS z FROM t",
     {"x": ["t.a FILTER", "u.k FILTER", "u.x AGGREGATION"], "z": [A]}),
    ("SELECT row_number() OVER (ORDER BY b) AS x, a AS b FROM t", {"x": ["t.a WINDOW"], "b": [A]}),
    ("SELECT sum(s) OVER () AS w, sum(a) AS s FROM t", {"w": ["t.a AGGREGATION"], "s": ["t.a AGGREGATION"]}),
    ("SELECT arrayMap(b -> b + 1, [5]) AS x, arrayMap(z -> z + b, [5]) AS y, a AS b FROM t",
     {"x": [], "y": [MADE["a"]], "b": [A]}),
    ("SELECT b + 1 AS x, a AS b FROM t SETTINGS prefer_column_name_to_alias = 1", {"x": [MADE["b"]], "b": [A]}),
    # it does not run unless columns go before aliases
    ("SELECT max(b) AS m, sum(a) AS b FROM t", {"m": ["t.b AGGREGATION"], "b": ["t.a AGGREGATION"]}),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "columns"), CASES)
def test_an_alias_hides_a_column_also_in_front_of_where_it_stands(
    tell: Tell, sql: str, columns: dict[str, list[str]]
) -> None:
    (one,) = tell(sql, "clickhouse", SCHEMA)
    assert (one.columns, one.doubts) == (columns, [])


def test_an_alias_hides_a_column_that_a_table_without_a_schema_may_have(tell: Tell) -> None:
    (one,) = tell("SELECT b + 1 AS c, a AS b FROM t WHERE b = 1", "clickhouse")
    assert (one.columns, one.rows) == ({"c": [MADE["a"]], "b": [A]}, ["t.a FILTER"])


def test_other_dialects_do_not_look_ahead(tell: Tell) -> None:
    """By hand: there an alias is seen behind where it stands, if at all, and a column hides it."""
    for name in ("", "snowflake", "duckdb", "postgres"):
        (one,) = tell("SELECT B + 1 AS C, A AS B FROM t", name, {"t": ("A", "B")})
        assert next(iter(one.columns.values())) in (["t.B TRANSFORMATION"], ["t.b TRANSFORMATION"])


def test_aliases_that_come_to_themselves_by_others_are_gone_through_a_few_times(
    tell: Tell, growth: Callable[..., float]
) -> None:
    def read(names: str) -> Any:
        several = range(len(names) // 5)
        every = " + ".join(f"x{place}" for place in several[:40])
        return tell(f"SELECT {', '.join(f'{every} AS x{place}' for place in several)} FROM t", "clickhouse")

    assert growth(read, "x000,", 200) < 100


def test_a_row_of_aliases_each_made_of_the_next_one_is_followed(tell: Tell) -> None:
    named = ", ".join(f"x{place + 1} + 1 AS x{place}" for place in range(400))
    (one,) = tell(f"SELECT {named}, a AS x400 FROM t", "clickhouse")
    assert set(map(tuple, one.columns.values())) == {(A,), (MADE["a"],)}
