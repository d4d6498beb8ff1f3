"""What a pool is asked for, by hand."""

import numpy as np

from driftline import profile
from driftline.drift.pool import LEVELS, PLACES, Pool

POOL = Pool(profile.build({"n": np.arange(1, 101), "s": ["a", "b", "a", None] * 25, "gone": [np.nan] * 100}))


def test_numeric_columns_lie_side_by_side_and_columns_without_a_value_are_not_among_them():
    assert POOL.ranks.place == {"n": 0}
    assert POOL.places.tolist() == [[5.0, 25.0, 50.0, 75.0, 95.0]]  # the k-th of 1 … 100 is k
    assert (len(LEVELS), len(PLACES)) == (100, 5)
    assert POOL.grid.values[0].tolist() == [float(k) for k in range(1, 101)]
    assert POOL.grid.shares[0].tolist() == [k / 100 for k in range(1, 101)]


def test_levels_are_listed_once():
    assert POOL.levels("s") == {"a": 50, "b": 25}
    assert POOL.levels("s") is POOL.levels("s")
    assert POOL.levels("n") is None
    assert POOL.column("other") is None


def test_a_vocabulary_is_in_order_and_kept():
    names, counts = POOL.vocabulary("s")
    assert (names, counts.tolist()) == (["a", "b"], [50.0, 25.0])
    assert POOL.vocabulary("s") is POOL.vocabulary("s")
