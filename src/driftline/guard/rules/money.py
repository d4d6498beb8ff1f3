"""The rule ``money``: one answer must not pay out more than a limit.

Enters: the money of the draft, or ``money`` of what the function returned. An amount that is no finite number, or is
negative, cannot be judged.
"""

from driftline.event.answer import Reason
from driftline.guard.check import Check, Subject


class Money(Check, frozen=True):
    """The answer pays more than ``limit``."""

    limit: float  # largest amount of one answer, in the currency that the answers carry

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return one reason if the amount is above the limit."""
        amount = subject.number("money")
        if amount < 0:
            raise ValueError(f"money is {amount:g}, below zero")
        if amount <= self.limit:
            return ()
        return (Reason(rule=rule, observed=f"{amount:,.2f}", limit=f"at most {self.limit:,.2f}"),)
