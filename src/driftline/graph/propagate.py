"""Which tags a node inherits: those of everything upstream, unless every way is blocked.

Enters: the steps upstream of a node, the tags that stand at each place, and a moment. Leaves: the tags that reach the
node, each with its source and a shortest way. A tag that does not propagate, or has expired, stays where it is. An
indirect step is passed only by tags that say so. Pure: places are numbers, and nothing is looked up.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from driftline.event.label import Tag

ALL = ""  # blocked for every tag


class Step(NamedTuple):
    """Data goes from one place to another."""

    source: int
    target: int
    indirect: bool = False
    blocked: frozenset[str] = frozenset()  # names of tags that do not pass; ALL = none does


class Arrival(NamedTuple):
    """A tag that reached a place."""

    source: int
    tag: Tag
    path: tuple[int, ...]  # from the source to the place, both included


class Upstream:
    """The steps upstream of some places, ready to be asked about each of them."""

    def __init__(self, steps: Iterable[Step], own: Mapping[int, Sequence[Tag]], at_us: int) -> None:
        self._free: dict[int, list[int]] = {}  # place -> from where every tag passes to it
        self._into: dict[int, list[Step]] = {}  # place -> the other steps to it
        self._blocked: set[str] = set()
        for step in steps:
            if step.indirect or step.blocked:
                self._into.setdefault(step.target, []).append(step)
                self._blocked |= step.blocked
            else:
                self._free.setdefault(step.target, []).append(step.source)
        self._tags: dict[tuple[str, bool], dict[int, list[Tag]]] = {}  # those that pass the same steps, together
        for place, tags in own.items():
            for tag in tags:
                if tag.propagates and tag.holds(at_us):
                    like = (tag.name if tag.name in self._blocked else ALL, tag.indirect)
                    self._tags.setdefault(like, {}).setdefault(place, []).append(tag)

    def reaching(self, target: int) -> list[Arrival]:
        """Return the tags that reach ``target`` from elsewhere, the nearest first."""
        found: list[Arrival] = []
        for (name, indirect), held in self._tags.items():
            onward = self._onward(target, name, indirect, len(held.keys() - {target}))
            for place in onward.keys() & held.keys() - {target}:
                path = _path(onward, place, target)
                found += [Arrival(place, tag, path) for tag in held[place]]
        return sorted(found, key=lambda arrival: (len(arrival.path), arrival.tag.name, arrival.source))

    def _onward(self, target: int, name: str, indirect: bool, sources: int) -> dict[int, int]:
        """Return, of every place that a tag could come from, the next one on its shortest way to ``target``."""
        onward = {target: target}
        if not sources:
            return onward
        waiting = deque((target,))
        while waiting:
            place = waiting.popleft()
            passed = [
                step.source
                for step in self._into.get(place, ())
                if (indirect or not step.indirect) and not _stops(step, name)
            ]
            for source in (*self._free.get(place, ()), *passed):
                if source not in onward:
                    onward[source] = place
                    waiting.append(source)
        return onward


def _stops(step: Step, name: str) -> bool:
    return bool(step.blocked) and (ALL in step.blocked or (name != ALL and name in step.blocked))


def _path(onward: Mapping[int, int], place: int, target: int) -> tuple[int, ...]:
    path = [place]
    while path[-1] != target:
        path.append(onward[path[-1]])
    return tuple(path)


def without_hubs(
    steps: Iterable[Step], hubs: frozenset[int], blocked: Mapping[tuple[int, int], frozenset[str]]
) -> list[Step]:
    """Return ``steps`` so that a block between two ends holds where the data passes a place in between.

    A hub is where the many inputs and outputs of a run meet. Only those hubs are taken apart that a block is about.
    """
    every = list(steps)
    into: dict[int, list[Step]] = {}
    for step in every:
        if step.target in hubs:
            into.setdefault(step.target, []).append(step)
    ends = {target for _, target in blocked}
    kept: list[Step] = []
    for step in every:
        if step.source not in hubs or step.target not in ends:
            kept.append(step)
            continue
        for first in into.get(step.source, ()):
            names = first.blocked | step.blocked | blocked.get((first.source, step.target), frozenset())
            kept.append(Step(first.source, step.target, first.indirect or step.indirect, names))
    return kept
