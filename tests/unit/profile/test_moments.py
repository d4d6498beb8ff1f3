"""Moments against numpy (independent) and against textbook values."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import levels, moments

FINITE = st.floats(-1e12, 1e12)


def of(values):
    ordered = np.sort(np.array(values, dtype=float))
    return moments.of_levels(levels.of_sorted(ordered))[0] if len(ordered) else moments.EMPTY


def test_moments_by_hand():
    found = of([2, 4, 4, 4, 5, 5, 7, 9])  # mean 5, squared deviations 9+1+1+1+0+0+4+16 = 32
    assert (found.count, found.mean, found.m2, found.minimum, found.maximum) == (8, 5.0, 32.0, 2.0, 9.0)
    assert found.std == pytest.approx(math.sqrt(32 / 7))


def test_no_value_has_no_range_and_one_value_no_spread():
    assert of([]) == moments.EMPTY
    assert math.isnan(moments.EMPTY.std)
    assert of([3.5]).std == 0.0


def test_a_constant_has_exactly_no_spread():
    assert of([0.1] * 1000).m2 == 0.0


def test_a_small_spread_on_a_large_level_survives():
    values = 1e9 + np.random.default_rng(0).normal(size=10_000)
    assert of(values).std == pytest.approx(np.std(values, ddof=1), rel=1e-6)


def test_values_near_the_end_of_the_doubles_overflow_quietly():
    found = of([-1.7e308, 1.7e308, 1.7e308])
    assert found.mean == pytest.approx(1.7e308 / 3)
    assert found.m2 == math.inf
    assert moments.combine([found, of([1.0])]).m2 == math.inf
    assert moments.combine([of([1.7e308]), of([-1.7e308])]).m2 == math.inf


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.lists(FINITE, max_size=20), min_size=1, max_size=6))
def test_parts_combine_to_the_moments_of_the_whole_as_numpy_has_them(parts):
    whole = np.array(list(itertools.chain(*parts)))
    found = moments.combine(map(of, parts))
    assert found.count == len(whole)
    if len(whole):
        scale = max(np.abs(whole).max(), 1e-300)
        assert found.mean == pytest.approx(whole.mean(), rel=1e-12, abs=1e-12 * scale)
        assert found.m2 == pytest.approx(
            ((whole - whole.mean()) ** 2).sum(), rel=1e-9, abs=1e-13 * scale**2 * len(whole)
        )
        assert (found.minimum, found.maximum) == (whole.min(), whole.max())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.lists(FINITE, max_size=8), min_size=2, max_size=4))
def test_the_order_of_parts_changes_not_one_bit(parts):
    found = {moments.combine([of(part) for part in order]) for order in itertools.permutations(parts)}
    assert len(found) == 1


def test_weighted_values_are_as_if_repeated():
    found = moments.of_weighted(np.array([1, 4, 5]), np.array([3, 1, 2]), np.array([0, 2, 3]))
    assert found == [
        moments.Moments(4, 1.75, 6.75, 1.0, 4.0),
        moments.Moments(2, 5.0, 0.0, 5.0, 5.0),
    ]  # 3 * .75² + 2.25²


def test_sums_of_weighted_values_beyond_64_bits_are_exact():
    found = moments.of_weighted(np.array([0, 1 << 40]), np.array([1, 3]), np.array([0, 2]))
    assert found == [moments.Moments(4, 0.75 * 2**40, 0.75 * 2**80, 0.0, 2.0**40)]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.tuples(FINITE, st.integers(1, 9)), min_size=1, max_size=30, unique_by=lambda pair: pair[0]))
def test_counted_values_have_the_moments_that_numpy_finds_in_repeated_ones(pairs):
    values, counts = (np.array(part) for part in zip(*sorted(pairs), strict=True))
    values = values.astype(float)
    found, repeated = moments.of_levels(levels.of_values(values, counts))[0], np.repeat(values, counts)
    scale = max(np.abs(repeated).max(), 1e-300)
    assert found.count == len(repeated)
    assert found.mean == pytest.approx(repeated.mean(), rel=1e-12, abs=1e-13 * scale)
    assert found.m2 == pytest.approx(
        ((repeated - repeated.mean()) ** 2).sum(), rel=1e-9, abs=1e-13 * scale**2 * len(repeated)
    )
    assert (found.minimum, found.maximum) == (values[0], values[-1])
