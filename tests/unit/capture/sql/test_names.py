"""Which source a table expression names. Expected values by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from driftline.capture.sql import dialect
from driftline.capture.sql.names import Name, name_of
from driftline.capture.sql.relation import Source


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("bigquery", "`p.d.events_20230101`", "p.d.events_*"),
        ("bigquery", "`p.d.events_2023*`", "p.d.events_*"),
        ("bigquery", "`p.d.events_*`", "p.d.events_*"),
        ("bigquery", "`p.d.t$20230101`", "p.d.t"),
        ("bigquery", "`my-project`.d.T", "my-project.d.T"),
        ("postgres", 'Sales."Orders"', "sales.Orders"),
        ("snowflake", "db.Sales.t", "db.Sales.t"),
        ("tsql", "[my schema].[t]", "my schema.t"),
        ("tsql", "#t", "#t"),
        ("tsql", "@t", "@t"),
        ("snowflake", "IDENTIFIER('db.s.t')", "db.s.t"),
        ("databricks", "IDENTIFIER('c.s.t')", "c.s.t"),
    ],
)
def test_tables_have_their_name(name: str, table: str, expected: str) -> None:
    node = sqlglot.parse_one(f"SELECT * FROM {table}", read=name).find(exp.Table)
    found = name_of(node, dialect.of(name))
    assert isinstance(found, Name)
    assert found.dotted == expected
    assert found.temporary == (expected[0] in "#@")


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("databricks", "parquet.`s3://in/x/`", ("s3://in/x/",)),
        ("duckdb", "'in/x.parquet'", ("in/x.parquet",)),
        ("duckdb", "read_csv(['a.csv', 'b.csv'])", ("a.csv", "b.csv")),
        ("snowflake", "@stage", ("@stage",)),
    ],
)
def test_files_have_their_paths(name: str, table: str, expected: tuple[str, ...]) -> None:
    node = sqlglot.parse_one(f"SELECT * FROM {table}", read=name).find(exp.Table)
    assert name_of(node, dialect.of(name)) == Source("file", expected)


def test_a_table_may_be_named_by_a_text() -> None:
    node = sqlglot.parse_one("SELECT * FROM TABLE('s.t')", read="snowflake").find(exp.TableFromRows)
    found = name_of(node, dialect.of("snowflake"))
    assert isinstance(found, Name)
    assert found.dotted == "s.t"
    other = sqlglot.parse_one("SELECT * FROM TABLE($name)", read="snowflake").find(exp.TableFromRows)
    assert name_of(other, dialect.of("snowflake")) is None


def test_functions_of_clickhouse_read_and_write_files(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT a FROM s3Cluster('c', 'https://b/x.csv', 'CSV')", "clickhouse")
    assert one.columns == {"a": ["https://b/x.csv.a IDENTITY"]}
    (one,) = tell("INSERT INTO FUNCTION file('o.csv') SELECT a FROM t", "clickhouse")
    assert (one.target, one.columns, one.doubts) == ("o.csv", {"a": ["t.a IDENTITY"]}, [])
    (one,) = tell("SELECT a FROM file('o.csv')", "postgres")
    assert one.columns == {"a": []}


def test_changes_of_a_table_are_read_from_it(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT a FROM table_changes('c.t', 1, 2)", "databricks")
    assert one.columns == {"a": ["c.t.a IDENTITY"]}
