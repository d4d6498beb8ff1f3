"""The rule ``quarantine``: an answer must not stand on data that is quarantined or derives from such data.

Enters: the sources of the draft. Leaves: one reason per quarantine met, with the way from the version to the
quarantine in words. It looks at the guard switch only, so it never waits for a server.
"""

from typing import ClassVar

from driftline.event.answer import Reason
from driftline.guard.check import Check, Subject


class Quarantine(Check, frozen=True):
    """A source is quarantined, or derives from something that is."""

    before: ClassVar[bool] = True
    batches: ClassVar[bool] = True

    need_sources: bool = False  # True: an answer that names no sources cannot be judged

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return one reason per quarantine that a source falls under."""
        sources = subject.draft.sources
        if self.need_sources and subject.called and not sources:
            raise ValueError("the answer names no sources")
        matches = subject.switch.decide([source.version for source in sources])
        if not matches and subject.switch.blind:
            raise OSError(f"the guard switch cannot be read ({subject.switch.blind})")
        return tuple(
            Reason(
                rule=rule,
                observed=match.sentence,
                limit="no quarantined source",
                evidence=tuple(filter(None, (match.entry.incident, match.entry.id, match.version))),
            )
            for match in matches
        )
