"""Variables that a script fills from data. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql.assigned import assignments
from driftline.capture.sql.variables import listed

Tell = Callable[..., list[Any]]
MAILS = (
    "DECLARE @id INT, @name VARCHAR(20); DECLARE cur CURSOR FOR SELECT id, name FROM customer WHERE act = 1; OPEN cur; "
    "FETCH NEXT FROM cur INTO @id, @name; WHILE @@FETCH_STATUS = 0 BEGIN "
    "INSERT mail VALUES (@id, 'Dear ' + @name); FETCH NEXT FROM cur INTO @id, @name; END; CLOSE cur; DEALLOCATE cur;"
)


@pytest.mark.parametrize("separator", ["; ", " "])
def test_what_a_cursor_fetches_is_what_its_query_finds(tell: Tell, separator: str) -> None:
    query, insert = tell(MAILS.replace("; ", separator), "tsql", {"mail": ("a", "b")})
    assert (query.columns, query.problem) == ({"id": ["customer.id IDENTITY"], "name": ["customer.name IDENTITY"]}, "")
    assert (insert.target, insert.problem) == ("mail", "")
    assert insert.columns == {"a": ["customer.id IDENTITY"], "b": ["customer.name TRANSFORMATION"]}
    assert insert.rows == ["customer.act FILTER"]  # one mail for each row of the cursor


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("oracle", "DECLARE i NUMBER; n VARCHAR2(9); CURSOR c IS SELECT id, name FROM d.p; BEGIN OPEN c; LOOP "
         "FETCH c INTO i, n; INSERT INTO d.log (a, b) VALUES (i, n); END LOOP; CLOSE c; END;"),
        ("mysql", "CREATE PROCEDURE q() BEGIN DECLARE i INT; DECLARE n TEXT; DECLARE c CURSOR FOR SELECT id, name "
         "FROM d.p; OPEN c; l: LOOP FETCH c INTO i, n; INSERT INTO d.log (a, b) VALUES (i, n); END LOOP; CLOSE c; END"),
        ("oracle", "DECLARE r c%ROWTYPE; CURSOR c IS SELECT id, name FROM d.p; BEGIN OPEN c; LOOP "
         "FETCH c INTO r; INSERT INTO d.log (a, b) VALUES (r.id, r.name); END LOOP; CLOSE c; END;"),
    ],
)  # fmt: skip
def test_so_it_is_in_other_dialects(tell: Tell, name: str, script: str) -> None:
    insert = next(one for one in tell(script, name) if one.target == "d.log")
    assert insert.columns == {"a": ["d.p.id IDENTITY"], "b": ["d.p.name IDENTITY"]}


def test_a_query_that_assigns_has_no_columns_and_its_variable_has_what_is_behind(tell: Tell) -> None:
    query, insert = tell(
        "DECLARE @n INT, @m INT; SELECT @n = COUNT(t.v), @m = t.w FROM t WHERE t.k = 1; "
        "INSERT INTO c (n, m) VALUES (@n, @m + 1)",
        "tsql",
    )
    assert (query.columns, query.rows) == ({}, ["t.k FILTER"])
    assert insert.columns == {"n": ["t.k FILTER", "t.v AGGREGATION"], "m": ["t.k FILTER", "t.w TRANSFORMATION"]}
    assert insert.rows == []  # it is one row whatever the query finds


def test_the_last_assignment_counts_unless_it_may_not_have_happened(tell: Tell) -> None:
    *_, insert = tell("SELECT @n = a FROM t; SELECT @n = b FROM u; INSERT INTO c (n) VALUES (@n)", "tsql")
    assert insert.columns == {"n": ["u.b IDENTITY"]}
    *_, insert = tell(
        "IF @k = 1 SELECT @n = a FROM t; ELSE SELECT @n = b FROM u; INSERT INTO c (n) VALUES (@n)", "tsql"
    )
    assert insert.columns == {"n": ["t.a IDENTITY", "u.b IDENTITY"]}
    *_, insert = tell("SELECT @n = a FROM t; SELECT @n += b FROM u; INSERT INTO c (n) VALUES (@n)", "tsql")
    kept = ["t.a IDENTITY", "t.a TRANSFORMATION", "u.b TRANSFORMATION"]  # where u is empty, it stays as it is
    assert insert.columns == {"n": kept}
    *_, insert = tell("SELECT @n = a FROM t; DECLARE @n INT; INSERT INTO c (n) VALUES (@n)", "tsql")
    assert insert.columns == {"n": []}


@pytest.mark.parametrize("separator", ["; ", "\n"])
def test_a_variable_that_is_set_has_what_is_behind_its_new_value(tell: Tell, separator: str) -> None:
    script = ("DECLARE @n INT", "SET @n = (SELECT max(a) FROM t)", "SET @m = @n + 1", "UPDATE u SET @z = 1, b = c",
              "INSERT INTO c (m) VALUES (@m)")  # fmt: skip
    found = tell(separator.join(script), "tsql")
    assert [(one.target, one.columns) for one in found] == [
        (None, {}),
        ("u", {"b": ["u.c IDENTITY"]}),
        ("c", {"m": ["t.a AGGREGATION"]}),
    ]
    *_, insert = tell("SET @n = (SELECT a FROM t); SET @n = 0; INSERT INTO c (n) VALUES (@n)", "tsql")
    assert insert.columns == {"n": []}


def test_variables_within_each_other_come_to_an_end(tell: Tell) -> None:
    *_, insert = tell(
        "WHILE 1 = 1 BEGIN SELECT @a = @b + x FROM t; SELECT @b = @a + y FROM u; "
        "INSERT INTO c (n, m) VALUES (@a, @b) END",
        "tsql",
    )
    each = ["t.x TRANSFORMATION", "u.y TRANSFORMATION"]
    assert insert.columns == {"n": each, "m": each}


def test_a_variable_within_the_query_of_another_is_followed(tell: Tell) -> None:
    *_, insert = tell(
        "SELECT @k = max(a) FROM t; SELECT @n = b FROM u WHERE u.k = @k; INSERT INTO c (n) VALUES (@n)", "tsql"
    )
    assert insert.columns == {"n": ["t.a FILTER", "u.b IDENTITY", "u.k FILTER"]}


def test_a_comparison_elsewhere_is_no_assignment(tell: Tell) -> None:
    (one,) = tell("SELECT @n = a FROM t", "mysql")
    assert list(one.columns.values()) == [["t.a TRANSFORMATION"]]
    assert assignments(sqlglot.parse_one("SELECT @n = a, b FROM t", read="tsql"), "tsql") == []


def test_the_variables_of_a_list() -> None:
    assert listed(sqlglot.tokenize("INTO @A, b, @c WHILE @d", read="tsql"), 1) == ["@a", "b", "@c"]


def test_a_variable_of_duckdb_has_what_it_was_set_from(tell: Tell) -> None:
    _, one = tell("SET VARIABLE v = (SELECT max(a) FROM t); SELECT b FROM u WHERE c > getvariable('v')", "duckdb")
    assert (one.columns, one.rows) == ({"b": ["u.b IDENTITY"]}, ["t.a FILTER", "u.c FILTER"])
