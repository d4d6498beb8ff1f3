"""The rule ``score``: the model's own score must reach, or not pass, a threshold.

Enters: the score of the draft, ``score`` of what the function returned, or the number that it returned. A score that is
missing, NaN or outside its valid range is an error, never a pass: broken judges are known to return all three.
"""

from driftline.event.answer import Reason
from driftline.guard.check import Check, Subject


class Score(Check, frozen=True):
    """The score is below ``at_least`` or above ``at_most``."""

    low: float = 0.0  # valid range of a score
    high: float = 1.0
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError("state at_least, at_most or both")

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return one reason if the score misses a threshold."""
        found = subject.result
        bare = isinstance(found, float) and subject.draft.score is None
        score = found if bare else subject.number("score")
        if not self.low <= score <= self.high:  # also true of NaN
            raise ValueError(f"score is {score:g}, outside {self.low:g} to {self.high:g}")
        if self.at_least is not None and score < self.at_least:
            return (Reason(rule=rule, observed=f"{score:g}", limit=f"at least {self.at_least:g}"),)
        if self.at_most is not None and score > self.at_most:
            return (Reason(rule=rule, observed=f"{score:g}", limit=f"at most {self.at_most:g}"),)
        return ()
