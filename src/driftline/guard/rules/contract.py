"""The rule ``contract``: the features that an answer used are there, of the right type and in their range.

Enters: the features of the draft. Leaves: one reason per feature that breaks its term. NaN and infinity break every
range. Shape after the Open Data Contract Standard 3.1: required, logical type, minimum, maximum, valid values.
"""

import math
from typing import Literal

import msgspec

from driftline.event.answer import Reason
from driftline.guard.check import Check, Subject

Value = float | int | str | bool | None


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised of one feature."""

    type: Literal["number", "text", "boolean", ""] = ""
    required: bool = True
    null: bool = False  # True: None is in order
    minimum: float | None = None
    maximum: float | None = None
    one_of: tuple[Value, ...] = ()

    def broken(self, value: Value) -> tuple[str, str] | None:
        """Return what was observed and what was promised, or None if ``value`` keeps the term."""
        if value is None:
            return None if self.null else ("null", "not null")
        if self.type and not _is(self.type, value):
            return f"{value!r} of type {type(value).__name__}", f"a {self.type}"
        if self.one_of and value not in self.one_of:
            return repr(value), "one of " + ", ".join(map(repr, self.one_of))
        if self.minimum is None and self.maximum is None:
            return None
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        inside = _is("number", value) and math.isfinite(float(value)) and low <= float(value) <= high
        return None if inside else (repr(value), f"{low:g} to {high:g}")


def _is(type_: str, value: Value) -> bool:
    if type_ == "boolean":
        return isinstance(value, bool)
    if type_ == "text":
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool)


class Contract(Check, frozen=True):
    """A feature is missing, of another type, or outside its range."""

    features: dict[str, Term]

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return one reason per feature that breaks its term."""
        found: list[Reason] = []
        given = subject.features
        for name, term in self.features.items():
            if name not in given:
                breach = ("missing", "present") if term.required else None
            else:
                breach = term.broken(given[name])
            if breach:
                found.append(Reason(rule=rule, observed=f"{name}: {breach[0]}", limit=breach[1]))
        return tuple(found)
