"""DuckDB's relations: what their methods read and write, and where. Expected values by hand."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import driftline
from driftline.testing import MemorySink


def sources(sink: MemorySink, name: str, column: str) -> list[str]:
    """The source columns of a column of the output ``name``."""
    assert driftline.flush()
    parts = [part for raw in sink.raw for part in json.loads(raw).get("outputs", ()) if part["name"] == name]
    inputs = parts[-1]["facets"]["columnLineage"]["fields"][column]["inputFields"]
    return [f"{one['name']}.{one['field']}" for one in inputs]


def test_relations_belong_to_the_database_of_their_connection(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    driftline.watch()
    Path("a.csv").write_text("item,value\nx,1\ny,2\n")
    with driftline.run("job") as run, duckdb.connect("shop.db") as made:
        made.read_csv("a.csv").filter("value > 0").aggregate("item, sum(value) as s").order("item").create("sums")
        made.table("sums").limit(1).write_parquet("top.parquet")
        made.execute("create table more (item varchar, s integer)")
        made.sql("select * from sums").insert_into("more")
        made.executemany("insert into more values (?, ?)", [["z", 3]])
    touched = (*run.inputs, *run.outputs)
    assert {one.dataset.namespace for one in touched if one.kind == "table"} == {"duckdb://shop.db"}
    assert {one.dataset.name for one in run.inputs} == {"a.csv"}  # what it has made itself is no input
    assert {one.dataset.name for one in run.outputs} == {"sums", "top.parquet", "more"}
    sums = next(one for one in run.outputs if one.dataset.name == "sums")
    assert [(field.name, field.type) for field in sums.fields or ()] == [("item", "VARCHAR"), ("s", "HUGEINT")]
    assert sources(sink, "top.parquet", "item") == ["sums.item"]


def test_what_a_relation_writes_in_a_transaction_counts_once_it_is_committed(sink: MemorySink) -> None:
    driftline.watch()
    with driftline.run("job") as run, duckdb.connect() as made:
        made.begin()
        made.sql("select 1 as a").create("lost")
        made.rollback()
        made.begin()
        made.sql("select 1 as a").create("kept")
        assert [one.dataset.name for one in run.outputs] == []
        made.commit()
        made.sql("select 2 as a").insert_into("kept")
    assert [one.dataset.name for one in run.outputs] == ["kept"]


def test_a_table_that_a_run_makes_anew_has_one_version_with_its_last_columns(sink: MemorySink) -> None:
    driftline.watch()
    with driftline.run("job") as run, duckdb.connect() as made:
        made.execute("create table t as select 1 as a")
        made.execute("create or replace table t as select 1 as a, 2 as b")
        made.execute("create schema s; create table s.t as select 'x' as c")
    found = {one.dataset.name: [field.name for field in one.fields or ()] for one in run.outputs}
    assert len(run.outputs) == 2
    assert found == {"t": ["a", "b"], "s.t": ["c"]}


def test_a_relation_that_a_query_names_is_what_it_was_then(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable means another relation by the time that it is written; a frame has no name, and is no table."""
    monkeypatch.chdir(tmp_path)
    driftline.watch()
    Path("a.csv").write_text("item,value\nx,1\ny,2\n")
    with driftline.run("job") as run, duckdb.connect() as made:
        rel = made.read_csv("a.csv")
        rel = made.sql("select item, value * 2 as twice from rel")
        rel = made.sql("select item as name, sum(twice) as total from rel group by item")
        rel.write_parquet("total.parquet")
        frame = pa.table({"one": [1]})  # noqa: F841 - DuckDB finds it by its name
        made.sql("select one from frame").write_csv("one.csv")
        made.sql("pivot (select * from 'a.csv') on item using sum(value)").write_csv("wide.csv")
    assert [one.dataset.name for one in run.inputs] == ["a.csv"]
    assert [one.dataset.name for one in run.outputs] == ["total.parquet", "one.csv", "wide.csv"]
    assert sources(sink, "total.parquet", "total") == ["a.csv.value"]
    assert sources(sink, "total.parquet", "name") == ["a.csv.item"]
