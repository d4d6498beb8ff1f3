"""The same bytes for the same values; what the values are is told by Python lists, not by our code."""

import datetime as dt
import decimal
import math
import zoneinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import canonical, fingerprint, inputs, row_set

UTC = dt.UTC
DAY = dt.datetime.fromisoformat("2020-05-01")
MOMENTS = st.datetimes(DAY.replace(year=1700), DAY.replace(year=2200))
CENTS = st.decimals(-(10**6), 10**6, places=2, allow_nan=False, allow_infinity=False)
WORDS = st.text("ab", max_size=2)
KINDS = {
    "float": (pa.float64(), st.floats(allow_nan=False, width=32)),
    "integer": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "unsigned": (pa.uint64(), st.integers(0, 2**64 - 1)),
    "small": (pa.int8(), st.integers(-128, 127)),
    "text": (pa.string(), st.text(max_size=4)),
    "bytes": (pa.binary(), st.binary(max_size=4)),
    "boolean": (pa.bool_(), st.booleans()),
    "decimal": (pa.decimal128(18, 2), CENTS),
    "moment": (pa.timestamp("us"), MOMENTS),
    "zoned": (pa.timestamp("us", "UTC"), st.datetimes(DAY.replace(year=1900), timezones=st.just(UTC))),
    "date": (pa.date32(), st.dates()),
    "time": (pa.time64("us"), st.times()),
    "duration": (pa.duration("us"), st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999))),
    "list": (pa.list_(pa.int64()), st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=3)),
    "struct": (
        pa.struct({"x": pa.int64(), "y": pa.list_(pa.string())}),
        st.fixed_dictionaries({"x": st.sampled_from([1, 2, None]), "y": st.lists(WORDS, max_size=2)}),
    ),
    "map": (pa.map_(pa.string(), pa.int64()), st.lists(st.tuples(WORDS, st.integers(0, 2)), max_size=2)),
}  # fmt: skip
TYPED = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.one_of(st.none(), KINDS[kind][1]), min_size=1, max_size=12))
)


def value(values):
    """Both digests: what is true of one must be true of the other."""
    return fingerprint({"c": values}).columns["c"], row_set({"c": values}).total


def bytes_of(values):
    return b"".join(bytes(part) for part in canonical.parts(inputs.flat(values)))


@settings(max_examples=300)
@given(TYPED, st.integers(0, 12), st.integers(0, 3))
def test_chunks_slices_dictionaries_and_views_make_no_difference(typed, cut, before):
    kind, values = typed
    arrow = KINDS[kind][0]
    plain = pa.array(values, arrow)
    padded = pa.concat_arrays([plain.slice(0, min(before, len(plain))), plain, plain])
    layouts = [
        padded.slice(min(before, len(plain)), len(plain)),
        pa.chunked_array([plain[:cut], plain[cut:]], arrow),
        pa.chunked_array([plain[:cut].slice(0, 0), plain], arrow),
    ]
    if kind in {"text", "bytes", "integer", "moment", "date", "float"}:
        whole = plain.dictionary_encode()
        layouts += [whole, pa.chunked_array([plain[:cut].dictionary_encode(), plain[cut:].dictionary_encode()])]
    wider = {
        "text": [pa.large_string(), pa.string_view()], "bytes": [pa.large_binary(), pa.binary_view()],
        "small": [pa.int32(), pa.float64(), pa.int64(), pa.decimal128(9, 0)], "decimal": [pa.decimal128(30, 5)],
        "list": [pa.large_list(pa.int8()), pa.list_(pa.float32())], "zoned": [pa.timestamp("us", "Asia/Tokyo")],
        "integer": [pa.decimal128(38, 0), pa.decimal256(60, 3)], "unsigned": [pa.decimal128(25, 0)],
    }  # fmt: skip
    layouts += [plain.cast(other) for other in wider.get(kind, [])]
    assert {value(layout) for layout in layouts} == {value(plain)}


@settings(max_examples=300)
@given(TYPED, st.data())
def test_other_values_have_other_bytes(typed, data):
    kind, values = typed
    arrow, cells = KINDS[kind]
    place, cell = data.draw(st.integers(0, len(values) - 1)), data.draw(st.one_of(st.none(), cells))
    other = [*values[:place], cell, *values[place + 1 :]]
    same = values == other  # Python compares the cells; a float of None is None
    one, two = value(pa.array(values, arrow)), value(pa.array(other, arrow))
    assert (one[0] == two[0]) == same
    assert (one[1] == two[1]) == same
    assert (bytes_of(pa.array(values, arrow)) == bytes_of(pa.array(other, arrow))) == same


def test_garbage_under_a_null_is_not_seen():
    numbers = pa.Array.from_buffers(pa.int64(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(np.array([7, 99], "i8"))])
    assert value(numbers) == value(pa.array([7, None]))
    child = pa.array([1, 2], pa.int64())
    struct = pa.StructArray.from_arrays([child], ["x"], mask=pa.array([False, True]))
    assert value(struct) == value(pa.array([{"x": 1}, None]))
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 2]), child, mask=pa.array([False, True]))
    assert value(lists) == value(pa.array([[1], None]))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_same_moments_in_every_unit_are_the_same(unit):
    seconds = [-5_000_000_000, -1, 0, None, 1_600_000_000]
    ticks = [None if second is None else second * canonical.PER_SECOND[unit] for second in seconds]
    assert value(pa.array(ticks, pa.timestamp(unit))) == value(pa.array(seconds, pa.timestamp("s")))
    assert value(pa.array(ticks, pa.duration(unit))) == value(pa.array(seconds, pa.duration("s")))


def test_nanoseconds_before_1970_are_told_from_those_after_it():
    moments = [pa.array([tick], pa.timestamp("ns")) for tick in (-1, 999, -1_000, 0, 1_000, -999, 1)]
    assert len({value(moment) for moment in moments}) == len(moments)


def test_moments_that_microseconds_cannot_hold_are_told_apart():
    far = 2**62
    years = [pa.array([tick], pa.timestamp("s")) for tick in (far, far + 1, far - 2**58)]
    assert len({value(year)[0] for year in years}) == 3
    small = far // 2**14
    assert value(pa.array([small], pa.timestamp("s"))) == value(pa.array([small * 1_000], pa.timestamp("ms")))


def test_midnights_are_dates_and_zones_belong_to_the_schema():
    assert value(pa.array([DAY.date()], pa.date64())) == value(pa.array([DAY], pa.timestamp("s")))
    tokyo = pa.array([DAY.replace(tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))])
    assert value(tokyo) == value(pa.array([DAY - dt.timedelta(hours=9)]))


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**60, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 3 * 2**62])
def test_whole_numbers_are_the_same_in_every_type_that_holds_them(number):
    held = [pa.array([number, 1], pa.decimal128(38, 2)), pa.array([number, 1], pa.decimal256(70, 0))]
    held += [pa.array([number, 1], pa.int64())] if -(2**63) <= number < 2**63 else []
    held += [pa.array([number, 1], pa.uint64())] if number >= 0 else []
    held += [pa.array([float(number), 1.0])] if int(float(number)) == number else []
    assert len({value(one) for one in held}) == 1
    assert value(held[0]) != value(pa.array([number - 1, 1], pa.decimal128(38, 2)))


def test_decimals_beyond_64_bits_are_told_apart_and_scales_make_no_difference():
    great = decimal.Decimal("123456789012345678901234567890.25")
    wide, narrow = pa.array([great], pa.decimal256(60, 10)), pa.array([great], pa.decimal128(38, 2))
    assert value(wide) == value(narrow)
    assert value(narrow) != value(pa.array([great + decimal.Decimal("0.01")], pa.decimal128(38, 2)))
    assert value(pa.array([decimal.Decimal(1200)], pa.decimal128(4, -2))) == value([1200])


def test_lists_of_every_layout_are_the_same():
    lists = pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int64()))
    assert value(lists) == value(pa.array(lists.to_pylist(), pa.list_(pa.int64(), 2)))
    assert value(lists) == value(pa.array(lists.to_pylist(), pa.list_view(pa.int64())))
    assert value(lists) == value(pa.array([[9], *lists.to_pylist()], pa.large_list_view(pa.int32())).slice(1))


def test_narrow_dictionaries_of_many_chunks_are_read():
    chunks = [pa.array([f"{chunk}-{k}" for k in range(100)]).dictionary_encode().cast(
        pa.dictionary(pa.int8(), pa.string())) for chunk in range(4)]  # fmt: skip
    whole = pa.chunked_array(chunks)
    assert value(whole) == value(whole.cast(pa.string()))


def test_run_lengths_intervals_and_extensions_are_read():
    assert value(pc.run_end_encode(pa.array([1, 1, 2]))) == value([1, 1, 2])
    intervals = pa.array([(1, 2, 3), None], pa.month_day_nano_interval())
    assert value(intervals) == value(pa.chunked_array([intervals[:1], intervals[1:]]))
    assert value(intervals) != value(pa.array([(1, 2, 4), None], pa.month_day_nano_interval()))
    assert value(pa.array([b"\x01" * 16], pa.uuid())) == value(pa.array([b"\x01" * 16]))


def test_a_nan_is_a_null_and_minus_zero_is_zero():
    assert value(pa.array([math.nan, -0.0])) == value(pa.array([None, 0.0]))


def test_texts_in_chunks_have_the_bytes_of_texts_in_one():
    """Expected: what ``parts`` yields of the same texts in one array."""
    for kind in (pa.string(), pa.large_binary()):
        chunked = pa.chunked_array(
            [pa.array(["a", "", "é"]).cast(kind), pa.array(["x", "yy", "z"]).cast(kind).slice(1)]
        )
        assert canonical.strung(chunked)
        whole = b"".join(bytes(part) for part in canonical.parts(inputs.flat(chunked)))
        assert b"".join(bytes(part) for part in canonical.of_chunks(chunked)) == whole
    assert not canonical.strung(pa.chunked_array([["a", None]]))
    assert not canonical.strung(pa.chunked_array([], pa.string()))
    assert not canonical.strung(pa.chunked_array([[1]]))
    assert not canonical.strung(np.arange(3))


def test_integers_that_doubles_hold_are_told_from_those_that_they_do_not():
    """By hand: 2**53 + 1 is the first whole number that no double holds."""
    assert canonical.fit(np.array([2**53, -(2**53)]))
    assert not canonical.fit(np.array([2**53 + 1]))
    assert canonical.fit(np.array([2**63], np.uint64))
    assert not canonical.fit(np.array([2**64 - 1], np.uint64))
    assert canonical.fit(np.array([], np.int64))
