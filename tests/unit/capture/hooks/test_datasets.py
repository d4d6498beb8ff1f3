"""Hugging Face datasets: local files in, saved data sets out."""

import json
from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink

datasets = pytest.importorskip("datasets")


def test_local_files_are_loaded_and_saved(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.csv").write_text("a,b\n1,x\n2,y\n")
    with driftline.run("job") as run:
        data = datasets.load_dataset("csv", data_files={"train": ["x.csv"]}, split="train", cache_dir="cache")
        data.save_to_disk("saved")
        data.to_parquet("x.parquet")
    with driftline.run("again") as other:
        assert datasets.load_from_disk("saved").num_rows == 2
        assert datasets.Dataset.from_parquet("x.parquet", cache_dir="cache").num_rows == 2
    assert names(run) == (["x.csv"], ["saved", "x.parquet"])
    assert names(other)[0] == names(run)[1]
    assert run.inputs[0].attributes["fingerprint"] == data._fingerprint


def test_caches_of_the_library_are_no_data(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.csv").write_text("a,b\n1,x\n2,y\n")
    with driftline.run("job") as run:
        data = datasets.load_dataset("csv", data_files="x.csv", split="train", cache_dir="cache")
        longer = data.map(lambda row: {"c": row["a"] + 1}).filter(lambda row: row["c"] > 2)
        datasets.DatasetDict({"train": longer}).save_to_disk("saved")
        again = datasets.load_from_disk("saved")
        assert again["train"].map(lambda row: {"d": row["c"]}).num_rows == 1
    assert names(run) == (["x.csv"], ["saved"])
    assert run.outputs[0].partition == "train"
    with driftline.run("again") as other:
        datasets.load_from_disk("saved")
    assert names(other) == (["saved"], [])
    assert other.inputs[0].version == run.outputs[0].version


def test_what_the_library_keeps_of_each_step_is_no_output(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.csv").write_text("a,b\n1,x\n2,y\n3,z\n4,w\n")
    with driftline.run("job"):
        data = datasets.load_dataset("csv", data_files="x.csv", split="train", cache_dir="cache")
        parts = data.map(lambda row: {"c": row["a"] * 2}).filter(lambda row: row["c"] > 2).train_test_split(0.5, seed=1)
        parts["train"].to_csv("train.csv")
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.event_type == "COMPLETE"]
    assert [one.name for one in event.outputs] == ["train.csv"]
    told = json.loads(bytes(event.run.facets["driftline_completeness"]))
    assert (told["unattributed"], told["unmeasured"]) == ([], [])
