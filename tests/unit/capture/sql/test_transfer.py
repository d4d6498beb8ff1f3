"""Statements that move files, with the edges that they mean, by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b"), "u": ("k", "x")}


@pytest.mark.parametrize(
    ("dialect", "sql", "target", "columns"),
    [
        ("postgres", "COPY u (k, x) FROM 's3://in/file.csv'", "u", {"*": ["s3://in/file.csv.*"]}),
        ("snowflake", 'COPY INTO u FROM "s3://in/file.csv"', "u", {"*": ["s3://in/file.csv.*"]}),
        ("duckdb", "COPY t TO 'out.parquet'", "out.parquet", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}),
        ("duckdb", "COPY (SELECT a AS p FROM t) TO 'out.csv'", "out.csv", {"p": ["t.a IDENTITY"]}),
        ("snowflake", "COPY INTO u (k, x) FROM (SELECT $2, $1 FROM @stage/f)", "u",
         {"k": ["@stage/f.$2 IDENTITY"], "x": ["@stage/f.$1 IDENTITY"]}),
        ("hive", "LOAD DATA INPATH '/in/x' INTO TABLE t", "t", {"*": ["/in/x.*"]}),
        ("bigquery", "EXPORT DATA OPTIONS (uri = 'gs://out/*.csv', format = 'CSV') AS SELECT a FROM t",
         "gs://out/*.csv", {"a": ["t.a IDENTITY"]}),
    ],
)  # fmt: skip
def test_a_file_goes_into_a_table_and_a_table_or_a_query_into_a_file(
    tell: Callable[..., Any], dialect: str, sql: str, target: str, columns: dict[str, list[str]]
) -> None:
    (one,) = tell(sql, dialect, SCHEMA)
    assert (one.target, one.columns, one.problem) == (target, columns, "")


def test_a_load_without_a_file_moves_nothing(tell: Callable[..., Any]) -> None:
    assert tell("LOAD DATA INTO t (a INT64) FROM FILES (format = 'CSV')", "bigquery", SCHEMA) == []


@pytest.mark.parametrize("name", ["duckdb", "postgres"])
def test_listed_columns_of_a_table_are_copied_to_a_file(tell: Callable[..., list[Any]], name: str) -> None:
    (one,) = tell("COPY d.t (a, b) TO 'y.csv'", name)
    assert (one.target, one.columns) == ("y.csv", {"a": ["d.t.a IDENTITY"], "b": ["d.t.b IDENTITY"]})


def test_copy_into_of_databricks_goes_by_the_names_of_columns(tell: Tell) -> None:
    sql = "COPY INTO m FROM (SELECT _c1 AS b, _c0 AS a FROM 's3://x/in') FILEFORMAT = CSV"
    (one,) = tell(sql, "databricks", {"m": ("a", "b")})
    assert one.columns == {"b": ["s3://x/in._c1 IDENTITY"], "a": ["s3://x/in._c0 IDENTITY"]}
