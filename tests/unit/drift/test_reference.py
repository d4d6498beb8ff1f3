"""Tail probabilities by hand; the extrapolation is checked against draws from a known power law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.drift.reference import TOP, Tail, usual


def grown(values: list[float]) -> Tail:
    tail = Tail()
    for value in values:
        tail = tail.add(value)
    return tail


def test_within_what_was_seen_the_p_value_is_the_rank() -> None:
    tail = grown([1.0, 2.0, 3.0, 4.0])
    assert tail.p_value(3.0, floor=0.1) == pytest.approx(3 / 5)  # 3 and 4 are as large: (1 + 2) / (1 + 4)
    assert tail.p_value(0.5, floor=0.1) == 1.0


def test_size_is_in_units_of_the_largest_move_seen_or_of_the_floor() -> None:
    tail = grown([1.0, 4.0])
    assert tail.size(8.0, floor=0.1) == 2.0
    assert tail.size(8.0, floor=16.0) == 0.5
    assert Tail().size(3.0, floor=1.0) == 3.0


def test_a_series_that_never_moved_makes_a_small_move_beyond_the_floor_unlikely() -> None:
    tail = grown([0.0] * 99)
    # 12 of 100 at the floor, fourth-power tail: 0.12 * 10 ** -4
    assert tail.p_value(0.1, floor=0.01) == pytest.approx(0.12e-4)


@given(st.lists(st.floats(0, 1e9), max_size=60))
def test_only_the_largest_values_are_kept_in_any_order(values: list[float]) -> None:
    assert grown(values).top == tuple(sorted(values, reverse=True)[:TOP])
    assert grown(values) == grown(values[::-1])


def test_beyond_what_was_seen_the_extrapolation_is_of_the_right_order_for_a_power_law() -> None:
    random = np.random.default_rng(7)
    ratios = []
    for _ in range(200):
        seen = random.pareto(2.0, 500) + 1.0  # P(X > x) = x ** -2
        far = 3.0 * float(seen.max())
        tail = grown([float(value) for value in seen])
        ratios.append(tail.p_value(far, floor=0.01) / far**-2.0)
    assert 0.3 < float(np.median(ratios)) < 3.0


def test_the_usual_value_is_the_nearer_of_all_days_and_the_same_weekday() -> None:
    history = [(day % 7, 100.0 if day % 7 == 6 else 900.0) for day in range(28)]
    assert usual(history, weekday=6, current=110.0) == 100.0
    assert usual(history, weekday=6, current=890.0) == 900.0
    assert usual(history[:6], weekday=6, current=110.0) == 900.0
