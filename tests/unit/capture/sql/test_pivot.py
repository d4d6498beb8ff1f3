"""PIVOT and UNPIVOT. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "c"), "u": ("a", "b", "c", "d")}
CASES = [
    ("snowflake", "SELECT * FROM t PIVOT (SUM(a) FOR b IN ('JAN', 'FEB')) AS p (c, jan, feb)",
     {"c": ["t.c IDENTITY"], "jan": ["t.a AGGREGATION", "t.b CONDITIONAL"],
      "feb": ["t.a AGGREGATION", "t.b CONDITIONAL"]},
     ["t.c GROUP_BY"]),
    ("bigquery", "SELECT * FROM t UNPIVOT (val FOR m IN (a, b))",
     {"c": ["t.c IDENTITY"], "val": ["t.a IDENTITY", "t.b IDENTITY"],
      "m": ["t.a CONDITIONAL", "t.b CONDITIONAL"]}, ["t.a FILTER", "t.b FILTER"]),
    ("snowflake", "SELECT * FROM t UNPIVOT INCLUDE NULLS (val FOR m IN (a, b)) AS p (x, y, z)",
     {"x": ["t.c IDENTITY"], "y": [], "z": ["t.a IDENTITY", "t.b IDENTITY"]}, []),
    ("bigquery", "SELECT v, w FROM t UNPIVOT ((v, w) FOR m IN ((a, b) AS 'one', (c, a) AS 'two'))",
     {"v": ["t.a IDENTITY", "t.c IDENTITY"], "w": ["t.a IDENTITY", "t.b IDENTITY"]},
     ["t.a FILTER", "t.b FILTER", "t.c FILTER"]),
    ("duckdb", "SELECT h FROM t UNPIVOT (v FOR m IN (a)) AS p (p1, p2, p3, p4) UNPIVOT (h FOR n IN (p1, p2))",
     {"h": ["t.b IDENTITY", "t.c IDENTITY"]}, ["t.a FILTER", "t.b FILTER", "t.c FILTER"]),
    ("bigquery", "SELECT * FROM (SELECT a, b, c FROM t) PIVOT (SUM(a) FOR b IN ('x', 'y'))",
     {"c": ["t.c IDENTITY"], "x": ["t.a AGGREGATION", "t.b CONDITIONAL"], "y": ["t.a AGGREGATION", "t.b CONDITIONAL"]},
     ["t.c GROUP_BY"]),
    ("", "SELECT x_total FROM t PIVOT (SUM(a) AS total, MAX(c) FOR b IN ('x' AS x))",
     {"x_total": ["t.a AGGREGATION", "t.b CONDITIONAL"]}, []),
    # both columns choose, and neither is left
    ("spark", "SELECT * FROM t PIVOT (SUM(a) AS s FOR (b, c) IN ((1, 2) AS x))",
     {"x": ["t.a AGGREGATION", "t.b CONDITIONAL", "t.c CONDITIONAL"]}, []),
    ("duckdb", "PIVOT t ON b USING sum(a) GROUP BY c",
     {"c": ["t.c IDENTITY"], "*": ["t.a AGGREGATION", "t.b CONDITIONAL"]}, ["t.c GROUP_BY"]),
    # what GROUP BY does not name is not in the result
    ("duckdb", "SELECT * FROM u PIVOT (sum(a) FOR b IN ('x', 'y') GROUP BY c)",
     {"c": ["u.c IDENTITY"], "x": ["u.a AGGREGATION", "u.b CONDITIONAL"], "y": ["u.a AGGREGATION", "u.b CONDITIONAL"]},
     ["u.c GROUP_BY"]),
    ("duckdb", "CREATE TABLE w AS PIVOT u ON b IN ('x', 'y') USING sum(a) GROUP BY c",
     {"c": ["u.c IDENTITY"], "x": ["u.a AGGREGATION", "u.b CONDITIONAL"], "y": ["u.a AGGREGATION", "u.b CONDITIONAL"]},
     ["u.c GROUP_BY"]),
    ("duckdb", "PIVOT t ON b IN ('x') USING sum(a) AS s, max(a) AS m GROUP BY c",
     {"c": ["t.c IDENTITY"], "x_s": ["t.a AGGREGATION", "t.b CONDITIONAL"],
      "x_m": ["t.a AGGREGATION", "t.b CONDITIONAL"]}, ["t.c GROUP_BY"]),
    # by hand, and by running DuckDB with one column changed after the other
    ("duckdb", "UNPIVOT u ON (a, b) AS p, (c, d) AS q INTO NAME n VALUE v, w",
     {"n": [f"u.{name} CONDITIONAL" for name in "abcd"], "v": ["u.a IDENTITY", "u.c IDENTITY"],
      "w": ["u.b IDENTITY", "u.d IDENTITY"]}, [f"u.{name} FILTER" for name in "abcd"]),
    ("duckdb", "UNPIVOT (SELECT a, b, c FROM u) ON a AS x, b INTO NAME n VALUE v",
     {"c": ["u.c IDENTITY"], "n": ["u.a CONDITIONAL", "u.b CONDITIONAL"], "v": ["u.a IDENTITY", "u.b IDENTITY"]},
     ["u.a FILTER", "u.b FILTER"]),
    ("duckdb", "PIVOT t ON b IN (1, 2) USING sum(a) AS s, max(c) AS m",
     {**{f"{n}_s": ["t.a AGGREGATION", "t.b CONDITIONAL"] for n in (1, 2)},
      **{f"{n}_m": ["t.b CONDITIONAL", "t.c AGGREGATION"] for n in (1, 2)}}, []),
    ("duckdb", "UNPIVOT (SELECT a, b, c FROM u) ON * EXCLUDE (c) INTO NAME n VALUE v",
     {"c": ["u.c IDENTITY"], "n": ["u.a CONDITIONAL", "u.b CONDITIONAL"], "v": ["u.a IDENTITY", "u.b IDENTITY"]},
     ["u.a FILTER", "u.b FILTER"]),
    ("duckdb", "UNPIVOT t ON a, b INTO NAME n VALUE v",
     {"c": ["t.c IDENTITY"], "n": ["t.a CONDITIONAL", "t.b CONDITIONAL"], "v": ["t.a IDENTITY", "t.b IDENTITY"]},
     ["t.a FILTER", "t.b FILTER"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql", "columns", "rows"), CASES, ids=[case[1][:50] for case in CASES])
def test_columns_turn_into_rows_and_back(
    tell: Tell, name: str, sql: str, columns: dict[str, list[str]], rows: list[str]
) -> None:
    (one,) = tell(sql, name, SCHEMA)
    assert (one.columns, one.rows) == (columns, rows)


def test_a_pivot_of_a_table_without_schema_keeps_its_other_columns_open(tell: Tell) -> None:
    (one,) = tell("SELECT d, jan FROM v PIVOT (SUM(a) FOR b IN ('x' AS jan))", "snowflake")
    assert one.columns == {"d": ["v.d IDENTITY"], "jan": ["v.a AGGREGATION", "v.b CONDITIONAL"]}


def test_columns_that_a_pattern_chooses_turn_into_rows(tell: Tell) -> None:
    said = "UNPIVOT {} ON COLUMNS(* EXCLUDE (c)) INTO NAME n VALUE v"
    (one,) = tell(said.format("t"), "duckdb", SCHEMA)
    names = ["t.a CONDITIONAL", "t.b CONDITIONAL"]
    assert one.columns == {"c": ["t.c IDENTITY"], "n": names, "v": ["t.a IDENTITY", "t.b IDENTITY"]}
    (one,) = tell(said.format("w"), "duckdb")
    assert one.columns["v"] == ["w.* IDENTITY 0.3"]


@pytest.mark.parametrize(
    ("name", "turned", "more"),
    [
        ("oracle", "PIVOT XML (SUM(a) FOR b IN (ANY))", []),
        ("oracle", "PIVOT XML (SUM(a) AS s FOR b IN (SELECT DISTINCT k FROM w WHERE z = 1))",
         ["w.k CONDITIONAL", "w.z CONDITIONAL"]),
        ("snowflake", "PIVOT (SUM(a) FOR b IN (SELECT DISTINCT k FROM w WHERE z = 1))",
         ["w.k CONDITIONAL", "w.z CONDITIONAL"]),
        ("snowflake", "PIVOT (SUM(a) FOR b IN (ANY))", []),
    ],
)  # fmt: skip
def test_columns_that_only_the_data_names_come_from_all(tell: Tell, name: str, turned: str, more: list[str]) -> None:
    (one,) = tell(f"SELECT * FROM t {turned}", name, {**SCHEMA, "w": ("k", "z")})
    assert one.columns == {"c": ["t.c IDENTITY"], "*": ["t.a AGGREGATION", "t.b CONDITIONAL", *more]}
