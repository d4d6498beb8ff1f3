"""What calls of DuckDB's connections, and of its module, are given; expected values by hand."""

from pathlib import Path

import duckdb
import pyarrow as pa
from tests.recorded import names

import driftline
from driftline.capture.hooks.duckdb_calls import argument
from driftline.testing import MemorySink


def test_an_argument_is_found_by_its_place_or_by_one_of_its_names() -> None:
    assert argument((1, 2), {}, 1, "query") == 2
    assert argument((1,), {"statement": 3}, 1, "query", "statement") == 3
    assert argument((), {}, 0, "query") is None


def test_calls_of_the_module_are_those_of_its_connection(watched: MemorySink) -> None:
    Path("in.csv").write_text("a\n1\n")
    with driftline.run("job") as run:
        duckdb.execute("CREATE OR REPLACE TABLE module_made AS SELECT a FROM 'in.csv'")
        assert duckdb.read_csv("in.csv").fetchall() == [(1,)]
        duckdb.register("module_given", pa.table({"a": [2]}))
        duckdb.sql("INSERT INTO module_made SELECT a FROM module_given")
        duckdb.unregister("module_given")
        duckdb.execute("CREATE TABLE module_given AS SELECT 3 AS a")
        duckdb.execute("INSERT INTO module_made SELECT a FROM module_given")
        duckdb.execute("DROP TABLE module_given; DROP TABLE module_made")
    assert names(run) == (["in.csv"], ["module_given", "module_made"])
