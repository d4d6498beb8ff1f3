"""Counting tells what sorting tells, against ``np.unique`` of the values that are there."""

import numpy as np
import pyarrow as pa
import pytest

from driftline.profile import build, gathered, tallied
from driftline.profile.gathered import Room

ROWS = 20_000


def _counted(values):
    return tallied.counted(gathered.parts(values), Room())


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (-128, 127, np.int8),
        (-(1 << 15), (1 << 15) - 1, np.int16),  # as far apart as can be, from -32768 to 32767
        (0, (1 << 16) - 1, np.uint16),
        (-40, 1_300, np.int32),
        (0, 1, np.int64),
        (7, 7, np.int16),
        (-2, 1, np.int8),  # as many as are looked for one by one
        (-2, 2, np.int8),
        (5, 60_000, np.int64),
        (-(1 << 62), -(1 << 62) + 9, np.int64),
        ((1 << 63) - 9, (1 << 63) - 1, np.uint64),
    ],
)
def test_different_values_and_their_counts_are_those_of_unique(low, high, kind):
    given = np.random.default_rng(3).integers(low, high, ROWS, dtype=kind, endpoint=True)
    given[:2] = low, high
    values, counts = np.unique(given, return_counts=True)
    there = np.arange(ROWS) % 7 > 0
    some, of_some = np.unique(given[there], return_counts=True)
    with_nulls = pa.array(given, mask=~there)
    chunks = pa.chunked_array([with_nulls.slice(0, 9), with_nulls.slice(9, 0), with_nulls.slice(9)])
    cases = [(given, values, counts), (pa.array(given), values, counts), (chunks, some, of_some)]
    for form, wanted, times in cases:
        found = _counted(form)
        assert found.values.tolist() == wanted.tolist()
        assert found.counts.tolist() == times.tolist()
        assert found.bounds.tolist() == [0, len(wanted)]


@pytest.mark.parametrize(
    "given",
    [
        np.array([0.0, 1.0] * ROWS),  # no whole numbers, as far as their type says
        np.array([0, 1 << 16] * ROWS),  # one value too many to be counted
        np.array([0, 4 * 3, 1], np.int64),  # too far apart for so few rows
        np.array([(1 << 63) - 1, 1 << 63] * ROWS, np.uint64),  # beyond 63 bits
        np.array([], np.int64),
    ],
    ids=["doubles", "many", "sparse", "large", "none"],
)
def test_what_lies_too_far_apart_is_left_to_sorting(given):
    assert _counted(given) is None


def test_values_at_the_places_of_nulls_are_not_counted():
    hidden = pa.Array.from_buffers(
        pa.int64(), 8, [pa.py_buffer(b"\xfe"), pa.py_buffer(np.array([9, 1, 2, 1, 2, 1, 2, 1]))]
    )
    found = _counted(hidden)
    assert (found.values.tolist(), found.counts.tolist()) == ([1, 2], [4, 3])
    assert _counted(pa.array([None, None], pa.int16())).values.tolist() == []


def test_the_numbers_are_left_as_they_are():
    given = np.arange(-50, 50).repeat(200)
    before = given.copy()
    _counted(given)
    assert (given == before).all()


@pytest.mark.parametrize("kind", ["int16", "uint32", "int64"])
def test_a_profile_is_that_of_the_same_numbers_as_doubles(kind):
    given = (np.random.default_rng(4).normal(size=ROWS) * 900).astype(np.int64) % 3_000
    assert build({"n": given.astype(kind)}).columns == build({"n": given.astype(np.float64)}).columns
