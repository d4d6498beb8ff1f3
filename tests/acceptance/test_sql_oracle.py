"""The database decides what influences what: mutants of TPC queries, on data in which they find something.

The whole run is ``bench/oracle.py``; here are queries of every shape. No parser is consulted for what is true: a
column is changed, the query runs again, and each output that moved must have an edge from that column.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

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
