"""PIVOT, UNPIVOT and SUMMARIZE of DuckDB where queries stand. Expected edges by hand; DuckDB takes each statement."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "c"), "n": ("a", "x")}
WIDE: Any = {"c": ["t.c IDENTITY"], "*": ["t.a AGGREGATION", "t.b CONDITIONAL"]}
LONG = {"c": ["t.c IDENTITY"], "k": ["t.a CONDITIONAL", "t.b CONDITIONAL"], "v": ["t.a IDENTITY", "t.b IDENTITY"]}
SUM = ["t.a AGGREGATION", "t.b AGGREGATION", "t.c AGGREGATION"]
CASES = [
    ("CREATE TABLE p AS PIVOT t ON b USING sum(a) GROUP BY c", "p", WIDE),
    ("CREATE VIEW p AS PIVOT t ON b IN (1, 2) USING sum(a) GROUP BY c", "p", None),
    ("CREATE TABLE p AS PIVOT t ON b USING sum(a) GROUP BY c ORDER BY c LIMIT 3", "p", WIDE),
    ("CREATE TABLE p AS (PIVOT t ON b USING sum(a) GROUP BY c)", "p", WIDE),
    ("WITH q AS (PIVOT t ON b USING sum(a) GROUP BY c) FROM q", None, WIDE),
    ("CREATE TABLE p AS WITH q AS (SELECT * FROM t) PIVOT q ON b USING sum(a) GROUP BY c", "p", WIDE),
    ("CREATE TABLE p AS UNPIVOT t ON a, b INTO NAME k VALUE v", "p", LONG),
    ("CREATE TABLE p AS FROM t UNPIVOT (v FOR k IN (a, b))", "p", LONG),  # of the standard, which stands as it is
    ("INSERT INTO n (a, x) PIVOT t ON b IN (1) USING sum(a) GROUP BY c", "n", None),
    ("CREATE TABLE p AS FROM (SUMMARIZE t) SELECT column_name, min", "p", {"column_name": [], "min": SUM}),
    ("SELECT q50 FROM (SUMMARIZE SELECT a FROM t)", None, {"q50": ["t.a AGGREGATION"]}),
]


@pytest.mark.parametrize(("text", "target", "columns"), CASES)
def test_what_stands_where_a_query_does_has_its_edges(tell: Tell, text: str, target: str | None, columns: Any) -> None:
    (one,) = tell(text, "duckdb", SCHEMA)
    assert (one.target, one.problem) == (target, "")
    assert columns is None or {name: found for name, found in one.columns.items() if name in columns} == columns
    assert any("t." in edge for found in one.columns.values() for edge in found)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (a INT, b INT, c INT); CREATE TABLE n (a INT, x INT)")
        connection.execute(text)


def test_a_summary_has_the_columns_that_duckdb_gives_it(tell: Tell) -> None:
    for text in ("SUMMARIZE t", "CREATE TABLE s AS SUMMARIZE t", "SUMMARIZE FROM t"):
        (one,) = tell(text, "duckdb", SCHEMA)
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE t (a INT, b INT, c INT)")
            described = connection.execute("SUMMARIZE t").description
        assert list(one.columns) == [column[0] for column in described or ()]
        values = [name for name, found in one.columns.items() if found]
        assert [one.columns[name] for name in values] == [SUM] * 9


@pytest.mark.parametrize("before", ["", "CREATE TABLE s AS ", "INSERT INTO n "])
def test_a_column_of_that_name_is_one(tell: Tell, before: str) -> None:
    (one,) = tell(f"{before}SELECT t.a AS pivot, t.b AS summarize FROM t JOIN n ON t.a = n.a", "duckdb", SCHEMA)
    assert [*one.columns.values()] == [["t.a IDENTITY"], ["t.b IDENTITY"]]
