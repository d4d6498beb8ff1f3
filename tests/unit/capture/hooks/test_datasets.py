"""Hugging Face datasets: local files in, saved data sets out."""

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
    assert names(run)[0] == ["x.csv"]
    assert "x.parquet" in names(run)[1]
    assert names(other)[0] == names(run)[1]
    assert run.inputs[0].attributes["fingerprint"] == data._fingerprint
