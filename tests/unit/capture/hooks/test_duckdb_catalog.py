"""What DuckDB is asked of its catalog and of its transactions; expected values by hand."""

from pathlib import Path

import duckdb

from driftline.capture.hooks.duckdb_catalog import Catalog
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
