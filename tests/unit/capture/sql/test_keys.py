"""Joins that look something up by what a query is grouped by. Expected edges by hand, and by the database."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"people": ("id", "name"), "orders": ("person", "amount", "state")}
NAME = ["people.name IDENTITY"]
BY_PERSON = "SELECT person, sum(amount) AS total FROM orders WHERE state = 'paid' GROUP BY person"
CALLED_ID = BY_PERSON.replace("person,", "person AS id,")
BY_PLACE = BY_PERSON.replace("BY person", "BY 1")
ROLLED_UP = BY_PERSON.replace("BY person", "BY ROLLUP (person)")
FOUND = ["orders.amount AGGREGATION", "orders.person GROUP_BY", "orders.person JOIN", "orders.state FILTER",
         "people.id JOIN"]  # fmt: skip

LOOKING_UP = [
    f"SELECT p.name, o.total FROM people p LEFT JOIN ({BY_PERSON}) o ON o.person = p.id",
    f"SELECT name, total FROM people LEFT JOIN ({BY_PERSON}) o ON id = person AND total > 0",
    f"WITH o AS ({CALLED_ID}) SELECT name, total FROM people LEFT JOIN o USING (id)",
    f"WITH o (id, total) AS ({BY_PERSON}) SELECT name, total FROM people LEFT JOIN o USING (id)",
    f"WITH o AS ({BY_PLACE}) SELECT name, total FROM people p LEFT JOIN o ON p.id = o.person",
]


@pytest.mark.parametrize("sql", LOOKING_UP)
def test_what_shapes_the_rows_of_a_lookup_reaches_its_columns_alone(tell: Tell, sql: str) -> None:
    (one,) = tell(sql, "duckdb", SCHEMA)
    assert one.columns["name"] == NAME
    assert set(FOUND) <= set(one.columns["total"])
    assert one.rows == []


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT name, total FROM people JOIN ({BY_PERSON}) ON person = id",
        f"SELECT name, total FROM people LEFT JOIN ({BY_PERSON}) o ON o.person > people.id",
        f"SELECT name, total FROM people LEFT JOIN ({BY_PERSON}) o ON o.person = o.total",
        f"SELECT name, total FROM people LEFT JOIN ({BY_PERSON}) o ON o.person = people.id OR people.id = 1",
        f"SELECT name, total FROM people LEFT JOIN ({BY_PERSON}, state) o ON o.person = people.id",
        f"SELECT name, total FROM people LEFT JOIN ({ROLLED_UP}) o ON o.person = people.id",
        "SELECT name, amount FROM people LEFT JOIN orders o ON o.person = people.id",
    ],
)
def test_a_join_that_may_lose_or_repeat_rows_shapes_them_all(tell: Tell, sql: str) -> None:
    (one,) = tell(sql, "duckdb", SCHEMA)
    assert one.columns["name"] == NAME
    assert "orders.person JOIN" in one.rows


def test_a_filter_on_what_was_looked_up_shapes_the_rows_again(tell: Tell) -> None:
    (one,) = tell(LOOKING_UP[0] + " WHERE o.total > 10", "duckdb", SCHEMA)
    assert one.columns["name"] == NAME
    assert one.rows == ["orders.amount FILTER", "orders.person FILTER", "orders.state FILTER", "people.id FILTER"]


@pytest.mark.parametrize("sql", LOOKING_UP)
def test_the_database_shows_that_a_lookup_leaves_the_other_columns_alone(sql: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE people AS SELECT range AS id, 'n' || range AS name FROM range(9)")
        connection.execute("CREATE TABLE orders (person BIGINT, amount BIGINT, state VARCHAR)")
        names = set()
        for state, shift in (("paid", 0), ("open", 0), ("paid", 5)):
            connection.execute("DELETE FROM orders")
            connection.execute(f"INSERT INTO orders SELECT range % 7 + {shift}, range, '{state}' FROM range(40)")
            names.add(tuple(sorted(row[0] for row in connection.execute(sql).fetchall())))
        assert len(names) == 1


TOP = "SELECT TOP 1 p.price FROM prices p WHERE p.oid = t.id ORDER BY p.dt DESC"
LIMIT = "SELECT p.price FROM prices p WHERE p.oid = t.id ORDER BY p.dt DESC LIMIT 1"


@pytest.mark.parametrize(
    ("name", "join"),
    [
        ("tsql", f"OUTER APPLY ({TOP}) pr"),
        ("oracle", f"OUTER APPLY ({LIMIT.replace('LIMIT 1', 'FETCH FIRST ROW ONLY')}) pr"),
        ("postgres", f"LEFT JOIN LATERAL ({LIMIT}) pr ON true"),
    ],
)
def test_what_finds_one_row_at_most_shapes_its_columns_alone(tell: Tell, name: str, join: str) -> None:
    (one,) = tell(f"SELECT t.v, pr.price FROM t {join}", name)
    columns = {key.lower(): [edge.lower() for edge in edges] for key, edges in one.columns.items()}
    found = ["prices.dt sort", "prices.oid filter", "prices.price identity", "t.id filter"]
    assert (columns, one.rows) == ({"v": ["t.v identity"], "price": found}, [])


@pytest.mark.parametrize(
    "join",
    [
        f"CROSS APPLY ({TOP}) pr",  # a row for which nothing is found is lost
        f"OUTER APPLY ({TOP.replace('TOP 1', 'TOP 2')}) pr",
        f"OUTER APPLY ({TOP.replace('TOP 1', 'TOP 1 WITH TIES')}) pr",
        f"OUTER APPLY ({TOP.replace('TOP 1', 'TOP 1 PERCENT')}) pr",
        f"OUTER APPLY ({TOP.replace('TOP 1', '')}) pr",
    ],
)
def test_what_may_find_several_rows_or_lose_some_shapes_them_all(tell: Tell, join: str) -> None:
    (one,) = tell(f"SELECT t.v, pr.price FROM t {join}", "tsql")
    assert one.columns == {"v": ["t.v IDENTITY"], "price": ["prices.price IDENTITY"]}
    assert one.rows == ["prices.dt SORT", "prices.oid FILTER", "t.id FILTER"]


def test_the_database_shows_that_one_row_at_most_leaves_the_other_columns_alone() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT range AS id, range * 2 AS v FROM range(9)")
        connection.execute("CREATE TABLE prices (oid BIGINT, dt BIGINT, price BIGINT)")
        values = set()
        for rows in (0, 5, 30):
            connection.execute("DELETE FROM prices")
            connection.execute(f"INSERT INTO prices SELECT range % 4, range, range FROM range({rows})")
            query = f"SELECT t.v FROM t LEFT JOIN LATERAL ({LIMIT}) pr ON true ORDER BY 1"
            values.add(tuple(connection.execute(query).fetchall()))
        assert len(values) == 1
