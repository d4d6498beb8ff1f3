"""Conditions around statements. Expected edges by hand: what decides whether a statement runs shapes its rows."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql.branches import Branches

Tell = Callable[..., list[Any]]
FILLS = "INSERT INTO m (x) SELECT a FROM t"


def rows(found: list[Any]) -> dict[str | None, list[str]]:
    return {one.target: one.rows for one in found if one.target}


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("tsql", f"IF EXISTS (SELECT 1 FROM c WHERE k = 1) BEGIN {FILLS} END; DELETE FROM n"),
        ("tsql", f"IF EXISTS (SELECT 1 FROM c WHERE k = 1) {FILLS} DELETE FROM n"),
        ("tsql", f"IF (SELECT max(k) FROM c) > 1 PRINT 'a' ELSE {FILLS}; DELETE FROM n"),
        ("tsql", f"DECLARE @v INT = (SELECT k FROM c); WHILE @v > 0 BEGIN SET @w = 1; {FILLS}; END DELETE FROM n"),
        ("tsql", f"IF @a = 1 IF (SELECT k FROM c) > 1 BEGIN BEGIN TRY {FILLS} END TRY BEGIN CATCH END CATCH END "
         "DELETE FROM n"),
        ("tsql", f"IF @a = 1 SET @b = 2 IF (SELECT CASE WHEN 1 = 1 THEN k END FROM c) > 1 {FILLS} DELETE FROM n"),
        ("bigquery", f"IF (SELECT max(k) FROM c) > 1 THEN {FILLS}; END IF; DELETE FROM n WHERE TRUE"),
        ("bigquery", f"WHILE (SELECT max(k) FROM c) > 1 DO {FILLS}; END WHILE; DELETE FROM n WHERE TRUE"),
        ("oracle", "DECLARE v NUMBER; BEGIN SELECT k INTO v FROM c; IF v > 1 THEN NULL; ELSE "
         f"{FILLS}; END IF; DELETE FROM n; END;"),
        ("postgres", f"DO $$ BEGIN IF EXISTS (SELECT 1 FROM c WHERE k) THEN {FILLS}; END IF; DELETE FROM n; END $$"),
        ("mysql", "CREATE PROCEDURE p() BEGIN IF 1 > 2 THEN SELECT 1; ELSEIF (SELECT k FROM c) THEN "
         f"{FILLS}; END IF; DELETE FROM n; END"),
        ("snowflake", f"BEGIN IF (EXISTS (SELECT 1 FROM c WHERE k)) THEN {FILLS}; END IF; DELETE FROM n; END"),
    ],
)  # fmt: skip
def test_what_a_condition_looks_at_decides_about_the_rows_of_its_branch_alone(tell: Tell, name: str, sql: str) -> None:
    assert rows(tell(sql, name)) == {"m": ["c.k CONDITIONAL"], "n": []}


@pytest.mark.parametrize("what", ["COMMIT", "ROLLBACK TRAN", "OPEN k", "USE d;"])
def test_a_statement_that_changes_no_data_ends_its_condition_of_tsql(tell: Tell, what: str) -> None:
    assert rows(tell(f"IF (SELECT k FROM c) > 1 {what} {FILLS}", "tsql")) == {"m": []}


def test_conditions_within_each_other_decide_both(tell: Tell) -> None:
    sql = f"IF (SELECT k FROM c) THEN IF (SELECT z FROM d) THEN {FILLS}; END IF; DELETE FROM n WHERE TRUE; END IF"
    assert rows(tell(sql, "bigquery")) == {"m": ["c.k CONDITIONAL", "d.z CONDITIONAL"], "n": ["c.k CONDITIONAL"]}
    sql = f"IF (SELECT k FROM c) > 1 BEGIN IF (SELECT z FROM d) > 1 {FILLS} ELSE SELECT 1 UPDATE n SET x = 1 END"
    assert rows(tell(sql, "tsql")) == {"m": ["c.k CONDITIONAL", "d.z CONDITIONAL"], "n": ["c.k CONDITIONAL"]}


def test_whether_a_table_is_there_and_a_function_if_are_no_branches(tell: Tell) -> None:
    found = tell(f"DROP TABLE IF EXISTS c {FILLS}", "tsql")
    assert rows(found) == {"m": []}
    (one,) = tell("INSERT INTO m (x) SELECT IF(a, b, 0) FROM t", "mysql")
    assert (one.rows, one.columns) == ([], {"x": ["t.a CONDITIONAL", "t.b IDENTITY"]})


def test_a_procedure_begins_without_the_conditions_before_it(tell: Tell) -> None:
    sql = f"IF (SELECT k FROM c) THEN SELECT 1; CREATE PROCEDURE p() BEGIN {FILLS}; END"
    assert rows(tell(sql, "mysql")) == {"m": []}


@pytest.mark.parametrize(
    "condition", ["1 = (SELECT k FROM c)", "(SELECT k FROM c) = 1", "EXISTS (SELECT 1 FROM c WHERE k = 1)"]
)
def test_statements_without_semicolons_have_each_their_own_conditions(tell: Tell, condition: str) -> None:
    sql = f"CREATE PROC p AS BEGIN DELETE FROM n IF {condition} {FILLS} UPDATE u SET y = 1 END"
    assert rows(tell(sql, "tsql")) == {"n": [], "m": ["c.k CONDITIONAL"], "u": []}


def test_labels_and_branches_stand_before_statements() -> None:
    def opened(text: str) -> str:
        return " ".join(token.text for token in Branches("mysql").opened(sqlglot.tokenize(text)))

    assert opened("l: LOOP DELETE FROM t") == "LOOP DELETE FROM t"
    assert opened("CASE WHEN a THEN DELETE FROM t") == "DELETE FROM t"
    assert opened("WHEN a THEN") == ""
    assert opened("l: LOOP CASE WHEN a THEN DELETE FROM t") == "LOOP CASE WHEN a THEN DELETE FROM t"
    assert opened("CASE WHEN a THEN " * 2_000 + "DELETE FROM t") == "DELETE FROM t"
    assert opened("SELECT a FROM t") == "SELECT a FROM t"


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", f"DO $$ BEGIN CASE WHEN (SELECT max(k) FROM c) > 1 THEN {FILLS}; END CASE; DELETE FROM n; END $$"),
        ("postgres", "DO $$ DECLARE v int; BEGIN SELECT k INTO v FROM c; CASE v WHEN 1 THEN NULL; WHEN 2 THEN v := 1; "
         f"{FILLS}; END CASE; DELETE FROM n; END $$"),
        ("mysql", "CREATE PROCEDURE p() BEGIN DECLARE v INT DEFAULT (SELECT k FROM c); CASE v WHEN 1 THEN BEGIN END; "
         f"ELSE BEGIN {FILLS}; END; END CASE; DELETE FROM n; END"),
        ("oracle", "BEGIN SELECT k INTO v FROM c; CASE WHEN CASE v WHEN 1 THEN 2 END = 2 THEN NULL; ELSE "
         f"{FILLS}; END CASE; DELETE FROM n; END;"),
        ("snowflake", f"BEGIN LET v := (SELECT k FROM c); CASE (v) WHEN 1 THEN {FILLS}; END; DELETE FROM n; END"),
        ("snowflake", "DECLARE v INT; BEGIN SELECT k INTO :v FROM c; CASE WHEN v = 1 THEN SELECT 1; ELSE "
         f"{FILLS}; END CASE; DELETE FROM n; END"),
        ("bigquery", f"CASE (SELECT k FROM c) WHEN 1 THEN {FILLS}; END CASE; DELETE FROM n WHERE TRUE"),
        ("bigquery", "IF FALSE THEN CASE WHEN (SELECT k FROM c) > 1 THEN "
         f"{FILLS}; END CASE; END IF; DELETE FROM n WHERE TRUE"),
        ("databricks", f"BEGIN CASE WHEN (SELECT k FROM c) > 1 THEN {FILLS}; END CASE; DELETE FROM n; END"),
    ],
)  # fmt: skip
def test_what_case_looks_at_decides_about_the_rows_of_its_branches_alone(tell: Tell, name: str, sql: str) -> None:
    assert rows(tell(sql, name)) == {"m": ["c.k CONDITIONAL"], "n": []}


def test_the_branch_of_an_exception_is_none_of_case(tell: Tell) -> None:
    sql = f"BEGIN DELETE FROM n; EXCEPTION WHEN no_data_found THEN NULL; WHEN others THEN {FILLS}; END;"
    (n, m) = tell(sql, "oracle")
    assert (n.doubts, m.rows, m.doubts) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", f"DO $$ BEGIN WHILE (SELECT k FROM c) > 1 LOOP {FILLS}; END LOOP; DELETE FROM n; END $$"),
        ("postgres", f"DO $$ DECLARE v int := (SELECT k FROM c); BEGIN <<l>> FOR i IN 1..v LOOP {FILLS}; END LOOP l; "
         "DELETE FROM n; END $$"),
        ("oracle", "BEGIN SELECT k INTO v FROM c; WHILE v > 1 LOOP LOOP NULL; END LOOP; "
         f"{FILLS}; END LOOP; DELETE FROM n; END;"),
        ("snowflake", f"BEGIN LET v := (SELECT k FROM c); FOR i IN 1 TO 3 DO WHILE (v > 0) DO {FILLS}; END WHILE; "
         "DELETE FROM n; END FOR; END"),
        ("mysql", f"CREATE PROCEDURE p() BEGIN l: WHILE (SELECT k FROM c) DO {FILLS}; END WHILE l; DELETE FROM n; END"),
        ("tsql", f"DECLARE @v int; SELECT @v = k FROM c; IF @v = 1 {FILLS}; DELETE FROM n"),
        ("tsql", f"DECLARE @v int = (SELECT k FROM c); WHILE @v = 1 BEGIN {FILLS} END DELETE FROM n"),
        ("mysql", "CREATE PROCEDURE p() BEGIN SET @v = (SELECT k FROM c); IF @v = 1 THEN "
         f"{FILLS}; END IF; DELETE FROM n; END"),
        ("tsql", "UPDATE c SET z = 1 WHERE k = 2; IF @@ROWCOUNT = 0 "
         f"{FILLS}; DELETE FROM n"),
        ("postgres", f"DO $$ BEGIN PERFORM z FROM c WHERE k = 1; IF NOT FOUND THEN {FILLS}; END IF; DELETE FROM n; "
         "END $$"),
        ("oracle", f"BEGIN DELETE FROM c WHERE k = 2; IF SQL%ROWCOUNT = 0 THEN {FILLS}; END IF; DELETE FROM n; END;"),
    ],
)  # fmt: skip
def test_what_a_loop_asks_decides_about_the_rows_of_its_statements_alone(tell: Tell, name: str, sql: str) -> None:
    found = rows(tell(sql, name))
    assert (found["m"], found["n"]) == (["c.k CONDITIONAL"], [])


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", f"DO $$ DECLARE r record; BEGIN FOR r IN SELECT z FROM c WHERE k LOOP {FILLS}; END LOOP; "
         "DELETE FROM n; END $$"),
        ("oracle", f"BEGIN FOR r IN (SELECT z FROM c WHERE k = 1) LOOP {FILLS}; END LOOP; DELETE FROM n; END;"),
        ("oracle", "DECLARE CURSOR q IS SELECT z FROM c WHERE k = 1; BEGIN OPEN q; LOOP FETCH q INTO v; "
         f"EXIT WHEN q%NOTFOUND; {FILLS}; END LOOP; DELETE FROM n; END;"),
        ("oracle", "DECLARE CURSOR q IS SELECT z FROM c WHERE k = 1; BEGIN OPEN q; FETCH q INTO v; "
         f"WHILE q%FOUND LOOP {FILLS}; FETCH q INTO v; END LOOP; DELETE FROM n; END;"),
        ("mysql", "CREATE PROCEDURE p() BEGIN DECLARE q CURSOR FOR SELECT z FROM c WHERE k = 1; OPEN q; l: LOOP "
         f"FETCH q INTO v; IF done THEN LEAVE l; END IF; {FILLS}; END LOOP; DELETE FROM n; END"),
        ("tsql", "DECLARE q CURSOR FOR SELECT z FROM c WHERE k = 1; OPEN q; FETCH NEXT FROM q INTO @v; "
         f"WHILE @@FETCH_STATUS = 0 BEGIN {FILLS} FETCH NEXT FROM q INTO @v END DELETE FROM n"),
        ("tsql", "DECLARE q CURSOR FOR SELECT z FROM c WHERE k = 1 OPEN q WHILE 1 = 1 BEGIN FETCH NEXT FROM q INTO @v "
         f"IF @@FETCH_STATUS <> 0 BREAK {FILLS} END DELETE FROM n"),
        ("snowflake", "BEGIN LET q CURSOR FOR SELECT z FROM c WHERE k = 1; FOR r IN q DO "
         f"{FILLS}; END FOR; DELETE FROM n; END"),
        ("bigquery", f"FOR r IN (SELECT z FROM c WHERE k = 1) DO {FILLS}; END FOR; DELETE FROM n WHERE TRUE"),
        ("databricks", f"BEGIN FOR r AS SELECT z FROM c WHERE k = 1 DO {FILLS}; END FOR; DELETE FROM n; END"),
    ],
)  # fmt: skip
def test_what_a_loop_goes_through_shapes_the_rows_of_its_statements_alone(tell: Tell, name: str, sql: str) -> None:
    query, *found = tell(sql, name)
    assert query.rows == ["c.k FILTER"]
    assert rows(found) == {"m": ["c.k FILTER"], "n": []}


FOUND = """BEGIN UPDATE u SET z = 1 WHERE q = 2; IF SQL%ROWCOUNT > 0 THEN
    INSERT INTO m (x) SELECT a FROM t; UPDATE w SET r = 1 WHERE g = 3; INSERT INTO n (x) SELECT a FROM t;
    {} INSERT INTO o (x) SELECT a FROM t; END IF; END;"""


@pytest.mark.parametrize(
    ("other", "behind"), [("ELSE", ["u.q CONDITIONAL"]), ("ELSIF SQL%ROWCOUNT > 3 THEN", ["u.q CONDITIONAL"])]
)
def test_whether_a_row_was_found_is_asked_of_what_ran_before_the_branch_and_not_within_it(
    tell: Tell, other: str, behind: list[str]
) -> None:
    found = rows(tell(FOUND.format(other), "oracle"))
    assert found == {
        "u": ["u.q FILTER"],
        "m": ["u.q CONDITIONAL"],
        "w": ["u.q CONDITIONAL", "w.g FILTER"],
        "n": ["u.q CONDITIONAL"],
        "o": behind,
    }


def test_a_later_condition_that_asks_what_was_found_is_about_what_ran_before_all_branches(tell: Tell) -> None:
    sql = FOUND.replace("SQL%ROWCOUNT > 0", "1 = 2").format("ELSIF SQL%ROWCOUNT > 3 THEN")
    assert rows(tell(sql, "oracle"))["o"] == ["u.q CONDITIONAL"]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("oracle", "DECLARE v NUMBER; BEGIN LOOP SELECT max(c.f) INTO v FROM c; EXIT WHEN v > 3; "
                   "INSERT INTO u (a) SELECT o.id FROM o; END LOOP; INSERT INTO t (a) SELECT p.id FROM p; END;"),
        ("mysql", "CREATE PROCEDURE q() BEGIN DECLARE v INT; l: LOOP SELECT max(c.f) INTO v FROM c; "
                  "IF v > 3 THEN LEAVE l; END IF; INSERT INTO u (a) SELECT o.id FROM o; END LOOP; "
                  "INSERT INTO t (a) SELECT p.id FROM p; END"),
        ("postgres", "CREATE FUNCTION q() RETURNS void LANGUAGE plpgsql AS $$ DECLARE v int; BEGIN LOOP "
                     "SELECT max(c.f) INTO v FROM c; CONTINUE WHEN v > 3; INSERT INTO u (a) SELECT o.id FROM o; "
                     "END LOOP; INSERT INTO t (a) SELECT p.id FROM p; END $$"),
        ("tsql", "DECLARE @v INT; WHILE 1 = 1 BEGIN SELECT @v = max(c.f) FROM c; IF @v > 3 BREAK; "
                 "INSERT INTO u (a) SELECT o.id FROM o; END; INSERT INTO t (a) SELECT p.id FROM p;"),
    ],
)  # fmt: skip
def test_what_leaves_a_loop_decides_about_what_follows_in_it_and_not_behind_it(
    tell: Tell, dialect: str, text: str
) -> None:
    found = {one.target: one.rows for one in tell(text, dialect) if one.target is not None}
    assert found == {"u": ["c.f CONDITIONAL"], "t": []}
