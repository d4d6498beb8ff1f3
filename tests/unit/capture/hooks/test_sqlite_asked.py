"""What SQLite tells of a connection; the tables were made by hand."""

import sqlite3
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


def test_where_somebody_listens_nothing_is_asked() -> None:
    heard: list[str] = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table t (a integer)")
        connection.set_trace_callback(heard.append)
        assert sqlite_asked.columns(connection, "t") is None
    assert not any("pragma" in text.lower() for text in heard)
