"""Values that a script computes, and where they go. Expected words and edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import filling

Tell = Callable[..., list[Any]]


def _words(text: str) -> list[Any]:
    return sqlglot.tokenize(text, read="postgres")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("v := a + 1", ("v", "a + 1", False)),
        ("v = a + 1", ("v", "a + 1", False)),
        ("w = a + 1", None),
        ("LET v NUMBER(10, 2) := a", ("v", "a", True)),
        ("LET c CURSOR FOR SELECT a FROM t", None),
        ("SELECT a", None),
    ],
)
def test_a_variable_is_given_a_value(text: str, given: tuple[str, str, bool] | None) -> None:
    found = filling.assignment(_words(text), {"V"})
    said = None if found is None else (found.name, " ".join(one.text for one in found.value), found.declares)
    assert said == given


@pytest.mark.parametrize(
    ("text", "query", "into"),
    [
        ("SELECT a, b INTO v, w FROM t", "SELECT a , b FROM t", ["v", "w"]),
        ("SELECT a INTO STRICT v FROM t", "SELECT a FROM t", ["v"]),
        ("SELECT a FROM t LIMIT 1 INTO @v, @w", "SELECT a FROM t LIMIT 1", ["v", "w"]),
        ("SELECT a FROM (SELECT b INTO c FROM d) e", None, None),
        ("INSERT INTO t SELECT a FROM u", None, None),
    ],
)
def test_into_is_cut_out_of_a_query(text: str, query: str | None, into: list[str] | None) -> None:
    found = filling.filled(_words(text))
    assert (None if found is None else " ".join(one.text for one in found.query)) == query
    assert (None if found is None else [one.name for one in found.into]) == into


def test_an_assignment_behind_begin_or_then_is_a_part_of_its_own() -> None:
    found = filling.parts(_words("IF x THEN v := 1"))
    assert [" ".join(one.text for one in part) for part in found] == ["IF x THEN", "v := 1"]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", "CREATE FUNCTION f() RETURNS void AS $$ DECLARE v int; BEGIN v := (SELECT max(a) FROM t); "
         "INSERT INTO o (x) VALUES (v); END $$ LANGUAGE plpgsql"),
        ("postgres", "DO $$ DECLARE v int; w int; BEGIN SELECT max(a), b INTO STRICT v, w FROM t; "
         "INSERT INTO o (x) VALUES (v); END $$"),
        ("bigquery", "CREATE PROCEDURE p(OUT v INT64) BEGIN SET v = (SELECT max(a) FROM t); "
         "INSERT INTO o (x) VALUES (v); END"),
        ("snowflake", "BEGIN LET v NUMBER(10, 2) := (SELECT max(a) FROM t); INSERT INTO o (x) SELECT :v; END"),
        ("snowflake", "EXECUTE IMMEDIATE $$ DECLARE v INT; BEGIN v := (SELECT max(a) FROM t); "
         "INSERT INTO o (x) SELECT :v; END $$"),
        ("snowflake", "CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS $$ DECLARE v INT; "
         "BEGIN SELECT max(a) INTO :v FROM t; INSERT INTO o (x) SELECT :v; END $$"),
        ("mysql", "SELECT max(a) FROM t INTO @v; INSERT INTO o (x) VALUES (@v)"),
        ("mysql", "CREATE PROCEDURE p() BEGIN DECLARE v INT; SET v = (SELECT max(a) FROM t); "
         "INSERT INTO o (x) VALUES (v); END"),
    ],
)  # fmt: skip
def test_a_value_that_a_script_computes_is_followed_to_where_it_goes(tell: Tell, name: str, sql: str) -> None:
    query, insert = tell(sql, name)
    assert (query.target, query.problem) == (None, "")
    assert ["t.a AGGREGATION"] in query.columns.values()
    assert (insert.target, insert.columns, insert.problem) == ("o", {"x": ["t.a AGGREGATION"]}, "")


@pytest.mark.parametrize(
    "sql", ["SELECT a FROM t INTO OUTFILE '/o.csv' FIELDS TERMINATED BY ','", "SELECT a INTO OUTFILE '/o.csv' FROM t"]
)
def test_a_query_of_mysql_writes_a_file(tell: Tell, sql: str) -> None:
    (one,) = tell(sql, "mysql")
    assert (one.target, one.columns, one.problem) == ("/o.csv", {"a": ["t.a IDENTITY"]}, "")


def test_perform_is_a_query(tell: Tell) -> None:
    (one,) = tell("DO $$ BEGIN PERFORM f(a) FROM t; END $$", "postgres")
    assert (one.columns, one.problem) == ({"f(a)": ["t.a TRANSFORMATION"]}, "")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("v := r.x + 1; INSERT INTO t (a) VALUES (v);", ["u.x TRANSFORMATION"]),
        ("v := v + r.x; END LOOP; LOOP INSERT INTO t (a) VALUES (v);", ["u.x TRANSFORMATION"]),
        ("FOR q IN SELECT b FROM s LOOP v := r.x + q.b; INSERT INTO t (a) VALUES (v); END LOOP;",
         ["s.b TRANSFORMATION", "u.x TRANSFORMATION"]),
    ],
)  # fmt: skip
def test_a_variable_is_filled_from_the_row_that_a_loop_is_at(tell: Tell, body: str, expected: list[str]) -> None:
    told = tell(
        f"CREATE FUNCTION f() RETURNS void AS $$ DECLARE v int := 0; BEGIN FOR r IN SELECT x, y FROM u LOOP {body} "
        "END LOOP; END $$ LANGUAGE plpgsql",
        "postgres",
        {"u": ["x", "y"], "s": ["b"], "t": ["a"]},
    )
    assert told[-1].columns == {"a": expected}
