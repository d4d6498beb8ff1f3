"""DuckDB's binder as a second opinion. The database is the real one; expected edges by hand."""

import duckdb
import pytest

from driftline.capture.sql import dialect, plan, second, statement
from driftline.capture.sql.bound import Lineage, bind
from driftline.capture.sql.relation import Edge, Output, Source
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement

TABLE = Source("table", ("t",))
WRONG = Edge(TABLE, "k", ("DIRECT", "IDENTITY"))
RIGHT = Edge(TABLE, "a", ("DIRECT", "TRANSFORMATION"))
KEPT = Edge(TABLE, "c", ("DIRECT", "IDENTITY"))
LINEAGE = Lineage((Output("s", frozenset((WRONG, RIGHT)), "s"), Output("c", frozenset((KEPT,)), "c")), frozenset())


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("CREATE TABLE t (a INT, b INT, c INT, k INT); CREATE TABLE u (k INT, x INT, y INT)")
    return made


@pytest.fixture
def bound(connection: duckdb.DuckDBPyConnection) -> plan.Columns:
    found = plan.opinion(connection, "SELECT a + b AS s, c FROM t")
    assert found is not None
    return found


def parsed(sql: str) -> Statement:
    """A statement of whose tables no column is known to the parser."""
    return next(iter(statement.read(sql, Script(dialect.of("duckdb"), lambda source: None))))


def test_a_difference_lowers_confidence_and_is_noted(bound: plan.Columns) -> None:
    weighed = second.weighed(Statement((TABLE,), None, LINEAGE), bound)
    assert weighed.lineage is not None
    edges = {e.column: e.confidence for item in weighed.lineage.items if isinstance(item, Output) for e in item.edges}
    assert edges == {"k": 0.7, "a": 1.0, "b": 0.5, "c": 1.0}
    assert [(doubt.name, doubt.why) for doubt in weighed.doubts] == [
        ("s", "not so in DuckDB's plan"), ("s", "only in DuckDB's plan"),
    ]  # fmt: skip


def test_each_side_has_what_the_other_does_not(bound: plan.Columns) -> None:
    mine, theirs = second.sides(LINEAGE, (TABLE,), bound)
    assert [{e.column for e in item.edges} for item in mine.items if isinstance(item, Output)] == [{"k"}, set()]
    assert [{e.column for e in item.edges} for item in theirs.items if isinstance(item, Output)] == [{"b"}, set()]


def test_a_name_in_doubt_is_what_the_plan_says(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT x AS out FROM t JOIN u ON t.k = u.k"
    one, opinion = parsed(sql), plan.opinion(connection, sql)
    assert one.lineage is not None
    assert opinion is not None
    before = {(e.source.names[0], e.confidence) for item in one.lineage.items for e in getattr(item, "edges", ())}
    assert before == {("t", 0.5), ("u", 0.5)}
    (item,) = second.weigh(one.lineage, one.reads, opinion).items
    assert isinstance(item, Output)
    assert {(e.source.names[0], e.confidence) for e in item.edges} == {("u", 1.0)}
    assert second.differences(one.lineage, one.reads, opinion) == []  # a doubt that is settled is no difference


def test_a_plan_that_looks_through_a_view_is_no_opinion_on_the_view(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE VIEW v AS SELECT a + b AS a FROM t")
    sql = "SELECT a FROM v"
    one, opinion = parsed(sql), plan.opinion(connection, sql)
    assert one.lineage is not None
    assert opinion == [{("t", "a"), ("t", "b")}]
    assert second.differences(one.lineage, one.reads, opinion) == []
    assert second.weigh(one.lineage, one.reads, opinion) == one.lineage


def test_a_plan_has_no_opinion_on_a_part_of_what_is_built_of_several_columns(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert plan.opinion(connection, "SELECT s.x FROM (SELECT {'x': a, 'y': b} AS s FROM t)") is None
    assert plan.opinion(connection, "SELECT s['x'] FROM (SELECT {'x': a, 'y': b} AS s FROM t)") is None
    assert plan.opinion(connection, "SELECT [a, b][1] FROM t") is None
    assert plan.opinion(connection, "SELECT map_keys(map {a: b}) FROM t") is None
    assert plan.opinion(connection, "SELECT (a::TEXT || b)[1] FROM t") == [{("t", "a"), ("t", "b")}]
    assert plan.opinion(connection, "SELECT s.x FROM (SELECT {'x': a} AS s FROM t)") == [{("t", "a")}]


def test_what_was_said_is_read_once(connection: duckdb.DuckDBPyConnection) -> None:
    assert second.Said('{"error": true}').columns() is None
    text = plan.serialised(connection, "SELECT 1 AS one")
    assert text is not None
    said = second.Said(text)
    assert (said.columns(), said.columns()) == ([frozenset()], [frozenset()])


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO u (y, x, k) SELECT a, 1, b FROM t",
        "INSERT INTO u BY NAME SELECT a AS y, 1 AS x, b AS k FROM t",
        "INSERT INTO u BY NAME SELECT a AS Y, b AS K FROM t RETURNING x, y",
        "INSERT INTO u BY NAME SELECT a AS y, 1 AS x FROM t UNION ALL BY NAME SELECT b AS k FROM t",
    ],
)
def test_both_agree_on_an_insert_whose_columns_are_in_another_order_than_those_of_the_table(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> None:
    script = Script(dialect.of("duckdb"), lambda source: {"u": ("k", "x", "y")}.get(source.names[0]))
    (one,), opinion = statement.read(sql, script), plan.opinion(connection, sql)
    assert one.lineage is not None
    assert opinion is not None
    assert second.differences(one.lineage, one.reads, opinion) == []
    fields = bind(second.weigh(one.lineage, one.reads, opinion), ("k", "x", "y"))[0]
    assert {name: {(e.column, e.confidence) for e in edges} for name, edges in fields.items()} == {
        "y": {("a", 1.0)}, "k": {("b", 1.0)},
    }  # fmt: skip
