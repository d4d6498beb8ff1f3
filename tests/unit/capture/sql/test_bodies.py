"""Bodies of procedures. What is expected is read off the texts."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import bodies

Tell = Callable[..., list[Any]]


def words(text: str, dialect: str = "oracle") -> list[Any]:
    return sqlglot.tokenize(text, read=dialect)


def test_a_procedure_has_a_body_and_a_table_has_none() -> None:
    assert bodies.is_body(words("CREATE OR REPLACE PROCEDURE p AS BEGIN"))
    assert not bodies.is_body(words("CREATE TABLE t (a int)"))


def test_parameters_and_variables_are_declared() -> None:
    assert bodies.declared(words("CREATE PROCEDURE p (a NUMBER, IN b NUMBER) AS"), body=True) == {"a", "b"}
    assert bodies.declared(words("DECLARE v NUMBER"), body=False) == {"v"}
    assert bodies.declared(words("FOR r IN (SELECT 1) LOOP"), body=False) == {"r"}


def test_one_declare_begins_several_declarations_until_begin() -> None:
    section = bodies.Section()
    told = [
        section.declares(words(one), "oracle")
        for one in ("DECLARE v NUMBER", "n VARCHAR2(9)", "CURSOR c IS SELECT 1", "BEGIN NULL", "n VARCHAR2(9)")
    ]
    assert told == ["", "n", "", "", ""]
    other = bodies.Section()
    assert [other.declares(words(one, "mysql"), "mysql") for one in ("DECLARE v INT", "n INT")] == ["", ""]


def test_texts_of_other_languages_are_no_statements() -> None:
    python = words("CREATE FUNCTION f() LANGUAGE python AS 'select 1'", "postgres")
    assert bodies.texts(python, body=True) == []
    plain = words("CREATE FUNCTION f() LANGUAGE sql AS 'select 1'", "postgres")
    assert "select 1" in [token.text for token in bodies.texts(plain, body=True)]


def test_reset_is_a_statement_of_one_or_two_words() -> None:
    assert bodies.is_reset(words("RESET"))
    assert bodies.is_reset(words("RESET 'a.b'"))
    assert not bodies.is_reset(words("RESET a b c"))


def test_statements_that_touch_no_data_are_no_problem(tell: Tell) -> None:
    """PostgreSQL's documentation, "SQL Commands": none of these reads or writes rows of a table."""
    said = ["LISTEN a", "NOTIFY a, 'b'", "UNLISTEN *", "DEALLOCATE ALL", "CHECKPOINT", "MOVE 3 FROM c", "LOAD 'x'",
            "SECURITY LABEL ON TABLE t IS 'x'", "REASSIGN OWNED BY a TO b", "DISCARD PLANS",
            "CLUSTER t USING i", "ABORT", "CREATE DOMAIN d AS text", "CREATE EXTENSION IF NOT EXISTS hstore",
            "CREATE ROLE r LOGIN", "DROP USER r", "CREATE TYPE r AS RANGE (subtype = text)",
            "CREATE TYPE a.r AS RANGE (subtype = text)", "CREATE POLICY p ON t USING (true)"]  # fmt: skip
    found = tell("; ".join([*said, "INSERT INTO t SELECT a FROM s"]), "postgres")
    assert [(one.target, one.problem) for one in found if one.target or one.problem] == [("t", "")]
    (one,) = tell("CHECKPOINT INSERT INTO t SELECT a FROM s", "tsql")  # whose statements need no semicolon
    assert one.target == "t"


def test_a_procedure_of_tsql_may_be_called_so_for_short(tell: Callable[..., list[Any]]) -> None:
    said = "CREATE OR ALTER PROC p AS SET NOCOUNT ON SELECT a INTO #x FROM t UPDATE u SET b = #x.a FROM #x"
    made, changed = tell(said, "tsql")
    assert (made.target, made.columns, made.problem) == ("#x", {"a": ["t.a IDENTITY"]}, "")
    assert (changed.target, changed.columns) == ("u", {"b": ["#x.a IDENTITY"]})


def test_statements_of_a_package_are_found_one_by_one(tell: Callable[..., list[Any]]) -> None:
    said = (
        "CREATE OR REPLACE PACKAGE BODY k AS PROCEDURE a IS BEGIN INSERT INTO t (x) SELECT y FROM s; END a; "
        "FUNCTION b RETURN NUMBER IS v NUMBER; BEGIN INSERT INTO u (x) SELECT y FROM s; RETURN v; END; END k;"
    )
    assert [(one.target, one.problem) for one in tell(said, "oracle")] == [("t", ""), ("u", "")]


ASKS = "INSERT INTO t (x) SELECT y FROM s WHERE k = "


def test_parameters_of_the_routines_of_a_package_are_no_columns_and_end_with_them(tell: Tell) -> None:
    said = (
        f"CREATE PACKAGE BODY k AS PROCEDURE a(p IN NUMBER) IS BEGIN {ASKS} p; END a; "
        f"PROCEDURE b(q NUMBER) IS n NUMBER; BEGIN {ASKS} q AND l = n; END b; "
        f"FUNCTION c(r NUMBER) RETURN NUMBER IS BEGIN {ASKS} r AND p = q; RETURN 1; END; END k;"
    )
    first, second, third = tell(said, "oracle")
    assert first.rows == ["s.k FILTER"]
    assert second.rows == ["s.k FILTER", "s.l FILTER"]
    assert third.rows == ["s.k FILTER", "s.p FILTER", "s.q FILTER"]


def test_variables_of_a_package_are_those_of_all_its_routines_and_end_with_it(tell: Tell) -> None:
    said = (
        f"CREATE PACKAGE BODY k AS g NUMBER := 1; PROCEDURE a IS BEGIN {ASKS} g; END a; "
        f"PROCEDURE b IS BEGIN {ASKS} g; END b; END k; {ASKS} g;"
    )
    first, second, behind = tell(said, "oracle")
    assert first.rows == second.rows == ["s.k FILTER"]
    assert behind.rows == ["s.g FILTER", "s.k FILTER"]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", "CREATE FUNCTION f(x int) RETURNS int AS 'SELECT 1' LANGUAGE sql"),
        ("bigquery", "CREATE TEMP FUNCTION f(x INT64) AS (x + 1)"),
        ("bigquery", "BEGIN DECLARE x INT64 DEFAULT (SELECT k FROM c); END"),
        ("mysql", "CREATE PROCEDURE p(x INT) BEGIN IF 1 THEN SELECT CASE 1 WHEN 1 THEN 2 END; END IF; END"),
        (
            "mysql",
            "CREATE PROCEDURE p() BEGIN DECLARE x INT; BEGIN SELECT 1; END; END; CREATE PROCEDURE q(z INT) SELECT 1",
        ),
        ("snowflake", "CREATE FUNCTION f(x INT) RETURNS INT AS 'x + 1'"),
        ("snowflake", "DECLARE x INT; BEGIN x := (SELECT k FROM c); END"),
        ("oracle", "CREATE PROCEDURE p(x INT) IS n NUMBER; BEGIN LOOP NULL; END LOOP; END;"),
        ("oracle", "DECLARE x NUMBER; BEGIN SELECT k INTO x FROM c; END;"),
    ],
)
def test_a_parameter_or_variable_ends_with_its_body(tell: Tell, name: str, sql: str) -> None:
    *_, one = tell(f"{sql}; INSERT INTO m (y) SELECT x FROM t", name)
    assert one.columns == {"y": ["t.x IDENTITY"]}


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("bigquery", "DECLARE x INT64; BEGIN SELECT 1; END"),
        ("mysql", "CREATE PROCEDURE p(x INT) BEGIN BEGIN SELECT 1; END; SELECT CASE 1 WHEN 1 THEN 2 END"),
        ("oracle", "DECLARE x NUMBER; n NUMBER; BEGIN IF n = 1 THEN NULL; END IF; CASE n WHEN 1 THEN NULL; END CASE"),
        ("oracle", "CREATE PROCEDURE p IS x NUMBER := 1; n NUMBER; BEGIN NULL"),
        ("oracle", "CREATE TRIGGER z BEFORE INSERT ON t FOR EACH ROW DECLARE x NUMBER; BEGIN NULL"),
        ("snowflake", "BEGIN TRANSACTION; DECLARE x INT; BEGIN SELECT 1"),
    ],
)
def test_a_parameter_or_variable_is_known_in_its_body(tell: Tell, name: str, sql: str) -> None:
    *_, one = tell(f"{sql}; INSERT INTO m (y) SELECT x FROM t", name)
    assert one.columns == {"y": []}


@pytest.mark.parametrize(
    ("name", "declares"),
    [
        ("mysql", "CREATE PROCEDURE p() BEGIN DECLARE a, v INT DEFAULT (SELECT max(k) FROM c)"),
        ("bigquery", "BEGIN DECLARE v INT64 DEFAULT (SELECT max(k) FROM c)"),
        ("snowflake", "DECLARE a INT; v INT DEFAULT (SELECT max(k) FROM c); BEGIN"),
        ("postgres", "DO $$ DECLARE a int; v int := (SELECT max(k) FROM c); BEGIN"),
        ("tsql", "CREATE PROCEDURE p AS BEGIN DECLARE @a INT = 1, @v INT = (SELECT max(k) FROM c)"),
    ],
)
def test_a_variable_has_the_value_of_its_declaration(tell: Tell, name: str, declares: str) -> None:
    named = "@v" if name == "tsql" else "v"
    end = " $$" if "$$" in declares else ""
    ends = "" if declares.endswith("BEGIN") else ";"
    query, insert = tell(f"{declares}{ends} INSERT INTO m (y) VALUES ({named}); END{end}", name)
    assert list(query.columns.values()) == [["c.k AGGREGATION"]]
    assert insert.columns == {"y": ["c.k AGGREGATION"]}
