"""A walk over the whole graph in memory: what ``walks.walk`` does, a level at a time.

Enters: the graph as arrays, where to begin. Leaves: what ``walk`` over the store's rows leaves, place by place and
line by line, also where it is cut at its limit (rows come in the order of the store's keys). Each place is met once; a
level costs the edges of its places. Never asks the store.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.store import pairing
from driftline.store.arrays import FROM_JOB, TO_JOB, Ints, Table, Word
from driftline.store.line import FEED, FLOW, TOGETHER, Direction, Line

_FAR = np.iinfo(np.int32).max  # the distance of what was not met


class Feeds(NamedTuple):
    """Lines to jobs that feed the writers of datasets (up), or are fed by their readers (down)."""

    rows: Ints  # of edges: from job to job
    places: Ints  # the dataset of each


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
    feeds: Feeds
    done: Ints  # rows of flows that the walk went along
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
        through = (max(job, 0) for job in via)
        fields = zip(source, target, through, hops, repeat(""), provenance, confidence, repeat(0))
        return [Line._make(one) for one in fields] + self._others()

    def _others(self) -> list[Line]:
        """The lines to and from jobs that the walk met as such."""
        ends = zip(self.flows.source[self.done].tolist(), self.flows.target[self.done].tolist(), strict=True)
        found = [Line(source, target, 0, 1, FLOW, "explicit", 1.0) for source, target in ends]
        rows, up = self.feeds.rows, self.direction == "up"
        near, far = (self.edges.target, self.edges.source) if up else (self.edges.source, self.edges.target)
        for row, place in zip(rows.tolist(), self.feeds.places.tolist(), strict=True):
            source, target = (int(far[row]), place) if up else (place, int(far[row]))
            _, provenance, confidence = self.edges.words[self.edges.word[row]]
            found.append(Line(source, target, int(near[row]), 2, FEED, provenance, confidence))
        return found

    def unlisted(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return (dataset, job) of what jobs read as far as only column lineage says so."""
        words = np.array([provenance != "explicit" for _, provenance, _ in self.flows.words] or [False])
        rows = np.flatnonzero(words[self.flows.word]) if words.any() else np.zeros(0, dtype=np.int64)
        rows = rows[(self.flows.since[rows] <= self.as_of_us) & (self.flows.until[rows] > self.as_of_us)]
        return self.flows.source[rows], self.flows.target[rows]

    def rootless(self, places: Ints) -> Ints:
        """Return those of some places into which no edge leads at the moment of the walk."""
        known = np.zeros(max(self.edges.top, int(places.max(initial=0))) + 1, dtype=bool)
        holds = (self.edges.since <= self.as_of_us) & (self.edges.until > self.as_of_us)
        known[self.edges.target[holds & (self.edges.hops[self.edges.word] > 0)]] = True
        return places[~known[places]]

    def ends(self, depth: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return (source, target) of the flows that lead into (up) or out of (down) places nearer than ``depth``."""
        rows = self.flows.beside(self.places[self.distances < depth], self.direction, self.as_of_us)
        return self.flows.source[rows], self.flows.target[rows]


class _Spread:
    """What was met so far."""

    def __init__(self, top: int, starts: dict[int, int], limit: int, jobs: Collection[int]) -> None:
        self.far = np.full(max(top, *starts) + 1, _FAR, dtype=np.int32)
        self.jobs = np.zeros(len(self.far), dtype=bool)  # places whose own flows are gone along
        self.jobs[list(jobs)] = True
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
    graph: tuple[Table, Table],
    starts: dict[int, int],
    direction: Direction,
    depth: int,
    as_of_us: int,
    limit: int,
    jobs: Collection[int] = (),
) -> Wide:
    """Return what is reached from ``starts`` (each with its distance) within ``depth`` and ``limit`` places.

    What the ``jobs`` among them read and wrote is next to them, as it is to jobs that are met.
    """
    edges, flows = graph
    state = _Spread(max(edges.top, flows.top), starts, limit, jobs)
    up = direction == "up"
    other_ends = edges.source if up else edges.target
    job = FROM_JOB if up else TO_JOB
    taken: list[Ints] = [np.zeros(0, dtype=np.int64)]
    done, feeds, fed = taken.copy(), taken.copy(), taken.copy()
    while state.waiting:
        distance, level = state.level()
        for places in _in_turn(level):
            rows = edges.beside(places, direction, as_of_us)
            hops = edges.hops[edges.word[rows]]
            near = distance + hops <= depth
            rows, hops = rows[near], hops[near]
            others = other_ends[rows].astype(np.int64)
            direct = -np.minimum(edges.via[rows], 0)
            state.jobs[others[direct & job > 0]] = True
            inside = state.admit(others)
            rows, hops, others = rows[inside], hops[inside], others[inside]
            for step in sorted(set(edges.hops.tolist())):
                state.reach(others[hops == step], distance + step)
            taken.append(rows)
            working = state.jobs[places]
            if distance < depth and working.any():
                rows = flows.beside(places[working], direction, as_of_us)
                done.append(_gone(state, rows, (flows.source if up else flows.target)[rows], distance + 1))
            if distance + 1 < depth and edges.feeds:
                rows, ends = _fed(graph, places[~working], direction, as_of_us)
                others = other_ends[rows].astype(np.int64)
                state.jobs[others] = True
                kept = _gone(state, np.arange(len(rows)), others, distance + 2)
                feeds.append(rows[kept])
                fed.append(ends[kept])
    places = np.concatenate(state.met)
    rows = _surest(edges, np.concatenate(taken))
    distances = state.far[places].astype(np.int64)
    met = Feeds(np.concatenate(feeds), np.concatenate(fed))
    return Wide(edges, flows, direction, as_of_us, places, distances, rows, met, np.concatenate(done), state.truncated)


def _gone(state: _Spread, rows: Ints, others: Ints | NDArray[np.int32], distance: int) -> Ints:
    """Go along some rows to places at a distance; return those rows along which there was room to go."""
    wide = others.astype(np.int64)
    inside = state.admit(wide)
    state.reach(wide[inside], distance)
    return rows[inside]


def _fed(graph: tuple[Table, Table], places: Ints, direction: Direction, as_of_us: int) -> tuple[Ints, Ints]:
    """Return the rows of edges from job to job behind the jobs of some datasets, and the dataset of each."""
    edges, flows = graph
    up = direction == "up"
    pairs = flows.beside(places, direction, as_of_us)
    own, job = (flows.target, flows.source) if up else (flows.source, flows.target)
    between = job[pairs].astype(np.int64)
    rows = edges.beside(np.unique(between), direction, as_of_us)
    rows = rows[edges.via[rows] == -FROM_JOB - TO_JOB]
    near = (edges.target if up else edges.source)[rows]  # in order, as the jobs were
    begin = np.searchsorted(near, between, "left")
    amount = np.searchsorted(near, between, "right") - begin
    ends = np.cumsum(amount)
    at = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begin - (ends - amount), amount)
    return rows[at], np.repeat(own[pairs].astype(np.int64), amount)


def _in_turn(places: Ints) -> Iterator[Ints]:
    """Yield places as a store is asked about them: some at a time; it answers in the order of ids."""
    for at in range(0, len(places), TOGETHER):
        yield np.sort(places[at : at + TOGETHER])


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
