"""The most frequent values and how often they occur: exact while few, bounded after.

Enters: (value, count) pairs of a batch. Leaves: ``Frequent``: the listed counts are lower bounds, and no value,
listed or not, occurs more than ``error`` times oftener than listed. Without truncation both are exact (``error`` 0).
Ties at the cut are broken by value, so a set of parts has one result. Never lists more than its cap. Source: Misra &
Gries 1982, in the mergeable form of Agarwal et al., "Mergeable summaries", 2012.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.profile.levels import Levels

Value = float | str


class Cap(NamedTuple):
    """Up to ``whole`` different values all are listed, beyond that the ``top`` ones."""

    whole: int
    top: int


TEXT = Cap(512, 64)
NUMBER = Cap(16, 16)
MASK = Cap(8, 8)
_MANY = 1 << 11  # values of a column that are cut down before they are sorted


class Frequent(msgspec.Struct, frozen=True, array_like=True, gc=False):
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


def of_levels(found: Levels, cap: Cap) -> list[Frequent]:
    """Return the list of each column of ``found``; among equal counts the smaller number comes first."""
    counts, spans = found.counts, found.spans
    often = counts > 1  # of many values those that are there twice
    for start, end in spans:
        if end - start <= cap.whole:
            often[start:end] = True
    here = often.nonzero()[0]
    own = found.bounds.searchsorted(here, side="right") - 1
    for column in (np.bincount(own, minlength=len(spans)) > _MANY).nonzero()[0]:
        times = counts[here]
        floor = np.partition(times[own == column], ~cap.top)[~cap.top]
        kept = (own != column) | (times >= floor)
        here, own = here[kept], own[kept]
    most = int(counts.max()) + 1
    # one number per value: its column, then its count, the largest first, then its place
    order = np.sort(((own + 1) * most - counts[here]) * len(counts) + here) % len(counts)
    starts = own.searchsorted(np.arange(len(spans) + 1)).tolist()  # columns stay in their order
    values, times = (found.values[order].astype(np.float64) + 0.0).tolist(), counts[order].tolist()
    out = []
    for (start, end), total, first, last in zip(spans, found.totals(), starts[:-1], starts[1:], strict=True):
        kept = min(last, first + (cap.whole if end - start <= cap.whole else cap.top))
        other = total - sum(times[first:kept])
        error = 0 if not other else times[kept] if kept < last else 1
        out.append(Frequent(tuple(values[first:kept]), tuple(times[first:kept]), other, error))
    return out


def leading(counts: NDArray[np.int64], ties: NDArray[Any] | None, cap: Cap) -> NDArray[np.intp]:
    """Return the indices of the values to list: all, or the ``cap.top`` most frequent that occur more than once.

    ``counts`` and ``ties`` run over the distinct values of a batch; among equal counts the smaller tie key is listed,
    without keys the earlier value.
    """
    if len(counts) <= cap.whole:
        return np.arange(len(counts))
    often = np.flatnonzero(counts > 1)
    if len(often) <= cap.top:
        return often
    floor = np.partition(counts[often], -cap.top)[-cap.top]
    often = often[counts[often] >= floor]
    order = np.lexsort((often if ties is None else ties[often], -counts[often]))
    chosen: NDArray[np.intp] = often[order[: cap.top]]
    return chosen


def listed(values: Sequence[str], counts: NDArray[np.int64], chosen: NDArray[np.intp]) -> Frequent:
    """Return the list of the ``chosen`` of all distinct values; ``values`` holds the chosen ones only."""
    if not len(chosen):
        return Frequent((), (), int(counts.sum()), int(counts.max())) if len(counts) else EMPTY
    times = counts[chosen].tolist()
    by_value = dict(zip(values, times, strict=True))
    if len(by_value) < len(values):  # what was cut short is the same now
        pairs = sorted(zip(values, times, strict=True), key=lambda pair: (-pair[1], pair[0]))
        ordered, times = [value for value, _ in pairs], [count for _, count in pairs]
    else:
        ordered = sorted(by_value)
        ordered.sort(key=by_value.__getitem__, reverse=True)  # which leaves equals as they are
        times = [by_value[value] for value in ordered]
    if len(chosen) == len(counts):
        other = error = 0
    else:
        left = counts.copy()
        left[chosen] = 0
        other, error = int(left.sum()), int(left.max())
    return Frequent(tuple(ordered), tuple(times), other, error)


def combine(parts: Sequence[Frequent], cap: Cap) -> Frequent:
    """Return the list for the union of ``parts``, all of text or all of numbers; the same for every order of them."""
    if len(parts) == 1:
        return parts[0]
    sums: dict[Value, int] = {}
    known = sums.get
    for part in parts:
        for value, count in zip(part.values, part.counts, strict=True):
            sums[value] = known(value, 0) + count
    other, error = sum(part.other for part in parts), sum(part.error for part in parts)
    values: list[Value] = sorted(sums)  # all of one type
    values.sort(key=sums.__getitem__, reverse=True)  # which leaves equals as they are
    kept = len(values) if len(values) <= cap.whole and other == 0 else cap.top
    counts = [sums[value] for value in values]
    dropped = counts[kept:]
    return Frequent(
        tuple(values[:kept]), tuple(counts[:kept]), other + sum(dropped), error + (dropped[0] if dropped else 0)
    )
