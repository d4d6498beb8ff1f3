"""fsspec: files by address, versioned by what their file system says of them."""

import json
from pathlib import Path

import pandas as pd
import pytest

import driftline
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

fsspec = pytest.importorskip("fsspec")
NAME = Dataset("memory://", "bucket/x.csv")


def test_an_address_is_written_and_read(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one, fsspec.open("memory://bucket/x.csv", "w") as file:
        file.write("a\n1\n")
    with driftline.run("read") as other, fsspec.open("memory://bucket/x.csv") as file:
        assert file.read() == b"a\n1\n"
    (written,), (read,) = one.outputs, other.inputs
    assert written.dataset == read.dataset == NAME
    assert written.version == read.version != ""
    assert written.bytes == 4


def test_pandas_through_fsspec_counts_once(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        pd.DataFrame({"a": [1]}).to_csv("memory://bucket/x.csv", index=False)
    with driftline.run("read") as other:
        pd.read_csv("memory://bucket/x.csv")
    assert [found.dataset for found in one.outputs] == [NAME]
    assert [(found.dataset, found.version) for found in other.inputs] == [(NAME, one.outputs[0].version)]


def test_a_local_file_is_its_path(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.csv").write_text("a\n1\n")
    with driftline.run("job") as run:
        pd.read_csv(f"file://{tmp_path}/x.csv")
    assert [(found.dataset.namespace, found.dataset.name) for found in run.inputs] == [("file", "x.csv")]


def test_what_the_next_run_writes_at_once_is_no_output_of_the_one_before(watched: MemorySink, tmp_path: Path) -> None:
    """The state of a file is asked for when the event is made; by then it is that of the last run. By hand."""
    for turn in "123":
        with driftline.run(turn):
            for text in ("draft", turn):
                with fsspec.open("memory://bucket/x.csv", "w") as file:
                    file.write(text)
    with driftline.run("last") as last, fsspec.open("memory://bucket/x.csv") as file:
        file.read()
    driftline.flush()
    states = [
        json.loads(bytes(one.facets["driftline_state"])).get("version", "")
        for event in watched.decoded()
        if event.job.name in "123"
        for one in event.outputs
    ]
    assert states == ["", "", last.inputs[0].version]


def test_what_is_read_through_an_archive_or_a_cache_is_what_that_is_made_of(
    watched: MemorySink, tmp_path: Path
) -> None:
    """What each address leads to is said in fsspec's documentation of URL chaining."""
    data = pd.DataFrame({"a": [1, 2]})
    data.to_csv("x.zip", index=False, compression={"method": "zip", "archive_name": "x.csv"})
    with fsspec.open("memory://bucket/x.zip", "wb") as file:
        file.write(Path("x.zip").read_bytes())
    with driftline.run("local") as one:
        assert pd.read_csv("zip://x.csv::x.zip").equals(data)
        with fsspec.open(f"zip://x.csv::file://{tmp_path}/x.zip") as file:
            assert pd.read_csv(file).equals(data)
    with driftline.run("far") as other:
        assert pd.read_csv("zip://x.csv::memory://bucket/x.zip").equals(data)
        assert pd.read_csv("zip://x.csv::simplecache::memory://bucket/x.zip").equals(data)
    driftline.flush()
    told = [{(found.namespace, found.name) for found in event.inputs} for event in watched.decoded() if event.inputs]
    assert told[0] == {("file", "x.zip")}
    assert ("memory://", "bucket/x.zip") in told[1]
    assert not any(namespace.startswith("zip") for namespace, _ in told[1])
    assert [found.dataset for found in one.inputs if found.dataset.name != "x.zip"] == []
    assert other.inputs
