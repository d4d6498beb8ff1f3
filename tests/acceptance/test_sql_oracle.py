"""The database decides what influences what: mutants of TPC queries, on data in which they find something.

The whole run is ``bench/oracle.py``; here are queries of every shape. No parser is consulted for what is true: a
column is changed, the query runs again, and each output that moved must have an edge from that column.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.sql import dialect, plan, second, statement
from driftline.capture.sql.script import Script

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
# joins, CASE, LIKE, EXISTS, scalar subqueries, views, outer joins; unions, windows, ROLLUP, INTERSECT, self-joins
SOME = {"tpc-h": [1, 2, 4, 8, 11, 13, 15, 20, 21], "tpc-ds": [2, 14, 36, 38, 51, 58, 66, 93]}
MOVED = {"tpc-h": 200, "tpc-ds": 150}  # at least: a test in which nothing moves proves nothing


@pytest.fixture(scope="module")
def oracle() -> Any:
    sys.path.insert(0, str(BENCH))
    try:
        return importlib.import_module("oracle")
    finally:
        sys.path.remove(str(BENCH))


@pytest.mark.acceptance
@pytest.mark.parametrize("name", list(SOME))
def test_whatever_moves_when_a_source_column_is_changed_has_an_edge(oracle: Any, name: str) -> None:
    suite = oracle.tpc.suite(name)
    if suite is None:
        pytest.skip(f"the queries of {name} cannot be fetched: sqlglot's source distribution is out of reach")
    connection = oracle.prepared(suite)
    moved = stated = named = 0
    for query in suite.queries:
        if query.number not in SOME[name]:
            continue
        oracle.dense.fill(connection, suite, query)
        found = oracle.outcome(connection, suite, query)
        assert found.problem == ""
        assert found.moved - found.stated == set(), f"query {query.number}"
        moved, stated, named = moved + len(found.moved), stated + len(found.stated), named + len(found.named)
    assert moved >= MOVED[name]
    assert moved <= stated < named


BOUND = {"tpc-h": 22, "tpc-ds": 90}  # queries that DuckDB can bind, at least


@pytest.mark.acceptance
@pytest.mark.parametrize("name", list(BOUND))
def test_duckdbs_plan_has_the_same_columns_by_value_behind_every_output(oracle: Any, name: str) -> None:
    suite = oracle.tpc.suite(name)
    if suite is None:
        pytest.skip(f"the queries of {name} cannot be fetched: sqlglot's source distribution is out of reach")
    connection = oracle.tpc.connect(suite)
    columns = {table: tuple(names) for table, names in suite.schema.items()}
    bound = 0
    for query in suite.queries:
        opinion = plan.opinion(connection, query.sql)
        script = Script(dialect.of("duckdb"), lambda source: columns.get(source.names[0].lower()))
        parsed = next(one for one in statement.read(query.sql, script) if one.lineage is not None)
        if opinion is not None:
            assert parsed.lineage is not None
            assert len(opinion) == len(parsed.lineage.items)
            assert second.differences(parsed.lineage, parsed.reads, opinion) == [], f"query {query.number}"
            bound += 1
    assert bound >= BOUND[name]
