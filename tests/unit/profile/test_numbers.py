"""Columns of numbers measured together, by hand."""

import numpy as np
import pytest

from driftline.profile import levels, numbers
from driftline.profile.levels import Levels
from driftline.profile.numbers import Counted


def test_what_was_counted_before_is_kept_and_signs_are_told_apart():
    found = Levels(np.array([-3.0, 0.0, 2.0, 1.0]), np.array([2, 1, 4, 5]), np.array([0, 3, 4]))
    first, second = numbers.measured([Counted("number", 10, 3, 1), Counted("time", 6, 1)], found, 0)
    assert (first.rows, first.nulls, first.nans, first.zeros, first.negatives) == (10, 3, 1, 1, 2)
    assert (first.finite, first.mean, first.frequent.pairs()) == (7, pytest.approx(2 / 7), {2.0: 4, -3.0: 2, 0.0: 1})
    assert (second.type, second.zeros, second.negatives, second.finite, second.std) == ("time", 0, 0, 5, 0.0)


def test_booleans_are_listed_by_name():
    (found,) = numbers.measured([Counted("boolean", 4, 1)], levels.of_values(np.array([1.0]), np.array([3])), 0)
    assert (found.frequent.pairs(), found.mean, found.zeros) == ({"true": 3}, 1.0, 0)
