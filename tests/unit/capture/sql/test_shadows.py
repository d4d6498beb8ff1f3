"""Macros of DuckDB that have the names of its own functions. Expected edges by hand, from what DuckDB 2.0 does."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("define", "call", "edges"),
    [
        ("max(x, y) AS x", "max(a, b)", ["s.a IDENTITY"]),
        ("max(x, y) AS x", "MAX(a, b)", ["s.a IDENTITY"]),
        ("max(x, y) AS x", "main.max(a, b)", ["s.a IDENTITY"]),
        ('"max"(x, y) AS x', '"max"(a, b)', ["s.a IDENTITY"]),
        ("min(x) AS (SELECT q FROM p WHERE p.k = x)", "min(a)", ["p.k FILTER", "p.q IDENTITY", "s.a FILTER"]),
        ("list(x, y) AS y", "list(a, b)", ["s.b IDENTITY"]),
        ("sum(x, y) AS y", "1 + sum(a, max(b))", ["s.b AGGREGATION"]),
        ("arg_max(x, y) AS x", "arg_max(a, b)", ["s.a IDENTITY"]),
        ("upper(x, y) AS y", "upper(a, b)", ["s.b IDENTITY"]),
        ("lower(x) AS 1", "lcase(a)", ["s.a TRANSFORMATION"]),
        ("lower(x) AS 1", "lower(a)", []),
        ("date_trunc(x, y) AS y", "date_trunc('day', a)", ["s.a IDENTITY"]),
        ("array_prepend(x, y) AS x", "array_prepend(a, b)", ["s.a IDENTITY"]),  # which the parser turns about
        ("if(x, y, z) AS y", "if(a, b, c)", ["s.b IDENTITY"]),
        ("max(x, y := 1) AS y", "max(a, y := b)", ["s.b IDENTITY"]),
    ],
)
def test_a_macro_takes_the_place_of_a_function(
    tell: Callable[..., list[Any]], define: str, call: str, edges: list[str]
) -> None:
    *_, one = tell(f"CREATE MACRO {define}; SELECT {call} AS v FROM s", "duckdb")
    assert (one.columns, one.doubts) == ({"v": edges}, [])


@pytest.mark.parametrize(
    ("define", "query", "edges"),
    [
        ("MACRO coalesce(x, y) AS y", "coalesce(a, b)", ["s.a TRANSFORMATION", "s.b TRANSFORMATION"]),  # DuckDB's own
        ("MACRO z.max(x) AS 1", "max(a)", ["s.a AGGREGATION"]),  # a schema that is not searched
        ("MACRO max(x) AS TABLE SELECT 1 AS q", "max(a)", ["s.a AGGREGATION"]),  # a table, which has names of its own
        ("MACRO max(x) AS 1; DROP MACRO max", "max(a)", ["s.a AGGREGATION"]),
        ("TABLE max (a INT)", "max(a)", ["s.a AGGREGATION"]),
        ("MACRO filter(x, y) AS x", "sum(a) FILTER (WHERE b > 1)", ["s.a AGGREGATION", "s.b CONDITIONAL"]),
    ],
)
def test_what_is_no_such_macro_is_the_function(
    tell: Callable[..., list[Any]], define: str, query: str, edges: list[str]
) -> None:
    *_, one = tell(f"CREATE {define}; SELECT {query} AS v FROM s", "duckdb")
    assert one.columns == {"v": edges}


def test_a_macro_that_is_a_table_takes_the_place_of_one(tell: Callable[..., list[Any]]) -> None:
    *_, one = tell("CREATE MACRO range(n) AS TABLE SELECT q FROM p; SELECT q AS v FROM range(3)", "duckdb")
    assert one.columns == {"v": ["p.q IDENTITY"]}
    *_, one = tell("CREATE MACRO range(n) AS (SELECT q FROM p); SELECT range AS v FROM range(3)", "duckdb")
    assert one.columns == {"v": []}


def test_an_output_is_called_as_it_is_written(tell: Callable[..., list[Any]]) -> None:
    *_, one = tell("CREATE MACRO max(x, y) AS x; CREATE TABLE t AS SELECT max(a, b) FROM s", "duckdb")
    assert one.columns == {"max(a, b)": ["s.a IDENTITY"]}


def test_a_table_or_an_alias_may_have_the_name_of_a_macro(tell: Callable[..., list[Any]]) -> None:
    define = "CREATE MACRO max(x, y) AS x; CREATE MACRO list(x) AS x"
    *_, one = tell(f"{define}; INSERT INTO list (a, b) SELECT x, y FROM s", "duckdb")
    assert (one.target, one.columns) == ("list", {"a": ["s.x IDENTITY"], "b": ["s.y IDENTITY"]})
    *_, one = tell(f"{define}; WITH max(k) AS (SELECT a FROM s) SELECT k FROM max", "duckdb")
    assert one.columns == {"k": ["s.a IDENTITY"]}


def test_a_body_calls_the_macro_though_that_was_made_later(tell: Callable[..., list[Any]]) -> None:
    """DuckDB looks the name up when g is called."""
    *_, one = tell("CREATE MACRO g(x) AS upper(x); CREATE MACRO upper(x) AS 1; SELECT g(a) AS v FROM s", "duckdb")
    assert one.columns == {"v": []}
