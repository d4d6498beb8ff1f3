"""Amounts in several currencies, added up by hand."""

from driftline.engine import paid
from driftline.engine.paid import Paid
from driftline.store.ledger import Total


def total(currency: str, money: float, answers: int = 1, avoided: float = 0.0) -> Total:
    return Total(currency=currency, answers=answers, money=money, avoided=avoided)


def test_amounts_of_one_currency_are_added_and_others_are_told_apart() -> None:
    every = [total("USD", 10.0), total("EUR", 20.005), total("USD", 1.0), total("JPY", 3.0), total("CHF", 0.0)]
    assert paid.by(every, "USD") == Paid(11.0, "USD", {"EUR": 20.0, "JPY": 3.0})
    assert str(paid.by(every, "USD")) == "11.00 USD, 20.00 EUR and 3.00 JPY"
    assert str(paid.by(every[3:], "USD")) == "3.00 JPY"  # nobody paid dollars
    assert str(paid.by([], "USD")) == "0.00 USD"
    assert str(paid.by(every[:1], "USD")) == "10.00 USD"


def test_the_usual_currency_is_told_where_anybody_paid_in_it_else_that_of_most_answers() -> None:
    assert paid.currency_of([total("EUR", 5.0, 9), total("USD", 1.0)], "USD") == "USD"
    assert paid.currency_of([total("EUR", 5.0, 2), total("GBP", 900.0), total("USD", 0.0, 9)], "USD") == "EUR"
    assert paid.currency_of([total("GBP", 0.0, avoided=2.0)], "USD") == "GBP"
    assert paid.currency_of([total("EUR", 0.0)], "USD") == "USD"
