"""What a statement puts into variables. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql.assigned import assigned, assignments, into_variables

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("tsql", "DECLARE @n INT = (SELECT max(t.a) FROM t); INSERT INTO u (x) SELECT w.b + @n FROM w"),
        ("tsql", "DECLARE @n INT; SET @n = (SELECT max(t.a) FROM t); INSERT INTO u (x) SELECT w.b + @n FROM w"),
        ("mysql", "SET @n = (SELECT max(t.a) FROM t), @m = 3; INSERT INTO u (x) SELECT w.b + @n FROM w"),
        ("mysql", "SELECT @n := max(t.a) FROM t; INSERT INTO u (x) SELECT w.b + @n FROM w"),
        ("mysql", "SELECT max(t.a) INTO @n FROM t; INSERT INTO u (x) SELECT w.b + @n FROM w"),
        ("snowflake", "SET n = (SELECT max(t.a) FROM t); INSERT INTO u (x) SELECT w.b + $n FROM w"),
        ("bigquery", "DECLARE n INT64 DEFAULT (SELECT max(t.a) FROM t); INSERT INTO u (x) SELECT w.b + n FROM w"),
        ("bigquery", "DECLARE n INT64; SET n = (SELECT max(t.a) FROM t); INSERT INTO u (x) SELECT w.b + n FROM w"),
        ("databricks", "DECLARE n INT; SET VAR n = (SELECT max(t.a) FROM t); INSERT INTO u (x) SELECT w.b + n FROM w"),
        ("oracle", "DECLARE m NUMBER; n NUMBER; BEGIN SELECT t.b, max(t.a) INTO m, n FROM t; "
         "INSERT INTO u (x) SELECT w.b + n FROM w; END;"),
        ("mysql", "CREATE PROCEDURE p() BEGIN DECLARE n INT; SELECT max(t.a) INTO n FROM t; "
         "INSERT INTO u (x) SELECT w.b + n FROM w; END"),
        ("postgres", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE m int; n int; BEGIN "
         "SELECT max(t.a) INTO n FROM t; INSERT INTO u (x) SELECT w.b + n FROM w; END $$"),
    ],
)  # fmt: skip
def test_a_later_statement_has_what_a_variable_was_given(tell: Tell, name: str, script: str) -> None:
    (insert,) = (one for one in tell(script, name) if one.target == "u")
    assert insert.columns == {"x": ["t.a AGGREGATION", "w.b TRANSFORMATION"]}


def test_rows_that_are_collected_are_inserted_one_by_one(tell: Tell) -> None:
    head = "DECLARE TYPE l IS TABLE OF o.id%TYPE; ids l; BEGIN SELECT id BULK COLLECT INTO ids FROM o WHERE k = 1; "
    _, insert, other = tell(
        f"{head} FORALL i IN 1..ids.COUNT INSERT INTO archive (id) VALUES (ids(i)); INSERT INTO x (a) VALUES (1); END;",
        "oracle",
    )
    assert (insert.columns, insert.rows) == ({"id": ["o.id IDENTITY"]}, ["o.k FILTER"])
    assert (other.columns, other.rows) == ({"a": []}, [])
    head = "DECLARE TYPE l IS TABLE OF o%ROWTYPE; r l; BEGIN SELECT * BULK COLLECT INTO r FROM o WHERE k = 1; "
    _, insert, other = tell(
        f"{head} FORALL i IN r.FIRST..r.LAST INSERT INTO archive (id, v) VALUES (r(i).id, r(i).w); "
        "INSERT INTO x (a) SELECT b FROM y; END;",
        "oracle",
    )
    assert (insert.columns, insert.rows) == ({"id": ["o.id IDENTITY"], "v": ["o.w IDENTITY"]}, ["o.k FILTER"])
    assert (other.columns, other.rows) == ({"a": ["y.b IDENTITY"]}, [])


def test_a_setting_and_a_table_are_no_variables() -> None:
    def names(text: str, dialect: str, *declared: str) -> list[str]:
        return [one.name for one in assigned(sqlglot.parse_one(text, read=dialect), dialect, declared)]

    assert names("SET n = (SELECT max(a) FROM t)", "hive") == []
    assert names("SET n = (SELECT max(a) FROM t)", "bigquery", "N") == ["n"]
    assert names("SELECT a INTO v FROM t", "postgres") == []
    assert names("SELECT a INTO v FROM t", "postgres", "v") == ["v"]
    assert names('SELECT a INTO "@v" FROM t', "postgres") == []
    assert names("SELECT a FROM t", "oracle") == []
    assert into_variables(None, "oracle", ()) == []


def test_where_rows_are_given_a_comparison_is_none() -> None:
    assert assignments(sqlglot.parse_one("SELECT @n = a FROM t", read="mysql"), "mysql") == []
    assert [name for name, _ in assignments(sqlglot.parse_one("SELECT @n = 1", read="mysql"), "mysql")] == ["@n"]
    assert assignments(sqlglot.parse_one("SELECT @n = a FROM t", read="postgres"), "postgres") == []
