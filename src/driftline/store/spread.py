"""A walk over the whole graph in memory: what ``walks.walk`` does, a level at a time.

Enters: the graph as arrays, where to begin. Leaves: what ``walk`` over the store's rows leaves, place by place and
line by line, also where it is cut at its limit (rows come in the order of the store's keys). Each place is met once; a
level costs the edges of its places. Never asks the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from driftline.store import pairing
from driftline.store.arrays import Ints, Table, Word
from driftline.store.line import TOGETHER, Direction, Line

_FAR = np.iinfo(np.int32).max  # the distance of what was not met


@dataclass(frozen=True)
class Wide:
    """A walk that met much: what a ``Walk`` holds, as arrays; its dictionary and its lines are made when asked for."""

    edges: Table
    flows: Table
    direction: Direction
    as_of_us: int
    places: Ints  # in the order in which they were met
    distances: Ints
    rows: Ints  # of edges that the walk went along
    truncated: bool

    @cached_property
    def far(self) -> dict[int, int]:
        """Places with their distance."""
        return dict(zip(self.places.tolist(), self.distances.tolist(), strict=True))

    @cached_property
    def lines(self) -> list[Line]:
        """The edges between the places."""
        source, target, via = (
            column[self.rows].tolist() for column in (self.edges.source, self.edges.target, self.edges.via)
        )
        said = [self.edges.words[word] for word in self.edges.word[self.rows].tolist()]
        hops, provenance, confidence = zip(*said, strict=True) if said else ((), (), ())
        fields = zip(source, target, via, hops, repeat(""), provenance, confidence, repeat(0))
        return [Line._make(one) for one in fields]

    def ends(self, depth: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return (source, target) of the flows that lead into (up) or out of (down) places nearer than ``depth``."""
        rows = self.flows.beside(self.places[self.distances < depth], self.direction, self.as_of_us)
        return self.flows.source[rows], self.flows.target[rows]


class _Spread:
    """What was met so far."""

    def __init__(self, edges: Table, starts: dict[int, int], limit: int) -> None:
        self.far = np.full(max(edges.top, *starts) + 1, _FAR, dtype=np.int32)
        self.met = [np.array(list(starts), dtype=np.int64)]
        self.far[self.met[0]] = list(starts.values())
        self.room = limit - len(starts)
        self.truncated = False
        self.waiting: dict[int, list[Ints]] = {}
        for place, distance in starts.items():
            self.waiting.setdefault(distance, []).append(np.array([place]))
        self._mark = np.zeros(len(self.far), dtype=np.int64)

    def level(self) -> tuple[int, Ints]:
        """Return the least distance at which places wait, and those places."""
        distance = min(self.waiting)
        places = np.concatenate(self.waiting.pop(distance))
        return distance, places[self.far[places] == distance]

    def admit(self, others: Ints) -> NDArray[np.bool_]:
        """Let in what is new among ``others`` as far as there is room; return which of them are in."""
        new = self._once(others[self.far[others] == _FAR])
        if len(new) > max(self.room, 0):
            self.truncated = True
            new = new[: max(self.room, 0)]
        self.room -= len(new)
        self.met.append(new)
        self.far[new] = _FAR - 1
        inside: NDArray[np.bool_] = self.far[others] != _FAR
        return inside

    def reach(self, others: Ints, distance: int) -> None:
        """Places are reached at a distance; those that it brings nearer wait to be asked about."""
        nearer = self._once(others[self.far[others] > distance])
        self.far[nearer] = distance
        if len(nearer):
            self.waiting.setdefault(distance, []).append(nearer)

    def _once(self, places: Ints) -> Ints:
        """Return each place once, in the order of its first appearance."""
        numbers = np.arange(len(places))
        self._mark[places[::-1]] = numbers[::-1]
        once: Ints = places[self._mark[places] == numbers]
        return once


def spread(
    graph: tuple[Table, Table], starts: dict[int, int], direction: Direction, depth: int, as_of_us: int, limit: int
) -> Wide:
    """Return what is reached from ``starts`` (each with its distance) within ``depth`` and ``limit`` places."""
    edges, flows = graph
    state = _Spread(edges, starts, limit)
    other_ends = edges.source if direction == "up" else edges.target
    taken: list[Ints] = []
    while state.waiting:
        distance, places = state.level()
        rows = edges.beside(_in_turn(places), direction, as_of_us)
        hops = edges.hops[edges.word[rows]]
        near = distance + hops <= depth
        rows, hops = rows[near], hops[near]
        others = other_ends[rows].astype(np.int64)
        inside = state.admit(others)
        rows, hops, others = rows[inside], hops[inside], others[inside]
        for step in sorted(set(edges.hops.tolist())):
            state.reach(others[hops == step], distance + step)
        taken.append(rows)
    places = np.concatenate(state.met)
    rows = _surest(edges, np.concatenate(taken) if taken else np.zeros(0, dtype=np.int64))
    distances = state.far[places].astype(np.int64)
    return Wide(edges, flows, direction, as_of_us, places, distances, rows, state.truncated)


def _in_turn(places: Ints) -> Ints:
    """Return places in the order in which a store answers: asked about some at a time, told of in the order of ids."""
    parts = [np.sort(places[at : at + TOGETHER]) for at in range(0, len(places), TOGETHER)]
    return np.concatenate(parts) if parts else places


def _surest(edges: Table, rows: Ints) -> Ints:
    """Return one row for each source, target and via: the surest, of equals the first."""
    if len(rows) < 2:
        return rows
    keys = np.stack((edges.source[rows], edges.target[rows], edges.via[rows]))
    if not (keys[:, 1:] == keys[:, :-1]).all(axis=0).any():  # equal ones stand beside each other
        return rows
    order = np.lexsort((sureness(edges.words)[edges.word[rows]], *keys))
    ordered = keys[:, order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    return rows[np.sort(order[first])]


def sureness(words: Sequence[Word]) -> Ints:
    """Return the place of each word in the order of sureness; equally sure ones have the same."""
    sure = [(-confidence, pairing.rank(provenance)) for _, provenance, confidence in words]
    order = {one: place for place, one in enumerate(sorted(set(sure)))}
    return np.array([order[one] for one in sure] or [0], dtype=np.int64)
