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
