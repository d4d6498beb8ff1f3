"""A partitioned folder is one dataset, whoever writes it. Expected names: the folder that the code names."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import driftline
from driftline.testing import MemorySink

FRAME = pd.DataFrame({"p": ["a", "a", "b"], "x": [1, 2, 3]})
TABLE = pa.Table.from_pandas(FRAME)
Act = Callable[[], Any]


def touched(found: tuple[Any, ...]) -> set[tuple[str, str]]:
    return {(one.dataset.name, one.partition) for one in found}


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (lambda: FRAME.to_parquet("lake/o", partition_cols=["p"]), lambda: pd.read_parquet("lake/o")),
        (lambda: ds.write_dataset(TABLE, "lake/o", format="parquet", partitioning=["p"]), lambda: ds.dataset("lake/o")),
        (lambda: pq.write_to_dataset(TABLE, "lake/o", partition_cols=["p"]), lambda: pq.read_table("lake/o")),
        (
            lambda: duckdb.execute("copy (select 'a' as p, 1 as x union all select 'b', 2) to 'lake/o' "
                                   "(format parquet, partition_by (p))"),
            lambda: duckdb.sql("select * from 'lake/o/*/*.parquet'").fetchall(),
        ),
        (
            lambda: pl.DataFrame({"p": ["a", "b"], "x": [1, 2]}).write_parquet("lake/o", partition_by=["p"]),
            lambda: pl.scan_parquet("lake/o").collect(),
        ),
    ],
)  # fmt: skip
def test_a_partitioned_folder_is_one_dataset(watched: MemorySink, tmp_path: Path, write: Act, read: Act) -> None:
    Path("lake").mkdir()
    with driftline.run("write") as one:
        write()
    assert touched(one.outputs) == {("lake/o", "a"), ("lake/o", "b")}
    with driftline.run("read") as other:
        read()
    assert touched(other.inputs) == touched(one.outputs)
    assert {found.version for found in other.inputs} == {found.version for found in one.outputs}


def test_a_second_write_counts_only_what_is_new(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("first") as first:
        FRAME.to_parquet("pq", partition_cols=["p"])
    time.sleep(0.1)  # more than the coarsest clock of files
    with driftline.run("second") as second:
        FRAME.assign(x=9).to_parquet("pq", partition_cols=["p"])
    assert touched(first.outputs) == touched(second.outputs) == {("pq", "a"), ("pq", "b")}
    assert not {one.version for one in first.outputs} & {one.version for one in second.outputs}


def test_named_files_in_a_folder_stay_datasets_of_their_own(watched: MemorySink, tmp_path: Path) -> None:
    Path("raw").mkdir()
    for name in ("orders.parquet", "customers.parquet", "2013-01-31.parquet"):
        pq.write_table(TABLE, f"raw/{name}")
    with driftline.run("job") as run:
        run.read("raw")
    assert touched(run.inputs) == {("raw/orders.parquet", ""), ("raw/customers.parquet", ""), ("raw", "2013-01-31")}
