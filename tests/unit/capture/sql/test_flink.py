"""Flink's statements. Expected words and edges by hand, from Flink's manual, "CREATE Statements"."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import dialect, statement, words
from driftline.capture.sql.flink import plain
from driftline.capture.sql.report import report
from driftline.capture.sql.script import Script

Tell = Callable[..., list[Any]]
ORDERS = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS o (id BIGINT NOT NULL COMMENT 'its key', price DOUBLE, n INT, "
    "cost AS price * n COMMENT 'a < b, c', m STRING METADATA FROM 'topic' VIRTUAL, at_ TIMESTAMP(3) METADATA, "
    "pt AS PROCTIME(), WATERMARK FOR at_ AS at_ - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED) "
    "COMMENT 'all' PARTITIONED BY (n) WITH ('connector' = 'kafka', 'topic' = 'a')"
)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (ORDERS, "CREATE TABLE IF NOT EXISTS o ( id STRING , price STRING , n STRING , "
         "cost AS ( price * n ) , m AS 1 , at_ STRING , pt AS ( PROCTIME ( ) ) )"),
        ("CREATE TABLE c.d.o (x ROW<a INT, b MAP<INT, STRING>>, y DECIMAL(9, 2), CONSTRAINT k PRIMARY KEY (y) "
         "NOT ENFORCED) WITH ('a' = 'b')", "CREATE TABLE c . d . o ( x STRING , y STRING )"),
        ("CREATE TABLE p WITH ('connector' = 'print') LIKE d.o (EXCLUDING ALL)", "CREATE TABLE p LIKE d . o"),
        ("CREATE TABLE p (x INT) WITH ('a' = 'b') LIKE d.o (EXCLUDING ALL)",
         "CREATE TABLE p AS SELECT * , NULL AS x FROM d . o"),
        ("CREATE TABLE p (WATERMARK FOR t AS t) WITH ('a' = 'b') AS SELECT t FROM o",
         "CREATE TABLE p AS SELECT t FROM o"),
        ("CREATE CATALOG c WITH ('type' = 'jdbc')", "CREATE DATABASE c"),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;", "INSERT INTO a SELECT 1 ; END ;"),
        ("CREATE TABLE h (watermark INT, PRIMARY KEY (watermark))", None),
        ("CREATE TABLE h (metadata STRING COMMENT 'metadata')", None),
    ],
)  # fmt: skip
def test_what_says_how_rows_come_goes_away(sql: str, said: str | None) -> None:
    tokens = words.split(sqlglot.Dialect.get_or_raise("hive"), sql, 1, frozenset(["EXECUTE"]))
    as_it_was = " ".join(token.text for token in tokens)
    assert " ".join(token.text for token in plain(tokens)) == (said or as_it_was)


def test_a_table_of_flink_is_made_and_reads_nothing(tell: Tell) -> None:
    read, *rest = tell(f"{ORDERS}; INSERT INTO z SELECT * FROM o", "flink")
    assert rest == []  # what only makes an empty table touches no data
    assert (read.target, read.problem, read.doubts) == ("z", "", [])
    names = ("id", "price", "n", "cost", "m", "at_", "pt")
    assert read.columns == {name: [f"o.{name} IDENTITY"] for name in names}


def test_what_is_computed_or_virtual_is_filled_by_no_insert(tell: Tell) -> None:
    (insert,) = tell(f"{ORDERS}; INSERT INTO o SELECT a, b, c, d FROM s", "flink")
    places = {"id": "a", "price": "b", "n": "c", "at_": "d"}
    assert insert.columns == {name: [f"s.{source} IDENTITY"] for name, source in places.items()}
    assert insert.doubts == []


def test_a_temporary_table_with_a_connector_is_a_table_outside(tell: Tell) -> None:
    (insert,) = tell(f"{ORDERS}; INSERT INTO z (k) SELECT cost FROM o", "flink", through=True)
    assert insert.columns == {"k": ["o.cost IDENTITY"]}


def test_a_join_as_of_a_time_is_a_join(tell: Tell) -> None:
    (insert,) = tell(
        f"{ORDERS}; INSERT INTO z (v) SELECT o.price * r.rate FROM o "
        "JOIN rates FOR SYSTEM_TIME AS OF o.pt AS r ON o.id = r.id",
        "flink",
    )
    assert insert.columns == {"v": ["o.price TRANSFORMATION", "rates.rate TRANSFORMATION"]}
    assert insert.rows == ["o.id JOIN", "rates.id JOIN"]


@pytest.mark.parametrize("opening", ["EXECUTE STATEMENT SET BEGIN", "BEGIN STATEMENT SET;", "STATEMENT SET BEGIN"])
def test_statements_of_a_set_stand_for_themselves(tell: Tell, opening: str) -> None:
    found = tell(f"{opening}\nINSERT INTO a (x) SELECT p FROM s; INSERT INTO b (y) SELECT q FROM s;\nEND;", "flink")
    assert [(one.target, one.columns, one.problem) for one in found] == [
        ("a", {"x": ["s.p IDENTITY"]}, ""),
        ("b", {"y": ["s.q IDENTITY"]}, ""),
    ]
    (one,) = tell("EXECUTE INSERT INTO a (x) SELECT p FROM s", "flink")
    assert (one.target, one.columns) == ("a", {"x": ["s.p IDENTITY"]})


def test_a_computed_column_of_t_sql_is_filled_by_no_insert_either(tell: Tell) -> None:
    (insert,) = tell("CREATE TABLE t (a INT, c AS (a * 2), b INT); INSERT t SELECT x, y FROM s", "tsql")
    assert insert.columns == {"a": ["s.x IDENTITY"], "b": ["s.y IDENTITY"]}


def test_a_computed_column_comes_from_those_in_its_expression() -> None:
    """By hand: cost is price times n; nothing else of the table is made of anything."""
    script = Script(dialect.of("flink"), lambda source: None)
    (made,) = (report(one, 1) for one in statement.read(ORDERS, script))
    sources = {one.name: {(each.table, each.column) for each in one.sources} for one in made.columns}
    assert sources.pop("cost") == {("o", "price"), ("o", "n")}
    assert set(sources) == {"id", "price", "n", "m", "at_", "pt"}
    assert not any(sources.values())
