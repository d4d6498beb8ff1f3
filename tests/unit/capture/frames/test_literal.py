"""Frames of constants: what the source of a real script proves, and what it does not. Expected values by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Script = Callable[..., list[dict[str, Any]]]
BEGIN = """
import driftline
driftline.watch("whole")
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pandas import DataFrame
source = pd.read_csv("source.csv")
values = source.a.tolist()

@driftline.step
def made():
"""


def outputs(script: Script, tmp_path: Path, body: str) -> dict[str, Any]:
    """Return what the step says of its output, and the gaps of its run, of a script with this body of a step."""
    (tmp_path / "source.csv").write_text("a\n1\n2\n")
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    events = script(BEGIN + lines + "\n\nmade()\n")
    event = next(one for one in events if one["job"]["name"] == "made")
    (output,) = event["outputs"]
    return {
        "lineage": output["facets"].get("lineage", {}).get("inputs"),
        "inputs": [one["name"] for one in event.get("inputs", [])],
        "gaps": list(event["run"]["facets"].get("driftline_gaps", {}).get("gaps", {})),
    }


@pytest.mark.parametrize(
    "body",
    [
        'pd.DataFrame({"k": ["x", "y"], "v": [1.5, -2], "n": [None] * 2}).to_csv("out.csv", index=False)',
        'pd.DataFrame([{"k": i, "v": f"n{i}"} for i in range(3) if i % 2 == 0]).to_parquet("out.parquet")',
        'DataFrame({"d": pd.date_range("2024-01-01", periods=2), "z": np.zeros(2), "n": np.nan}).to_csv("out.csv")',
        'rates = pd.DataFrame({"k": [1]}).assign(v=2)\nrates.to_csv("out.csv")',
        'table = pa.table({"k": [1]})\npq.write_table(table, "out.parquet")',
        'pq.write_table(pa.Table.from_pydict({"k": [1]}), "out.parquet")',
        'pl.DataFrame({"k": [1]}).write_csv("out.csv")',
    ],
)
def test_a_frame_of_constants_has_no_source_and_nothing_is_guessed(script: Script, tmp_path: Path, body: str) -> None:
    assert outputs(script, tmp_path, body) == {"lineage": [], "inputs": [], "gaps": []}


@pytest.mark.parametrize(
    "body",
    [
        'pd.DataFrame({"v": values}).to_csv("out.csv")',
        'pd.DataFrame({"v": [one for one in values]}).to_csv("out.csv")',
        'pd.DataFrame({"v": [1, 2]}).assign(a=source.a).to_csv("out.csv")',
        'frame = pd.DataFrame({"v": [1, 2]})\nframe["a"] = values\nframe.to_csv("out.csv")',
        'frame = pd.DataFrame({"v": [1, 2]})\nframe = source * 2\nframe.to_csv("out.csv")',
        'frame = pd.DataFrame({"v": [1, 2]})\nframe.insert(0, "a", values)\nframe.to_csv("out.csv")',
        'frame = pd.DataFrame({"v": [1, 2]})\nseen = frame.to_numpy()\nframe.to_csv("out.csv")',
        'range = lambda count: values\npd.DataFrame({"v": [one for one in range(2)]}).to_csv("out.csv")',
        '(source * 2).to_csv("out.csv")',
    ],
)
def test_what_may_hold_data_is_guessed_to_stand_on_what_was_read(script: Script, tmp_path: Path, body: str) -> None:
    found = outputs(script, tmp_path, body)
    assert found["lineage"] is None
    assert found["inputs"] == ["source.csv"]
    assert found["gaps"][0] == "origin of the data guessed"


def test_what_a_script_itself_makes_of_constants_has_no_source_beside_what_has_one(
    script: Script, tmp_path: Path
) -> None:
    (event,) = script(
        "import driftline\ndriftline.watch('whole')\nimport pandas as pd\n"
        "pd.DataFrame({'a': [1, 2]}).to_csv('in.csv')\nframe = pd.read_csv('in.csv')\n"
        "pd.DataFrame({'rate': [1.5]}).to_csv('rates.csv')\n(frame * 2).to_csv('out.csv')\n"
        "pd.DataFrame({'rate': [2.5]}).to_csv('out.csv', mode='a')\n"
    )
    entries = {one["name"]: one.get("inputs") for one in event["job"]["facets"]["lineage"]["entries"]}
    assert entries["in.csv"] == entries["rates.csv"] == []
    assert [one["name"] for one in entries["out.csv"]] == ["in.csv"]
    assert all("lineage" not in part["facets"] for part in event["outputs"] if part["name"] == "out.csv")
