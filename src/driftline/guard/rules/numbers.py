"""The rule ``numbers``: every number that the answer's text states occurs in what it stands on. Tier: lexical.

Enters: the text, the passages that were retrieved and the features. Leaves: one reason with the numbers that occur in
neither. Thousands separators and trailing zeros do not count; words for numbers are not read; numbers of one digit are
passed over, as they are mostly list marks. It says nothing of claims in words.
"""

import re

from driftline.event.answer import Reason
from driftline.guard.check import Check, Subject

_NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_MOST_SHOWN = 5


class Numbers(Check, frozen=True):
    """The text states a number that occurs neither in the passages nor in the features nor in ``known``."""

    known: tuple[float, ...] = ()  # numbers that may always be stated
    digits: int = 2  # shorter numbers are passed over

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        """Return one reason with the numbers that nothing supports."""
        text = subject.value("text")
        if not text and isinstance(subject.result, str):
            text = subject.result
        if not isinstance(text, str):
            raise TypeError(f"text is {type(text).__name__}, not text")
        stated = {n for n in _numbers(text) if len(n.replace(".", "")) >= self.digits}
        if not stated:
            return ()
        draft = subject.draft
        supported = {_plain(f"{number:.12g}") for number in self.known}
        for passage in draft.passages:
            supported |= _numbers(passage)
        for value in (*subject.features.values(), draft.money, draft.score):
            if isinstance(value, int | float):
                supported.add(_plain(f"{abs(value):.12g}"))
            elif isinstance(value, str):
                supported |= _numbers(value)
        missing = sorted(stated - supported)
        if not missing:
            return ()
        return (Reason(rule=rule, observed=", ".join(missing[:_MOST_SHOWN]), limit="numbers of the sources"),)


def _numbers(text: str) -> set[str]:
    return {_plain(number) for number in _NUMBER.findall(text)}


def _plain(number: str) -> str:
    plain = number.replace(",", "")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"
