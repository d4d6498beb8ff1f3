"""Retrieval that stands beside answers, below one span that is no answer: which of the answers there it can have fed.

Enters: spans that have ended outside of any answer, and answers that end below the same span. Leaves: for each answer
what it stands on, and what it may stand on. It stands on what had been found before its last call of a model began and
had fed no earlier answer, or one that was under way at the same time. What had fed an earlier answer may have fed this
one, too: nobody sees whether it was still at hand. Of what was found and used up within a span beside it, that is so
only where nothing else was found.
"""

from collections.abc import Iterable, Sequence

from driftline.capture.answering import dialects
from driftline.capture.answering.dialects import Ended

FOUND = ("retrieval", "rerank", "sift")  # kinds of spans that tell of documents
LATELY = 8  # of the spans that have fed earlier answers, how many may have fed one more


class Near:
    """A span that has ended outside of any answer."""

    __slots__ = ("_away", "_fed_us", "ended")

    def __init__(self, ended: Ended) -> None:
        self.ended = ended
        self._fed_us = 0  # when the first answer that it fed was over; 0 = it has fed none
        self._away = False  # that was within a span which is over

    @property
    def has_fed(self) -> bool:
        """Whether it has fed an answer."""
        return self._fed_us != 0

    def leave(self) -> "Near":
        """Be within a span that is over."""
        self._away = self._fed_us != 0
        return self

    def feed(self, begin_us: int, end_us: int) -> int:
        """Feed an answer: 0 = for sure, 1 = perhaps, 2 = only if nothing else has."""
        if not self._fed_us:
            self._fed_us = end_us
            return 0
        return 0 if begin_us < self._fed_us else 1 + self._away


def fed(near: Iterable[Near], root: Ended, found: Sequence[Ended]) -> tuple[list[Ended], list[Ended]]:
    """Return the spans that an answer stands on, and those that it may stand on, which say no more than what was found.

    Args:
        near: what has ended below the spans around the answer.
        root: its outermost span.
        found: its spans.
    """
    calls = [one.span.start_us for one in found if dialects.kind_of(one.span) == "model"]
    until = max(calls, default=root.span.end_us)
    kinds: tuple[list[Ended], list[Ended], list[Ended]] = ([], [], [])
    for one in near:
        if one.ended.span.end_us <= until:
            kinds[one.feed(root.span.start_us, root.span.end_us)].append(one.ended)
    sure, perhaps, away = kinds
    if not any(map(_found, (*sure, *perhaps))):
        perhaps = away
    return sure, [one for one in perhaps if _found(one)][-LATELY:]


def _found(one: Ended) -> bool:
    return dialects.kind_of(one.span) in FOUND
