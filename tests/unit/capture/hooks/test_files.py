"""Files that are renamed and copied: the new name leads to what was written, as ``os`` and ``shutil`` leave them."""

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink

FRAME = pd.DataFrame({"id": [1, 2], "amount": [2.0, 3.0]})


@pytest.mark.parametrize("rename", [os.replace, os.rename, shutil.move, lambda a, b: Path(a).replace(b)])
def test_a_file_that_is_written_and_renamed_goes_by_its_new_name(
    watched: MemorySink, tmp_path: Path, rename: Callable[[str, str], Any]
) -> None:
    with driftline.run("job") as run:
        FRAME.to_parquet("f.parquet.tmp")
        getattr(os, getattr(rename, "__name__", ""), rename)("f.parquet.tmp", "f.parquet")
    assert names(run) == ([], ["f.parquet"])
    with driftline.run("reader") as reader:
        pd.read_parquet("f.parquet")
    assert reader.inputs[0].version == run.outputs[0].version
    assert driftline.flush()
    event = watched.decoded()[0]
    assert b'"name":"amount"' in bytes(event.outputs[0].facets["schema"])  # .tmp said nothing of the format
    assert "driftline_gaps" not in event.run.facets  # type: ignore[union-attr]


def test_a_folder_that_is_renamed_takes_its_files_along(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        Path("building").mkdir()
        FRAME.to_csv("building/f.csv")
        FRAME.to_parquet("building/pq", partition_cols=["id"])
        Path("building").rename("v1")
    assert sorted({one.dataset.name for one in run.outputs}) == ["v1/f.csv", "v1/pq"]


def test_what_is_renamed_after_its_run_is_linked_by_the_next_one(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        FRAME.to_csv("half.csv", index=False)
    with driftline.run("publish") as other:
        Path("half.csv").replace("whole.csv")
    assert names(other) == (["half.csv"], ["whole.csv"])
    assert one.outputs[0].version == other.inputs[0].version == other.outputs[0].version


@pytest.mark.parametrize("copy", ["copy", "copy2", "copyfile"])
def test_a_copy_is_read_and_written_with_every_column_as_it_was(watched: MemorySink, tmp_path: Path, copy: str) -> None:
    FRAME.to_csv("a.csv", index=False)
    FRAME.to_csv("other.csv", index=False)
    driftline.watch("job")
    pd.read_csv("other.csv")
    getattr(shutil, copy)("a.csv", "b.csv")
    driftline.unwatch()
    assert driftline.flush()
    event = next(one for one in watched.decoded() if one.event_type == "COMPLETE")
    assert [part.name for part in event.outputs] == ["b.csv"]
    lineage = bytes(event.outputs[0].facets["columnLineage"])
    for column in (b"id", b"amount"):
        assert b'"%s":{"inputFields":[{"namespace":"file","name":"a.csv","field":"%s"' % (column, column) in lineage
    assert b"other.csv" not in lineage
    assert b'"inputs":[{"type":"DATASET","namespace":"file","name":"a.csv"' in bytes(
        event.job.facets["lineage"]  # type: ignore[union-attr]
    )


def test_a_tree_is_copied_file_by_file_without_what_holds_no_data(watched: MemorySink, tmp_path: Path) -> None:
    Path("tree/inner").mkdir(parents=True)
    FRAME.to_csv("tree/a.csv")
    FRAME.to_csv("tree/inner/b.csv")
    Path("tree/run.log").write_text("x")
    Path("tree/code.py").write_text("x = 1\n")
    with driftline.run("job") as run:
        shutil.copytree("tree", "copied")
        Path("tree/run.log").rename("tree/run.log.1")
    assert names(run) == (["tree/a.csv", "tree/inner/b.csv"], ["copied/a.csv", "copied/inner/b.csv"])


def test_what_python_itself_wrote_is_a_gap_by_its_final_name(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        Path("state.bin.part").write_text("x")
        Path("state.bin.part").replace("state.bin")
    assert driftline.flush()
    assert names(run) == ([], [])
    assert b'"unattributed write state.bin":1' in watched.raw[0]


def test_functions_stay_what_they_were_and_errors_pass(watched: MemorySink, tmp_path: Path) -> None:
    assert pickle.loads(pickle.dumps(os.replace)) is os.replace
    with driftline.run("job") as run:
        with pytest.raises(FileNotFoundError):
            Path("nowhere").rename("somewhere")
        with pytest.raises(FileNotFoundError):
            shutil.copyfile("nowhere", "somewhere")
    assert names(run) == ([], [])
    driftline.unwatch()
    assert os.rename.__module__ == "posix"
    assert not hasattr(os.rename, "__wrapped__")


def test_two_ways_to_a_folder_are_one(watched: MemorySink, tmp_path: Path) -> None:
    Path("v1").mkdir()
    Path("current").symlink_to("v1")
    with driftline.run("write") as one:
        FRAME.to_parquet("v1/f.parquet")
    with driftline.run("read") as other:
        pd.read_parquet("current/f.parquet")
    assert other.inputs[0].dataset == one.outputs[0].dataset
    assert other.inputs[0].dataset.name == "v1/f.parquet"
