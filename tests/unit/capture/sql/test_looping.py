"""Rows that a block goes through. Edges by hand: r.a in the loop is the column a of the query behind r."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
QUERY = "SELECT id, v FROM d.o WHERE k = 1"
LOOPS = [
    ("oracle", f"BEGIN FOR r IN ({QUERY}) LOOP {{}}; END LOOP; END;"),
    ("oracle", f"DECLARE CURSOR c IS {QUERY}; BEGIN FOR r IN c LOOP {{}}; END LOOP; END;"),
    ("oracle", f"CREATE PROCEDURE p IS CURSOR c IS {QUERY}; BEGIN FOR r IN c LOOP {{}}; END LOOP; END;"),
    ("postgres", f"DO $$ DECLARE r record; BEGIN FOR r IN {QUERY} LOOP {{}}; END LOOP; END $$"),
    ("postgres", f"DO $$ DECLARE c CURSOR FOR {QUERY}; BEGIN FOR r IN c LOOP {{}}; END LOOP; END $$"),
    ("bigquery", f"FOR r IN ({QUERY}) DO {{}}; END FOR;"),
    ("snowflake", f"DECLARE c CURSOR FOR {QUERY}; BEGIN FOR r IN c DO {{}}; END FOR; END"),
]


@pytest.mark.parametrize(("name", "block"), LOOPS)
def test_a_row_of_a_loop_has_the_columns_of_its_query(tell: Tell, name: str, block: str) -> None:
    query, insert, update = tell(
        block.format("INSERT INTO d.log (a, b) VALUES (r.id, r.v + 1); UPDATE d.p SET w = r.v WHERE p.id = r.id"), name
    )
    assert query.target is None
    assert insert.target == "d.log"
    assert insert.columns == {"a": ["d.o.id IDENTITY"], "b": ["d.o.v TRANSFORMATION"]}
    assert insert.rows == ["d.o.k FILTER"]
    assert (update.target, update.columns) == ("d.p", {"w": ["d.o.v IDENTITY"]})
    assert update.rows == ["d.o.id FILTER", "d.o.k FILTER", "d.p.id FILTER"]


@pytest.mark.parametrize(("name", "block"), LOOPS)
def test_a_column_without_a_name_before_it_is_none_of_the_rows(tell: Tell, name: str, block: str) -> None:
    *_, insert = tell(block.format("INSERT INTO d.log (a) SELECT v FROM d.p"), name)
    assert (insert.columns, insert.rows) == ({"a": ["d.p.v IDENTITY"]}, ["d.o.k FILTER"])


def test_a_table_that_is_called_as_a_row_hides_it(tell: Tell) -> None:
    *_, update = tell(f"BEGIN FOR r IN ({QUERY}) LOOP UPDATE d.p r SET r.w = r.v; END LOOP; END;", "oracle")
    assert (update.columns, update.rows) == ({"w": ["d.p.v IDENTITY"]}, ["d.o.k FILTER"])


def test_a_loop_in_a_loop_knows_the_row_of_the_outer_one(tell: Tell) -> None:
    *_, insert = tell(
        f"BEGIN FOR r IN ({QUERY}) LOOP FOR s IN (SELECT n FROM d.p WHERE p.id = r.id) LOOP "
        "INSERT INTO d.log (a) VALUES (s.n); END LOOP; END LOOP; END;",
        "oracle",
    )
    assert insert.columns == {"a": ["d.p.n IDENTITY"]}
    assert insert.rows == ["d.o.id FILTER", "d.o.k FILTER", "d.p.id FILTER"]


@pytest.mark.parametrize("end", ["", " FOR READ ONLY", " FOR UPDATE OF v"])
def test_a_cursor_reads_its_query(tell: Tell, end: str) -> None:
    (query,) = tell(f"DECLARE c CURSOR LOCAL FAST_FORWARD FOR {QUERY}{end}", "tsql")
    assert query.columns == {"id": ["d.o.id IDENTITY"], "v": ["d.o.v IDENTITY"]}


@pytest.mark.parametrize(
    ("name", "trigger"),
    [
        ("mysql", "CREATE TRIGGER g AFTER UPDATE ON d.o FOR EACH ROW INSERT INTO d.log (a, b) VALUES (OLD.v, NEW.v)"),
        ("oracle", "CREATE OR REPLACE TRIGGER g AFTER UPDATE OF v ON d.o FOR EACH ROW BEGIN "
         "INSERT INTO d.log (a, b) VALUES (:OLD.v, :NEW.v); END;"),
        ("sqlite", "CREATE TRIGGER g AFTER UPDATE ON d.o BEGIN INSERT INTO d.log (a, b) VALUES (old.v, new.v); END"),
        ("tsql", "CREATE TRIGGER g ON d.o AFTER UPDATE AS BEGIN INSERT INTO d.log (a, b) "
         "SELECT Deleted.v, i.v FROM Deleted, inserted i END"),
    ],
)  # fmt: skip
def test_rows_of_a_trigger_are_those_of_its_table(tell: Tell, name: str, trigger: str) -> None:
    *_, insert = tell(trigger, name)
    assert (insert.target, insert.columns) == ("d.log", {"a": ["d.o.v IDENTITY"], "b": ["d.o.v IDENTITY"]})


def test_what_follows_a_trigger_has_no_such_rows(tell: Tell) -> None:
    *_, insert = tell(
        "CREATE TRIGGER g ON d.o AFTER INSERT AS DELETE FROM d.p\nGO\n"
        "CREATE PROCEDURE q AS INSERT INTO d.log (a) SELECT v FROM inserted\nGO\n",
        "tsql",
    )
    assert insert.columns == {"a": ["inserted.v IDENTITY"]}


def test_columns_that_are_called_open_and_close_end_no_statement(tell: Tell) -> None:
    insert, query = tell(
        "BEGIN INSERT INTO d.log (a) SELECT open FROM d.o WHERE close > open SELECT close c FROM d.p OFFSET 1 ROWS "
        "FETCH NEXT 2 ROWS ONLY OPEN cur END",
        "tsql",
    )
    assert (insert.columns, insert.rows) == ({"a": ["d.o.open IDENTITY"]}, ["d.o.close FILTER", "d.o.open FILTER"])
    assert (query.columns, query.problem) == ({"c": ["d.p.close IDENTITY"]}, "")


RESULT = "(SELECT id FROM d.o WHERE k = 1)"


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("postgres", "DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT id FROM d.o WHERE k = 1' "
         "LOOP {}; END LOOP; END $$"),
        ("snowflake", f"BEGIN LET q RESULTSET := {RESULT}; FOR r IN q DO {{}}; END FOR; END"),
        ("snowflake", f"BEGIN LET q RESULTSET := {RESULT}; LET c CURSOR FOR q; FOR r IN c DO {{}}; "
         "END FOR; END"),
        ("snowflake", f"DECLARE q RESULTSET DEFAULT {RESULT}; BEGIN FOR r IN q DO {{}}; END FOR; "
         "END"),
    ],
)  # fmt: skip
def test_rows_of_a_text_and_of_a_result_are_gone_through(tell: Tell, name: str, block: str) -> None:
    query, insert = tell(block.format("INSERT INTO d.log (a) VALUES (r.id)"), name)
    assert (query.rows, query.problem) == (["d.o.k FILTER"], "")
    assert (insert.columns, insert.rows) == ({"a": ["d.o.id IDENTITY"]}, ["d.o.k FILTER"])


def test_a_row_that_nothing_tells_is_in_doubt(tell: Tell) -> None:
    block = (
        "DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE asked LOOP INSERT INTO log (a) VALUES (r.id); END LOOP; END $$"
    )
    *_, insert = tell(block, "postgres")
    assert (insert.columns, insert.doubts) == ({"a": []}, ["r.id"])
