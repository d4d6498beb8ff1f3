"""Amounts by hand: lost = paid - usual x affected; avoided = (each - usual) x held."""

from driftline.cause import Period, cost


def test_loss_is_what_was_paid_beyond_the_usual() -> None:
    before = Period(answers=100, money=5_000.0)  # 50 each
    affected = Period(answers=20, money=6_000.0, held=4)  # 300 each
    money = cost(before, affected)
    assert (money.expected, money.lost, money.avoided) == (1_000.0, 5_000.0, 1_000.0)  # 20*50, 6000-1000, (300-50)*4


def test_what_the_guard_knew_is_taken_before_an_estimate() -> None:
    assert cost(Period(10, 100.0), Period(1, 500.0, 2, 640.0)).avoided == 620.0  # 640 - 2 x 10


def test_a_saving_is_never_a_negative_loss() -> None:
    assert cost(Period(10, 1_000.0), Period(10, 10.0)).lost == 0.0


def test_without_history_everything_paid_is_loss() -> None:
    assert cost(Period(), Period(2, 30.0)).lost == 30.0
