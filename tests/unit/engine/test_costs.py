"""What an incident costs, by hand: 10 dollars an answer in the eight weeks before, other amounts as each test says."""

from typing import Any

import pytest

from driftline.engine import costs
from driftline.event.finding import Incident


@pytest.fixture
def usual(ill: Any) -> Any:
    """Return an ill town that paid 10 dollars on each of two healthy days."""
    ill.answer(28, 0, 10.0)
    ill.answer(29, 0, 10.0)
    return ill


def money(town: Any) -> Any:
    (incident,), _ = town.engine.incidents()
    return costs.count(town.engine.house, incident)


def test_an_incident_without_answers_costs_nothing(ill: Any) -> None:
    assert (money(ill).answers, money(ill).lost, money(ill).currency) == (0, 0.0, "USD")


def test_an_incident_without_findings_costs_nothing_whatever_was_paid(usual: Any) -> None:
    bare = Incident(id="i", title="t", opened_us=1, updated_us=1, symptom="nobody")
    found = costs.count(usual.engine.house, bare)
    assert (found.answers, found.paid, found.lost) == (0, 0.0, 0.0)


def test_bad_answers_are_held_against_the_usual_amount(usual: Any) -> None:
    usual.answer(30, 0, 45.0)
    usual.answer(30, 1, 0.0)
    # 45 paid by two, usually 2 x 10
    assert (money(usual).paid, money(usual).expected, money(usual).lost) == (45.0, 20.0, 25.0)


def test_bad_answers_that_paid_less_than_usual_lose_nothing(usual: Any) -> None:
    usual.answer(30, 0, 4.0)
    assert money(usual).lost == 0.0


def test_held_back_answers_are_no_loss_and_what_they_would_have_paid_is_avoided(usual: Any) -> None:
    usual.held(30, 0, 50.0)
    # the one held back would have paid 50, usually 10
    assert (money(usual).held, money(usual).answers, money(usual).lost, money(usual).avoided) == (1, 0, 0.0, 40.0)


def test_where_no_guard_knew_the_amount_the_answers_that_went_out_tell_it(usual: Any) -> None:
    usual.answer(30, 0, 70.0)
    usual.held(30, 1, 0.0)
    assert money(usual).avoided == 60.0  # 70 instead of 10


def test_what_is_usual_is_learned_from_eight_weeks_only(open_healthy: Any) -> None:
    town = open_healthy()
    town.answer(0, 0, 1_000.0)  # 60 days before the fault: too long ago
    town.answer(29, 0, 10.0)
    town.live(60, 60, town.seconds)
    town.answer(60, 0, 100.0)
    assert money(town).lost == 90.0


def test_bad_versions_are_those_that_findings_are_about(ill: Any) -> None:
    (incident,), _ = ill.engine.incidents()
    assert costs.bad_versions(ill.engine.house, incident) == [
        f"{ill.features.node}#x30", f"{ill.flights.node}#f30", f"{ill.desk.node}#d30",
    ]  # fmt: skip


def test_a_long_incident_is_counted_to_its_last_day(usual: Any) -> None:
    usual.live(31, 54, usual.seconds)
    for number in range(30, 55):
        usual.answer(number, 0, 50.0)
    assert money(usual).answers == 25  # one on each of the days 30 to 54
    assert money(usual).lost == 1_000.0  # 25 x (50 - 10)


def test_held_back_answers_that_would_have_paid_as_usual_avoid_nothing(usual: Any) -> None:
    usual.answer(30, 0, 70.0)
    usual.held(30, 1, 10.0)
    assert money(usual).avoided == 0.0


def test_what_was_paid_in_another_currency_is_told_apart(usual: Any) -> None:
    """Two went out: one paid 45 dollars, usually 10; the other paid 900 yen."""
    usual.answer(30, 0, 45.0)
    usual.answer(30, 1, 900.0, currency="JPY")
    found = money(usual)
    assert (found.answers, found.paid, found.expected, found.lost) == (2, 45.0, 10.0, 35.0)
    assert found.others == {"JPY": 900.0}
