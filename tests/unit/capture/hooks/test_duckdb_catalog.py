"""What DuckDB is asked of its catalog and of its transactions; expected values by hand."""

from pathlib import Path

import duckdb

from driftline.capture.hooks.duckdb_catalog import Catalog, own
from driftline.event.lineage import Field


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
