"""DB-API: what sqlite3 executes, through connections and cursors of any class; psycopg against a real server."""

import contextlib
import gc
import sqlite3
import weakref
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.postgres_server import PostgresServer
from tests.recorded import names
from tests.told_by_code import BEGIN, Script, edges

import driftline
from driftline.capture.ground import fault
from driftline.testing import MemorySink


def test_statements_of_sqlite_are_recorded_with_columns(watched: MemorySink, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect("shop.db")) as connection:
        connection.execute("create table orders (id int, amount real)")
        connection.executemany("insert into orders values (?, ?)", [(1, 2.0), (1, 3.0)])
        with driftline.run("sum") as run:
            cursor = connection.cursor()
            cursor.execute("create table totals as select id, sum(amount) as total from orders group by id")
            assert connection.execute("select total from totals").fetchall() == [(5.0,)]
    assert names(run) == (["orders"], ["totals"])
    assert [(field.name, field.type) for field in run.inputs[0].fields or ()] == [("id", "INT"), ("amount", "REAL")]
    driftline.flush()
    *_, event = [one for one in watched.decoded() if one.job and one.job.name == "sum"]
    assert b'"total":{"inputFields":[{"namespace":"sqlite://shop.db","name":"orders","field":"amount"' in bytes(
        event.outputs[0].facets["columnLineage"]
    )


@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")  # of Python since 3.13
@pytest.mark.parametrize(
    "text",
    [
        "insert into t values (1)",
        "insert into t select a from t",
        "update t set a = a + 1",
        "create temp table u as select a from t",
    ],
)
def test_a_connection_that_its_user_lets_go_of_is_not_kept_open_with_its_lock(watched: MemorySink, text: str) -> None:
    with contextlib.closing(sqlite3.connect("shop.db", timeout=0, isolation_level=None)) as other:
        other.execute("create table t (a int)")
        with driftline.run("job"):
            connection = sqlite3.connect("shop.db", isolation_level=None)
            connection.execute("begin immediate")
            connection.execute(text)
            left = weakref.ref(connection)
            del connection
            gc.collect()  # which it takes without Driftline, too: its statements that are kept refer to it
            assert left() is None
            other.execute("insert into t values (2)")


def test_a_table_that_is_renamed_is_made_of_what_it_was(watched: MemorySink, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect("shop.db")) as connection:
        connection.execute("create table fresh as select 1 as a")
        with driftline.run("swap") as run:
            connection.execute("alter table fresh rename to orders")
            connection.execute("alter table orders add column b int")
    assert names(run) == (["fresh"], ["orders"])
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.job and one.job.name == "swap"]
    assert b'"name":"fresh","field":"a"' in bytes(event.outputs[0].facets["columnLineage"])


def test_a_loop_of_inserts_is_one_version(watched: MemorySink, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection, driftline.run("job") as run:
        connection.execute("create table t (a int)")
        for number in range(50):
            connection.execute("insert into t values (?)", (number,))
        connection.executescript("insert into t values (1); delete from t where a = 3;")
    assert [(one.dataset.namespace, one.dataset.name) for one in run.outputs] == [("sqlite://memory/job", "t")]


def test_rows_errors_and_classes_are_as_before(watched: MemorySink, tmp_path: Path) -> None:
    class Mine(sqlite3.Connection):
        pass

    class MyCursor(sqlite3.Cursor):
        pass

    connection = sqlite3.connect(":memory:", factory=Mine)
    connection.row_factory = sqlite3.Row
    assert isinstance(connection, Mine)
    assert type(connection).__qualname__ == Mine.__qualname__
    with driftline.run("job"):
        row = connection.execute("select 1 as a").fetchone()
        assert row["a"] == 1
        cursor = connection.cursor(MyCursor)
        assert isinstance(cursor, MyCursor)
        assert cursor.execute("select 2") is cursor
        assert next(cursor)[0] == 2
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            connection.execute("select * from nowhere")
        with pytest.raises(TypeError):
            connection.execute()
        with pytest.raises(
            TypeError, match=r"^Connection.execute\(\) takes no keyword arguments$"
        ):  # as of Python 3.11
            connection.execute(sql="select 1")
    connection.close()
    driftline.unwatch()
    plain = sqlite3.connect(":memory:")
    plain.close()
    assert type(plain) is sqlite3.Connection
    plain.close()


def test_who_listens_to_statements_hears_none_of_ours(watched: MemorySink, tmp_path: Path) -> None:
    heard: list[str] = []
    with contextlib.closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
        connection.set_trace_callback(heard.append)
        with driftline.run("job") as run:
            connection.execute("create table t as select 1 as a")
            connection.execute("select * from t")
    assert heard == ["create table t as select 1 as a", "select * from t"]
    assert run.outputs[0].dataset.namespace == "sqlite://shop.db"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_what_makes_text_for_the_user_is_not_called_for_ours(
    watched: MemorySink, tmp_path: Path, encoding: str
) -> None:
    made: list[bytes] = []

    def text(given: bytes) -> str:
        made.append(given)
        return given.decode()

    with contextlib.closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
        connection.execute(f"pragma encoding = '{encoding}'")
        connection.text_factory = text
        with driftline.run("job") as run:
            connection.execute('create table t as select 1 as "größe", 2 as "数量"')
            assert connection.execute("select 'x'").fetchall() == [("x",)]
    assert made == [b"x"]
    assert [field.name for field in run.outputs[0].fields or ()] == ["größe", "数量"]


def test_a_view_of_a_table_that_is_not_there_is_no_failure(watched: MemorySink, tmp_path: Path) -> None:
    """SQLite makes one, and cannot tell its columns."""
    with contextlib.closing(sqlite3.connect("shop.db", isolation_level=None)) as connection, driftline.run("job"):
        for name in ("a", "b", "c"):
            connection.execute(f"create view {name} as select * from missing")
    assert fault.counts() == {}


def _heard_by(connection: sqlite3.Connection, way: str, heard: list[str]) -> None:
    """Listen to a connection, or to nothing where ``heard`` is not to grow any more."""
    if way == "trace":
        connection.set_trace_callback(heard.append)
    elif way == "authorizer":
        connection.set_authorizer(lambda _action, name, *_: heard.append(str(name)) or sqlite3.SQLITE_OK)
    else:
        connection.set_progress_handler(lambda: heard.append("") or 0, 1)


@pytest.mark.parametrize("way", ["trace", "authorizer", "progress"])
def test_a_connection_that_was_there_before_is_asked_where_nobody_listens(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A listener hears what it hears without Driftline; once it is gone, the database is known by its file."""
    monkeypatch.chdir(tmp_path)
    asked = "select a from t"
    with contextlib.closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
        connection.execute("create table t as select 1 as a")
        plain: list[str] = []
        _heard_by(connection, way, plain)
        assert pd.read_sql(asked, connection).a.tolist() == [1]
        driftline.watch()
        watched: list[str] = []
        _heard_by(connection, way, watched)
        with driftline.run("listened"):
            assert pd.read_sql(asked, connection).a.tolist() == [1]
        assert watched == plain
        for end in (connection.set_trace_callback, connection.set_authorizer):
            end(None)
        connection.set_progress_handler(None, 1)
        with driftline.run("not") as run:
            pd.read_sql(asked, connection)
    assert [one.dataset.namespace for one in run.inputs] == ["sqlite://shop.db"]


@pytest.mark.parametrize(
    ("database", "uri", "namespace"),
    [
        (Path("a b.db"), False, "sqlite://a b.db"),
        ("file:a%20b.db?mode=rwc", True, "sqlite://a b.db"),
        ("file:x?mode=memory", True, "sqlite://memory/job"),
        ("", False, "sqlite://memory/job"),
    ],
)
def test_a_connection_is_named_by_its_file(
    watched: MemorySink, tmp_path: Path, database: str, uri: bool, namespace: str
) -> None:
    with contextlib.closing(sqlite3.connect(database, uri=uri)) as connection, driftline.run("job") as run:
        connection.execute("create table t as select 1 as a")
    assert run.outputs[0].dataset.namespace == namespace


def test_psycopg_is_named_by_its_server(watched: MemorySink, postgres: PostgresServer) -> None:
    import psycopg

    from driftline.capture.hooks import addresses

    with psycopg.connect(postgres.new_url()) as connection, driftline.run("job") as run:
        connection.execute("create temporary table a as select 1 as id")
        connection.execute("create temporary table b as select id from a where id > %s", (0,))
        place = addresses.place_of(connection)
    assert place is not None
    assert place.namespace.startswith("postgres://")
    assert [one.dataset.name.rsplit(".", 1)[-1] for one in run.outputs] == ["a", "b"]


@pytest.mark.parametrize("module", ["IPython.core.history", "huey.storage"])
def test_what_a_notebook_or_a_queue_keeps_for_itself_is_no_data(
    watched: MemorySink, tmp_path: Path, module: str
) -> None:
    shell: dict[str, Any] = {"__name__": module, "sqlite3": sqlite3}
    with driftline.run("job") as run:
        exec("made = sqlite3.connect('history.sqlite')", shell)
        shell["made"].execute("create table history (line int)")
        shell["made"].close()
    assert run.outputs == ()
    assert type(shell["made"]) is sqlite3.Connection


FILLED = """\
import csv, json, sqlite3
con = sqlite3.connect("shop.db")
con.execute("CREATE TABLE orders (id INTEGER, amount REAL, plan TEXT)")
con.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(n, n * 1.5 % 37, "abc"[n % 3]) for n in range(60)])
con.execute("CREATE TABLE towns (oid INTEGER, city TEXT)")
con.executemany("INSERT INTO towns VALUES (?, ?)", [(n, f"{n * 7 % 41}") for n in range(60)])
con.commit()
"""


def test_rows_that_are_fetched_and_written_have_the_columns_of_their_select(script: Script) -> None:
    events = script(BEGIN + FILLED + (
        """rows = con.execute("SELECT id, amount * 2 AS twice FROM orders WHERE plan = 'a'").fetchall()\n"""
        'with open("rows.csv", "w", newline="") as file:\n'
        "    writer = csv.writer(file)\n"
        '    writer.writerow(["key", "double"])\n'
        "    writer.writerows(rows)\n"
        "con.row_factory = sqlite3.Row\n"
        "towns = []\n"
        'for row in con.execute("SELECT * FROM orders JOIN towns ON oid = id"):\n'
        '    towns.append({"town": row["city"].upper(), "half": row["amount"] / 2})\n'
        'json.dump(towns, open("towns.json", "w"))\n'
        "cur = con.cursor()\n"
        'cur.execute("SELECT count(*), plan, max(amount) FROM orders GROUP BY plan")\n'
        'pd.DataFrame(cur.fetchall(), columns=["n", "plan", "most"]).to_csv("plans.csv", index=False)\n'
    ))  # fmt: skip
    rows = edges(events, "rows.csv")
    assert rows["key"] == {("orders", "id", "IDENTITY", 0.9)}
    assert rows["double"] == {("orders", "amount", "TRANSFORMATION", 0.9)}
    towns = edges(events, "towns.json")
    assert towns["town"] == {("towns", "city", "TRANSFORMATION", 0.9)}
    assert towns["half"] == {("orders", "amount", "TRANSFORMATION", 0.9)}
    plans = edges(events, "plans.csv")
    assert plans["plan"] == {("orders", "plan", "IDENTITY", 0.9)}
    assert plans["most"] == {("orders", "amount", "AGGREGATION", 0.9)}
    assert "n" not in plans


def test_rows_that_are_fetched_and_inserted_have_the_columns_of_their_select(script: Script) -> None:
    events = script(BEGIN + FILLED + (
        'con.execute("CREATE TABLE copy (a INTEGER, b REAL)")\n'
        'for key, amount in con.execute("SELECT id, amount FROM orders").fetchall():\n'
        '    con.execute("INSERT INTO copy VALUES (?, ?)", (key, amount + 1))\n'
        "con.commit()\n"
    ))  # fmt: skip
    copy = edges(events, "copy")
    assert copy["a"] == {("orders", "id", "IDENTITY", 0.9)}
    assert copy["b"] == {("orders", "amount", "TRANSFORMATION", 0.9)}


@pytest.mark.parametrize("aside", [False, True])
def test_what_was_read_in_memory_counts_though_it_was_never_committed(watched: MemorySink, aside: bool) -> None:
    """Nothing is left of it either way; of a file that is attached nothing counts without a commit."""
    with contextlib.closing(sqlite3.connect("there.db")) as made:
        made.executescript("create table s (a); insert into s values (1); create table kept (a)")
    with driftline.run("job") as run, contextlib.closing(sqlite3.connect(":memory:")) as connection:
        if aside:
            connection.execute("attach 'there.db' as f")
            connection.execute("insert into f.kept select a from f.s")
        connection.execute("create table t (a)")
        connection.execute("insert into t values (1)")
    assert [one.dataset.name for one in run.outputs] == ([] if aside else ["t"])
