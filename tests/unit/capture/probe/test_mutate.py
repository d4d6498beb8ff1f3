from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from driftline.capture.probe import mutate

COLUMNS: list[list[Any]] = [
    [3, -1, 7, 3, 0],
    [1.5, -2.25, 1.5, 0.0],
    [Decimal("1.5"), Decimal(-2)],
    ["b", "a", "abc", "b", ""],
    [date(2024, 2, 1), date(2023, 1, 1), date(2024, 2, 1)],
    [datetime(2024, 2, 1, 5), datetime(2023, 1, 1)],  # noqa: DTZ001 - naive on purpose
]


@pytest.mark.parametrize("values", COLUMNS, ids=lambda values: type(values[0]).__name__)
def test_moving_keeps_the_order_and_turning_turns_it_and_both_keep_equal_equal(values: list[Any]) -> None:
    for make in (mutate.moved, mutate.turned):
        by = make(values)
        assert by is not None
        changed = mutate.mapped(values, by)
        assert all(after != before for before, after in zip(values, changed, strict=True) if before != "")
        assert len(set(changed)) == len(set(values))
    moved, turned = mutate.moved(values), mutate.turned(values)
    assert moved is not None
    assert turned is not None
    known = sorted(set(values))
    assert [moved(value) for value in known] == sorted(moved(value) for value in known)
    if not isinstance(values[0], str):
        assert [turned(value) for value in known] == sorted((turned(value) for value in known), reverse=True)


def test_moving_goes_beyond_every_threshold() -> None:
    values = [3, -1, 7]
    by = mutate.moved(values)
    assert by is not None
    assert min(mutate.mapped(values, by)) > max(values)


def test_truth_values_are_only_turned_and_missing_values_stay() -> None:
    assert mutate.moved([True, False]) is None
    by = mutate.turned([True, None, False])
    assert by is not None
    assert mutate.mapped([True, None, False], by) == [False, None, True]
    assert mutate.moved([None, float("nan")]) is None


def test_no_row_stays_where_it_was() -> None:
    for rows in (2, 3, 10, 501):
        order = mutate.order(rows)
        assert sorted(order) == list(range(rows))
        assert all(place != row for row, place in enumerate(order))


def test_some_values_become_the_most_frequent_one_or_missing() -> None:
    values = ["a", "b", "b", "c"] * 20
    coarse = mutate.coarse(values)
    assert coarse.count("b") > values.count("b")
    assert mutate.coarse(values) == coarse, "the same each time"
    assert 10 < mutate.holed(values).count(None) < 50


def test_a_cell_gets_values_of_other_rows_and_some_that_are_in_none() -> None:
    found = mutate.variants([1, 2, 3, 2], 0)
    assert {2, 3} <= set(found)
    assert 1 not in found
    assert any(value not in (1, 2, 3) for value in found)
    assert mutate.variants([None, None], 0) == []
