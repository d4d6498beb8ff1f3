"""What stands in the tree of a statement. Expected by hand, from the text."""

from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from driftline.capture.sql import clauses

SQLGLOT = tuple(map(int, sqlglot.__version__.split(".")[:2]))


def tree(sql: str, dialect: str = "") -> Any:
    return sqlglot.parse_one(sql, read=dialect or None)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("CREATE TABLE t AS SELECT 1", "CREATE TABLE"),
        ("DROP VIEW v", "DROP VIEW"),
        ("SELECT 1 UNION SELECT 2", "SELECT"),
        ("TRUNCATE TABLE t", "TRUNCATE"),
        ("INSERT INTO t SELECT 1", "INSERT"),
        ("deallocate cur", "DEALLOCATE"),
    ],
)
def test_a_statement_is_called_by_its_first_words(sql: str, kind: str) -> None:
    assert clauses.kind_of(tree(sql)) == kind


def test_columns_that_are_listed_behind_a_table() -> None:
    assert clauses.listed(tree("INSERT INTO t (a, b) SELECT 1, 2").this) == ("a", "b")
    assert clauses.listed(tree("CREATE TABLE t (a INT, PRIMARY KEY (a))").this) == ("a",)
    assert clauses.listed(tree("INSERT INTO t SELECT 1").this) == ()


def test_columns_that_no_insert_fills_are_those_without_a_type_of_their_own() -> None:
    made = tree("CREATE TABLE t (a INT, C AS (a * 2), d INT DEFAULT 1)", "tsql")
    assert clauses.computed(made.this) == {"c"}
    assert clauses.computed(made.this.this) == frozenset()


def test_the_table_that_a_query_goes_into() -> None:
    found = clauses.into_of(tree("SELECT a INTO n FROM t UNION SELECT b FROM u", "tsql"))
    assert found.this.name == "n"
    assert clauses.into_of(tree("SELECT a FROM t")) is None


def test_partitions_with_a_value_and_those_that_the_query_fills() -> None:
    inside = tree("INSERT OVERWRITE TABLE u PARTITION (k = '1', y) SELECT a FROM t", "hive")
    assert clauses.partition(inside.find(exp.Partition)) == (["k"], ["y"])
    assert clauses.partition(None) == ([], [])


def test_what_ends_with_its_session_and_what_is_made_like_something() -> None:
    assert clauses.temporary(tree("CREATE TEMPORARY TABLE t AS SELECT 1"))
    assert not clauses.temporary(tree("CREATE TABLE t AS SELECT 1"))
    assert clauses.like(tree("CREATE TABLE n CLONE u", "snowflake")).name == "u"
    assert clauses.like(tree("CREATE TABLE n LIKE u", "mysql")).name == "u"
    assert clauses.like(tree("CREATE TABLE n (a INT)")) is None


@pytest.mark.xfail(SQLGLOT < (30, 30), reason="sqlglot cannot parse these options before 30.30", strict=True)
def test_a_view_over_files_comes_from_these() -> None:
    tree = sqlglot.parse_one("CREATE TEMPORARY VIEW v USING csv OPTIONS (path '/d/x.csv', header 'true')", read="spark")
    assert clauses.path(tree).this.name == "/d/x.csv"
    assert clauses.path(sqlglot.parse_one("CREATE TABLE v (a INT) USING csv", read="spark")) is None


@pytest.mark.parametrize("word", ["TEMPORARY", "VOLATILE"])
def test_a_table_of_a_session_is_temporary(word: str) -> None:
    tree = sqlglot.parse_one(f"CREATE {word} TABLE v AS (SELECT a FROM t) WITH DATA", read="teradata")
    assert clauses.temporary(tree)


@pytest.mark.parametrize(
    ("name", "sql", "file"),
    [
        ("databricks", "CREATE TABLE t USING DELTA LOCATION 's3://b/t'", "s3://b/t"),
        ("bigquery", "CREATE EXTERNAL TABLE t OPTIONS (format = 'CSV', uris = ['gs://b/*'])", "gs://b/*"),
    ],
)
def test_a_table_without_columns_has_those_of_its_files(name: str, sql: str, file: str) -> None:
    assert clauses.path(sqlglot.parse_one(sql, read=name)).this.name == file


@pytest.mark.parametrize(
    ("sql", "alone"),
    [
        ("SELECT a FROM t ORDER BY b", True),
        ("SELECT a FROM t UNION SELECT a FROM u ORDER BY a", True),
        ("SELECT a FROM t", False),
        ("SELECT a FROM t ORDER BY b LIMIT 3", False),
        ("SELECT a FROM t ORDER BY b OFFSET 3", False),
        ("SELECT a FROM t ORDER BY b FETCH FIRST 3 ROWS ONLY", False),
        ("SELECT DISTINCT ON (a) a, c FROM t ORDER BY a, b", False),
        ("SELECT a, ROW_NUMBER() OVER (PARTITION BY c) FROM t ORDER BY b", False),
        ("SELECT a FROM (SELECT a, b FROM t ORDER BY b) AS s ORDER BY a", False),
    ],
)
def test_an_order_that_takes_no_rows(sql: str, alone: bool) -> None:
    assert clauses.orders_alone(tree(sql)) is alone
