"""A table of hashes tells what sorting tells, against ``np.unique``."""

import numpy as np
import pyarrow as pa
import pytest

from driftline import profile
from driftline.profile import hashed

ROWS = 30_000


@pytest.mark.parametrize("kind", [np.int32, np.uint32, np.int64, np.uint64, np.float64])
@pytest.mark.parametrize("different", [1, 40, 9_000])
def test_different_numbers_and_their_counts_are_those_of_unique(kind: type, different: int) -> None:
    given = (np.random.default_rng(5).integers(0, different, ROWS) * 70_001).astype(kind)
    if np.dtype(kind).kind in "if":
        given[::2] = -(given[::2].astype(np.int64)).astype(kind)
    values, counts = np.unique(given, return_counts=True)
    found = hashed.counted(given.copy())
    assert found is not None
    assert found.values.dtype == kind
    assert found.values.tolist() == values.tolist()
    assert found.counts.tolist() == counts.tolist()
    assert found.bounds.tolist() == [0, len(values)]


def test_zeros_of_both_signs_are_one_number() -> None:
    found = hashed.counted(np.array([0.0, -0.0, 1.5] * ROWS))
    assert found is not None
    assert found.values.tolist() == [0.0, 1.5]
    assert not np.signbit(found.values).any()
    assert found.counts.tolist() == [2 * ROWS, ROWS]


def test_numbers_that_are_all_different_and_few_numbers_are_left_to_sorting() -> None:
    assert hashed.counted(np.random.default_rng(5).permutation(ROWS).astype(np.float64)) is None
    assert hashed.counted(np.array([1.0, 2.0] * 100)) is None
    assert hashed.counted(np.zeros(0)) is None


def test_a_profile_says_the_same_whichever_way_numbers_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.random.default_rng(7).integers(-300, 300, ROWS) / 8
    numbers[::50], numbers[1::50], numbers[2::75], numbers[3::80] = np.nan, np.inf, -np.inf, -0.0
    texts = pa.array(np.random.default_rng(7).integers(0, 70, ROWS).astype("U3"))
    table = pa.table({"numbers": numbers, "nulls": pa.array(numbers, from_pandas=True), "texts": texts})
    hashing = profile.encode(profile.build(table))
    monkeypatch.setattr(hashed, "counted", lambda _: None)
    assert profile.encode(profile.build(table)) == hashing


@pytest.mark.parametrize("kind", [np.int64, np.float64])
def test_numbers_that_come_in_order_have_the_profile_of_the_same_in_any_order(kind: type) -> None:
    given = (np.arange(ROWS) * 70_001).astype(kind)  # too far apart to be counted, and all different
    shuffled = np.random.default_rng(9).permutation(given)
    assert profile.encode(profile.build(pa.table({"id": given}))) == profile.encode(
        profile.build(pa.table({"id": shuffled}))
    )
