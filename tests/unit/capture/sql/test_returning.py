"""Functions that return rows. Expected values by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import returning

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("dialect", "entry", "name"),
    [
        ("", "load_rows()", "load_rows()"),
        ("tsql", "dbo.fn_get(1)", "dbo.fn_get()"),
        ("snowflake", "TABLE(my_db.my_schema.rows_of(1))", "my_db.my_schema.rows_of()"),
        ("oracle", "TABLE(pkg.f(1))", "pkg.f()"),
        ("bigquery", "EXTERNAL_QUERY('link', 'SELECT 1')", "EXTERNAL_QUERY()"),
        ("postgres", "dblink('link', 'SELECT a FROM b') AS q (a int)", "dblink()"),
        ("postgres", "generate_series(1, 2)", ""),
        ("snowflake", "TABLE(GENERATOR(rowcount => 10))", ""),
        ("spark", "range(10)", ""),
        ("trino", "TABLE(sequence(1, 10))", ""),
        ("tsql", "STRING_SPLIT('a,b', ',')", ""),
        ("duckdb", "duckdb_tables()", ""),
        ("snowflake", "IDENTIFIER($name)", "IDENTIFIER(@name)"),
        ("snowflake", "TABLE($name)", "@name"),
        ("duckdb", "t", ""),
    ],
)
def test_a_function_hides_what_it_reads_unless_it_makes_rows_of_its_arguments(
    dialect: str, entry: str, name: str
) -> None:
    tree: Any = sqlglot.parse_one(f"SELECT * FROM {entry}", dialect=dialect)
    assert returning.hidden(tree.args["from_"].this) == name


def test_a_statement_that_reads_through_a_function_says_so_even_where_its_columns_are_named(tell: Tell) -> None:
    (one,) = tell("CREATE VIEW v AS SELECT a FROM dblink('link', 'SELECT a FROM b') AS q (a int)", "postgres")
    assert one.doubts == ["dblink()"]


def test_a_function_of_columns_that_are_read_needs_no_word(tell: Tell) -> None:
    (one,) = tell("CREATE VIEW v AS SELECT q.x FROM t, split_it(t.a) AS q (x)", "postgres", {"t": ("a",)})
    assert one.doubts == []
