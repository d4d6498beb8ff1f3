"""Layout makes no difference, one cell does, and the column is named."""

import datetime as dt
import decimal
import math
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import fingerprint

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
    assert found.columns == {"a": "d2966e0ba7f84631d6fea6f73aa78e82", "b": "7dcfc70b9652ca032ee319cb76fba236"}
