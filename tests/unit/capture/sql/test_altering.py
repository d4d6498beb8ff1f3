"""Columns that change their names, come and go, in the words of each dialect; edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.script import Script

Tell = Callable[..., list[Any]]

SCHEMA = {"t": ("id", "a", "b"), "src": ("id", "x", "y")}
RENAMES = [
    ("duckdb", "ALTER TABLE t RENAME COLUMN a TO total"),
    ("duckdb", "ALTER TABLE IF EXISTS t RENAME a TO total"),
    ("sqlite", "ALTER TABLE t RENAME a TO total"),
    ("postgres", "ALTER TABLE ONLY T RENAME A TO Total"),
    ("oracle", "alter table t rename column a to total"),
    ("snowflake", "alter table t rename column a to total"),
    ("mysql", "ALTER TABLE t CHANGE a total INT NOT NULL"),
    ("mysql", "ALTER TABLE t CHANGE COLUMN a total DECIMAL(10, 2) AFTER b"),
    ("mysql", "ALTER TABLE t RENAME COLUMN a TO total, ADD COLUMN z INT"),
    ("hive", "ALTER TABLE t CHANGE COLUMN a total INT COMMENT 'all' AFTER b"),
    ("bigquery", "ALTER TABLE t RENAME COLUMN IF EXISTS a TO total"),
    ("clickhouse", "ALTER TABLE t RENAME COLUMN IF EXISTS a TO total"),
    ("tsql", "EXEC sp_rename 't.a', 'total', 'COLUMN'"),
    ("tsql", "EXEC sp_rename @objname = 't.[a]', @newname = 'total', @objtype = 'COLUMN'"),
]


@pytest.mark.parametrize(("name", "sql"), RENAMES, ids=[f"{name}: {sql[:45]}" for name, sql in RENAMES])
def test_a_column_that_has_another_name_comes_from_what_it_was(tell: Tell, name: str, sql: str) -> None:
    (one,) = tell(sql, name)
    columns = {column.lower(): [edge.lower() for edge in edges] for column, edges in one.columns.items()}
    assert (one.target.lower(), columns) == ("t", {"total": ["t.a identity"]})


def test_several_columns_are_renamed_by_one_statement(tell: Tell) -> None:
    found = tell("ALTER TABLE d.t RENAME COLUMN a TO c, RENAME COLUMN b TO d", "bigquery")
    assert [(one.target, one.columns) for one in found] == [
        ("d.t", {"c": ["d.t.a IDENTITY"]}), ("d.t", {"d": ["d.t.b IDENTITY"]}),
    ]  # fmt: skip


@pytest.mark.parametrize("sql", ["EXEC sp_rename 'dbo.t', 'u'", "EXEC sp_rename 'dbo.t', 'u', 'OBJECT'"])
def test_a_table_that_is_renamed_by_the_procedure_is_one_still(tell: Tell, sql: str) -> None:
    assert [one.target for one in tell(sql, "tsql")] == ["dbo.u"]


def test_an_index_that_is_renamed_is_no_column(tell: Tell) -> None:
    assert [one.target for one in tell("EXEC sp_rename 't.ix', 'iy', 'INDEX'", "tsql")] == [None]
    assert tell("ALTER TABLE t RENAME INDEX ix TO iy", "mysql", SCHEMA) == []


def test_later_statements_of_the_script_know_the_new_name_alone(tell: Tell) -> None:
    sql = """CREATE TABLE n AS SELECT id, x AS s FROM src; ALTER TABLE n RENAME s TO total;
             CREATE TABLE fin AS SELECT * FROM n; INSERT INTO n SELECT y, x FROM src"""
    _, renamed, fin, more = tell(sql, "duckdb", SCHEMA)
    assert renamed.columns == {"total": ["n.s IDENTITY"]}
    assert fin.columns == {"id": ["n.id IDENTITY"], "total": ["n.total IDENTITY"]}
    assert more.columns == {"id": ["src.y IDENTITY"], "total": ["src.x IDENTITY"]}


@pytest.mark.parametrize("name", ["snowflake", "oracle", "bigquery", "clickhouse", "postgres"])
def test_names_are_compared_as_the_dialect_folds_them(tell: Tell, name: str) -> None:
    sql = """CREATE TABLE n AS SELECT id, x AS s FROM src; ALTER TABLE n RENAME COLUMN s TO total;
             CREATE TABLE fin AS SELECT total FROM n"""
    assert tell(sql, name, SCHEMA)[-1].columns == {"total": ["n.total IDENTITY"]}


def test_a_temporary_table_is_looked_through_by_the_new_name(tell: Tell) -> None:
    sql = """CREATE TEMP TABLE n AS SELECT id, x AS s FROM src; ALTER TABLE n RENAME s TO total;
             ALTER TABLE n DROP COLUMN id; CREATE TABLE fin AS SELECT * FROM n"""
    assert tell(sql, "postgres", SCHEMA, through=True)[-1].columns == {"total": ["src.x IDENTITY"]}


def test_columns_are_added_and_dropped(tell: Tell) -> None:
    sql = """ALTER TABLE t ADD COLUMN c INT DEFAULT 5; ALTER TABLE t DROP COLUMN a; ALTER TABLE t DROP b;
             INSERT INTO t SELECT x, y FROM src"""
    assert [one.columns for one in tell(sql, "duckdb", SCHEMA)] == [{"id": ["src.x IDENTITY"], "c": ["src.y IDENTITY"]}]


@pytest.mark.parametrize(
    ("action", "columns"),
    [
        ("ADD COLUMN c INT FIRST", {"c": "x", "id": "y", "a": "id", "b": "id"}),
        ("ADD COLUMN c INT AFTER a", {"id": "x", "a": "y", "c": "id", "b": "id"}),
        ("ADD COLUMN c INT AFTER A, ADD d INT AFTER c, DROP COLUMN b", {"id": "x", "a": "y", "c": "id", "d": "id"}),
    ],
)
def test_a_column_is_added_where_the_statement_says(tell: Tell, action: str, columns: dict[str, str]) -> None:
    """By hand: MySQL Reference Manual, "ALTER TABLE Statement", on FIRST and AFTER."""
    (one,) = tell(f"ALTER TABLE t {action}; INSERT INTO t SELECT x, y, id, id FROM src", "mysql", SCHEMA)
    assert one.columns == {name: [f"src.{source} IDENTITY"] for name, source in columns.items()}


@pytest.mark.parametrize(("name", "action"), [("oracle", "ADD (c INT, d INT)"), ("hive", "ADD COLUMNS (c INT, d INT)")])
def test_columns_are_added_in_a_list(tell: Tell, name: str, action: str) -> None:
    sql = f"CREATE TABLE n AS SELECT id FROM src; ALTER TABLE n {action}; CREATE TABLE fin AS SELECT d FROM n"
    assert tell(sql, name, SCHEMA)[-1].columns == {"d": ["n.d IDENTITY"]}


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("sqlite", "ADD COLUMN c INT GENERATED ALWAYS AS (a + b) VIRTUAL"),
        ("duckdb", "ADD COLUMN c INT GENERATED ALWAYS AS (a + b)"),
        ("mysql", "ADD COLUMN c INT AS (a + b) STORED"),
        ("postgres", "ADD c INT GENERATED ALWAYS AS (a + b) STORED"),
        ("tsql", "ADD c AS (a + b)"),
    ],
)
def test_a_column_that_is_computed_comes_from_the_others_and_no_insert_fills_it(
    tell: Tell, name: str, action: str
) -> None:
    added, more = tell(f"ALTER TABLE t {action}; INSERT INTO t SELECT id, x, y FROM src", name, SCHEMA)
    assert added.columns == {"c": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}
    assert more.columns == {"id": ["src.id IDENTITY"], "a": ["src.x IDENTITY"], "b": ["src.y IDENTITY"]}


def test_a_renamed_column_is_told_by_both_names() -> None:
    (one,) = statement.read("ALTER TABLE t RENAME COLUMN a TO total", Script(dialect.of("duckdb"), lambda source: None))
    assert (one.how, one.kind, one.renamed, one.itself) == ("change", "ALTER TABLE", (("a", "total"),), True)


def test_a_computed_column_of_a_temporary_table_that_is_looked_through_is_not_lost(tell: Tell) -> None:
    sql = """CREATE TEMP TABLE k AS SELECT a FROM t; ALTER TABLE k ADD COLUMN d INT GENERATED ALWAYS AS (a * 2);
             INSERT INTO src (x) SELECT d FROM k"""
    assert tell(sql, "sqlite", through=True)[-1].columns == {"x": ["temp.k.d IDENTITY"]}


def test_columns_that_take_each_others_names_do_so_at_once(tell: Tell) -> None:
    """As MySQL does, where columns may be swapped: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html."""
    text = "ALTER TABLE t CHANGE a b INT, CHANGE b a INT; CREATE TABLE u AS SELECT a, b FROM t"
    swapped, made = tell(text, "mysql", SCHEMA)
    assert swapped.columns == {"b": ["t.a IDENTITY"], "a": ["t.b IDENTITY"]}
    assert (made.columns, made.doubts) == ({"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}, [])
