"""What DuckDB is asked of its catalog and of its transactions; expected values by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import driftline
from driftline.capture.hooks.duckdb_catalog import Catalog, own
from driftline.event.lineage import Field
from driftline.testing import MemorySink


def test_columns_and_files_are_told_without_touching_a_pending_result(tmp_path: Path) -> None:
    catalog = Catalog(duckdb)
    with duckdb.connect(str(tmp_path / "d.db")) as connection:
        connection.execute("create table t (a int, b varchar); create schema s; create table s.t (c int)")
        connection.execute("create table one (x int)")
        connection.execute("select 41")
        assert catalog.columns(connection, "main.ONE") == ("x",)
        assert catalog.columns(connection, "nowhere") is None
        assert catalog.fields(connection, "t") == (Field("a", "INTEGER"), Field("b", "VARCHAR"))
        assert catalog.fields(connection, "s.t") == (Field("c", "INTEGER"),)
        assert catalog.path(connection) == str(tmp_path / "d.db")
        assert isinstance(catalog.serialises(connection), bool)
        assert connection.fetchall() == [(41,)]
    with duckdb.connect() as memory:
        assert catalog.path(memory) == ""


def test_a_table_is_placed_by_the_database_that_its_name_begins_with(tmp_path: Path) -> None:
    catalog, other = Catalog(duckdb), str(tmp_path / "other.db")
    with duckdb.connect(str(tmp_path / "own.db")) as connection:
        connection.execute(f"attach '{other}' as o; attach ':memory:' as m; create schema s")
        connection.execute("create table t (a int); create table o.t (b int); create table s.t (c int)")
        for name in ("t", "main.t", "OWN.t", "own.main.T"):
            assert catalog.placed(connection, name) == ("", "t")
        assert catalog.placed(connection, "s.t") == catalog.placed(connection, "own.s.t") == ("", "s.t")
        assert catalog.placed(connection, "o.t") == catalog.placed(connection, "o.main.t") == (other, "t")
        assert catalog.placed(connection, "m.t") == ("", "m.t")  # it has no name beyond this connection
        columns = {name: catalog.columns(connection, name) for name in ("own.t", "own.main.t", "o.t", "s.t", "x.t")}
        assert columns == {"own.t": ("a",), "own.main.t": ("a",), "o.t": ("b",), "s.t": ("c",), "x.t": None}
        assert catalog.fields(connection, "own.main.t") == (Field("a", "INTEGER"),)
        assert catalog.fields(connection, "o.main.t") == (Field("b", "INTEGER"),)


def test_a_connection_that_is_not_known_answers_nothing() -> None:
    catalog = Catalog(duckdb)
    assert catalog.ask(None, "select 1") == []
    assert catalog.columns(None, "t") is None
    assert catalog.fields(None, "t") is None


def test_a_transaction_that_holds_nothing_is_not_asked() -> None:
    with duckdb.connect() as connection:
        connection.execute("select 41")
        assert Catalog(duckdb).lost(connection) is None
        assert connection.fetchall() == [(41,)]


def test_what_duckdb_tells_about_itself_is_not_the_users() -> None:
    theirs = ("information_schema.tables", "system.information_schema.schemata", "PG_CATALOG.pg_class", "duckdb_tables")
    assert all(map(own, (*theirs, "sqlite_master")))
    assert not any(map(own, ("tables", "main.orders", "pg_orders", "catalog.duck", "my_information_schema.t")))


CHANGES: dict[str, Callable[[Any], Any]] = {
    "a statement": lambda con: con.execute("-- later\nALTER TABLE t ADD COLUMN c INTEGER"),
    "another connection": lambda con: con.cursor().execute("ALTER TABLE t ADD COLUMN c INTEGER"),
    "several in one text": lambda con: con.execute("SELECT 1; ALTER TABLE t ADD COLUMN c INTEGER"),
    "a text that fails at its end": lambda con: _failed(con),
    "a transaction": lambda con: _committed(con.cursor()),
    "a relation": lambda con: (
        con.execute("DROP TABLE t"),
        con.sql("SELECT 1 AS a, 'x' AS b, 2 AS c").create("t"),
    ),
    "a query of a relation": lambda con: (
        con.execute("DROP TABLE t"),
        con.sql("SELECT 1 AS a, 'x' AS b, 2 AS c").query("v", "CREATE TABLE t AS SELECT * FROM v"),
    ),
}


def _failed(con: Any) -> None:
    with pytest.raises(duckdb.Error):
        con.execute("ALTER TABLE t ADD COLUMN c INTEGER; SELECT nothing")


def _committed(con: Any) -> None:
    con.begin()
    con.execute("ALTER TABLE t ADD COLUMN c INTEGER")
    con.execute("SELECT count(*) FROM t").fetchall()
    con.commit()


def test_a_table_is_asked_about_once_for_many_statements(watched: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Catalog.ask

    def counted(self: Catalog, connection: Any, query: str, parameters: Any = ()) -> Any:
        asked.extend(str(one) for one in parameters)
        return ask(self, connection, query, parameters)

    monkeypatch.setattr(Catalog, "ask", counted)
    with duckdb.connect() as connection, driftline.run("many"):
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR)")
        connection.execute("INSERT INTO t VALUES (0, 'first')")
        before = len(asked)
        for number in range(1, 9):
            connection.execute(f"INSERT OR IGNORE INTO t VALUES ({number}, 'x')")
            connection.sql(f"UPDATE t SET b = 'y{number}' WHERE a = {number}")
    assert asked[before:] == ["t"]  # its keys, of which the first statement did not ask


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_is_asked_about_anew_once_it_may_have_been_changed(watched: MemorySink, change: str) -> None:
    with duckdb.connect() as connection, driftline.run("changed") as run:
        connection.execute("CREATE TABLE t (a INTEGER, b VARCHAR)")
        connection.execute("INSERT INTO t VALUES (0, 'first')")
        CHANGES[change](connection)
        connection.execute("INSERT INTO t VALUES (1, 'second', 3)")
        with driftline.run("last") as last:
            connection.execute("DELETE FROM t WHERE a = 1")
    assert [[field.name for field in one.fields or ()] for one in last.outputs] == [["a", "b", "c"]]
    assert run.outputs


@pytest.mark.parametrize(("kind", "times"), [("duckdb", 1), ("sqlite", 3)])
def test_a_database_that_others_change_is_asked_each_time(
    monkeypatch: pytest.MonkeyPatch, kind: str, times: int
) -> None:
    catalog, asked = Catalog(duckdb), []
    ask = catalog.ask

    def beside(connection: Any, query: str, parameters: Any = ()) -> Any:
        asked.extend(parameters)
        return ask(connection, query, parameters) + ([] if parameters else [("other.db", "o", kind)])

    monkeypatch.setattr(catalog, "ask", beside)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
        assert [catalog.columns(connection, "t") for _ in range(3)] == [("a",)] * 3
    assert asked == ["t"] * times


OUTSIDE: dict[str, list[str]] = {
    "committed": ["BEGIN", "INSERT INTO s VALUES (1)", "COMMIT"],
    "rolled back": ["BEGIN", "INSERT INTO s VALUES (1)", "ROLLBACK"],
    "in one text": ["BEGIN; INSERT INTO s VALUES (1); COMMIT"],
    "in two texts": ["BEGIN; INSERT INTO s VALUES (1)", "INSERT INTO s VALUES (1); COMMIT"],
}


@pytest.mark.parametrize("before", OUTSIDE)
@pytest.mark.parametrize("inside", [False, True])
def test_a_transaction_that_has_ended_lasts_no_longer(watched: MemorySink, before: str, *, inside: bool) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE s (a INT); CREATE TABLE t (a INT)")
        for one in [] if inside else OUTSIDE[before]:
            connection.execute(one)
        with driftline.run("job") as run:
            for one in OUTSIDE[before] if inside else []:
                connection.execute(one)
            connection.execute("INSERT INTO t SELECT a FROM s")
            assert run.trace.outputs[-1].touched.dataset.name == "t"  # nothing waits for a commit
    assert "not committed: t" not in run.trace.gaps


@pytest.mark.parametrize("by_call", [False, True])
def test_a_commit_that_fails_ends_its_transaction(watched: MemorySink, *, by_call: bool) -> None:
    with duckdb.connect() as connection, connection.cursor() as other:
        connection.execute("CREATE TABLE k (a INT PRIMARY KEY); CREATE TABLE s (a INT); CREATE TABLE t (a INT)")
        with driftline.run("job") as run:
            connection.execute("BEGIN")
            connection.execute("INSERT INTO k VALUES (1)")
            other.execute("INSERT INTO k VALUES (1)")
            with pytest.raises(duckdb.TransactionException):
                connection.commit() if by_call else connection.execute("COMMIT")
            connection.execute("INSERT INTO t SELECT a FROM s")
            assert {one.touched.dataset.name for one in run.trace.outputs} == {"k", "t"}
    assert run.trace.gaps == {}


def test_what_a_text_has_begun_is_taken_back(watched: MemorySink) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE s (a INT); CREATE TABLE t (a INT)")
        with driftline.run("job") as run:
            connection.execute("BEGIN; INSERT INTO t SELECT a FROM s")
            connection.rollback()
    assert run.trace.outputs == []
