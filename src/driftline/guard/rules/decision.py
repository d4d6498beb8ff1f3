"""The rule ``decision``: the outcome must be one of the words that the endpoint may say.

Enters: the decision of the draft, or ``decision`` of what the function returned. No decision at all cannot be judged.
"""

from driftline.event.answer import Reason
from driftline.guard.check import Check, Subject


class Decision(Check, frozen=True):
    """The decision is none of ``allowed``."""

    allowed: tuple[str, ...]

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return one reason if the decision is not allowed."""
        found = subject.value("decision")
        if not isinstance(found, str) or not found:
            raise ValueError(f"decision is {found!r}, not a word")
        if found in self.allowed:
            return ()
        return (Reason(rule=rule, observed=found, limit="one of " + ", ".join(self.allowed)),)
