import numpy as np
import pytest

from driftline.store.arrays import places, table
from driftline.store.connection import OPEN

ROWS = [
    (2, 1, 9, 0, OPEN, 2, "column", 1.0),
    (3, 1, 9, 0, 5, 2, "column", 1.0),
    (3, 2, 0, 4, OPEN, 1, "explicit", 1.0),
]


def beside(rows: list[tuple[object, ...]], places: list[int], direction: str, moment: int) -> list[int]:
    return table(rows).beside(np.array(places), direction, moment).tolist()


def test_rows_are_found_by_either_end_at_a_moment_in_the_order_of_the_places() -> None:
    assert beside(ROWS, [3, 2], "up", 4) == [1, 2, 0]
    assert beside(ROWS, [3, 2], "up", 5) == [2, 0], "one ended"
    assert beside(ROWS, [3], "up", 3) == [1], "one had not begun"
    assert beside(ROWS, [2, 1], "down", 4) == [2, 0, 1]
    assert beside(ROWS, [7, 4, 1], "down", 9) == [0], "places without rows, known or not"
    assert beside([], [1], "up", 0) == []


def test_rows_into_some_places_are_replaced_and_all_stay_in_order() -> None:
    fresh = [(3, 1, 9, 0, 7, 2, "probed", 0.9), (5, 2, 0, 0, OPEN, 1, "explicit", 1.0)]
    found = table(ROWS).replaced(np.array([3, 5]), table(fresh))
    assert found.target.tolist() == [2, 3, 5]
    assert found.until.tolist() == [OPEN, 7, OPEN]
    assert [found.words[word] for word in found.word] == [(2, "column", 1.0), (2, "probed", 0.9), (1, "explicit", 1.0)]
    assert table(ROWS).replaced(np.array([2, 3]), table([])).target.tolist() == []
    assert table([]).replaced(np.array([2]), table(ROWS[:1])).source.tolist() == [1]


def test_an_id_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        table([(2**31, 1, 0, 0, 1, 1, "explicit", 1.0)])


def test_places_of_several_words_are_sorted_and_named_once() -> None:
    bodies = [np.array(some, dtype="<i8").tobytes() for some in ([5, 9], [3, 5], [2**40])]
    assert places(bodies).tolist() == [3, 5, 9, 2**40]
