"""Which of what a run has read, or wrote and has at hand, can hold what an output holds.

Enters: a run whose versions are measured, and one of its outputs. Leaves: the versions before it that hold a column of
given content, the last first, and those of datasets that have a column of a given name. An event of thousands of
versions would compare each with each otherwise. Says nothing of what that means; changes nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from driftline.capture.runs import order
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset

_KEY = "contents"


class Likeness:
    """The versions of one event whose contents are known, by what they hold."""

    def __init__(self, trace: Trace) -> None:
        self._ordered = trace.ordered
        self._read = len(trace.inputs)
        self._all = [*trace.inputs, *(filter(order.at_hand, trace.outputs) if trace.ordered else ())]
        times = [seen.at_ns for seen in trace.inputs]
        self._times = times if trace.ordered and times == sorted(times) else []
        self._holding: dict[str, list[int]] = {}
        self._having: dict[str, set[Dataset]] = {}
        self._places: dict[Dataset, list[int]] = {}
        for place, seen in enumerate(self._all):
            if seen.contents is None:
                continue
            for hashed in set(seen.contents.hashes.values()):
                self._holding.setdefault(hashed, []).append(place)
            for name in seen.contents.hashes:
                self._having.setdefault(name, set()).add(seen.touched.dataset)
            self._places.setdefault(seen.touched.dataset, []).append(place)

    def holding(self, output: Seen, hashed: str) -> Iterator[tuple[Dataset, Any]]:
        """Yield datasets before ``output`` with contents that have a column of this hash, the last first."""
        places, until = self._holding.get(hashed, []), self._until(output)
        written = range(len(places) - 1, bisect_left(places, self._read) - 1, -1)
        for at in chain(written, range(bisect_left(places, until) - 1, -1, -1)):
            one = self._all[places[at]]
            if self._before(places[at], output):
                yield one.touched.dataset, one.contents

    def named(self, output: Seen, names: Iterable[str]) -> list[Seen]:
        """Return what was before ``output`` of the datasets that have a column of one of these names, in order."""
        datasets = {dataset for name in names for dataset in self._having.get(name, ())}
        places = sorted(place for dataset in datasets for place in self._places[dataset])
        return [self._all[place] for place in places if self._before(place, output)]

    def profiled(self, output: Seen) -> int:
        """Return how many versions before ``output`` have a profile."""
        return sum(
            bool(self._all[place].contents.profile) and self._before(place, output)
            for places in self._places.values()
            for place in places
        )

    def _until(self, output: Seen) -> int:
        """Return the place from which on nothing was read before ``output``; the end, where they lie in no order."""
        return bisect_right(self._times, order.end_ns(output)) if self._times else self._read

    def _before(self, place: int, output: Seen) -> bool:
        one = self._all[place]
        if one.touched.dataset == output.touched.dataset:
            return False
        if place < self._read:
            return not self._ordered or order.was_read(one, output)
        return order.was_at_hand(one, output)


def of(trace: Trace) -> Likeness:
    """Return the likeness of a run, made once until it is forgotten."""
    known = trace.recalled.get(_KEY)
    if not isinstance(known, Likeness):
        known = trace.recalled[_KEY] = Likeness(trace)
    return known


def forget(trace: Trace) -> None:
    """Let the next question look at everything anew."""
    trace.recalled.pop(_KEY, None)
