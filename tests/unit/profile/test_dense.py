"""How likely any value is among those of a column; shares are counted by hand."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from driftline import profile
from driftline.profile import dense


def chance(values: Any) -> float:
    return dense.chance(profile.build(pa.table({"x": values})).columns["x"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4], 1.0),  # every whole number in between
        ([10, 20, 30, 40], 4 / 31),
        ([0.25, 0.5, 0.75], 3 / 51),  # cents
        ([0.0, 0.5, 1.0, 1.5], 1.0),
        ([date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 5)], 3 / 5),
        (["a", "b", "a", "b"], 0.5),
        (["k1", "k2", "k3", None], 0.0),
        ([True, False], 1.0),
        ([None, None], 1.0),
    ],
)
def test_it_is_the_share_of_places_that_are_taken(values: Any, expected: float) -> None:
    assert chance(values) == pytest.approx(expected)


def test_measured_numbers_lie_on_no_grid() -> None:
    assert chance(np.random.default_rng(1).normal(size=500)) == 0.0


def test_keys_are_sparse_and_a_year_of_days_is_not() -> None:
    assert chance(np.random.default_rng(1).integers(0, 10**9, 500)) < 1e-6
    assert chance([date(2024, 1, 1) + timedelta(days=day % 366) for day in range(2_000)]) == 1.0
