"""Levels against numpy's unique."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import levels

LINES = st.lists(
    st.lists(st.sampled_from([-2.5, -0.0, 0.0, 1.0, 3.0]) | st.just(np.nan), min_size=1, max_size=6), min_size=1
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(LINES)
def test_columns_end_to_end_have_the_levels_that_numpy_finds_in_each(lines):
    ordered = [np.sort(np.array(line) + 0.0) for line in lines if not np.isnan(line).all()]
    present = np.array([np.count_nonzero(~np.isnan(line)) for line in ordered], np.int64)
    bounds = np.cumsum([0, *map(len, ordered)])
    found = levels.of_lines(np.concatenate([np.empty(0), *ordered]), bounds, present)
    assert len(found.spans) == len(ordered)
    for line, there, (start, end), total in zip(ordered, present, found.spans, found.totals() if ordered else [],
                                                strict=True):  # fmt: skip
        values, counts = np.unique(line[:there], return_counts=True)
        assert (found.values[start:end].tolist(), found.counts[start:end].tolist()) == (
            values.tolist(),
            counts.tolist(),
        )
        assert total == there


def test_sorted_values_are_counted_and_zeros_of_either_sign_are_one():
    found = levels.as_doubles(levels.of_sorted(np.array([-1.0, -0.0, 0.0, 0.0, 2.0])))
    assert (found.values.tolist(), found.counts.tolist(), found.spans) == ([-1.0, 0.0, 2.0], [1, 3, 1], [(0, 3)])
    assert not np.signbit(found.values[1])
    assert found.ends().tolist() == [2.0]


def test_whole_numbers_that_are_one_as_doubles_become_one():
    found = levels.as_doubles(levels.of_sorted(np.array([1, 2**53, 2**53 + 1, 2**53 + 2])))
    assert (found.values.tolist(), found.counts.tolist()) == ([1.0, 2.0**53, 2.0**53 + 2], [1, 2, 1])


def test_levels_of_columns_of_any_kind_lie_end_to_end_as_doubles():
    parts = [levels.of_sorted(np.array([-3, -3, 7], np.int16)), levels.of_sorted(np.array([0.5])),
             levels.of_sorted(np.array([1, 2**53 - 1]))]  # fmt: skip
    found = levels.end_to_end(parts)
    assert found.values.dtype == np.float64
    assert (found.values.tolist(), found.counts.tolist(), found.spans) == (
        [-3.0, 7.0, 0.5, 1.0, 2.0**53 - 1], [2, 1, 1, 1, 1], [(0, 2), (2, 3), (3, 5)]
    )  # fmt: skip
