"""What SQLite tells of a connection; the tables were made by hand."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from driftline.capture.hooks import sqlite_asked
from driftline.event.lineage import Field


def test_the_columns_of_a_table_are_told_with_their_types() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (a integer, b text)")
        connection.text_factory = lambda text: 1 / 0  # the user's code, which must not be asked
        assert sqlite_asked.columns(connection, "main.t") == (Field("a", "INTEGER"), Field("b", "TEXT"))
        assert sqlite_asked.columns(connection, "nowhere") is None


def test_keys_are_those_of_the_table_and_of_its_unique_indexes() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (a integer primary key, b text, c text, D text unique, e text)")
        connection.execute("create unique index both on t (b, lower(c))")
        connection.execute("create index plain on t (e)")
        assert sqlite_asked.keys(connection, "main.t") == {"a", "b", "d"}
        connection.execute("create table none (a)")
        assert sqlite_asked.keys(connection, "none") == frozenset()
    assert sqlite_asked.keys(None, "t") == frozenset()


def test_a_connection_has_a_file_or_is_in_memory(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert sqlite_asked.file_of(connection) == str(tmp_path / "x.db")
    with closing(sqlite3.connect(":memory:")) as connection:
        assert sqlite_asked.file_of(connection) == ""


def test_a_table_is_asked_for_in_the_database_that_its_name_begins_with() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("""
            create table t (a primary key); insert into t values (1); create table "x.y" (d);
            attach ':memory:' as "o.p"; create table "o.p".t (b unique, c);
            create temp table t (e);
        """)
        connection.text_factory = lambda text: 1 / 0  # the user's code, which must not be asked
        tables = ["main.t", "o.p.t", "t", "x.y", "main.x.y"]
        found = [sqlite_asked.columns(connection, one) for one in tables]
        assert [[field.name for field in one or ()] for one in found] == [["a"], ["b", "c"], ["e"], ["d"], ["d"]]
        assert [sqlite_asked.keys(connection, one) for one in tables[:3]] == [{"a"}, {"b"}, set()]
        assert [sqlite_asked.empty(connection, one) for one in tables[:3]] == [False, True, True]
        assert [sqlite_asked.has(connection, one, "t") for one in ("main", "o.p", "temp", "none")] == [True] * 3 + [
            False
        ]
        assert not sqlite_asked.has(connection, "main", "none")
        assert sqlite_asked.databases(connection) == [("main", ""), ("temp", ""), ("o.p", "")]
        assert sqlite_asked.temporary(connection) == {"t"}
    assert not sqlite_asked.has(None, "main", "t")


def test_a_view_is_there_like_a_table_and_nothing_is_locked_to_know_that(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as one, closing(sqlite3.connect(tmp_path / "x.db")) as other:
        one.execute("create view v as select 1 as a")
        one.execute("select * from v").fetchall()
        one.execute("pragma busy_timeout = 0")
        other.execute("begin exclusive")
        assert sqlite_asked.has(one, "main", "v")
        assert sqlite_asked.columns(one, "v") is None  # it is locked, which would be waited for


def test_what_is_not_there_is_told_without_waiting_for_a_database_that_somebody_has_locked(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", timeout=20)) as one, closing(sqlite3.connect(tmp_path / "x.db")) as other:
        one.execute(f"attach '{tmp_path / 'x.db'}' as x")
        one.execute("create table x.t (a)")
        other.execute("begin exclusive")
        begin = time.monotonic()
        asked = [("main", "t"), ("x", "t"), ("x", "T"), ("x", "none"), ("none", "t")]
        assert [sqlite_asked.has(one, *each) for each in asked] == [False, True, True, False, False]
        assert time.monotonic() - begin < 10


def test_a_table_that_was_dropped_is_not_there_any_more() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for there in (True, False, True):
            connection.execute(f"{'create' if there else 'drop'} table t {'(a)' if there else ''}")
            assert sqlite_asked.has(connection, "main", "t") is there


def test_where_somebody_listens_nothing_is_asked() -> None:
    heard: list[str] = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (a integer)")
        connection.set_trace_callback(heard.append)
        assert sqlite_asked.columns(connection, "t") is None
        assert sqlite_asked.databases(connection) == []
        assert not sqlite_asked.has(connection, "main", "t")
    assert not any("pragma" in text.lower() for text in heard)


def test_generated_columns_are_told_and_no_insert_fills_them() -> None:
    """https://www.sqlite.org/gencol.html: ``SELECT *`` has them, an INSERT without a list leaves them out."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "create table t (g real generated always as (a * 2) virtual, a int, s int as (a + 1) stored)"
        )
        assert connection.execute("insert into t values (4)").rowcount == 1
        assert [field.name for field in sqlite_asked.columns(connection, "t") or ()] == ["g", "a", "s"]
        assert sqlite_asked.filled(connection, "t") == ("a",)
        assert sqlite_asked.filled(None, "t") == ()
