"""Whether the values of one column may be among those of others; what is expected is what Python's sets say."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline import profile
from driftline.profile import Column, within


def column(values: Any) -> Column:
    return profile.build(pa.table({"x": values})).columns["x"]


def evidence(part: Any, *wholes: Any) -> float:
    return within.evidence(column(part), [column(whole) for whole in wholes])


@pytest.mark.parametrize(
    ("part", "wholes", "expected"),
    [
        ([1, 2, 2], [[1, 2, 3]], within.CERTAIN),
        ([1, 4], [[1, 2, 3, 5]], 0.0),
        ([1, 5], [[1, 2, 3]], 0.0),  # beyond the range
        ([1, 5], [[1, 2, 3], [5, 6]], within.CERTAIN),  # together
        (["a", "b"], [["a", "b", "c"]], within.CERTAIN),
        (["a", "d"], [["a", "b", "c"]], 0.0),
        (["a", "d"], [["a"], ["d"]], within.CERTAIN),
        ([True], [[True, False]], within.CERTAIN),
        ([1.5, None], [[1.5, 2.5]], within.CERTAIN),  # a join leaves values out
        ([None, None], [[1, 2]], 0.0),  # nothing is known of nothing
        (pa.nulls(2, pa.int64()), [[1, 2]], 0.0),
        ([1, 2], [["1", "2"]], 0.0),  # another family
        ([1.0, float("inf")], [[1.0, 2.0]], 0.0),
        ([1.0, float("inf")], [[1.0, float("-inf"), float("inf")]], within.CERTAIN),
    ],
)
def test_of_few_values_it_is_known(part: Any, wholes: list[Any], expected: float) -> None:
    assert evidence(part, *wholes) == expected


def test_nothing_is_in_nothing() -> None:
    assert within.evidence(column([1]), []) == 0.0


def test_of_many_values_it_is_as_likely_as_the_sketches_make_it() -> None:
    """By hand: 1,000 of 20,000 values; unrelated ones would raise about 512 / (1 + 20,000 / 512) = 12.8 registers."""
    every = np.random.default_rng(1).random(20_000)
    found = evidence(every[3_000:4_000], every)
    assert found == pytest.approx(512 / (1 + 20_000 / 512), rel=0.1)
    assert evidence(np.random.default_rng(2).random(1_000) * 0.99, every) == 0.0


def test_a_transformed_column_is_told_from_one_that_was_kept() -> None:
    values = np.random.default_rng(3).normal(size=5_000)
    assert evidence(values[values > 0], values) > 7
    assert evidence(values[values > 0] * 0.5, values) == 0.0
    texts = [f"name {number}" for number in range(3_000)]
    assert evidence(texts[100:900], texts) > 7
    assert evidence([text.upper() for text in texts[100:900]], texts) == 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-40, 40), min_size=1, max_size=60), st.lists(st.integers(-40, 40), min_size=1, max_size=60))
def test_of_few_numbers_it_is_what_sets_say(part: list[int], whole: list[int]) -> None:
    assert (evidence(part, whole) > 0) == (set(part) <= set(whole))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1_000), st.integers(200, 3_000), st.integers(1, 3_000))
def test_a_part_is_never_denied(seed: int, size: int, taken: int) -> None:
    values = np.random.default_rng(seed).integers(0, 10 * size, size)
    assert evidence(values[:taken], values) > 0
    texts = [str(number) for number in values]
    assert evidence(texts[:taken], texts) > 0
