"""What a transaction wrote counts when it is committed. Each expected value is what the database itself then holds."""

import contextlib
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg
import pytest
from tests.postgres_server import PostgresServer
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.runs import transactions
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")
Script = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def shop(watched: MemorySink) -> Any:
    with contextlib.closing(sqlite3.connect("shop.db")) as connection:
        connection.executescript("create table a (x int); create table b (x int); create table c (x int)")
        yield connection
    assert fault.counts() == {}


def written(run: driftline.Run) -> list[str]:
    return sorted(one.dataset.name for one in run.outputs)


def test_sqlite_counts_what_was_committed_and_nothing_that_was_rolled_back(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into a values (1)")
        assert written(run) == []
        shop.rollback()
        shop.execute("insert into b values (1)")
        shop.commit()
        assert written(run) == ["b"]
        shop.execute("insert into a values (2)")  # the same statement again, this time to stay
        shop.execute("commit")
        with contextlib.suppress(RuntimeError), shop:
            shop.execute("insert into c values (1)")
            raise RuntimeError
        shop.execute("begin")
        shop.execute("insert into c values (2)")
        shop.execute("rollback")
    assert written(run) == ["a", "b"]
    counts = [shop.execute(f"select count(*) from {name}").fetchone()[0] for name in "abc"]
    assert counts == [1, 1, 0]


def test_with_connection_commits(shop: Any) -> None:
    with driftline.run("job") as run:
        with shop:
            shop.execute("insert into c select x from a")
        assert (names(run), shop.in_transaction) == ((["a"], ["c"]), False)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3 has ``autocommit`` since Python 3.12")
@pytest.mark.parametrize(("kind", "kept"), [(False, "ac"), (True, "cd")])
def test_what_a_call_ends_is_as_autocommit_says(shop: Any, kind: bool, kept: str) -> None:
    """Where it is on a call ends nothing, and a statement its transaction; where it is off the next one has begun."""
    shop.execute("create table d (x int)")
    shop.close()
    more: dict[str, Any] = {"autocommit": kind}
    with contextlib.closing(sqlite3.connect("shop.db", **more)) as connection:
        with driftline.run("job") as run:
            if kind:
                connection.execute("begin")
            with connection:
                connection.execute("insert into a values (1)")
            assert written(run) == ([] if kind else ["a"])
            with contextlib.suppress(RuntimeError), connection:
                connection.execute("insert into b values (1)")
                raise RuntimeError
            connection.commit()
            assert written(run) == ([] if kind else ["a"])
            connection.execute("rollback")
            connection.execute("begin")
            connection.execute("insert into c values (1)")
            if kind:
                connection.rollback()
                connection.execute("insert into d values (1)")
                connection.execute("commit")
            else:
                connection.commit()
                connection.execute("insert into d values (1)")
                connection.rollback()
        assert written(run) == list(kept)
        assert [name for name in "abcd" if connection.execute(f"select * from {name}").fetchall()] == list(kept)


def test_savepoints_of_sqlite_take_back_what_came_after_them(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into a values (1)")
        shop.execute("savepoint one")
        shop.execute("insert into b values (1)")
        shop.execute("rollback to one")
        shop.execute("release one")
        shop.commit()
        shop.execute("savepoint two")  # the outermost one: its release is the commit
        shop.execute("insert into c values (1)")
        shop.execute("release savepoint two")
        assert written(run) == ["a", "c"]


def test_a_script_of_sqlite_is_looked_at_statement_by_statement(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into a values (1)")  # a script commits what was open before it
        shop.executescript("begin; insert into b values (1); rollback; begin; insert into c values (2); commit;")
        assert written(run) == ["a", "c"]
        shop.execute("insert into b values (7)")
        with pytest.raises(sqlite3.OperationalError):
            shop.executescript("insert into nowhere values (1)")
    assert written(run) == ["a", "b", "c"]
    assert shop.execute("select x from b").fetchall() == [(7,)]


def test_a_statement_that_takes_its_transaction_back_by_failing(shop: Any) -> None:
    shop.execute("create unique index one on b (x)")
    with driftline.run("job") as run:
        shop.execute("insert into a values (1)")
        shop.execute("insert into b values (1)")
        with pytest.raises(sqlite3.IntegrityError):
            shop.execute("insert or rollback into b values (1)")
        shop.execute("insert into c values (1)")
        shop.commit()
    assert written(run) == ["c"]


def test_what_is_read_from_an_uncommitted_table_is_a_source_only_where_it_is_committed(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into b select x from a")
        shop.execute("insert into c select x from b")
        shop.commit()
    assert names(run) == (["a"], ["b", "c"])
    with driftline.run("undone") as undone:
        shop.execute("insert into b select x from a")
        shop.execute("insert into c select x from b")
        shop.rollback()
    assert names(undone) == (["a"], [])


def test_a_connection_that_closes_without_a_commit_has_written_nothing(watched: MemorySink) -> None:
    with driftline.run("job") as run:
        with contextlib.closing(sqlite3.connect("shop.db")) as connection:
            connection.execute("create table a as select 1 as x")
            connection.execute("insert into a values (1)")
            connection.execute("create table never as select x from a")
        made = run.outputs
        with contextlib.closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
            connection.execute("create table d as select x from a")
    assert [one.dataset.name for one in made] == ["a"]  # made before the transaction began: the table is there
    assert written(run) == ["a", "d"]


def test_a_block_that_ends_before_the_commit_says_so_and_one_that_fails_has_written_nothing(shop: Any) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into a values (1)")
    shop.commit()
    assert (written(run), run.trace.gaps) == (["a"], {"not committed: a": 1})
    failing = driftline.run("failing")
    with contextlib.suppress(RuntimeError), failing:
        shop.execute("insert into a values (1)")
        raise RuntimeError
    shop.rollback()
    assert (written(failing), failing.trace.gaps) == ([], {"not committed: a": 1})
    assert [found.held for _, found in transactions._open.values()] in ([], [[]])


def test_a_script_that_ends_without_a_commit_has_written_nothing(script: Script, tmp_path: Path) -> None:
    text = (
        "import driftline; driftline.watch('job')\nimport sqlite3\nc = sqlite3.connect('shop.db')\n"
        "c.execute('create table a (x int)'); c.execute('create table b (x int)')\n"
        "with c: c.execute('insert into a values (1)')\nc.execute('insert into b select x from a')\n"
        "c.execute('create table gone as select 1 as x')"
    )
    (event,) = script(text)
    assert sorted(part["name"] for part in event["outputs"]) == ["a"]
    assert event["run"]["facets"]["driftline_gaps"]["gaps"] == {"not committed: b": 1, "not committed: gone": 1}
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert connection.execute("select count(*) from b").fetchone() == (0,)
        assert connection.execute("select name from sqlite_master").fetchall() == [("a",), ("b",)]


def test_sqlalchemy_counts_what_its_transactions_committed(shop: Any) -> None:
    engine = sa.create_engine("sqlite:///shop.db")
    with driftline.run("job") as run:
        with contextlib.suppress(RuntimeError), engine.begin() as connection:
            connection.execute(sa.text("insert into a values (1)"))
            raise RuntimeError
        with engine.connect() as connection:
            connection.execute(sa.text("insert into a values (1)"))  # no commit
        with engine.begin() as connection:
            connection.execute(sa.text("insert into b values (1)"))
            inner = connection.begin_nested()
            connection.execute(sa.text("insert into c values (1)"))
            inner.rollback()
    engine.dispose()
    assert written(run) == ["b"]
    assert [shop.execute(f"select count(*) from {name}").fetchone()[0] for name in "abc"] == [0, 1, 0]


def test_frames_that_are_stored_in_a_transaction_wait_for_it(shop: Any) -> None:
    engine = sa.create_engine("sqlite:///shop.db")
    frame = pd.DataFrame({"x": [1]})
    with driftline.run("job") as run:
        with contextlib.suppress(RuntimeError), engine.begin() as connection:
            frame.to_sql("a", connection, if_exists="append", index=False)
            raise RuntimeError
        frame.to_sql("b", engine, if_exists="append", index=False)
        with engine.begin() as connection:
            frame.to_sql("c", connection, if_exists="append", index=False)
    engine.dispose()
    assert written(run) == ["b", "c"]


def test_a_transaction_of_the_duckdb_module_itself_counts_once_it_is_committed(watched: MemorySink) -> None:
    with driftline.run("job") as run:
        duckdb.begin()
        duckdb.execute("create table undone as select 1 as x")
        duckdb.rollback()
        duckdb.execute("begin")
        duckdb.sql("create table undone_too as select 1 as x")
        duckdb.execute("rollback")
        duckdb.execute("begin")
        duckdb.execute("create table kept as select 1 as x")
        assert written(run) == []
        duckdb.execute("commit")
        duckdb.execute("drop table kept")
    assert written(run) == ["kept"]


def test_duckdb_counts_what_was_committed(watched: MemorySink, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x\n1\n")
    with driftline.run("job") as run, duckdb.connect("d.db") as connection:
        connection.execute("begin")
        connection.execute("create table undone as select * from 'in.csv'")
        connection.execute("rollback")
        connection.begin()
        connection.execute("create table t as select * from 'in.csv'")
        connection.execute("copy t to 'out.csv'")
        assert written(run) == ["out.csv"]  # a file stays, whatever becomes of the transaction
        connection.commit()
        connection.execute(
            "begin transaction; create table two as select 1 as x; rollback; create table last as select 2 as x;"
        )
        connection.execute("create table at_once as select * from t")
        connection.begin()
        connection.execute("create table closed as select 1 as x")
    assert names(run) == (["in.csv"], ["at_once", "last", "out.csv", "t"])
    with duckdb.connect("d.db") as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    assert tables == [("at_once",), ("last",), ("t",)]


def test_psycopg_counts_what_was_committed(watched: MemorySink, postgres: PostgresServer) -> None:
    url = postgres.new_url()
    place = url.rpartition("%3D")[2]
    with psycopg.connect(url, autocommit=True) as connection, driftline.run("job") as run:
        connection.execute("create table a as select 1 as x where false")
        assert written(run)[0].endswith(f".{place}.a")
        for name in "bcde":
            connection.execute(f"create table {name} (x int)")
    with driftline.run("job") as run:
        with contextlib.suppress(RuntimeError), psycopg.connect(url) as connection:
            connection.execute("insert into a values (1)")
            raise RuntimeError
        with psycopg.connect(url) as connection:
            connection.execute("insert into b values (1)")
            with contextlib.suppress(RuntimeError), connection.transaction():
                connection.execute("insert into c values (1)")
                raise RuntimeError
        with psycopg.connect(url, autocommit=True) as connection:
            with connection.transaction():
                connection.execute("insert into d values (1)")
            with connection.transaction(force_rollback=True):
                connection.execute("insert into e values (1)")
    assert [name.rpartition(".")[2] for name in written(run)] == ["b", "d"]
    with psycopg.connect(url) as connection:
        rows = [connection.execute(f"select count(*) from {name}").fetchone() for name in "abcde"]
    assert rows == [(0,), (1,), (0,), (1,), (0,)]


def test_sqlalchemy_over_psycopg_counts_what_was_committed(watched: MemorySink, postgres: PostgresServer) -> None:
    engine = sa.create_engine(postgres.new_url().replace("postgresql://", "postgresql+psycopg://"))
    with driftline.run("job") as run:
        with engine.begin() as connection:
            connection.execute(sa.text("create table a as select 1 as x"))
        with contextlib.suppress(RuntimeError), engine.begin() as connection:
            connection.execute(sa.text("create table never as select x from a"))
            raise RuntimeError
        with engine.begin() as connection:
            inner = connection.begin_nested()
            connection.execute(sa.text("create table undone as select x from a"))
            inner.rollback()
            connection.execute(sa.text("create table kept as select x from a"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("create table at_once as select x from a"))
    found = sa.inspect(engine).get_table_names()
    engine.dispose()
    assert [name.rpartition(".")[2] for name in written(run)] == sorted(found) == ["a", "at_once", "kept"]


# What DuckDB keeps of such a transaction depends on its version and on the kind of error: it is asked what is there.
@pytest.mark.parametrize("commit", ["statement", "call"])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into k values (1), (1)",
        "insert into t values ('x')",
        "select * from nowhere",
        "create table bad syntax here",
        "select 1",
    ],
)
def test_duckdb_takes_back_a_transaction_in_which_a_statement_has_failed(
    watched: MemorySink, statement: str, commit: str
) -> None:
    with duckdb.connect("d.db") as connection, driftline.run("job") as run:
        connection.execute("create table k (a int primary key)")
        connection.begin()
        connection.execute("create table t as select 1 as x")
        with contextlib.suppress(duckdb.Error):
            connection.execute(statement)
        if commit == "call":
            connection.commit()
        else:
            connection.execute("commit")
        there = connection.execute("select table_name from duckdb_tables() where table_name = 't'").fetchall()
        connection.execute("create table after as select 1 as x")
    assert written(run) == ["after", *(name for (name,) in there)]
    assert driftline.flush()
    event = watched.decoded()[-1]
    assert b"not committed" not in bytes((event.run.facets if event.run else {}).get("driftline_gaps", b""))


def test_a_failed_fetch_ends_a_transaction_of_duckdb_as_well(watched: MemorySink) -> None:
    with duckdb.connect("d.db") as connection, driftline.run("job") as run:
        connection.execute("begin")
        connection.execute("create table t as select 1 as x")
        with contextlib.suppress(duckdb.Error):
            connection.sql("select error('x')").fetchall()
        connection.execute("commit")
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
    assert written(run) == []


def test_a_table_that_duckdb_wrote_in_a_transaction_has_a_schema(watched: MemorySink) -> None:
    with duckdb.connect("d.db") as connection, driftline.run("job"):
        connection.execute("create table old (a int)")
        connection.begin()
        connection.execute("create table t as select 1 as x, 'y' as s")
        connection.execute("alter table old add column b varchar")
        connection.execute("insert into old values (1, 'z')")
        connection.commit()
    assert driftline.flush()
    fields = {
        part.name: [(one["name"], one["type"]) for one in json.loads(bytes(part.facets["schema"]))["fields"]]
        for part in watched.decoded()[-1].outputs
    }
    assert fields["t"][0][0] == "x"
    assert [name for name, _ in fields["t"]] == ["x", "s"]
    assert fields["old"] == [("a", "INTEGER"), ("b", "VARCHAR")]


def test_postgresql_takes_back_a_transaction_in_which_a_statement_has_failed(
    watched: MemorySink, postgres: PostgresServer
) -> None:
    url = postgres.new_url()
    with psycopg.connect(url) as connection, driftline.run("job") as run:
        for name, commit in (("a", connection.commit), ("b", lambda: connection.execute("commit"))):
            connection.execute(f"create table {name} as select 1 as x")
            with contextlib.suppress(psycopg.Error):
                connection.execute("insert into nowhere values (1)")
            commit()
        connection.autocommit = True
        with connection.transaction():
            connection.execute("create table c as select 1 as x")
            with contextlib.suppress(psycopg.Error):
                connection.execute("insert into nowhere values (1)")
        with connection.transaction():
            connection.execute("create table d as select 1 as x")
            with contextlib.suppress(psycopg.Error), connection.transaction():
                connection.execute("insert into nowhere values (1)")
        rows = connection.execute("select tablename from pg_tables where schemaname = current_schema()").fetchall()
    assert rows == [("d",)]
    assert [name.rpartition(".")[2] for name in written(run)] == ["d"]
