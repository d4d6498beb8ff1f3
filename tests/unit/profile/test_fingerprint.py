"""Layout makes no difference, one cell does, and the column is named."""

import datetime as dt
import decimal
import math
import struct

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv

from driftline.errors import BadInput
from driftline.profile import WRITTEN, Fingerprint, Prints, beside, fingerprint, fingerprint_many, sheet
from driftline.profile.fingerprint import GROUP

WORDS = ["b", None, "", "a", "é", "b"]


def value(values):
    return fingerprint({"c": values}).columns["c"]


def test_layouts_of_texts_make_no_difference():
    plain = pa.array(WORDS)
    dirty = pa.Array.from_buffers(  # another text lies under the null
        pa.string(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(np.array([0, 1, 4], "i4")), pa.py_buffer(b"bxyz")]
    )
    assert value(dirty) == value(["b", None])
    layouts = [
        plain.cast(pa.large_string()), plain.dictionary_encode(), plain.cast(pa.string_view()), pd.Series(WORDS),
        pd.Series(WORDS, dtype="category"), pd.Series(WORDS, dtype=object), WORDS,
        pa.chunked_array([plain[:1], plain[1:1], plain[1:]]), pa.concat_arrays([pa.array(["zz"]), plain]).slice(1),
        pd.Series(WORDS, dtype="string"), pd.Series(WORDS, dtype=pd.ArrowDtype(pa.string())),
    ]  # fmt: skip
    for layout in layouts:
        assert value(layout) == value(plain)


def test_layouts_of_numbers_make_no_difference():
    numbers = [1, None, 3, 0, -7, 2, 9, 4, 5]
    floats = np.array([1, np.nan, 3, -0.0, -7, 2, 9, 4, 5])
    odd = floats.copy()
    odd[1] = struct.unpack("<d", struct.pack("<Q", 0xFFF8DEADBEEF0001))[0]  # a NaN with a payload
    layouts = [
        pa.array(numbers, pa.int16()), pa.array(numbers, pa.float32()), floats, odd,
        pa.array(floats), pd.Series(numbers),
        pd.Series(numbers, dtype="Int64"), pa.array(numbers).dictionary_encode(), pa.array([0, *numbers]).slice(1),
        pa.chunked_array([numbers[:3], numbers[3:]]), np.ma.masked_invalid(floats), floats.astype(">f8"),
    ]  # fmt: skip
    for layout in layouts:
        assert value(layout) == value(pa.array(numbers))


def test_units_of_time_make_no_difference_but_nanoseconds_do():
    moments = [dt.datetime(2013, 1, 1, 5, tzinfo=dt.UTC), None]
    layouts = [pa.array(moments, pa.timestamp(unit, "UTC")) for unit in ("s", "ms", "us", "ns")]
    assert len({value(layout) for layout in [*layouts, pd.Series(moments)]}) == 1
    assert value(pa.array([1, 2], pa.timestamp("ns"))) != value(pa.array([1, 3], pa.timestamp("ns")))
    assert value([dt.date(2013, 1, 1)]) == value(np.array(["2013-01-01"], dtype="M8[s]"))
    assert value([dt.timedelta(1)]) != value([dt.date(1970, 1, 2)])


def test_scales_of_decimals_make_no_difference():
    cents = [decimal.Decimal("1.50"), decimal.Decimal("-20.00")]
    assert value(pa.array(cents, pa.decimal128(9, 2))) == value(pa.array(cents, pa.decimal128(20, 5)))
    assert value(pa.array(cents)) == value(pd.Series(cents, dtype=object))
    assert value([decimal.Decimal("1.5")]) != value([decimal.Decimal("1.6")])
    assert value([decimal.Decimal(100)]) != value([decimal.Decimal(1)])


def test_an_all_null_column_has_no_type():
    kinds = [pa.float64(), pa.string(), pa.bool_(), pa.null(), pa.timestamp("us"), pa.list_(pa.int8())]
    assert len({value(pa.array([None, None], kind)) for kind in kinds} | {value(np.array([np.nan, np.nan]))}) == 1
    assert value([None]) != value([None, None])


def test_a_file_has_one_fingerprint_through_pandas_and_through_arrow(tmp_path):
    frame = pd.DataFrame({"f": [1.5, None], "s": ["x", None], "i": [1, 2], "t": pd.to_datetime(["2013-01-01", None])})
    frame.to_parquet(tmp_path / "t.parquet")
    table = pa.parquet.read_table(tmp_path / "t.parquet")
    assert fingerprint(table) == fingerprint(pd.read_parquet(tmp_path / "t.parquet")) == fingerprint(frame)


CELLS = {
    "n": st.one_of(st.none(), st.floats(allow_nan=False)),
    "i": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    "s": st.one_of(st.none(), st.text(max_size=4)),
    "y": st.one_of(st.none(), st.binary(max_size=4)),
    "b": st.sampled_from([True, False, None]),
    "l": st.one_of(st.none(), st.lists(st.integers(0, 3), max_size=3)),
    "r": st.one_of(st.none(), st.fixed_dictionaries({"x": st.sampled_from([1, 2, None]), "y": st.text(max_size=2)})),
}
KINDS = {
    "n": pa.float64(), "i": pa.int64(), "s": pa.string(), "y": pa.binary(), "b": pa.bool_(), "l": pa.list_(pa.int64()),
    "r": pa.struct({"x": pa.int64(), "y": pa.string()}),
}  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data(), st.sampled_from(sorted(CELLS)), st.integers(1, 20))
def test_one_changed_cell_is_seen_and_its_column_named(data, name, rows):
    columns = {key: data.draw(st.lists(cell, min_size=rows, max_size=rows)) for key, cell in CELLS.items()}
    place, cell = data.draw(st.integers(0, rows - 1)), data.draw(CELLS[name])
    before = fingerprint({key: pa.array(values, KINDS[key]) for key, values in columns.items()})
    same = columns[name][place] == cell
    columns[name][place] = cell
    after = fingerprint({key: pa.array(values, KINDS[key]) for key, values in columns.items()})
    assert before.differing(after) == (() if same else (name,))
    assert (before.value == after.value) == same


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.none(), st.text("ab", max_size=2)), max_size=12), st.integers(0, 12))
def test_texts_cut_at_any_place_have_one_hash(words, cut):
    whole = pa.array(words, pa.string())
    assert value(pa.chunked_array([whole[:cut], whole[cut:]])) == value(whole)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["", None], [None, ""]),
        ([1, 2], [2, 1]),
        ([True, False], [1, 0]),
        (["1"], [1]),
        ([2**62], [2**62 + 1]),
        ([[1], []], [[], [1]]),
        ([0.1], [math.nextafter(0.1, 1)]),
        ([b"a"], ["a"]),
    ],
)
def test_neighbours_do_not_run_into_one_another(one, two):
    assert value(one) != value(two)


def test_names_and_order_of_columns_count():
    one = fingerprint({"a": [1], "b": [2]})
    assert one.value != fingerprint({"b": [2], "a": [1]}).value
    assert one.value != fingerprint({"a": [1], "c": [2]}).value
    assert one.differing(fingerprint({"a": [1], "c": [2]})) == ("b", "c")


def test_the_form_is_pinned():
    found = fingerprint({"a": [1.0, None], "b": ["x", "é"]})
    assert found.value.startswith("t2-2:")
    assert found.columns == {"a": "ea03909b0ae024f871a754b958537977", "b": "9334aca4a893f0de328066ddd3c30011"}


ROWS = 3 * GROUP + 1_000


@pytest.fixture(scope="module")
def large():
    rng = np.random.default_rng(7)
    return pa.table({
        "n": pa.array(rng.normal(size=ROWS), mask=rng.random(ROWS) < 0.1),
        "i": rng.integers(-(2**60), 2**60, ROWS),
        "s": pa.array(rng.integers(0, 5_000, ROWS)).cast(pa.string()),
        "t": pa.array(rng.integers(0, 2**50, ROWS), pa.timestamp("us", "Europe/Berlin")),
        "d": pa.array(rng.integers(0, 10**9, ROWS)).cast(pa.decimal128(19, 0)),
        "l": pa.ListArray.from_arrays(pa.array(np.arange(ROWS + 1), pa.int32()), pa.array(rng.integers(0, 9, ROWS))),
    })  # fmt: skip


OTHER = {"n": 0.25, "i": 5, "s": "?", "t": dt.datetime(1999, 1, 1, tzinfo=dt.UTC), "d": decimal.Decimal(7), "l": [1, 2]}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(OTHER)), st.integers(0, ROWS - 1), st.booleans())
def test_a_changed_cell_of_a_large_table_is_named_by_column_and_group(large, name, place, emptied):
    before, was = fingerprint(large), large[name][place].as_py()
    cell = pa.array([None if emptied else OTHER[name]], large[name].type)
    column = pa.chunked_array([*large[name].slice(0, place).chunks, cell, *large[name].slice(place + 1).chunks])
    after = fingerprint(large.set_column(large.schema.get_field_index(name), name, column))
    if was == cell[0].as_py():
        assert before == after
        return
    assert before.differing(after) == (name,)
    groups = [at for at in range(4) if before.groups[name][at * 16 :][:16] != after.groups[name][at * 16 :][:16]]
    assert groups == [place // GROUP]


def test_row_groups_of_files_make_no_difference(large, tmp_path):
    before = fingerprint(large)
    for size in (ROWS, 10_000, 65_536):
        pa.parquet.write_table(large, tmp_path / "t.parquet", row_group_size=size, use_dictionary=size != 10_000)
        assert fingerprint(pa.parquet.read_table(tmp_path / "t.parquet")) == before
        with pa.parquet.ParquetFile(tmp_path / "t.parquet") as file:
            prints = Prints(file.schema_arrow)
            for batch in file.iter_batches(7_777):
                prints.add(batch)
        assert prints.finish() == before


def test_appended_rows_leave_complete_groups_as_they_were(large):
    whole, part = fingerprint(large), fingerprint(large.slice(0, 2 * GROUP + 5))
    for name, hashes in part.groups.items():
        assert len(hashes) == 3 * 16
        assert whole.groups[name][:32] == hashes[:32]
        assert whole.groups[name][32:48] != hashes[32:]


def test_groups_become_coarser_two_by_two(large):
    fine, coarse = fingerprint(large), fingerprint(large).coarser(2 * GROUP)
    assert (coarse.group, coarse.value, coarse.columns) == (2 * GROUP, fine.value, fine.columns)
    for name, hashes in fine.groups.items():
        assert coarse.groups[name] == xxhash.xxh3_128_digest(hashes[:32]) + xxhash.xxh3_128_digest(hashes[32:])
    assert fine.coarser(GROUP) is fine


def test_fingerprints_of_other_forms_are_not_compared():
    now = fingerprint({"a": [1]})
    old = Fingerprint("t2-1:" + "0" * 32, dict(now.columns))
    assert old.differing(old) == ()
    with pytest.raises(BadInput, match="t2-1 and t2-2"):
        old.differing(now)


def test_a_table_comes_back_the_same_from_duckdb_and_from_csv(large, tmp_path):
    plain = large.drop(["l", "t"])
    assert fingerprint(duckdb.sql("from plain").to_arrow_table()) == fingerprint(plain)
    simple = pa.table({"a": [1, 2, 3], "b": [0.1, 2.5, None], "c": ["x", "yy", "z"], "d": [True, False, True]})
    csv.write_csv(simple, tmp_path / "t.csv")
    assert fingerprint(csv.read_csv(tmp_path / "t.csv")) == fingerprint(pd.read_csv(tmp_path / "t.csv"))
    assert fingerprint(csv.read_csv(tmp_path / "t.csv")) == fingerprint(simple)


def test_a_table_comes_back_the_same_from_polars(large):
    polars = pytest.importorskip("polars")
    frame = polars.from_arrow(large)
    assert fingerprint(frame) == fingerprint(large)
    assert fingerprint(frame.rechunk().slice(3)) == fingerprint(large.slice(3))


def test_columns_that_were_fingerprinted_one_by_one_make_the_fingerprint_of_the_table():
    rows = GROUP + 5
    table = pa.table({"n": np.arange(rows), "s": pa.array([f"k{k % 7}" for k in range(rows)]), "e": [None] * rows})
    assert beside(rows, [fingerprint(table.select([name])) for name in table.column_names]) == fingerprint(table)


def test_a_fingerprint_of_what_is_written_is_none_of_what_is_meant() -> None:
    table = pa.table({"a": [b"01", b"1"]})
    written = fingerprint(table, form=WRITTEN)
    assert (written.form, fingerprint(table).form) == ("w2-2", "t2-2")
    assert written.columns != fingerprint(table).columns
    assert written.groups == fingerprint(table).groups
    prints = Prints(table.schema, form=WRITTEN)
    for batch in table.to_batches(max_chunksize=1):
        prints.add(batch)
    assert prints.finish() == written


def test_tables_together_have_the_fingerprints_that_each_has_alone():
    tables = [{"a": [1, 2, None], "s": ["x", None, "z"]}, {}, {"a": []}, {"a": [1, 2, None], "l": [[1], [], None]}]
    whole = sheet.together([sheet.of(table) for table in tables])
    assert fingerprint_many(whole, rows=True) == [fingerprint(table, rows=True) for table in tables]
    assert [found.row_set for found in fingerprint_many(whole)] == [None] * 4
