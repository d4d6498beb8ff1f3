"""Money of many answers: amounts of one currency are added up, and of several told apart.

Enters: totals of the answer ledger. Leaves: the currency in which most is told, the amount in it, and the amounts in
others. Changes no currency into another one.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from driftline.store.ledger import Total


class Paid(NamedTuple):
    """What answers paid."""

    money: float
    currency: str
    others: dict[str, float]  # other currencies to amounts, sorted

    def __str__(self) -> str:
        parts = [f"{self.money:,.2f} {self.currency}"] if self.money or not self.others else []
        parts += [f"{amount:,.2f} {currency}" for currency, amount in self.others.items()]
        return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def currency_of(totals: "Iterable[Total]", usual: str) -> str:
    """Return the currency in which most of the answers paid, ``usual`` where any of them paid in that or none paid."""
    answers: dict[str, int] = {}
    for total in totals:
        if total.money or total.avoided:
            answers[total.currency] = answers.get(total.currency, 0) + total.answers
    return usual if usual in answers or not answers else max(sorted(answers), key=answers.__getitem__)


def by(totals: "Iterable[Total]", currency: str) -> Paid:
    """Return what answers paid in ``currency``, and in others."""
    amounts: dict[str, float] = {}
    for total in totals:
        amounts[total.currency] = amounts.get(total.currency, 0.0) + total.money
    money = amounts.pop(currency, 0.0)
    return Paid(round(money, 2), currency, {one: round(amounts[one], 2) for one in sorted(amounts) if amounts[one]})
