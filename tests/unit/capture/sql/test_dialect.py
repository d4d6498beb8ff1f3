"""Names per dialect: which spellings are one name. Expected values from the manuals of the databases."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql import dialect
from driftline.errors import BadInput

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("name", "same"),
    [
        # is "A", is a one name with unquoted A; PostgreSQL folds to lower case, Snowflake and Oracle to upper case
        ("postgres", (False, True)), ("redshift", (True, True)), ("snowflake", (True, False)),
        ("oracle", (True, False)), ("duckdb", (True, True)),
        ("tsql", (True, True)), ("spark", (True, True)), ("bigquery", (True, True)),
        ("mysql", (True, True)), ("clickhouse", (True, False)), ("", (True, True)),
    ],
)  # fmt: skip
def test_quoted_and_unquoted_columns_are_compared_as_the_dialect_does(name: str, same: tuple[bool, bool]) -> None:
    from sqlglot import exp

    known = dialect.of(name)
    plain = known.column(exp.to_identifier("A", quoted=False))
    quoted = [known.column(exp.to_identifier(one, quoted=True)) for one in ("A", "a")]
    assert tuple(one == plain for one in quoted) == same


def test_people_and_drivers_have_other_words_for_dialects() -> None:
    assert [dialect.of(word).name for word in ("PostgreSQL", "SparkSQL", "mssql", "MariaDB", "ansi", "Flink")] == [
        "postgres", "spark", "tsql", "mysql", "", "hive",
    ]  # fmt: skip
    with pytest.raises(BadInput, match="no dialect of SQL is called 'cobol'") as caught:
        dialect.of("cobol")
    assert "snowflake" in caught.value.hint


def test_quoted_names_keep_their_case_where_it_counts(tell: Tell) -> None:
    (one,) = tell('SELECT "Name" AS p, Name AS q FROM v', "postgres")
    assert one.columns == {"p": ["v.Name IDENTITY"], "q": ["v.name IDENTITY"]}
    (one,) = tell("SELECT `Name` AS p, name AS q FROM v", "bigquery")
    assert one.columns == {"p": ["v.Name IDENTITY"], "q": ["v.Name IDENTITY"]}  # one column, in its first spelling
    (one,) = tell('SELECT "a" AS p, a AS q FROM v', "snowflake", {"v": ("A", "a")})
    assert one.columns == {"p": ["v.a IDENTITY"], "q": ["v.A IDENTITY"]}


def test_an_alias_may_be_used_by_later_outputs_only_where_the_dialect_lets_it(tell: Tell) -> None:
    sql = "SELECT a + 1 AS x, x * 2 AS y FROM v"
    for name in ("snowflake", "redshift", "databricks", "duckdb", "teradata", "clickhouse"):
        (one,) = tell(sql, name)
        sure = "" if name == "clickhouse" else " 0.8"  # elsewhere a column x of v would come first
        assert one.columns["y"] == [f"v.a TRANSFORMATION{sure}"], name
        (one,) = tell(sql, name, {"v": ("a",)})
        assert one.columns["y"] == ["v.a TRANSFORMATION"], name
    for name in ("postgres", "mysql", "bigquery", "tsql", "trino", "oracle"):
        (one,) = tell(sql, name)
        assert one.columns["y"] == ["v.x TRANSFORMATION"], name


def test_an_alias_of_the_same_name_as_the_column_behind_it_is_the_column(tell: Tell) -> None:
    (one,) = tell("SELECT 'x' || id AS id, id AS first FROM v", "redshift")
    assert one.columns == {"id": ["v.id TRANSFORMATION"], "first": ["v.id IDENTITY"]}


def test_whether_a_dialect_exists_is_told_without_loading_any() -> None:
    assert all(dialect.exists(name) for name in ("postgres", " MSSQL ", "", "duckdb"))
    assert not any(dialect.exists(name) for name in ("unheard-of", "dialect"))
    assert all(dialect.exists(name) for name in dialect.names())


@pytest.mark.parametrize("name", ["tsql", "mysql", "oracle", "snowflake"])
def test_a_column_called_like_its_table_is_a_column_where_tables_are_no_values(tell: Tell, name: str) -> None:
    (one,) = tell("SELECT worth, x FROM dbo.worth ORDER BY worth", name)
    assert one.columns == {"worth": ["dbo.worth.worth IDENTITY"], "x": ["dbo.worth.x IDENTITY"]}
    (one,) = tell("SELECT worth FROM worth", "postgres")  # may be the row
    assert one.columns == {"worth": ["worth.* TRANSFORMATION 0.3"]}
