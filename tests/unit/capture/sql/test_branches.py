"""Conditions around statements. Expected edges by hand: what decides whether a statement runs shapes its rows."""

from collections.abc import Callable
from typing import Any

import pytest

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
