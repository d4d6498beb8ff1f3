"""What an incident cost, counted from answers that were really given.

lost    = paid by affected answers  -  affected answers x usual money per answer, never below 0
    avoided = what held-back answers would have paid  -  as many x usual money per answer, never below 0

Enters: totals of the answer ledger for the time before and for the affected answers. Leaves: a ``Money``. Uses no
guess about volumes. Where a guard did not know what a held-back answer would have paid, the money per affected answer
that did go out stands for it; where none did, ``avoided`` is 0.
"""

import msgspec

from driftline.event.finding import Money


class Period(msgspec.Struct, frozen=True):
    """Totals over a set of answers."""

    answers: int = 0
    money: float = 0.0
    held: int = 0  # answers that a guard held back (fallback, block, abstain, escalate)
    avoided: float = 0.0  # what held-back answers would have paid, as far as the guard knew


def cost(before: Period, affected: Period, currency: str = "USD") -> Money:
    """Return the money of an incident; all amounts rounded to cents."""
    usual = before.money / before.answers if before.answers else 0.0
    expected = usual * affected.answers
    each = affected.money / affected.answers if affected.answers else 0.0
    known = max(0.0, affected.avoided - usual * affected.held)
    estimate = max(0.0, each - usual) * affected.held
    return Money(
        currency=currency,
        paid=round(affected.money, 2),
        expected=round(expected, 2),
        lost=round(max(0.0, affected.money - expected), 2),
        avoided=round(known if affected.avoided else estimate, 2),
        answers=affected.answers,
        held=affected.held,
    )
