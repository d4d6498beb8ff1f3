"""The rule ``money``: one answer's amount against a limit."""

import pytest

from driftline.event.current import Draft
from driftline.guard.check import Subject
from driftline.guard.rules.money import Money
from driftline.guard.switch import Switch


def reasons(switch: Switch, money: float) -> list[tuple[str, str]]:
    found = Money(limit=2000).reasons("cap", Subject(Draft(money=money), switch))
    return [(reason.observed, reason.limit) for reason in found]


def test_the_limit_itself_may_be_paid(switch: Switch) -> None:
    assert reasons(switch, 2000.0) == reasons(switch, 0.0) == []


def test_more_than_the_limit_is_a_reason_with_both_amounts(switch: Switch) -> None:
    assert reasons(switch, 75_000.5) == [("75,000.50", "at most 2,000.00")]


@pytest.mark.parametrize("money", [-1.0, float("nan"), float("inf")])
def test_an_amount_that_cannot_be_is_an_error(switch: Switch, money: float) -> None:
    with pytest.raises(ValueError, match="money is"):
        reasons(switch, money)
