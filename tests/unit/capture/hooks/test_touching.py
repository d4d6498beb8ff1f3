"""Tables that are read and written as a whole or in part, as versions with what they hold."""

import json
import sqlite3
from typing import Any

import pandas as pd
import polars as pl
import pytest
from tests.recorded import names

import driftline
from driftline import profile
from driftline.capture.hooks import earlier
from driftline.capture.tables import measure
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


@pytest.fixture(autouse=True)
def _another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another test has written is not known here."""
    monkeypatch.setattr(earlier, "newest", {})


TABLE = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})


def held(sink: MemorySink) -> dict[str, Any]:
    """Return what the last event says of its one dataset, with the state's own fields."""
    driftline.flush()
    event = sink.decoded()[-1]
    (part,) = (*event.inputs, *event.outputs)
    return {**part.facets, **json.loads(bytes(part.facets["driftline_state"]))}


def read_sql_table(connection: Any) -> None:
    pd.read_sql_table("t", connection)


def read_sql_name(connection: Any) -> None:
    pd.read_sql("t", connection)


def read_sql_all(connection: Any) -> None:
    pd.read_sql("select * from t", connection)


def read_polars(connection: Any) -> None:
    pl.read_database("select * from t", connection)


@pytest.mark.parametrize("read", [read_sql_table, read_sql_name, read_sql_all, read_polars])
def test_a_table_that_is_read_whole_has_a_version_a_fingerprint_and_a_profile(watched: MemorySink, read: Any) -> None:
    engine = sa.create_engine("sqlite:///x.db")
    TABLE.to_sql("t", engine, index=False)  # by another process, as far as this run knows
    with driftline.run("job"):
        read(engine)
    engine.dispose()
    found, expected = held(watched), profile.fingerprint(TABLE, rows=True)
    assert expected.row_set is not None
    assert (found["version"], found["rows"]) == (expected.row_set.total, 3)
    assert found["fingerprint"] == expected.value
    assert {"schema", "driftline_fingerprint", "driftline_profile"} <= found.keys()


@pytest.mark.parametrize(
    "query", ["select * from t where a > 0", "select * from t limit 9", "select a from t", "select * from t order by a"]
)
def test_a_part_of_a_table_names_no_version_of_it(watched: MemorySink, query: str) -> None:
    connection = sqlite3.connect("x.db")
    TABLE.to_sql("t", connection, index=False)
    with driftline.run("job"):
        pd.read_sql(query, connection)
    found = held(watched)
    assert "version" not in found
    assert "fingerprint" not in found
    assert "driftline_profile" not in found
    connection.close()


def test_reading_some_columns_or_in_pieces_names_no_version(watched: MemorySink) -> None:
    engine = sa.create_engine("sqlite:///x.db")
    TABLE.to_sql("t", engine, index=False)
    for arguments in ({"columns": ["a"]}, {"index_col": "a"}, {"chunksize": 2}):
        with driftline.run("job"):
            list(pd.read_sql_table("t", engine, **arguments))  # to the end, which gives the connection back
        assert "version" not in held(watched)
    engine.dispose()


def test_a_table_that_is_stored_whole_has_what_its_frame_has(watched: MemorySink) -> None:
    connection = sqlite3.connect("x.db")
    frame = TABLE.set_index("b")
    with driftline.run("job"):
        frame.to_sql("t", connection)
    found, expected = held(watched), profile.fingerprint({"b": TABLE["b"], "a": TABLE["a"]})
    assert found["version"].startswith("run:")
    assert (found["fingerprint"], found["rows"]) == (expected.value, 3)
    assert "driftline_profile" in found
    assert frame.index.name == "b"
    with driftline.run("more"):
        frame.to_sql("t", connection, if_exists="append")
    assert "fingerprint" not in held(watched)
    connection.close()


def test_a_later_statement_makes_what_was_stored_before_no_longer_the_content(watched: MemorySink) -> None:
    connection = sqlite3.connect("x.db")
    with driftline.run("job"):
        TABLE.to_sql("t", connection, index=False)
        connection.execute("delete from t where a = 1")
        connection.commit()
    found = held(watched)
    assert found["version"].startswith("run:")
    assert not {"fingerprint", "rows", "driftline_profile", "driftline_fingerprint"} & found.keys()
    connection.close()


def test_nothing_is_asked_of_the_user_s_connection(watched: MemorySink) -> None:
    connection = sqlite3.connect("x.db")
    TABLE.to_sql("t", connection, index=False)
    said: list[str] = []
    connection.set_trace_callback(said.append)
    pd.read_sql("select * from t", connection)
    alone, changes = list(said), connection.total_changes
    said.clear()
    with driftline.run("job"):
        pd.read_sql("select * from t", connection)
    driftline.flush()
    assert said == alone
    assert connection.total_changes == changes
    assert not connection.in_transaction
    connection.close()


def test_too_large_a_table_says_that_it_was_not_measured(watched: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure.level, "cells", 5)
    connection = sqlite3.connect("x.db")
    TABLE.to_sql("t", connection, index=False)
    with driftline.run("job"):
        pd.read_sql("select * from t", connection)
    found = held(watched)
    assert "version" not in found
    assert found["attributes"] == {"contents": "not measured: 6 cells are more than table_cells"}
    connection.close()


def test_a_table_that_a_run_makes_again_and_again_is_no_input_of_it(watched: MemorySink) -> None:
    connection = sqlite3.connect("x.db")
    with driftline.run("job") as run:
        for number in range(3):
            connection.execute("drop table if exists t")
            connection.execute("create table t (a)")
            connection.execute("insert into t values (?)", (number,))
            connection.commit()
            assert connection.execute("select a from t").fetchall() == [(number,)]
    assert names(run) == ([], ["t"])
    connection.close()
