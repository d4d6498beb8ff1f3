"""Statements that are prepared in one text and run in another; against real databases. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from tests.postgres_server import PostgresServer
from tests.recorded import names

import driftline
from driftline.capture.hooks.prepared import meant
from driftline.testing import MemorySink

psycopg = pytest.importorskip("psycopg")


def short(run: Any) -> tuple[list[str], list[str]]:
    return tuple(sorted({name.rpartition(".")[2] for name in side}) for side in names(run))


def prepared(execute: Callable[[str], Any]) -> tuple[Any, Any]:
    """Prepare statements in one run and execute them in another."""
    with driftline.run("first") as first:
        execute("PREPARE fill AS INSERT INTO u SELECT a FROM t WHERE a > $1")
        execute("PREPARE pick AS SELECT a FROM t")
    with driftline.run("second") as second:
        for number in range(2):
            execute(f"EXECUTE fill({number})")
        execute("CREATE TABLE n AS EXECUTE pick")
    return first, second


def test_postgresql_reads_and_writes_by_execute(watched: MemorySink, postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.new_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int); CREATE TABLE u (a int); INSERT INTO t VALUES (1), (2)")
        first, second = prepared(connection.execute)
        assert connection.execute("SELECT count(*) FROM u").fetchone() == (3,)
    assert (short(first), short(second)) == (([], []), (["t"], ["n", "u"]))


def test_duckdb_reads_and_writes_by_execute(watched: MemorySink, tmp_path: Any) -> None:
    with duckdb.connect(str(tmp_path / "d.db")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a; CREATE TABLE u (a INT)")
        with driftline.run("first") as first:
            connection.execute("PREPARE fill AS INSERT INTO u SELECT a FROM t WHERE a > $1")
        with driftline.run("second") as second:
            connection.execute("EXECUTE fill(0)")
        assert connection.execute("FROM u").fetchall() == [(1,)]
    assert (short(first), short(second)) == (([], []), (["t"], ["u"]))


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["PREPARE p (int, numeric(3, 1)) AS SELECT $1 ;", "EXECUTE p(1, 2);"], ["", "SELECT $1 "]),
        (["prepare `P` from 'SELECT ''x'''", "execute `P` using @a"], ["", "SELECT 'x'"]),
        (["PREPARE p AS SELECT 1", "PREPARE p AS SELECT 2", "CREATE TABLE t AS EXECUTE p"],
         ["", "", "CREATE TABLE t AS SELECT 2"]),
        # what stays as it is
        (["EXECUTE q", "PREPARE p AS SELECT 1", "EXECUTE q", "EXECUTE p; SELECT 2"],
         ["EXECUTE q", "", "EXECUTE q", "EXECUTE p; SELECT 2"]),
        (["PREPARE TRANSACTION 'x'", "PREPARE p FROM @q", "CREATE TABLE t (a INT)", "SELECT 1"],
         ["PREPARE TRANSACTION 'x'", "PREPARE p FROM @q", "CREATE TABLE t (a INT)", "SELECT 1"]),
    ],
)  # fmt: skip
def test_a_text_means_what_it_runs(texts: list[str], found: list[str]) -> None:
    one, other = type("Connection", (), {})(), type("Connection", (), {})()
    assert [meant(one, text) for text in texts] == found
    assert meant(other, "EXECUTE p") == "EXECUTE p"
