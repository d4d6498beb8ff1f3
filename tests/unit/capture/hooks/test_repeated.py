"""Statements that a run executes again and again: nothing is lost by not looking at them each time.

How often one is looked at is counted at ``database._executed``; what has to be there is written by hand.
"""

import contextlib
import contextvars
import json
import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.capture.hooks import database, earlier
from driftline.capture.hooks.addresses import Place
from driftline.capture.program import sites
from driftline.capture.runs import transactions
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


@pytest.fixture(autouse=True)
def _another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test has written is not known here."""
    monkeypatch.setattr(earlier, "newest", {})


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were looked at."""
    found: list[str] = []
    original = database._executed

    def executed(ran: Any, *rest: Any) -> None:
        found.append(ran.text)
        original(ran, *rest)

    monkeypatch.setattr(database, "_executed", executed)
    return found


@pytest.fixture
def shop(watched: MemorySink) -> Iterator[sqlite3.Connection]:
    """A database with a table of two columns, which nobody was seen to write."""
    with contextlib.closing(sqlite3.connect("shop.db")) as connection:
        connection.executescript("create table t (a int, b text); insert into t values (0, 'x');")
        earlier.newest.clear()
        yield connection


def test_a_statement_in_a_loop_is_looked_at_once(shop: sqlite3.Connection, looked: list[str]) -> None:
    with driftline.run("job") as run:
        for number in range(50):
            shop.execute("select b from t where a = ?", (number,)).fetchall()
        for number in range(50):
            shop.execute("insert into t values (?, 'y')", (number,))
        shop.commit()
        for number in range(50):
            shop.execute(f"insert into t values ({number}, '{number}')" if number % 2 else "update t set b = 'z'")
        shop.commit()
    assert len(looked) <= 4 + 25  # texts with another number are other ones: only what stands in quotes is taken out
    assert names(run) == (["t"], ["t"])


def test_texts_that_differ_in_what_stands_in_quotes_are_looked_at_once(
    shop: sqlite3.Connection, looked: list[str]
) -> None:
    with driftline.run("job") as run:
        for number in range(50):
            shop.execute(f"insert into t values (1, 'no. {number}')")
        shop.commit()
    assert len(looked) == 1
    assert names(run) == ([], ["t"])


def test_two_databases_of_one_server_are_two(watched: MemorySink) -> None:
    one, other = (Place("postgres://db:5432", "postgres", name, "public") for name in ("one", "other"))
    with driftline.run("job") as run:
        for place in (one, other, one, other):
            database.statement(run, place, "insert into t values (1)")
            database.statement(run, place, "select a from s")
    assert names(run) == (["one.public.s", "other.public.s"], ["one.public.t", "other.public.t"])


def test_what_is_defined_has_statements_looked_at_anew(shop: sqlite3.Connection, looked: list[str]) -> None:
    text = "select * from t"
    with driftline.run("job") as run:
        for _ in range(2):
            for _ in range(3):
                shop.execute(text)
            shop.execute("alter table t add column c int")
            shop.execute(text)
            shop.execute("drop view if exists v")
            shop.execute("create view v as select a from t")
            shop.execute(text)
            shop.execute("alter table t drop column c")
    assert looked.count(text) == 6
    assert [field.name for field in run.inputs[0].fields or ()] == ["a", "b"]


def test_a_column_that_somebody_else_has_added_is_seen_in_the_result(
    shop: sqlite3.Connection, looked: list[str]
) -> None:
    with contextlib.closing(sqlite3.connect("shop.db")) as other, driftline.run("job"):
        for _ in range(3):
            shop.execute("select * from t").fetchall()
        sqlite3.Cursor(other).execute("alter table t add column c int")  # past the hooks, as another process would
        for _ in range(3):
            shop.execute("select * from t").fetchall()
    assert looked.count("select * from t") == 2


def test_a_table_that_was_written_since_is_read_anew(shop: sqlite3.Connection, looked: list[str]) -> None:
    text = "select a from t"
    with contextlib.closing(sqlite3.connect("shop.db")) as other, driftline.run("reader") as run:
        shop.execute(text).fetchall()
        with driftline.run("writer") as writer:
            other.execute("insert into t values (7, 'y')")
            other.commit()
        for _ in range(3):
            shop.execute(text).fetchall()
    assert looked.count(text) == 2
    assert [one.version for one in run.inputs] == ["", writer.outputs[0].version]


def test_rows_of_a_transaction_that_is_open_are_held_once(shop: sqlite3.Connection) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into t values (1, 'y')")
        for _ in range(500):
            shop.execute("select b from t").fetchall()
            shop.execute("insert into t select a, b from t where a = 5")
        (held,) = [one for _, one in transactions._open.values()]
        assert len(held.held) < 20
        shop.commit()
    assert names(run) == (["t"], ["t"])


def test_what_was_taken_back_is_recorded_when_it_is_done_again(shop: sqlite3.Connection, looked: list[str]) -> None:
    text = "insert into t values (?, 'y')"
    with driftline.run("job") as run:
        for _ in range(3):
            shop.execute(text, (1,))
        shop.rollback()
        assert run.outputs == ()
        for _ in range(3):
            shop.execute(text, (1,))
        shop.commit()
    assert looked.count(text) == 2
    assert names(run) == ([], ["t"])


def test_what_a_savepoint_has_taken_back_is_recorded_when_it_is_done_again(shop: sqlite3.Connection) -> None:
    with driftline.run("job") as run:
        shop.execute("begin")
        shop.execute("savepoint one")
        for _ in range(3):
            shop.execute("insert into t values (1, 'y')")
            shop.execute("select b from t").fetchall()
        shop.execute("rollback to one")
        for _ in range(3):
            shop.execute("insert into t values (1, 'y')")
        shop.execute("commit")
    assert names(run) == ([], ["t"])


def test_a_file_that_is_written_meanwhile_is_written_until_then(shop: sqlite3.Connection, looked: list[str]) -> None:
    with driftline.run("job") as run, open("out.pkl", "wb") as file:
        pickle.dump([1], file)
        shop.execute("select a from t").fetchall()
        (output,) = run.trace.outputs
        before = output.until_ns
        shop.execute("select a from t").fetchall()
        assert output.until_ns > before > 0
    assert looked == ["select a from t"]


def test_each_place_that_reads_is_known(shop: sqlite3.Connection) -> None:
    def ask() -> Any:
        return shop.execute("select b from t").fetchall()

    before = len(sites._reads)
    with driftline.run("job"):
        for _ in range(3):
            ask()
        ask()
    assert len(sites._reads) == before + 2


def test_what_was_read_and_taken_back_is_recorded_when_it_is_read_again(shop: sqlite3.Connection) -> None:
    """A step inside reads what the run around writes, of which the first time is taken back."""
    around = contextvars.copy_context()
    outer = around.run(driftline.run, "outer")
    around.run(outer.__enter__)
    with driftline.run("inner") as run:
        for _ in range(2):
            around.run(shop.execute, "insert into t values (1, 'y')")
            shop.execute("select b from t").fetchall()
            shop.rollback()
        assert run.inputs == ()
        around.run(shop.execute, "insert into t values (1, 'y')")
        shop.commit()
        shop.execute("select b from t").fetchall()
    around.run(outer.__exit__, None, None, None)
    assert names(run) == (["t"], [])
    assert run.inputs[0].version == outer.outputs[0].version


def test_values_that_come_in_another_order_come_to_other_columns(
    shop: sqlite3.Connection, watched: MemorySink, tmp_path: Path
) -> None:
    text = """
with driftline.run("job"):
    for one, other in c.execute("select a, b from s"):
        c.execute("insert into t values (:p, :q)", {"p": one, "q": other})
    for one, other in c.execute("select c, d from r"):
        c.execute("insert into t values (:q, :p)", {"p": one, "q": other})
    c.commit()
with driftline.run("job"), engine.begin() as e:
    for one, other in e.execute(sa.text("select a, b from s")).fetchall():
        e.execute(sa.text("insert into t values (:p, :q)"), {"p": one, "q": other})
    for one, other in e.execute(sa.text("select c, d from r")).fetchall():
        e.execute(sa.text("insert into t values (:q, :p)"), {"p": one, "q": other})
"""
    shop.executescript(
        "create table s (a, b); insert into s values (1, 2); create table r (c, d); insert into r values (3, 4);"
    )
    file, engine = tmp_path / "program.py", sa.create_engine("sqlite:///shop.db")
    file.write_text(text)
    exec(compile(text, str(file), "exec"), {"driftline": driftline, "c": shop, "sa": sa, "engine": engine})
    engine.dispose()
    assert driftline.flush(timeout=20)
    ends = [event.outputs[0] for event in watched.decoded() if event.outputs]
    assert len(ends) == 2
    for one in ends:
        fields = json.loads(bytes(one.facets["columnLineage"]))["fields"]
        found = {name: {each["field"] for each in column["inputFields"]} for name, column in fields.items()}
        assert found == {"a": {"a", "d"}, "b": {"b", "c"}}
