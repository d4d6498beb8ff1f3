"""What is inside files and tables: the same rows give the same contents whatever holds them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet

from driftline import profile
from driftline.capture import contents, measure
from driftline.event.lineage import Field

TABLE = pa.table({"n": [1, 2, 3], "s": ["x", None, "z"]})


def written(path: Path) -> contents.Contents | None:
    state = measure.of_file(str(path))
    return contents.of_file(str(path), f"{path}:{state.version}", state.size, state.modified_ns)


def test_every_format_gives_rows_fields_and_a_profile(tmp_path: Path) -> None:
    parquet.write_table(TABLE, tmp_path / "x.parquet")
    feather.write_feather(TABLE, str(tmp_path / "x.feather"))
    csv.write_csv(TABLE, tmp_path / "x.csv")
    (tmp_path / "x.jsonl").write_text('{"n":1,"s":"x"}\n{"n":2,"s":null}\n{"n":3,"s":"z"}\n')
    (tmp_path / "x.tsv").write_text("n\ts\n1\tx\n2\t\n3\tz\n")
    for name in ("x.parquet", "x.feather", "x.csv", "x.jsonl", "x.tsv"):
        found = written(tmp_path / name)
        assert found is not None, name
        assert (found.rows, [field.name for field in found.fields]) == (3, ["n", "s"])
        column = profile.decode(found.profile).columns["n"]
        assert (column.rows, column.minimum, column.maximum) == (3, 1, 3)
    assert contents.columns(str(tmp_path / "x.parquet")) == contents.columns(str(tmp_path / "x.csv")) == ("n", "s")


@pytest.mark.parametrize("separator", [";", "|", "\t", ","])
def test_a_file_that_is_called_csv_is_taken_for_what_its_header_says(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        separator.join(("n", "s")) + "\n" + separator.join(("1", "x, y" if separator != "," else "x")) + "\n"
    )
    found = written(file)
    assert found is not None
    assert (found.rows, [field.name for field in found.fields]) == (1, ["n", "s"])
    assert contents.columns(str(file)) == ("n", "s")


def test_other_files_have_no_contents(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00")
    (tmp_path / "x.json").write_text('{"n":{"0":1}}')
    assert written(tmp_path / "x.json") is None
    assert written(tmp_path / "x.bin") is None
    assert contents.columns(str(tmp_path / "x.bin")) is None


def test_a_file_too_large_to_profile_still_has_rows_and_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "PROFILE_LIMIT", 10)
    parquet.write_table(TABLE, tmp_path / "x.parquet")
    found = written(tmp_path / "x.parquet")
    assert found is not None
    assert (found.rows, found.profile) == (3, b"")
    assert found.fields == (Field("n", "int64"), Field("s", "string"))


@pytest.mark.parametrize(
    "data",
    [
        TABLE,
        TABLE.to_batches()[0],
        TABLE.to_pandas(),
        {"n": [1, 2, 3], "s": ["x", None, "z"]},
        [{"n": 1, "s": "x"}, {"n": 2, "s": None}, {"n": 3, "s": "z"}],
    ],
    ids=["arrow", "batch", "pandas", "columns", "rows"],
)
def test_the_same_rows_have_the_same_fingerprint_whatever_holds_them(data: Any) -> None:
    found = contents.of_data(data)
    expected = contents.of_data(TABLE)
    assert found is not None
    assert expected is not None
    assert found.fingerprint == expected.fingerprint


def test_what_is_no_table_has_no_contents() -> None:
    assert contents.of_data(3) is None
    assert contents.of_data([1, 2]) is None
    assert contents.of_data(pd.DataFrame([[1, 2]], columns=["a", "a"])) is None


def test_values_of_mixed_types_are_compared_as_text() -> None:
    found = contents.of_data(pd.DataFrame({"mixed": [1, "two", 3.5]}))
    assert found is not None
    assert found.fields == (Field("mixed", "string"),)


def test_a_large_file_is_read_in_blocks_with_the_fingerprint_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 300_000
    table = pa.table({
        "id": pa.array(range(rows)), "x": pa.array(range(rows, 0, -1)).cast(pa.float64()),
        "s": pa.array([f"k{row % 200}" for row in range(rows)]), "far": pa.array([row * 3 for row in range(rows)]),
        "y": pa.array([row * row % 10_007 for row in range(rows)]),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "x.parquet", row_group_size=41_000)
    feather.write_feather(table, str(tmp_path / "x.feather"), chunksize=50_000)
    csv.write_csv(table, tmp_path / "x.csv")
    whole = contents.of_arrow(table)
    monkeypatch.setattr(contents, "WHOLE", 1)
    monkeypatch.setattr(contents, "_BLOCK", 1 << 20)
    for name in ("x.parquet", "x.feather"):
        found = written(tmp_path / name)
        assert found is not None
        assert (found.rows, found.fingerprint, found.hashes) == (rows, whole.fingerprint, whole.hashes)
        assert (found.varied, found.telling) == (whole.varied, whole.telling)
        assert found.telling == {"s", "y"}  # columns that go up or down in equal steps tell nothing
        column = profile.decode(found.profile).columns["x"]
        assert (column.rows, column.minimum, column.maximum) == (rows, 1, rows)
    monkeypatch.setattr(contents, "PROFILE_LIMIT", 1)
    monkeypatch.setattr(contents, "_seen", {})
    for name in ("x.parquet", "x.feather", "x.csv"):
        found = written(tmp_path / name)
        assert found is not None
        assert (found.rows, found.profile, found.telling) == (rows, b"", frozenset())
        assert found.fingerprint == whole.fingerprint


def test_rows_whatever_their_order_are_hashed_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = contents.of_arrow(TABLE).prints
    assert prints is not None
    assert prints.row_set is not None
    monkeypatch.setattr(contents, "ROWS_LIMIT", 5)  # the table has six cells
    prints = contents.of_arrow(TABLE).prints
    assert prints is not None
    assert prints.row_set is None


def test_a_large_file_takes_the_memory_of_a_block_not_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.random.default_rng(1).normal(size=4_000_000)
    parquet.write_table(pa.table({"x": values}), tmp_path / "x.parquet", row_group_size=200_000, compression="none")
    monkeypatch.setattr(contents, "WHOLE", 1)
    monkeypatch.setattr(contents, "PROFILE_LIMIT", 1)
    pool, kept = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(pool)
    try:
        found = written(tmp_path / "x.parquet")
    finally:
        pa.set_memory_pool(kept)
    assert found is not None
    assert found.rows == 4_000_000
    assert pool.max_memory() < 8_000_000  # the values alone have 32 MB


def test_columns_that_only_number_the_rows_tell_nothing() -> None:
    rows = range(100)
    found = contents.of_arrow(
        pa.table({
            "number": [row + 5 for row in rows],
            "down": [-3.5 * row for row in rows],
            "day": [date(2024, 1, 1) + timedelta(days=row) for row in rows],
            "name": [f"row-{row}" for row in rows],
            "value": [row * row % 97 + row / 7 for row in rows],
            "word": [f"w{row * row}" for row in rows],
            "flag": [row % 3 == 0 for row in rows],
            "one": [1] * 100,
            "none": pa.nulls(100, pa.int64()),
        })
    )  # fmt: skip
    assert found.regular == {"number", "down", "day", "name"}
    assert found.telling == {"value", "word"}
    assert found.varied == set(found.hashes) - {"one", "none"}
