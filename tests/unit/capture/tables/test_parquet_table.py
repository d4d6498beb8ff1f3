"""Parquet files, read column by column and by the different values of texts."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from driftline import profile
from driftline.capture.tables import contents, parquet_table

ROWS = 150_000


def texts() -> pa.Table:
    """Texts of few different values: of one length and of several, with nulls, with steps at their ends, long ones."""
    rng = np.random.default_rng(5)
    return pa.table({
        "code": rng.choice(["EWR", "JFK", "LGA"], ROWS),
        "name": pa.array(rng.choice(["", "a", "Ünïcode", "longer text"], ROWS), mask=rng.random(ROWS) < 0.2),
        "large": pa.array(rng.choice(["one", "two"], ROWS), pa.large_string()),
        "ends": np.where(np.arange(ROWS) % 2 == 0, "x7", "y7"),
        "gone": pa.nulls(ROWS, pa.string()),
        "number": np.arange(ROWS) % 9,
        "unlike": [f"k{row}" for row in range(ROWS)],
    })  # fmt: skip


@pytest.mark.parametrize("groups", [ROWS, 40_000])
def test_texts_that_are_read_by_their_different_values_give_the_contents_of_the_whole_table(
    groups: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, path = texts(), str(tmp_path / "x.parquet")
    parquet.write_table(table, path, row_group_size=groups)
    read: list[pa.Schema] = []
    columns = contents.of_columns

    def noted(schema: pa.Schema, rows: int, tables: Any) -> contents.Contents:
        return columns(schema, rows, (read.append(one.schema) or one for one in tables))

    monkeypatch.setattr(parquet_table, "of_columns", noted)
    found = parquet_table.of_parquet(path, whole=True, profiled=True)
    placed = {one.names[0] for one in read if pa.types.is_dictionary(one.field(0).type)}
    assert placed == {"code", "name", "large", "ends", "gone"}
    assert found == contents.of_columns(table.schema, ROWS, (table.select([name]) for name in table.column_names))
    assert found.fingerprint == profile.fingerprint(table).value
    assert profile.decode(found.profile) == profile.build(table)
    assert found.regular == {"ends", "unlike"}  # both of "ends" end in the same number


def test_no_pandas_is_loaded_to_measure_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "x.parquet")
    parquet.write_table(texts(), path)
    code = (
        "import sys\nfrom driftline.capture.tables import parquet_table\n"
        f"found = parquet_table.of_parquet({path!r}, whole=True, profiled=True)\n"
        "assert 'pandas' not in sys.modules and found.profile"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_texts_that_are_so_long_that_a_group_of_rows_may_not_fit_are_read_as_they_are(tmp_path: Path) -> None:
    path = str(tmp_path / "x.parquet")
    parquet.write_table(pa.table({"long": ["x" * 16_384, "y"] * 5, "short": ["x" * 16_383, "y"] * 5}), path)
    with parquet.ParquetFile(path) as plain, parquet.ParquetFile(path, read_dictionary=["long", "short"]) as placed:
        long, short = (parquet_table._column(placed, plain, name) for name in ("long", "short"))
    assert (long.schema.field(0).type, long.column(0).to_pylist()) == (pa.string(), ["x" * 16_384, "y"] * 5)
    assert pa.types.is_dictionary(short.schema.field(0).type)
