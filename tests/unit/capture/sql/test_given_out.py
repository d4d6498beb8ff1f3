"""OUTPUT of T-SQL. Edges by hand: DELETED and INSERTED are rows of the table that is changed."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import given_out

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("sql", "changed", "target", "columns", "rows"),
    [
        ("DELETE FROM d.o OUTPUT DELETED.id, GETDATE() AS at INTO d.gone (id, at) WHERE k < 1",
         "d.o", "d.gone", {"id": ["d.o.id IDENTITY"], "at": []}, ["d.o.k FILTER"]),
        ("UPDATE d.o SET v = w OUTPUT DELETED.v, INSERTED.v + 1 INTO d.log (was, plus) WHERE k < 1",
         "d.o", "d.log", {"was": ["d.o.v IDENTITY"], "plus": ["d.o.v TRANSFORMATION"]}, ["d.o.k FILTER"]),
        ("INSERT INTO d.o (v) OUTPUT INSERTED.v INTO d.log (v) SELECT w FROM d.p WHERE k < 1",
         "d.o", "d.log", {"v": ["d.o.v IDENTITY"]}, []),
        ("DELETE x OUTPUT DELETED.id, p.name INTO d.gone (id, name) FROM d.o AS x JOIN d.p AS p ON p.id = x.pid",
         "d.o", "d.gone", {"id": ["d.o.id IDENTITY"], "name": ["d.p.name IDENTITY"]},
         ["d.o.pid JOIN", "d.p.id JOIN"]),
        ("MERGE d.o AS t USING (SELECT id, v FROM d.p) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v "
         "OUTPUT $action, INSERTED.id, s.v INTO d.log (did, id, v)",
         "d.o", "d.log", {"did": [], "id": ["d.o.id IDENTITY"], "v": ["d.p.v IDENTITY"]},
         ["d.o.id JOIN", "d.p.id JOIN"]),
    ],
)  # fmt: skip
def test_what_a_change_gives_out_is_an_insert_of_its_own(
    tell: Tell, sql: str, changed: str, target: str, columns: dict[str, list[str]], rows: list[str]
) -> None:
    change, given = tell(sql, "tsql")
    assert (change.target, change.problem) == (changed, "")
    assert (given.target, given.columns, given.rows) == (target, columns, rows)


def test_a_table_variable_that_takes_rows_is_looked_through(tell: Tell) -> None:
    told = tell(
        "DECLARE @gone TABLE (id INT, v INT); DELETE FROM d.o OUTPUT DELETED.id, DELETED.w INTO @gone WHERE k = 1; "
        "INSERT INTO d.log (a, b) SELECT id, v FROM @gone",
        "tsql",
        through=True,
    )
    assert (told[-1].columns, told[-1].rows) == ({"a": ["d.o.id IDENTITY"], "b": ["d.o.w IDENTITY"]}, ["d.o.k FILTER"])


@pytest.mark.parametrize("into", ["", " INTO d.log (v) OUTPUT DELETED.k"])
def test_rows_that_only_go_to_whoever_asked_are_no_statement(tell: Tell, into: str) -> None:
    told = tell(f"DELETE FROM d.o OUTPUT DELETED.v{into} WHERE k = 1", "tsql")
    assert [one.target for one in told] == (["d.o", "d.log"] if into else ["d.o"])
    assert (told[0].rows, told[0].problem) == (["d.o.k FILTER"], "")


def test_a_parameter_and_a_table_called_output_are_no_clause() -> None:
    for sql in ("EXEC p @n OUTPUT", "CREATE PROCEDURE p @n INT OUTPUT AS DELETE FROM [output] WHERE deleted = 1"):
        tokens = sqlglot.tokenize(sql, read="tsql")
        assert given_out.cut(tokens) == (tokens, [])
