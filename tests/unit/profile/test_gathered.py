"""What is gathered are the values that are there, against Arrow's ``drop_null`` and Python's own arithmetic."""

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from driftline.profile import build, gathered
from driftline.profile.gathered import Room


def _laid(values):
    return gathered.numbers(gathered.parts(values), Room())


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.float32(), pa.float64()], ids=str)
def test_chunks_are_laid_end_to_end_without_what_is_missing(kind):
    values = pa.chunked_array([pa.array([3, None, 1], kind), pa.array([], kind), pa.array([None, 2], kind)])
    found = _laid(values)
    assert found.tolist() == values.drop_null().to_pylist() == [3, 1, 2]
    narrow = {pa.int8(): np.int32, pa.uint64(): np.uint64}  # nothing is sorted in less than 32 bits
    assert found.dtype == narrow.get(kind, np.float64)


def test_a_nan_stays_and_a_null_goes():
    found = _laid(pa.array([1.5, None, float("nan")]))
    assert found[0] == 1.5
    assert np.isnan(found[1])
    assert len(found) == 2


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_are_microseconds_whatever_their_unit(unit):
    moment = dt.datetime(2013, 1, 1, 0, 0, 2, tzinfo=dt.UTC)
    found = _laid(pa.array([moment, None], pa.timestamp(unit, "UTC")))
    assert found.tolist() == [1_356_998_402_000_000]


def test_decimals_are_doubles_and_foreign_byte_orders_are_turned():
    given = pa.array([decimal.Decimal("1.25"), None], pa.decimal128(9, 2))
    assert _laid(given).tolist() == [1.25]
    assert _laid(np.array([1, 2], ">i4")).tolist() == [1, 2]
    assert _laid(np.array([0.5], "<f2")).dtype == np.float64


def test_the_same_memory_is_used_again_and_the_input_is_left_alone():
    room, given = Room(), np.array([2.0, 1.0])
    first = gathered.numbers(gathered.parts(given), room)
    first.sort()
    assert given.tolist() == [2.0, 1.0]
    assert np.shares_memory(first, gathered.numbers(gathered.parts(np.array([5])), room))


@pytest.mark.parametrize(
    ("low", "high", "kind", "laid"),
    [
        (-(1 << 15), (1 << 15) - 1, np.int16, np.int32),  # which is sorted faster than 16 bits
        (-(1 << 31), 0, np.int64, np.int32),  # the range of 32 bits, and one number beyond it
        (-(1 << 31) - 1, 0, np.int64, np.int64),
        (0, 1 << 15, np.uint32, np.uint32),
        (0, (1 << 31) - 1, np.uint64, np.int32),
        (0, 1 << 31, np.int64, np.int64),
        (0, 1 << 31, np.uint32, np.uint32),  # no signed number of as many bytes holds them
        (0, (1 << 64) - 1, np.uint64, np.uint64),
        (0, 255, np.uint8, np.int32),
    ],
)
def test_whole_numbers_of_a_long_column_are_laid_in_32_bits_where_these_hold_them(low, high, kind, laid):
    given = np.full(1 << 14, low, kind)
    given[-1] = high
    chunks = pa.chunked_array([pa.array(given[:5]), pa.array([None], pa.from_numpy_dtype(kind)), pa.array(given[5:])])
    for values in (given, chunks):
        found = _laid(values)
        assert found.dtype == laid
        assert found.tolist() == given.tolist()


def test_bounds_are_those_of_all_parts_and_of_none_there_are_none():
    found = gathered.parts(pa.chunked_array([[3], [], [-2, None]], pa.int64()))
    assert gathered.bounds(found) == (-2, 3)
    assert gathered.bounds(gathered.parts(pa.array([], pa.int64()))) is None


def test_a_profile_is_the_same_in_any_width():
    whole = np.random.default_rng(5).integers(-300, 30_000, 20_000)
    wide = whole.copy()
    wide[0] = 1 << 40
    for given in (whole, wide):  # doubles are never narrowed
        assert build({"n": given}).columns == build({"n": given.astype(np.float64)}).columns
