"""What a guard rule is: parameters that a policy states, and one pure judgement over one answer.

Enters: a ``Subject``, the answer in the making with what the guarded function returned. Leaves: the reasons against it,
none if all is well. A check that cannot judge raises, and the rule's failure mode applies; a check never decides what
happens to the answer, never does input or output and never changes the subject.
"""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from driftline.event.answer import Reason
from driftline.event.current import Draft
from driftline.guard.switch import Switch


class Subject:
    """One answer as the rules see it. ``called`` is False while the guarded function has not run."""

    __slots__ = ("called", "draft", "result", "switch")

    def __init__(self, draft: Draft, switch: Switch) -> None:
        self.draft = draft
        self.switch = switch
        self.result: Any = None
        self.called = False

    @property
    def features(self) -> dict[str, float | int | str | bool | None]:
        """The features of the answer, as they are recorded."""
        if self.draft.owner is not None:
            self.draft.owner.settle()
        return self.draft.features

    def value(self, name: str) -> Any:
        """Return ``name`` (money, score, decision, text) of the draft, else of what the function returned."""
        found = getattr(self.draft, name)
        if found if name != "score" else found is not None:
            return found
        if isinstance(self.result, Mapping):
            return self.result.get(name, found)
        return getattr(self.result, name, found)

    def number(self, name: str) -> float:
        """Return ``name`` as a finite number.

        Raises:
            ValueError: it is missing, not a number, NaN or infinite.
        """
        found = self.value(name)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise ValueError(f"{name} is {found!r}, not a number")
        if not math.isfinite(found):
            raise ValueError(f"{name} is {found}")
        return float(found)


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every check. Its fields are its parameters; the class docstring says what it finds."""

    before: ClassVar[bool] = False  # can be judged before the guarded function is called
    batches: ClassVar[bool] = False  # applies to a batch of data too
    slow: ClassVar[bool] = False  # may outlast its deadline, hence runs on a thread of its own

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return the reasons against ``subject``, each in the name of ``rule``; raise if it cannot be judged."""
        raise NotImplementedError
