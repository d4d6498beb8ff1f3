"""Tables that DuckDB has just made are measured as they were made; expected contents are those of the same rows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import driftline
from driftline import profile
from driftline.capture.ground import fault
from driftline.capture.hooks import duckdb_tables
from driftline.testing import MemorySink

ROWS = "select * from (values (1, 'x'), (2, 'y'), (3, null)) v(a, b)"
EXPECTED = profile.fingerprint(pa.table({"a": [1, 2, 3], "b": ["x", "y", None]})).value


@pytest.fixture
def connection(sink: MemorySink) -> Iterator[duckdb.DuckDBPyConnection]:
    driftline.watch()
    with duckdb.connect() as made:
        yield made
    assert fault.counts() == {}


def written(sink: MemorySink) -> dict[str, dict[str, Any]]:
    """Return what the last event says of each output, with the state's own fields."""
    assert driftline.flush()
    parts = json.loads(sink.raw[-1])["outputs"]
    return {part["name"]: {**part["facets"], **part["facets"]["driftline_state"]} for part in parts}


@pytest.mark.parametrize("name", ["t", "main.t", '"A ""table"""', "other.t"])
def test_a_table_that_was_made_from_a_query_has_its_contents(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    connection.execute("create schema other")
    with driftline.run("job"):
        connection.execute(f"create table {name} as {ROWS}")
    (found,) = written(sink).values()
    assert (found["fingerprint"], found["rows"]) == (EXPECTED, 3)
    assert {"schema", "driftline_fingerprint", "driftline_profile"} <= found.keys()
    assert found["version"].startswith("run:")


@pytest.mark.parametrize(
    "statements",
    [
        (
            "create table t as select 1 a",
            "begin",
            f"create or replace table t as {ROWS}",
        ),  # the cursor sees the one before
        ("begin", f"create table t as {ROWS}"),  # it is not there for others
        (f"create temporary table t as {ROWS}",),
        (f"create view t as {ROWS}",),
        (f"create table t as {ROWS}; insert into t values (4, 'z')",),
    ],
)
def test_what_may_be_something_else_by_now_is_not_measured(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, statements: tuple[str, ...]
) -> None:
    *before, last = statements
    for one in before:
        connection.execute(one)
    with driftline.run("job"):
        connection.execute(last)
    for found in written(sink).values():
        assert not {"fingerprint", "driftline_profile"} & found.keys()


def test_a_table_that_replaces_another_is_measured_as_it_is_now(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("create schema other; create table other.t as select 1 a; create table t as select 1 a")
    with driftline.run("job"):
        connection.execute(f"create or replace table t as {ROWS}")
        connection.execute("begin")
        connection.execute(f"create or replace table other.t as {ROWS}")
        connection.execute("commit")
    found = written(sink)
    assert [found[name]["fingerprint"] for name in ("t", "other.t")] == [EXPECTED, EXPECTED]


def test_neither_the_transaction_nor_the_pending_result_of_the_user_is_touched(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    with driftline.run("job"):
        connection.execute("begin")
        connection.execute(f"create table t as {ROWS}")
        connection.execute("rollback")
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
        assert connection.execute(f"create table t as {ROWS}").fetchall() == [(3,)]


def test_a_large_table_says_that_it_was_not_measured(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_tables, "CELLS", 5)
    with driftline.run("job"):
        connection.execute(f"create table t as {ROWS}")
    (found,) = written(sink).values()
    assert found["attributes"] == {"contents": "not measured: about 6 cells"}
    assert "fingerprint" not in found


@pytest.mark.parametrize("query", ["select * from t", "select count(*) from t where a > 1", "from main.t"])
def test_a_table_that_somebody_else_has_written_is_named_by_its_rows_where_it_is_read(
    sink: MemorySink, tmp_path: Path, query: str
) -> None:
    """By an independent way: pandas reads the same rows, in another order, from another database."""
    file = str(tmp_path / "d.db")
    versions = []
    for cell in ("z", "w", "z"):
        with duckdb.connect(file) as other:
            other.execute(f"create or replace table t as {ROWS} union all select 4, '{cell}'")
        driftline.watch()
        with duckdb.connect(file) as connection, driftline.run("job"):
            connection.execute(query).fetchall()
            assert connection.execute("select 41").fetchall() == [(41,)]
            connection.execute(query)
        assert driftline.flush()
        (part,) = json.loads(sink.raw[-1])["inputs"]
        state = part["facets"]["driftline_state"]
        assert (state["rows"], [one["name"] for one in part["facets"]["schema"]["fields"]]) == (4, ["a", "b"])
        versions.append(state["version"])
        driftline.unwatch()
    rows = pa.table({"a": [4, 1, 2, 3], "b": ["z", "x", "y", None]})
    named = profile.fingerprint(rows, rows=True).row_set
    assert named is not None
    assert versions[0] == versions[2] == named.total
    assert versions[1] != versions[0]
    assert fault.counts() == {}


def test_what_this_process_has_written_keeps_the_name_of_its_run_where_it_is_read(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    with driftline.run("write") as one:
        connection.execute(f"create table t as {ROWS}")
    with driftline.run("read") as other:
        connection.execute("select * from t").fetchall()
    assert [seen.version for seen in other.inputs] == [seen.version for seen in one.outputs]
    connection.execute("begin")
    connection.execute("create table mine as select 1 a")
    with driftline.run("inside") as inside:
        connection.execute("select * from mine").fetchall()
    assert [seen.version for seen in inside.inputs] == [""]  # a cursor does not see what is not committed


def test_a_table_of_an_attached_database_is_the_one_that_is_read(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute(f"attach '{tmp_path}/x.db' as x; create table x.t as {ROWS}")
    with driftline.run("job"):
        connection.execute("select * from x.t")
    assert driftline.flush()
    (part,) = json.loads(sink.raw[-1])["inputs"]
    assert part["facets"]["driftline_state"]["fingerprint"] == EXPECTED


def test_a_table_that_is_made_beside_and_renamed_into_place_leads_on_to_its_sources(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    """As dbt does it, in a transaction; ``w`` is computed of ``v``, and goes by another name of the table only."""
    connection.execute("create table raw as select 1 as v")
    with driftline.run("job") as run:
        connection.execute("begin; create table t__tmp as select v + 1 as w from raw")
        connection.execute('alter table "t__tmp" rename to "t"')
        connection.execute("commit")
        connection.execute("select table_name from information_schema.tables").fetchall()
    assert [one.dataset.name for one in run.inputs] == ["raw"]
    assert [one.dataset.name for one in run.outputs] == ["t"]
    assert driftline.flush()
    columns = [part["facets"]["columnLineage"]["fields"]["w"] for part in json.loads(sink.raw[-1])["outputs"]]
    found = [(one["name"], one["field"], one["transformations"][0]["subtype"]) for part in columns
             for one in part["inputFields"]]  # fmt: skip
    assert found == [("raw", "v", "TRANSFORMATION")]


def test_a_table_that_is_measured_keeps_the_types_that_duckdb_declares(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    with driftline.run("job"):
        connection.execute(f"create table t as {ROWS}")
    (found,) = written(sink).values()
    assert [(one["name"], one["type"]) for one in found["schema"]["fields"]] == [("a", "INTEGER"), ("b", "VARCHAR")]
