"""The most frequent values and how often they occur: exact while few, bounded after.

Enters: (value, count) pairs of a batch. Leaves: ``Frequent``: the listed counts are lower bounds, and no value, listed or
not, occurs more than ``error`` times oftener than listed. Without truncation both are exact (``error`` 0). Ties at the
cut are broken by value, so a set of parts has one result. Never lists more than its cap.
Source: Misra & Gries 1982, in the mergeable form of Agarwal et al., "Mergeable summaries", 2012.
"""

from collections.abc import Sequence

import msgspec

TEXT_CAP = 256
NUMBER_CAP = 16

Value = float | str


class Frequent(msgspec.Struct, frozen=True, array_like=True):
    """Values in descending order of count, then ascending; ``other`` is the count of all that are not listed."""

    values: tuple[Value, ...] = ()
    counts: tuple[int, ...] = ()
    other: int = 0
    error: int = 0

    @property
    def total(self) -> int:
        """All values counted, listed or not."""
        return sum(self.counts) + self.other

    @property
    def complete(self) -> bool:
        """Whether every value is listed with its true count."""
        return self.other == 0

    @property
    def top_share(self) -> float:
        """Share of the most frequent value; 0 where none is listed."""
        return self.counts[0] / self.total if self.counts else 0.0

    def pairs(self) -> dict[Value, int]:
        """Return count per listed value, most frequent first."""
        return dict(zip(self.values, self.counts, strict=True))


EMPTY = Frequent()


def ranked(pairs: dict[Value, int], cap: int, *, other: int = 0, error: int = 0) -> Frequent:
    """List the ``cap`` most frequent of ``pairs``; ``other`` and ``error`` are what was already left out."""
    order = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    kept, dropped = order[:cap], order[cap:]
    left = sum(count for _, count in dropped)
    return Frequent(
        tuple(value for value, _ in kept),
        tuple(count for _, count in kept),
        other + left,
        error + (dropped[0][1] if dropped else 0),
    )


def combine(parts: Sequence[Frequent], cap: int) -> Frequent:
    """Return the list for the union of ``parts``, all of text or all of numbers; the same for every order of them."""
    if len(parts) == 1:
        return parts[0]
    pairs: dict[Value, int] = {}
    for part in parts:
        for value, count in zip(part.values, part.counts, strict=True):
            pairs[value] = pairs.get(value, 0) + count
    return ranked(pairs, cap, other=sum(part.other for part in parts), error=sum(part.error for part in parts))
