"""Frames that DuckDB gives; their columns are read off the statements."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from tests.told_by_code import BEGIN, Script, edges

import driftline
from driftline.capture.frames import node
from driftline.testing import MemorySink


@pytest.fixture
def table(watched: MemorySink, tmp_path: Path) -> MemorySink:
    pd.DataFrame({"id": [1, 2, 3], "spend": [1.5, 2.5, 3.5]}).to_csv("in.csv", index=False)
    return watched


def behind(frame: Any) -> dict[str, list[tuple[str, str]]]:
    known = node.of(frame)
    assert known is not None
    shape = node.shape_of(known, lambda _: None)
    return {
        name: [(edge.column, edge.kind[1]) for edge in edges if edge.kind[0] == "DIRECT"]
        for name, edges in shape.columns.items()
    }


def test_what_is_fetched_of_a_query_has_its_columns(table: MemorySink) -> None:
    with driftline.run("job"), duckdb.connect() as con:
        text = "select id, spend * 2 as twice from 'in.csv' where id > 1"
        expected = {"id": [("id", "IDENTITY")], "twice": [("spend", "TRANSFORMATION")]}
        for frame in (
            con.sql(text).df(),
            con.execute(text).fetchdf(),
            con.sql(text).to_arrow_table(),
            con.sql(text).pl(),
        ):
            assert behind(frame) == expected
        duckdb.execute(text)
        assert behind(duckdb.fetchdf()) == expected
        assert con.execute(text).fetchall() == [(2, 5.0), (3, 7.0)]


def test_what_was_made_of_a_relation_has_the_columns_of_its_own_statement(table: MemorySink) -> None:
    with driftline.run("job"), duckdb.connect() as con:
        made = con.read_csv("in.csv").filter("id > 1").project("spend as s")
        assert behind(made.df()) == {"s": [("spend", "IDENTITY")]}


def test_a_query_that_was_not_understood_does_not_leave_the_columns_of_the_one_before(table: MemorySink) -> None:
    with driftline.run("job"), duckdb.connect() as con:
        con.execute("select id from 'in.csv'")
        con.execute("pragma database_size")
        assert node.of(con.fetchdf()) is None


def test_without_a_run_nothing_is_remembered(table: MemorySink) -> None:
    with duckdb.connect() as con:
        assert node.of(con.sql("select id from 'in.csv'").df()) is None


def test_what_a_change_gives_back_comes_from_its_table(table: MemorySink) -> None:
    with driftline.run("job"), duckdb.connect() as con:
        con.execute("CREATE TABLE t (id INT, v INT)")
        for _ in range(3):
            given = con.execute("INSERT INTO t SELECT id, spend FROM 'in.csv' RETURNING id, v + 1 AS w").fetchdf()
            assert behind(given) == {"id": [("id", "IDENTITY")], "w": [("v", "TRANSFORMATION")]}
        assert behind(con.execute("DELETE FROM t RETURNING v").fetchdf()) == {"v": [("v", "IDENTITY")]}
        assert node.of(con.execute("INSERT INTO t VALUES (1, 2)").fetchdf()) is None


def test_rows_that_a_change_gives_back_lead_from_its_table_to_where_they_go(script: Script) -> None:
    events = script(BEGIN + (
        "import duckdb\n"
        'con = duckdb.connect("base.duckdb")\n'
        'con.execute("CREATE TABLE t (id INT, v INT); CREATE TABLE u (k INT, w INT); INSERT INTO t VALUES (1, 2)")\n'
        'gone = con.execute("DELETE FROM t WHERE id > 0 RETURNING id, v * 2").fetchall()\n'
        'con.executemany("INSERT INTO u (k, w) VALUES (?, ?)", gone)\n'
        "con.close()\n"
    ))  # fmt: skip
    assert {(name, source[:3]) for name, found in edges(events, "u").items() for source in found} == {
        ("k", ("t", "id", "IDENTITY")), ("w", ("t", "v", "TRANSFORMATION")), ("", ("t", "id", "FILTER")),
    }  # fmt: skip
