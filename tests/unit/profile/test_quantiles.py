"""Quantiles against exact ranks, and numpy's inverted_cdf where nothing was lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import levels, quantiles
from driftline.profile.quantiles import MERGED, POINTS


def of(values):
    if not len(values):
        return quantiles.EMPTY
    return quantiles.of_levels(levels.of_sorted(np.sort(np.asarray(values, dtype=float))))[0]


def worst(summary, values):
    """Largest distance of stated and true rank at every value, just below and between."""
    values = np.sort(np.asarray(values, dtype=float))
    middle = (values[1:] + values[:-1]) / 2
    asked = np.concatenate((values, np.nextafter(values, -np.inf), middle, summary.points()[0]))
    return int(np.abs(summary.ranks(asked) - np.searchsorted(values, asked, side="right")).max())


STREAMS = {
    "sorted": np.arange(20_000.0),
    "normal": np.random.default_rng(1).normal(size=20_000),
    "lognormal": np.random.default_rng(2).lognormal(sigma=3, size=20_000),
    "constant": np.full(20_000, 7.25),
    "heavy ties": np.random.default_rng(3).poisson(1.5, 20_000).astype(float),
    "half zeros": np.where(np.arange(20_000) % 2, 0.0, np.random.default_rng(4).normal(size=20_000)),
    "integers": np.random.default_rng(5).integers(-500, 4000, 20_000).astype(float),
    "cents": np.random.default_rng(6).integers(0, 10**7, 20_000) / 100,
    "tiny and huge": np.random.default_rng(7).normal(size=20_000)
    * 10.0 ** np.random.default_rng(8).integers(-300, 300, 20_000),
    "nearly equal": 1 + np.arange(20_000) * 2.0**-52,
}


@pytest.mark.parametrize("name", STREAMS)
def test_one_summary_keeps_the_proven_bound(name):
    values = STREAMS[name]
    summary = of(values)
    assert summary.total == len(values)
    assert worst(summary, values) <= summary.error <= len(values) / POINTS + 1
    assert len(summary.points()[0]) <= POINTS


@pytest.mark.parametrize("name", STREAMS)
def test_many_merges_one_by_one_keep_the_stated_error_and_a_small_one(name):
    parts = np.array_split(STREAMS[name], 100)
    one_by_one = of(parts[0])
    for part in parts[1:]:
        one_by_one = quantiles.combine([one_by_one, of(part)])
    at_once = quantiles.combine([of(part) for part in parts])
    for summary, stated in ((one_by_one, 0.05), (at_once, 0.015)):
        assert worst(summary, STREAMS[name]) <= summary.error <= stated * 20_000
        assert worst(summary, STREAMS[name]) <= 0.012 * 20_000
        assert sum(len(run.weights) for run in summary.runs) <= 2 * 3 * MERGED


def test_a_year_of_days_merged_one_by_one_stays_within_five_percent_stated_and_one_true():
    rng = np.random.default_rng(9)
    days = [rng.normal(size=rng.integers(600, 1_000)) for _ in range(365)]
    summary = quantiles.EMPTY
    for day in days:
        summary = quantiles.combine([summary, of(day)])
    whole = np.concatenate(days)
    assert summary.total == len(whole)
    assert summary.error <= 0.05 * len(whole)
    assert worst(summary, whole) <= 0.01 * len(whole)
    at_once = quantiles.combine([of(day) for day in days])
    assert worst(at_once, whole) <= at_once.error <= 0.006 * len(whole)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(st.one_of(st.integers(1, 3), st.integers(1, 5_000)), min_size=1, max_size=120),
    st.integers(2, 40),
    st.integers(0, 2**32),
)
def test_one_compression_adds_at_most_one_cell_and_says_what_it_added(weights, capacity, seed):
    values = np.unique(np.random.default_rng(seed).lognormal(sigma=5, size=len(weights)))
    counts = np.array(weights[: len(values)])
    found, (added,) = quantiles.compress(levels.of_values(values, counts), capacity)
    kept, totals = found.values, found.counts
    assert len(kept) <= max(capacity, 0) or len(values) <= capacity
    assert totals.sum() == counts.sum()
    assert (np.diff(kept) > 0).all()
    asked = np.sort(np.concatenate((values, kept, np.nextafter(values, -np.inf))))
    true = np.concatenate(([0], np.cumsum(counts)))[np.searchsorted(values, asked, side="right")]
    stated = np.concatenate(([0], np.cumsum(totals)))[np.searchsorted(kept, asked, side="right")]
    assert np.abs(true - stated).max() <= added <= counts.sum() / capacity + 1


VALUES = st.one_of(
    st.lists(st.integers(-40, 40).map(float), max_size=400),
    st.lists(st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0), max_size=60),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(VALUES.filter(bool))
def test_few_distinct_values_are_exact_as_in_numpy(values):
    summary = of(values)
    shares = np.linspace(0.001, 0.9991, 41)  # none of them a boundary that rounding decides
    assert summary.error == 0
    assert worst(summary, values) == 0
    np.testing.assert_array_equal(summary.at(shares), np.quantile(values, shares, method="inverted_cdf"))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.integers(161, 700), st.integers(0, 2**32), st.sampled_from([1, 3, 40]), st.lists(st.integers(0, 700), max_size=6)
)
def test_any_split_in_any_order_stays_within_the_stated_error(count, seed, ties, cuts):
    rng = np.random.default_rng(seed)
    values = np.concatenate((rng.normal(size=count), np.repeat(rng.normal(size=3), ties)))
    parts = [of(part) for part in np.split(rng.permutation(values), sorted(min(cut, count) for cut in cuts))]
    merged = quantiles.combine(parts)
    assert merged == quantiles.combine([parts[place] for place in rng.permutation(len(parts))])
    assert merged.total == len(values)
    assert worst(merged, values) <= merged.error
    nested = quantiles.combine([quantiles.combine(parts[:2]), *parts[2:]])
    assert worst(nested, values) <= nested.error


def test_fewer_distinct_values_than_points_merge_alike_in_every_grouping():
    rng = np.random.default_rng(10)
    parts = [of(rng.integers(0, POINTS, 300)) for _ in range(6)]
    left = quantiles.EMPTY
    for part in parts:
        left = quantiles.combine([left, part])
    right = quantiles.combine([*parts[:2], quantiles.combine(parts[2:])])
    assert left == right == quantiles.combine(parts)
    assert left.error == 0


def test_an_empty_summary_knows_no_value():
    assert np.isnan(quantiles.EMPTY.at(np.array([0.5]))).all()
    assert quantiles.EMPTY.ranks(np.array([1.0])).tolist() == [0]
    assert of([]) == quantiles.EMPTY == quantiles.combine([])


def test_whole_numbers_and_cents_are_kept_in_a_few_bytes_each():
    rng = np.random.default_rng(11)
    assert sum(len(run.values) for run in of(rng.integers(0, 3_000, 900)).runs) < 2.2 * POINTS
    assert sum(len(run.values) for run in of(rng.integers(0, 3_000, 900) / 100).runs) < 2.2 * POINTS


def test_points_cannot_be_changed_through_the_view_that_is_handed_out():
    points, _ = of([1.0, 2.0]).points()
    with pytest.raises(ValueError, match="read-only"):
        points[0] = 5.0
