"""pyarrow: its functions, Parquet files that are opened and read later, writers and datasets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.feather
import pyarrow.ipc
import pyarrow.json
import pyarrow.orc
import pyarrow.parquet
import pytest
from tests.recorded import names
from tests.told_by_code import BEGIN, DATA, Script, edges

import driftline
from driftline.capture.tables import measure
from driftline.testing import MemorySink

TABLE = pa.table({"a": [1, 2], "b": ["x", "y"]})
Act = Callable[..., Any]


@pytest.mark.parametrize(
    ("file", "write", "read"),
    [
        ("x.parquet", lambda: pa.parquet.write_table(TABLE, "x.parquet"), lambda: pa.parquet.read_table("x.parquet")),
        ("x.csv", lambda: pa.csv.write_csv(TABLE, "x.csv"), lambda: pa.csv.read_csv("x.csv")),
        ("x.f", lambda: pa.feather.write_feather(TABLE, "x.f"), lambda: pa.feather.read_table("x.f")),
        ("x.orc", lambda: pa.orc.write_table(TABLE, "x.orc"), lambda: pa.orc.read_table("x.orc")),
    ],
)
def test_a_table_is_written_and_read(watched: MemorySink, tmp_path: Path, file: str, write: Act, read: Act) -> None:
    with driftline.run("write") as one:
        write()
    with driftline.run("read") as other:
        assert read().equals(TABLE)
    assert names(one) == ([], [file])
    assert names(other) == ([file], [])
    assert one.outputs[0].version == other.inputs[0].version
    assert one.outputs[0].rows == 2


def test_json_is_read(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.json").write_text('{"a": 1}\n{"a": 2}\n')
    with driftline.run("job") as run:
        assert pa.json.read_json("x.json").num_rows == 2
    assert names(run) == (["x.json"], [])


def test_a_file_counts_when_it_is_read_not_when_its_footer_is(watched: MemorySink, tmp_path: Path) -> None:
    pa.parquet.write_table(TABLE, "x.parquet")
    with driftline.run("job") as run:
        file = pa.parquet.ParquetFile("x.parquet")
        assert file.metadata.num_rows == 2
        assert names(run) == ([], [])
        assert sum(batch.num_rows for batch in file.iter_batches()) == 2
    assert names(run) == (["x.parquet"], [])


def test_a_writer_counts_when_it_is_closed(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with pa.parquet.ParquetWriter("x.parquet", TABLE.schema) as writer:
            writer.write_table(TABLE)
        assert pa.parquet.read_metadata("x.parquet").num_rows == 2
    assert names(run) == ([], ["x.parquet"])
    assert run.outputs[0].version.startswith("xxh3:")


def test_a_dataset_is_its_files(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        pa.dataset.write_dataset(TABLE, "lake", format="parquet", partitioning=["b"], existing_data_behavior="error")
    with driftline.run("read") as other:
        assert pa.dataset.dataset("lake", partitioning=["b"]).to_table().num_rows == 2
    assert sorted({one.dataset.name for one in other.inputs}) == sorted({two.dataset.name for two in one.outputs})
    assert len(other.inputs) == 2


def test_functions_are_pickled_by_name(watched: MemorySink) -> None:
    import pickle

    for function in (pa.csv.read_csv, pa.parquet.read_table, pa.feather.write_feather):
        assert pickle.loads(pickle.dumps(function)) is function


# Expected: by hand, from the documentation of pyarrow.csv.
@pytest.mark.parametrize(
    ("options", "expected", "rows"),
    [
        ({"column_names": ["n", "s"]}, ["n", "s"], 2),
        ({"autogenerate_column_names": True}, ["f0", "f1"], 2),
        ({"column_names": ["n", "s"], "skip_rows": 1}, ["n", "s"], 1),
    ],
)
def test_a_text_table_without_a_header_has_the_names_that_arrow_was_told(
    watched: MemorySink, options: dict[str, Any], expected: list[str], rows: int
) -> None:
    Path("a.csv").write_text("1,x\n2,y\n")
    with driftline.run("job"):
        found = pa.csv.read_csv("a.csv", pa.csv.ReadOptions(**options))
        pa.csv.write_csv(found, "b.csv", pa.csv.WriteOptions(include_header=False))
        pa.csv.open_csv("a.csv", read_options=pa.csv.ReadOptions(**options)).read_all()
    driftline.flush()
    (event,) = watched.decoded()
    for part in (*event.inputs, *event.outputs):
        fields = json.loads(bytes(part.facets["schema"]))["fields"]
        assert [field["name"] for field in fields] == expected, part.name
        assert json.loads(bytes(part.facets["driftline_state"]))["rows"] == rows


def test_a_dataset_of_texts_has_the_columns_that_its_format_says(watched: MemorySink) -> None:
    """Expected: the names that pyarrow itself gives them."""
    Path("bare.csv").write_text("q;m\nw;n\n")
    made = pa.csv.ReadOptions(autogenerate_column_names=True)
    form = pa.dataset.CsvFileFormat(pa.csv.ParseOptions(delimiter=";"), read_options=made)
    with driftline.run("job"):
        expected = pa.dataset.dataset("bare.csv", format=form).to_table().column_names
    assert driftline.flush()
    (part,) = json.loads(watched.raw[-1])["inputs"]
    assert [field["name"] for field in part["facets"]["schema"]["fields"]] == expected == ["f0", "f1"]


def test_part_files_of_one_folder_that_are_written_through_open_files_are_all_recorded(
    watched: MemorySink, tmp_path: Path
) -> None:
    Path("out").mkdir()
    with driftline.run("job") as run:
        for number in range(3):
            with open(f"out/part.{number}.parquet", "wb") as file:
                pa.parquet.write_table(pa.table({"a": [number]}), file)
    assert [one.dataset.name for one in run.outputs] == ["out", "out", "out"]
    assert {one.version for one in run.outputs} == {measure.of_file(str(one)).version for one in Path("out").iterdir()}


@pytest.mark.filterwarnings("ignore")  # Dask calls what pandas is about to give up
def test_tables_of_dask_are_the_folders_that_it_writes(watched: MemorySink, tmp_path: Path) -> None:
    dask = pytest.importorskip("dask.dataframe")
    import pandas as pd

    with driftline.run("write") as one:
        dask.from_pandas(pd.DataFrame({"a": range(9)}), npartitions=3).to_parquet("out")
    with driftline.run("read") as other:
        assert dask.read_parquet("out").a.sum().compute() == 36
    assert {each.dataset.name for each in one.outputs} == {each.dataset.name for each in other.inputs} == {"out"}
    assert {each.version for each in one.outputs} == {each.version for each in other.inputs}
    assert len(one.outputs) == 3


def _to_a_file_of_arrow(path: str) -> None:
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)


def _to_a_stream(path: str) -> None:
    with pa.output_stream(path) as sink, pa.ipc.new_stream(sink, TABLE.schema) as writer:
        for batch in TABLE.to_batches():
            writer.write_batch(batch)


def _to_a_file_of_python(path: str) -> None:
    with open(path, "wb") as sink:
        writer = pa.ipc.RecordBatchFileWriter(sink, TABLE.schema)
        writer.write(TABLE)
        writer.close()


def _by_a_path(path: str) -> None:
    with pa.ipc.new_file(path, TABLE.schema) as writer:
        writer.write_table(TABLE)


@pytest.mark.parametrize("write", [_to_a_file_of_arrow, _to_a_stream, _to_a_file_of_python, _by_a_path])
def test_a_writer_of_ipc_writes_the_file_that_it_was_made_on(watched: MemorySink, tmp_path: Path, write: Act) -> None:
    with driftline.run("job") as run:
        write("x.arrow")
    assert names(run) == ([], ["x.arrow"])
    assert driftline.flush()
    (event,) = watched.decoded()
    fields = json.loads(bytes(event.outputs[0].facets["schema"]))["fields"]
    assert [field["name"] for field in fields] == ["a", "b"]


def test_a_writer_of_ipc_in_memory_writes_no_dataset(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run, pa.ipc.new_stream(pa.BufferOutputStream(), TABLE.schema) as writer:
        writer.write_table(TABLE)
    assert names(run) == ([], [])


def test_pieces_of_a_file_are_followed_with_the_columns_that_were_asked_for(script: Script) -> None:
    """Read off the script; a loop over the pieces was taken for one over names of columns."""
    events = script(BEGIN + DATA + (
        "import pyarrow.parquet as pq\n"
        'pd.read_csv("customers.csv").to_parquet("x.parquet")\n'
        'file = pq.ParquetFile("x.parquet")\n'
        "rows = []\n"
        'for batch in file.iter_batches(batch_size=7, columns=["id", "spend"]):\n'
        "    rows += batch.to_pylist()\n"
        'pd.DataFrame([{"id": one["id"], "half": one["spend"] / 2} for one in rows]).to_csv("out.csv")\n'
        'with pq.ParquetWriter("copy.parquet", file.schema_arrow) as writer:\n'
        "    for batch in file.iter_batches():\n"
        "        writer.write_batch(batch)\n"
    ))  # fmt: skip
    found = edges(events, "out.csv")
    assert {one[:3] for one in found["id"]} == {("x.parquet", "id", "IDENTITY")}
    assert found["half"] == {("x.parquet", "spend", "TRANSFORMATION", 0.9)}
    assert {one[:3] for one in edges(events, "copy.parquet")["plan"]} == {("x.parquet", "plan", "IDENTITY")}
