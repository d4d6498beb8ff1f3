"""Columns that are chosen by their names or places outside of the list of a SELECT.

Expected edges: by running DuckDB 2.0.1 with one column changed after the other; a condition with ``COLUMNS(…)`` has to
be true for each of them.
"""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "c", "k")}


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("COLUMNS(* EXCLUDE (k)) > 0", "abc"),
        ("COLUMNS(['a', 'b']) > 0", "ab"),
        ("COLUMNS('b|c') > 0", "bc"),
        ("COLUMNS('b|c') > 0 AND COLUMNS(['a']) > 1", "abc"),
        ("COLUMNS(lambda x: x LIKE 'b%') > 0 OR k > 1", "bk"),
        ("greatest(*COLUMNS('b|c')) > 0", "bc"),
        ("#2 > 0", "b"),
    ],
)
def test_a_condition_looks_at_all_columns_that_it_chooses(tell: Tell, condition: str, names: str) -> None:
    (one,) = tell(f"SELECT a AS z FROM t WHERE {condition}", "duckdb", SCHEMA)
    assert (one.columns, one.rows) == ({"z": ["t.a IDENTITY"]}, [f"t.{name} FILTER" for name in names])
    assert one.doubts == []


def test_columns_that_are_not_known_may_be_any(tell: Tell) -> None:
    """By hand: nobody knows which columns of t begin with b."""
    (one,) = tell("SELECT a AS z FROM t WHERE COLUMNS('^b') > 0", "duckdb")
    assert (one.columns, one.rows) == ({"z": ["t.a IDENTITY"]}, ["t.* FILTER 0.3"])
    assert one.doubts == ["*"]


def test_a_filter_of_an_aggregate_looks_at_all_of_them_for_each(tell: Tell) -> None:
    (one,) = tell("SELECT sum(COLUMNS('a|b')) FILTER (WHERE COLUMNS('a|b') > 1) FROM t", "duckdb", SCHEMA)
    both = ["t.a CONDITIONAL", "t.b CONDITIONAL"]
    assert one.columns == {name: sorted([f"t.{name} AGGREGATION", *both]) for name in "ab"}


def test_a_column_by_its_place_is_of_the_tables_but_in_an_order_of_the_outputs(tell: Tell) -> None:
    (one,) = tell("SELECT c, #2 + 1 AS z, #1 FROM t ORDER BY #1", "duckdb", SCHEMA)
    assert one.columns == {"c": ["t.c IDENTITY"], "z": ["t.b TRANSFORMATION"], "a": ["t.a IDENTITY"]}
    assert one.rows == ["t.c SORT"]


def test_an_order_by_chosen_columns_is_by_all_of_them(tell: Tell) -> None:
    (one,) = tell("SELECT a FROM t ORDER BY COLUMNS('b|c')", "duckdb", SCHEMA)
    assert one.rows == ["t.b SORT", "t.c SORT"]


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ("#2 + #3 AS z", {"z": ["t.b TRANSFORMATION", "t.c TRANSFORMATION"]}),
        ("(#2) AS z", {"z": ["t.b IDENTITY"]}),
        ("COLUMNS('a|b') + #3", {name: sorted([f"t.{name} TRANSFORMATION", "t.c TRANSFORMATION"]) for name in "ab"}),
    ],
)
def test_columns_by_their_places_are_values_like_others(tell: Tell, value: str, columns: dict[str, list[str]]) -> None:
    (one,) = tell(f"SELECT {value} FROM t", "duckdb", SCHEMA)
    assert (one.columns, one.doubts) == (columns, [])


def test_a_place_that_is_not_known_may_be_any_column(tell: Tell) -> None:
    """By hand: nobody knows which column of t is the second."""
    (one,) = tell("SELECT #2 + 1 AS z FROM t", "duckdb")
    assert (one.columns, one.doubts) == ({"z": ["t.* TRANSFORMATION 0.3"]}, ["*"])
