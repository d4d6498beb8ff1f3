"""Statements of DuckDB that run again and again; what they read and write is expected as DuckDB does it, by hand."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import duckdb_again
from driftline.capture.hooks.duckdb_again import alike, named
from driftline.capture.hooks.session import Session
from driftline.capture.program import sites
from driftline.capture.runs import transactions
from driftline.capture.sql import known
from driftline.testing import MemorySink

VIEW, FROM_VIEW = "CREATE OR REPLACE VIEW v AS SELECT a AS other FROM s", "INSERT INTO t SELECT * FROM v"
COPY = "INSERT INTO t SELECT * FROM s"


@pytest.fixture
def connection(watched: MemorySink) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect("own.db") as made:
        made.execute("ATTACH 'other.db' AS o; CREATE TABLE s (a INT); CREATE TABLE t (a INT)")
        made.execute("CREATE TABLE o.s (a INT); CREATE TABLE o.t (a INT); CREATE VIEW v AS SELECT a FROM s")
        yield made
    assert fault.counts() == {}


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were looked at as if nothing were known of them."""
    found: list[str] = []
    understood = Session._understood

    def counted(self: Session, connection: Any, text: str, *args: Any, **kwargs: Any) -> Any:
        found.append(text)
        return understood(self, connection, text, *args, **kwargs)

    monkeypatch.setattr(Session, "_understood", counted)
    return found


def behind(sink: MemorySink) -> dict[str, set[str]]:
    """The columns behind each column that the last run has written."""
    assert driftline.flush()
    return {
        f"{output['name']}.{column}": {f"{one['name']}.{one['field']}" for one in told["inputFields"]}
        for output in json.loads(sink.raw[-1])["outputs"]
        for column, told in output["facets"].get("columnLineage", {"fields": {}})["fields"].items()
    }


def repeated(connection: Any, text: str = COPY) -> None:
    for _ in range(4):
        connection.execute(text)


def test_a_statement_is_looked_at_anew_until_nothing_it_does_is_new(
    connection: duckdb.DuckDBPyConnection, looked: list[str]
) -> None:
    with driftline.run("job") as run:
        for number in range(20):
            connection.execute("INSERT INTO t VALUES (?)", [number])
            connection.execute("SELECT a FROM t WHERE a = ?", [number]).fetchall()
            connection.sql("SELECT a FROM s").fetchall()
            connection.execute(f"SELECT a FROM s WHERE a = {number}").fetchall()
            connection.execute(f"UPDATE t SET a = a + 1 WHERE a = {number}")
            connection.execute(f"INSERT INTO t VALUES ({number})")
    assert len(looked) <= 14  # of 120; each of six forms twice or thrice
    assert names(run) == (["s", "t"], ["t"])  # it was read as it was before it was changed, and so was s
    assert run.trace.statements[-1] == "INSERT INTO t VALUES (19)"


def test_many_executions_keep_a_few_entries(
    connection: duckdb.DuckDBPyConnection, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute("INSERT INTO s VALUES (1)")
    with driftline.run("job") as run:
        for number in range(500):
            connection.execute("UPDATE t SET a = (SELECT max(a) FROM s) WHERE a = ?", [number])
        for number in range(500):
            connection.execute(f"UPDATE t SET a = (SELECT min(a) FROM s) WHERE a = {number}")
        connection.begin()
        for _ in range(9_000):
            connection.execute("INSERT INTO t SELECT a FROM s WHERE a = 0")
        (held,) = (one.held for _, one in transactions._open.values())
        assert len(held) <= 4
        connection.commit()
        (output,) = run.trace.outputs
        assert len(output.edges) == 3
        assert len(output.visits) <= 2_000
    assert len(looked) <= 9
    assert [one.when.first < one.when.last for one in output.edges] == [True] * 3


def test_statements_of_more_forms_than_are_told_apart_are_named_as_a_gap(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_again, "FORMS", 2)
    with driftline.run("job") as run:
        for number in range(5):
            connection.execute(f"INSERT INTO t SELECT a + {number} FROM s")
            connection.execute(f"INSERT INTO t SELECT {number} * a AS n{number} FROM s")
    (output,) = run.trace.outputs
    assert len(output.edges) == 2
    assert run.trace.gaps[duckdb_again.FURTHER] > 0


def _columns(connection: Any) -> None:
    connection.execute("ALTER TABLE s ADD COLUMN z INT")
    connection.execute("ALTER TABLE t ADD COLUMN z INT")


def _frame(connection: Any) -> None:
    connection.execute("DROP VIEW v")
    connection.execute("DROP TABLE s")
    connection.register("s", pa.table({"a": [1]}))


def _committed(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("BEGIN")
    cursor.execute(VIEW)
    connection.execute(FROM_VIEW)  # as before: nobody else sees it
    cursor.execute("COMMIT")


def _elsewhere(connection: Any) -> None:
    with duckdb.connect("own.db") as other:
        _columns(other)


def _third(connection: Any) -> None:
    connection.execute("DETACH o")
    connection.execute("ATTACH 'third.db' AS o")
    connection.execute("CREATE TABLE o.s AS SELECT 1 AS n")


NOW = {"t.a": {"v.a", "v.other"}, "v.other": {"s.a"}}
BOTH = {"t.a": {"s.a"}, "t.z": {"s.z"}}
Change = Callable[[Any], Any]
CHANGES: dict[str, tuple[str, Change, list[str], list[str], dict[str, set[str]]]] = {
    "columns are added": (COPY, _columns, ["s"], ["t"], BOTH),
    "by a cursor": (COPY, lambda con: _columns(con.cursor()), ["s"], ["t"], BOTH),
    "by another connection": (COPY, _elsewhere, ["s"], ["t"], BOTH),
    "in a transaction of another one": (FROM_VIEW, _committed, ["s", "v"], ["t", "v"], NOW),
    "a view is replaced": (FROM_VIEW, lambda con: con.execute(VIEW), ["s", "v"], ["t", "v"], NOW),
    "another database is used": (
        COPY, lambda con: con.execute("USE o"), ["s", "s"], ["t", "t"], {"t.a": {"s.a"}},
    ),
    "another file is attached": (
        "INSERT INTO t SELECT * FROM o.s", _third, ["s"], ["s", "t"], {"t.a": {"s.a", "s.n"}},
    ),
    "a temporary table": (
        COPY, lambda con: con.execute("CREATE TEMP TABLE s AS SELECT 1 AS x"),
        ["s"], ["t", "temp.s"], {"t.a": {"s.a", "temp.s.x"}},
    ),
    "a frame is registered": (COPY, _frame, ["s"], ["t"], {"t.a": {"s.a"}}),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_in_between_is_seen(
    watched: MemorySink, connection: duckdb.DuckDBPyConnection, looked: list[str], change: str
) -> None:
    text, act, read, written, columns = CHANGES[change]
    with driftline.run("job") as run:
        repeated(connection, text)
        assert looked.count(text) < 4
        before = looked.count(text)
        act(connection)
        connection.execute(text)
        assert looked.count(text) > before
    assert names(run) == (read, written)
    assert behind(watched) == columns


def test_the_frame_that_a_statement_reads_is_looked_at_each_time(
    connection: duckdb.DuckDBPyConnection, looked: list[str]
) -> None:
    text = "INSERT INTO t SELECT a FROM given"
    with driftline.run("job") as run:
        for number in range(3):
            given = pa.table({"a": [number]})
            connection.execute(text)
        assert looked == [text] * 3
        del given
        connection.execute("CREATE TABLE given (a INT)")
        connection.execute(text)
    assert names(run) == (["given"], ["t"])


def test_the_file_that_a_statement_reads_is_looked_at_each_time(connection: duckdb.DuckDBPyConnection) -> None:
    with driftline.run("job") as run:
        for number, text in enumerate(("a\n1\n", "a\n1\n", "a\n1\n", "a\n2\n", "a\n2\n")):
            Path("in.csv").write_text(text)
            os.utime("in.csv", ns=(number * 10**9, number * 10**9))
            connection.execute("INSERT INTO t SELECT a FROM 'in.csv'")
    assert [one.dataset.name for one in run.inputs] == ["in.csv", "in.csv"]
    assert len({one.version for one in run.inputs}) == 2


@pytest.mark.parametrize("end", ["ROLLBACK", "COMMIT"])
@pytest.mark.parametrize("spelled", ["text", "call"])
def test_what_was_rolled_back_has_not_run(connection: duckdb.DuckDBPyConnection, end: str, spelled: str) -> None:
    with driftline.run("job") as run:
        connection.execute("BEGIN") if spelled == "text" else connection.begin()
        repeated(connection)
        assert run.outputs == ()
        connection.execute(end) if spelled == "text" else getattr(connection, end.lower())()
        assert names(run) == (["s"], ["t"] if end == "COMMIT" else [])
        connection.execute("INSERT INTO t VALUES (1)")  # from here on there is something that can be told apart
        ran = [edges.when.last for one in run.trace.outputs for edges in one.edges if edges.datasets]
        connection.execute("BEGIN")
        repeated(connection)
        connection.execute("ROLLBACK")
        again = [edges.when.last for one in run.trace.outputs for edges in one.edges if edges.datasets]
    assert again == ran
    assert len(ran) == (1 if end == "COMMIT" else 0)


def test_a_statement_that_fails_has_not_run(connection: duckdb.DuckDBPyConnection) -> None:
    text = "INSERT INTO s SELECT error('theirs') FROM t WHERE a = 1"
    with driftline.run("job") as run:
        repeated(connection, text)
        (edges,) = run.trace.outputs[0].edges
        last, at_ns = edges.when.last, run.trace.outputs[0].at_ns
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(duckdb.Error, match="theirs"):
            connection.execute(text)
        assert (edges.when.last, run.trace.outputs[0].at_ns) == (last, at_ns)


def test_each_run_has_what_it_has_done_and_reads_what_another_one_has_written(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with driftline.run("one") as one:
        repeated(connection)
        with driftline.run("other") as other:
            repeated(connection)
            connection.execute("INSERT INTO s VALUES (1)")
        connection.execute(COPY)
    assert names(other) == (["s"], ["s", "t"])
    assert names(one) == (["s", "s"], ["t"])
    assert [seen.version for seen in one.inputs] == [one.inputs[0].version, other.outputs[1].version]


def test_rows_that_are_fetched_are_reads_each_time_with_the_columns_that_they_have(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[list[str]] = []
    read = sites.read

    def counted(*args: Any, **kwargs: Any) -> None:
        found.append([one.name for one in args[1] or ()])
        read(*args, **kwargs)

    monkeypatch.setattr(sites, "read", counted)
    with driftline.run("job"):
        for _ in range(4):
            connection.execute("SELECT a AS given, count(*) FROM s GROUP BY a").fetchall()
            connection.execute("SELECT a FROM s").fetchall()
    assert found == [["given", "count_star()"], ["given", "count_star()"], ["a"], ["a"]] * 4


def test_texts_of_one_form_are_alike_unless_a_text_is_a_name() -> None:
    def of(text: str) -> Any:
        return known.analyse(text, lambda source, spelled: ("a", "b"))

    assert alike(of("SELECT a FROM t WHERE b = 'x'"))
    assert alike(of("INSERT INTO t VALUES (1, 'x')"))
    assert not alike(of("SELECT 'x' FROM t"))  # the column is called so
    assert not alike(of("INSERT INTO t SELECT * FROM query_table('x')"))
    assert not named(None)


def test_a_long_text_is_not_kept(connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    put = duckdb_again.Repeated.put

    def counted(self: duckdb_again.Repeated, of: Any, text: str, *args: Any, **kwargs: Any) -> None:
        put(self, of, text, *args, **kwargs)
        kept.extend(one for one, _ in self._texts[of] if len(one) > duckdb_again.LONG)

    monkeypatch.setattr(duckdb_again.Repeated, "put", counted)
    with driftline.run("job") as run:
        for number in range(3):
            connection.execute(f"INSERT INTO t VALUES {', '.join(f'({number}{one})' for one in range(5_000))}")
    assert names(run) == ([], ["t"])
    assert kept == []
