"""What is inside files that hold a table, whatever their format."""

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet

import driftline
from driftline import profile
from driftline.capture.tables import contents, formats, measure, measured, parquet_table
from driftline.capture.tables.form import Form
from driftline.event.lineage import Field
from driftline.testing import MemorySink

TABLE = pa.table({"n": [1, 2, 3], "s": ["x", None, "z"]})


def written(path: Path) -> contents.Contents | None:
    state = measure.of_file(str(path))
    return formats.of_file(str(path), f"{path}:{state.version}", state.size, state.modified_ns)


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
    assert formats.columns(str(tmp_path / "x.parquet")) == formats.columns(str(tmp_path / "x.csv")) == ("n", "s")


def test_nobody_is_warned_of_an_old_file_that_is_read_once_more(tmp_path: Path) -> None:
    """Arrow warns of Feather's first version, names who reads it, and has warned the program that wrote or read it."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        feather.write_feather(TABLE, str(tmp_path / "x.feather"), version=1)
        feather.read_table(str(tmp_path / "x.feather"))
        assert len(found) == 2
        assert written(tmp_path / "x.feather") is not None
        assert len(found) == 2


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.npy", "x.json"])
@pytest.mark.parametrize("moved", [True, False])
def test_the_bytes_of_a_file_decide_where_size_and_time_are_the_same(tmp_path: Path, name: str, *, moved: bool) -> None:
    """As where a program writes a file anew within one tick of the clock, or restores its times."""
    path, other = tmp_path / name, tmp_path / f"other-{name}"
    measured.at_hand.clear()  # another test may have measured the same bytes

    def write(into: Path, number: int) -> None:
        frame = pd.DataFrame({"n": [number, 5]})
        if name == "x.npy":
            np.save(into, frame["n"].to_numpy())
        elif name == "x.json":
            frame.to_json(into, orient="records")
        else:
            getattr(frame, f"to_{name[2:]}")(into)

    write(path, 1)
    seen = measure.of_file(str(path))
    write(other if moved else path, 2)
    if moved:
        other.replace(path)
    os.utime(path, ns=(seen.modified_ns, seen.modified_ns))
    assert measure.state(str(path)) == (seen.size, seen.modified_ns)
    with pytest.raises(FileNotFoundError):
        formats.of_file(str(path), seen.version, seen.size, seen.modified_ns)
    assert measured.key(seen.version) not in measured.at_hand
    assert formats.of_file(str(path), measure.of_file(str(path)).version, seen.size, seen.modified_ns)


def test_columns_of_what_only_is_called_parquet_are_not_known(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1, and then nothing of that kind")
    assert formats.columns(str(tmp_path / "x.parquet")) is None


@pytest.mark.parametrize("separator", [";", "|", "\t", ","])
def test_a_file_that_is_called_csv_is_taken_for_what_its_header_says(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        separator.join(("n", "s")) + "\n" + separator.join(("1", "x, y" if separator != "," else "x")) + "\n"
    )
    found = written(file)
    assert found is not None
    assert (found.rows, [field.name for field in found.fields]) == (1, ["n", "s"])
    assert formats.columns(str(file)) == ("n", "s")


def test_whole_numbers_beyond_63_bits_are_exact_in_the_form_that_a_program_has_said(tmp_path: Path) -> None:
    """By hand: 2**63 + 1 and 2**64 - 1, which doubles cannot tell from their neighbours."""
    file = tmp_path / "x.data"
    file.write_text(f"made by hand\n{2**63 + 1};x\n{2**64 - 1};y\n")
    state = measure.of_file(str(file))
    said = Form(";", ("n", "s"), skip=1)
    found = formats.of_file(str(file), f"{file}:{state.version}", state.size, state.modified_ns, said)
    assert found is not None
    assert found.fields == (Field("n", "uint64"), Field("s", "string"))
    assert profile.decode(found.profile).columns["n"].rows == 2


def test_other_files_have_no_contents(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00")
    (tmp_path / "x.json").write_text('{"n":{"0":1},"m":3}')
    assert written(tmp_path / "x.json") is None
    assert written(tmp_path / "x.bin") is None
    assert formats.columns(str(tmp_path / "x.bin")) is None


def test_a_file_too_large_to_profile_still_has_rows_and_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "PROFILE_LIMIT", 10)
    parquet.write_table(TABLE, tmp_path / "x.parquet")
    found = written(tmp_path / "x.parquet")
    assert found is not None
    assert (found.rows, found.profile) == (3, b"")
    assert found.fields == (Field("n", "int64"), Field("s", "string"))


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
    text = written(tmp_path / "x.csv")
    assert text is not None
    monkeypatch.setattr(formats, "WHOLE", 1)
    monkeypatch.setattr(contents, "_BLOCK", 1 << 20)
    for name in ("x.parquet", "x.feather"):
        found = written(tmp_path / name)
        assert found is not None
        assert (found.rows, found.fingerprint, found.hashes) == (rows, whole.fingerprint, whole.hashes)
        assert (found.varied, found.telling) == (whole.varied, whole.telling)
        assert found.telling == {"s", "y"}  # columns that go up or down in equal steps tell nothing
        column = profile.decode(found.profile).columns["x"]
        assert (column.rows, column.minimum, column.maximum) == (rows, 1, rows)
    monkeypatch.setattr(formats, "PROFILE_LIMIT", 1)
    monkeypatch.setattr(measured, "at_hand", {})
    for name in ("x.parquet", "x.feather", "x.csv"):
        found = written(tmp_path / name)
        assert found is not None
        assert (found.rows, found.profile, found.telling) == (rows, b"", frozenset())
        assert found.fingerprint == (text if name == "x.csv" else whole).fingerprint  # of a text, of what is written


def test_a_large_file_takes_the_memory_of_a_block_not_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.random.default_rng(1).normal(size=4_000_000)
    parquet.write_table(pa.table({"x": values}), tmp_path / "x.parquet", row_group_size=200_000, compression="none")
    monkeypatch.setattr(formats, "WHOLE", 1)
    monkeypatch.setattr(formats, "PROFILE_LIMIT", 1)
    pool, kept = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(pool)
    try:
        found = written(tmp_path / "x.parquet")
    finally:
        pa.set_memory_pool(kept)
    assert found is not None
    assert found.rows == 4_000_000
    assert pool.max_memory() < 8_000_000  # the values alone have 32 MB


ROWS = [{"n": 1, "s": "x"}, {"n": 2, "s": None}, {"n": 3, "s": "z"}]


@pytest.mark.parametrize("shape", ["records", "columns", "index", "split", "table", "lists"])
def test_json_in_the_shapes_that_pandas_writes_is_a_table(tmp_path: Path, shape: str) -> None:
    frame = pd.DataFrame(ROWS)
    if shape == "lists":
        (tmp_path / "x.json").write_text('{"n": [1, 2, 3], "s": ["x", null, "z"]}')
    else:
        frame.to_json(tmp_path / "x.json", orient=shape, **({"index": False} if shape == "table" else {}))
    found = written(tmp_path / "x.json")
    assert found is not None
    if shape == "index":  # rows by their labels: a table that lies on its side
        assert (found.rows, [field.name for field in found.fields]) == (2, ["0", "1", "2"])
    else:
        assert found.fingerprint == contents.of_arrow(TABLE).fingerprint


def test_arrays_of_one_length_in_an_archive_are_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=np.array([[1.0, 2.0], [3.0, 4.0]]), y=np.array([0, 1]))
    np.savez(tmp_path / "weights.npz", x=np.zeros((2, 2)), b=np.zeros(3))
    found, plain = written(tmp_path / "x.npz"), contents.of_data({"x.0": [1.0, 3.0], "x.1": [2.0, 4.0], "y": [0, 1]})
    assert found is not None
    assert plain is not None
    assert found.fingerprint == plain.fingerprint
    weights = written(tmp_path / "weights.npz")
    assert weights is not None
    assert weights.arrays
    assert [field.name for field in weights.fields] == ["b", "x"]


def test_the_first_bytes_tell_a_format_that_the_name_does_not(tmp_path: Path) -> None:
    parquet.write_table(TABLE, tmp_path / "part-00000")
    feather.write_feather(TABLE, str(tmp_path / "x.data"))
    np.save(tmp_path / "x.npy", np.array([1, 2]))
    (tmp_path / "x.npy").rename(tmp_path / "array")
    (tmp_path / "x.txt").write_text("n,s\n1,x\n")
    assert [formats.form(str(tmp_path / name)) for name in ("part-00000", "x.data", "array", "x.txt")] == [
        "parquet", "feather", "npy", "",
    ]  # fmt: skip
    found = written(tmp_path / "part-00000")
    assert found is not None
    assert found.fingerprint == contents.of_arrow(TABLE).fingerprint


@pytest.mark.parametrize("ending", ["csv.gz", "csv.bz2", "jsonl.gz", "tsv.gz"])
def test_packed_text_is_read(tmp_path: Path, ending: str) -> None:
    frame, path = pd.DataFrame(ROWS), tmp_path / f"x.{ending}"
    if "json" in ending:
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if "tsv" in ending else ",")
    found = written(path)
    assert found is not None
    assert (found.rows, found.hashes["n"]) == (3, contents.of_arrow(TABLE).hashes["n"])


def test_a_file_that_is_changed_before_or_while_it_is_read_has_no_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.parquet"
    parquet.write_table(TABLE, path)
    state = measure.of_file(str(path))
    parquet.write_table(TABLE.slice(1), path)
    with pytest.raises(FileNotFoundError):
        formats.of_file(str(path), "before", state.size, state.modified_ns)
    state = measure.of_file(str(path))
    original = formats._read

    def slow(*given: Any) -> Any:
        found = original(*given)
        path.write_bytes(b"other")
        return found

    monkeypatch.setattr(formats, "_read", slow)
    with pytest.raises(FileNotFoundError):
        formats.of_file(str(path), "while", state.size, state.modified_ns)
    assert not {"before", "while"} & {version for version, *_ in measured.at_hand}


def test_a_run_whose_file_was_overwritten_before_it_was_measured_says_so(sink: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("measured,nowhere\n1,2\n")  # else its contents are known by its bytes
    with driftline.run("job") as run:
        run.read(path)
        path.write_text("a\n1\n2\n")
    driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    assert b'"not measured: x.csv (overwritten or removed meanwhile)":1' in bytes(event.run.facets["driftline_gaps"])
    (read,) = event.inputs
    assert "driftline_profile" not in read.facets


def test_a_file_that_cannot_be_measured_is_a_gap_by_its_name_and_nothing_is_printed(
    sink: MemorySink, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By hand: an empty file has no columns, and a ragged one no table."""
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n")
    with driftline.run("job") as run:
        run.read(tmp_path / "empty.csv")
        run.read(tmp_path / "ragged.csv")
    driftline.flush()
    (event,) = sink.decoded()
    assert event.run is not None
    gaps = bytes(event.run.facets["driftline_gaps"])
    assert b'"not measured: empty.csv (it is empty)":1' in gaps
    assert b'"not measured: ragged.csv (line 3 has 3 cells where the header has 2)":1' in gaps
    assert caplog.messages == []


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_whole_numbers_beyond_63_bits_are_not_rounded_in_text(tmp_path: Path, ending: str) -> None:
    found = []
    for last in (17_446_744_073_709_551_615, 17_446_744_073_709_551_614):  # one and the same as doubles
        path = tmp_path / f"x.{ending}"
        if ending == "csv":
            path.write_text(f"id,x,y\n1,1e300,2\n{last},0.5,9e20\n")
        else:
            path.write_text(f'{{"id":1,"x":1e300,"y":2.0}}\n{{"id":{last},"x":0.5,"y":9e20}}\n')
        found.append(written(path))
    one, two = found
    assert one is not None
    assert two is not None
    assert one.hashes == {**two.hashes, "id": one.hashes["id"]}
    assert one.hashes["id"] != two.hashes["id"]
    exact = contents.of_arrow(pa.table({"id": pa.array([1, 17_446_744_073_709_551_615], pa.uint64())}))
    assert one.hashes["id"] == exact.hashes["id"]
    assert [field.type for field in one.fields] == ["uint64", "double", "double"]


def test_a_long_file_is_read_column_by_column_with_the_contents_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(4)
    rows = 70_000
    table = pa.table({
        "key": [f"k-{k}" for k in range(rows)], "n": rng.integers(0, 9, rows), "step": np.arange(rows) * 3,
        "f": pa.array(rng.normal(size=rows), mask=rng.random(rows) < 0.1),
        "list": [[k % 3] * (k % 2) for k in range(rows)],
        "pair": [{"a": k % 5, "b": None} for k in range(rows)], "__index_level_0__": rng.integers(0, 9, rows),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "x.parquet", row_group_size=30_000)
    parts = written(tmp_path / "x.parquet")
    monkeypatch.setattr(parquet_table, "_CELLS", rows * 7)
    parquet.write_table(table, tmp_path / "y.parquet", row_group_size=30_000)
    assert parts == written(tmp_path / "y.parquet")
    assert parts is not None
    assert parts.fingerprint == profile.fingerprint(table).value
    assert profile.decode(parts.profile) == profile.build(table)
    assert (parts.regular, parts.rows) == ({"key", "step"}, rows)


@pytest.mark.parametrize("names", [["a", "a.b"], ["a", "a"]])
def test_names_that_a_reader_could_take_for_each_other_are_read_at_once(tmp_path: Path, names: list[str]) -> None:
    table = pa.table([np.arange(300_000), np.arange(300_000) % 7], names=names)
    parquet.write_table(table, tmp_path / "x.parquet")
    found = written(tmp_path / "x.parquet")
    assert found is not None
    assert found.fingerprint == profile.fingerprint(table).value


def test_a_text_table_is_read_once_whatever_words_its_form_was_said_in(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("n;s\n1;x\n")
    state = measure.of_file(str(file))
    found = [
        formats.of_file(str(file), f"{file}:{state.version}", state.size, state.modified_ns, said)
        for said in (None, Form(";"), Form(guess=True), Form(";", texts=("n",)))
    ]
    assert found[0] is found[1] is found[2]
    assert found[3] is not None
    assert found[3] is not found[0]


def test_a_single_record_on_a_line_is_a_table_and_a_mapping_of_settings_is_none(tmp_path: Path) -> None:
    """As DuckDB's ``COPY … TO 'x.json'`` writes one row; ``json.dump`` ends no line."""
    file = tmp_path / "x.json"
    file.write_text('{"a":1,"b":"01"}\n')
    found = written(file)
    assert found is not None
    assert ([field.name for field in found.fields], found.rows) == (["a", "b"], 1)
    for text in ('{"a":1,"b":"01"}', '{"a":1,"b":{"c":2}}\n', '{\n"a":1}\n'):
        file.write_text(text)
        assert written(file) is None


def test_a_program_whose_tables_are_texts_does_not_load_the_readers_of_others(tmp_path: Path) -> None:
    csv.write_csv(TABLE, tmp_path / "a.csv")
    parquet.write_table(TABLE, tmp_path / "a.parquet")
    script = """
import os, sys
from driftline.capture.tables import formats
for name in ("a.csv", "a.parquet"):
    state = os.stat(name)
    print(formats.of_file(name, name, state.st_size, state.st_mtime_ns).rows, "pyarrow.parquet" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "False", "3", "True"]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells what is mapped")
@pytest.mark.parametrize("name", ["a.npy", "a.feather"])
def test_no_file_is_mapped_as_whoever_shortens_one_would_die(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    path, maps = tmp_path / name, []
    np.save(path, np.arange(9)) if name == "a.npy" else feather.write_feather(TABLE, path)
    monkeypatch.setattr(formats, "WHOLE", 0)
    for read in ("of_data", "of_batches"):
        monkeypatch.setattr(formats, read, lambda *_, **__: maps.append(Path("/proc/self/maps").read_text()))
    written(path)
    assert len(maps) == 1
    assert str(path) not in maps[0]
