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


@pytest.mark.parametrize(
    ("dialect", "entry", "columns"),
    [
        ("postgres", "XMLTABLE('/r' PASSING t.a COLUMNS p INT PATH 'p', q INT)", ["xmltable.p", "xmltable.q"]),
        ("postgres", "LATERAL XMLTABLE('/r' PASSING a COLUMNS p INT PATH 'p')", ["xmltable.p"]),
        ("postgres", "generate_series(1, t.a)", ["generate_series.generate_series"]),
        ("postgres", "unnest(t.a)", ["unnest.unnest"]),
        ("postgres", "json_each(t.a)", ["json_each.key", "json_each.value"]),
        ("postgres", "load_rows(t.a)", ["load_rows.x"]),
        ("duckdb", "range(t.a)", ["range.range"]),
        ("duckdb", "unnest([t.a])", ["unnest.unnest"]),
    ],
)
def test_a_function_without_an_alias_is_called_by_its_name(
    tell: Tell, dialect: str, entry: str, columns: list[str]
) -> None:
    """By hand: PostgreSQL's documentation, "Table Functions"; DuckDB has been asked for each of its two."""
    (one,) = tell(f"SELECT {', '.join(columns)} FROM t, {entry}", dialect, {"t": ("a", "b")})
    assert one.columns == {name.partition(".")[2]: ["t.a TRANSFORMATION"] for name in columns}


def test_a_table_and_a_function_of_another_dialect_are_not_called_so() -> None:
    parsed: Any = sqlglot.parse_one("SELECT * FROM f(1)", dialect="snowflake")
    assert returning.called(parsed.args["from_"].this, "snowflake") is None
    parsed = sqlglot.parse_one("SELECT * FROM t", dialect="duckdb")
    assert returning.called(parsed.args["from_"].this, "duckdb") is None
