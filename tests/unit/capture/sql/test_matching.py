"""MATCH_RECOGNIZE. Edges by hand from what the clause means (SQL:2016, row pattern recognition)."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"trips": ("van", "at", "speed", "fuel")}
CLAUSE = (
    "MATCH_RECOGNIZE (PARTITION BY van ORDER BY at MEASURES FIRST(slow.at) AS since, AVG(slow.speed) AS mean, "
    "MATCH_NUMBER() AS n{rows} PATTERN (slow+ fast) DEFINE slow AS slow.speed < 30, fast AS PREV(fast.fuel) > fuel) "
    "AS m"
)
ROWS = ["trips.at WINDOW", "trips.fuel FILTER", "trips.speed FILTER", "trips.van WINDOW"]
MEASURED = {"since": ["trips.at IDENTITY"], "mean": ["trips.speed AGGREGATION"], "n": []}


@pytest.mark.parametrize("name", ["snowflake", "oracle", "trino", "flink", "databricks"])
@pytest.mark.parametrize("rows", ["", " ONE ROW PER MATCH AFTER MATCH SKIP TO NEXT ROW"])
def test_a_match_is_a_row_of_its_partition_and_what_is_measured(tell: Tell, name: str, rows: str) -> None:
    clause = CLAUSE.format(rows=rows) if name != "oracle" else CLAUSE.format(rows=rows).replace(" AS m", " m")
    (one,) = tell(f"SELECT * FROM trips {clause}", name, SCHEMA)
    assert (one.columns, one.rows) == ({"van": ["trips.van IDENTITY"], **MEASURED}, ROWS)


def test_all_rows_of_a_match_keep_the_columns_of_their_table(tell: Tell) -> None:
    kept = {name: [f"trips.{name} IDENTITY"] for name in SCHEMA["trips"]}
    every = CLAUSE.format(rows=" ALL ROWS PER MATCH")
    (one,) = tell(f"SELECT * FROM trips {every}", "trino", SCHEMA)
    assert list(one.columns) == ["van", "at", "since", "mean", "n", "speed", "fuel"]  # the standard's order
    assert one.columns == {**kept, **MEASURED}
    (one,) = tell(f"SELECT * FROM trips {every}", "snowflake", SCHEMA)
    assert list(one.columns) == ["van", "at", "speed", "fuel", "since", "mean", "n"]  # Snowflake's


def test_what_is_measured_goes_by_its_name_and_that_of_the_clause(tell: Tell) -> None:
    (one,) = tell(
        f"INSERT INTO slow (van, since) SELECT m.van, since FROM trips t {CLAUSE.format(rows='')} WHERE m.mean > 1",
        "snowflake",
        SCHEMA,
    )
    assert one.columns == {"van": ["trips.van IDENTITY"], "since": ["trips.at IDENTITY"]}
    assert one.rows == ROWS  # the mean is of the speed, which is a filter already


def test_a_limit_of_time_and_named_subsets_hinder_nothing(tell: Tell) -> None:
    clause = (
        "MATCH_RECOGNIZE (ORDER BY at MEASURES LAST(both.speed) AS top PATTERN (a b) WITHIN INTERVAL '1' HOUR "
        "SUBSET both = (a, b) DEFINE a AS a.speed > 1)"
    )
    (one,) = tell(f"SELECT top FROM trips {clause}", "flink", SCHEMA)
    assert (one.columns, one.problem) == ({"top": ["trips.speed IDENTITY"]}, "")
    assert one.rows == ["trips.at WINDOW", "trips.speed FILTER"]
