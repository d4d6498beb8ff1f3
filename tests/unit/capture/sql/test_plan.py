"""DuckDB's bound plan as a second opinion. The database is the real one; expected columns by hand."""

import threading
import time

import duckdb
import pytest

from driftline.capture.sql import dialect, plan, second, statement
from driftline.capture.sql.script import Script

SCHEMA = {"t": ("a", "b", "c", "k"), "u": ("k", "x", "y")}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("CREATE TABLE t (a INT, b INT, c INT, k INT); CREATE TABLE u (k INT, x INT, y INT)")
    return made


CASES = [
    ("SELECT b FROM t WHERE a > 1", [{("t", "b")}]),  # the scan projects [a, b]: references count in those
    ("SELECT a + c AS s, sum(x) OVER (PARTITION BY b) FROM t JOIN u ON t.k = u.k",
     [{("t", "a"), ("t", "c")}, {("t", "b"), ("u", "x")}]),
    ("SELECT b, sum(a) s FROM t GROUP BY b HAVING sum(c) > 1 ORDER BY s LIMIT 3", [{("t", "b")}, {("t", "a")}]),
    ("SELECT a, (SELECT max(x) FROM u WHERE u.k = t.k) FROM t UNION ALL SELECT k, y FROM u",
     [{("t", "a"), ("u", "k")}, {("u", "x"), ("u", "y")}]),
    ("WITH q AS (SELECT a, k FROM t) SELECT r.a FROM q JOIN q r USING (k)", [{("t", "a")}]),
    ("WITH RECURSIVE q AS (SELECT k, x FROM u UNION ALL SELECT k, x + 1 FROM q WHERE x < 5) SELECT x FROM q",
     [{("u", "x")}]),
    ("SELECT a FROM t WHERE k IN (SELECT k FROM u)", [{("t", "a")}]),
    ("SELECT grouping(a), count(*) FROM t GROUP BY ROLLUP (a)", [{("t", "a")}, set()]),
    ("INSERT INTO u SELECT k, a, b FROM t", [{("t", "k")}, {("t", "a")}, {("t", "b")}]),
    ("INSERT INTO u (y, k, x) SELECT b, c, a FROM t", [{("t", "c")}, {("t", "a")}, {("t", "b")}]),
    ("INSERT INTO u BY NAME SELECT b AS y, c AS k, a AS x FROM t RETURNING y, x, k",
     [{("t", "c")}, {("t", "a")}, {("t", "b")}]),
    ("CREATE TABLE n AS SELECT c FROM t", [{("t", "c")}]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CASES, ids=[case[0][:50] for case in CASES])
def test_the_plan_names_the_source_columns_of_each_output(
    connection: duckdb.DuckDBPyConnection, sql: str, expected: list[set[tuple[str, str]]]
) -> None:
    found = plan.opinion(connection, sql)
    assert found is not None
    each = found.values() if isinstance(found, dict) else found
    assert [set(columns) for columns in each] == expected
    parsed = next(iter(statement.read(sql, Script(dialect.of("duckdb"), lambda s: SCHEMA.get(s.names[0])))))
    assert parsed.lineage is not None
    assert second.differences(parsed.lineage, parsed.reads, found) == []


def test_a_plan_of_an_insert_before_duckdb_2_has_the_order_of_the_statement() -> None:
    # The parts that are looked at of what DuckDB 1.3.2 gives for INSERT INTO u (y, k) SELECT b, k FROM t.
    scan = {"type": "LOGICAL_GET", "children": [], "names": ["a", "b", "c", "k"], "column_indexes": [1, 3],
            "function_data": {"table": "t"}}  # fmt: skip
    columns = [{"name": name, "category": "STANDARD"} for name in ("k", "x", "y")]
    insert = {"type": "LOGICAL_INSERT", "children": [scan], "table_info": {"columns": {"columns": columns}},
              "column_index_map": {"internal_vector": [1, 18446744073709551615, 0]}}  # fmt: skip
    assert plan.read({"error": False, "plans": [insert]}) == [{("t", "b")}, {("t", "k")}]


@pytest.mark.parametrize("sql", ["SELECT nothing FROM t", "SELECT FROM", "CREATE VIEW v AS SELECT a FROM t"])
def test_what_cannot_be_bound_gives_no_opinion_and_no_error(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert plan.opinion(connection, sql) is None


def test_the_users_connection_keeps_its_pending_result_and_its_transaction(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("BEGIN; INSERT INTO t VALUES (1, 2, 3, 4)")
    connection.execute("SELECT * FROM range(5)")
    assert connection.fetchone() == (0,)
    assert plan.opinion(connection, "SELECT a FROM u JOIN t USING (k)") is not None
    assert connection.fetchall() == [(1,), (2,), (3,), (4,)]
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM t").fetchall() == [(0,)]


def test_binding_ends_when_its_time_is_over(connection: duckdb.DuckDBPyConnection) -> None:
    wide = " UNION ALL ".join(f"SELECT a + {n} AS a FROM t" for n in range(800))
    began = time.monotonic()
    plan.opinion(connection, wide, seconds=0.05)
    assert time.monotonic() - began < 20
    assert connection.execute("SELECT 1").fetchall() == [(1,)]
    for thread in threading._enumerate():
        if thread.name == "driftline-timer":
            thread.join(5)
            assert not thread.is_alive()


def test_the_threads_of_the_program_are_numbered_as_without_us(connection: duckdb.DuckDBPyConnection) -> None:
    before = threading.Thread().name
    assert plan.opinion(connection, "SELECT a FROM t") is not None
    assert int(threading.Thread().name.removeprefix("Thread-")) == int(before.removeprefix("Thread-")) + 1
