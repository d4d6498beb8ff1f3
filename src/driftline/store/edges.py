"""Edges between datasets and jobs, added up over all runs.

Enters: the facts of executions as they are written. Leaves: spans of edges and flows. A word that only adds is added
to what is held; one that is taken back, or that ends, makes its pair be counted anew from the rows of all runs. Never
decides what fed what within a run.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from driftline.store import facts, pairing, whole
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection
from driftline.store.facts import Facts
from driftline.store.held import Held
from driftline.store.names import Names
from driftline.store.pairing import JUDGED, MANY_SIDED, ONE_SIDED, Pairing, Said, Span
from driftline.store.sheet import Sheet
from driftline.store.versions import READ, WRITE

_MANY = 400  # runs looked at together when a pair is counted anew
Pair = tuple[int, int]  # job (0: none) and target, or target and source
Times = tuple[tuple[int, int, str], ...]  # from, to; explicit, or column: only column lineage names it


class Reach(NamedTuple):
    """When one run read or wrote a dataset: from, to, and from when on it is known from what."""

    spans: tuple[tuple[int, int, int], ...]

    @property
    def since_us(self) -> int:
        """Since when it did."""
        return min(start for start, _, _ in self.spans)


class Edges:
    """The edges and flows of all runs."""

    def __init__(self, connection: Connection, names: Names, blobs: Blobs) -> None:
        self._connection = connection
        self._names = names
        self._blobs = blobs
        self._pairings: Held[Pair, Pairing] = Held(self._load, self._save)
        self._flows: Held[Pair, Times] = Held(self._load_flow, lambda _changed: None)
        self._parents: Held[tuple[int, int, int], int] = Held(lambda _key: None, self._save_parents)
        self._flow_rows = Sheet(connection, "flow", ("target", "source", "from_us"))
        self._edge_rows = Sheet(connection, "edge", ("target", "source", "via", "from_us"))
        self._alias_rows = Sheet(connection, "tie", ("target", "source", "owner", "from_us"))
        self._pairs_anew: dict[Pair, None] = {}
        self._flows_anew: dict[tuple[int, int, int], None] = {}  # job, dataset, role
        self._names_anew: dict[int, None] = {}
        self._reached: tuple[str, list[dict[int, dict[int, Reach]]]] = ("", [])
        self._moved: set[int] = set()  # datasets and jobs into which edges or flows were written
        connection.on_rollback(self.forget)

    def on_behalf(self, job: int, parent: int, root: int, since_us: int) -> None:
        """A run of one job was started by a run of another."""
        held = self._parents.get((job, parent, root))
        if held is None or since_us < held:
            self._parents.put((job, parent, root), since_us)

    def weave(self, old: Facts, new: Facts) -> None:
        """Take what an execution says, in place of what it said before."""
        self._weave_flows(old, new)
        before, now = words(old), words(new)
        for pair in {**before, **now}:
            self._take(pair, before.get(pair, set()), now.get(pair, set()))
        ties = {**old.ties, **new.ties}
        for target in dict.fromkeys(target for target, source, _ in ties if target != source):
            self._take((0, target), _of_ties(old, target), _of_ties(new, target))
        for dataset, _ in {**old.aliases, **new.aliases}:
            self._names_anew[dataset] = None

    def _take(self, pair: Pair, before: set[Said], now: set[Said]) -> None:
        if pair in self._pairs_anew or before == now:
            return
        held = self._pairings.get(pair) or Pairing()
        more = None if _taken_back(before, now) else pairing.absorb(held, now)
        if more is None:
            self._pairs_anew[pair] = None
        elif more is not held:
            self._pairings.put(pair, more)
            self._draw(pair, pairing.spans(held), pairing.spans(more))

    def _draw(self, pair: Pair, before: Iterable[Span], after: Iterable[Span]) -> None:
        via, target = pair
        gone, kept = pairing.changed({(span.source, span.from_us): span for span in before}, after)
        for span in gone:
            self._edge_rows.drop((target, span.source, via, span.from_us))
        for span in kept:
            hops = 0 if span.provenance in ("symlink", "rename") else 1 + bool(via)
            values = {"to_us": span.to_us, "hops": hops, "provenance": span.provenance, "confidence": span.confidence}
            self._edge_rows.put((target, span.source, via, span.from_us), values)

    def _weave_flows(self, old: Facts, new: Facts) -> None:
        before, now = _reaches(old), _reaches(new)
        for key in {**before, **now}:
            was, is_ = before.get(key, ()), now.get(key, ())
            if was == is_:
                continue
            if all(_covered(span, is_) for span in was):
                self._flow(key, is_)
            else:
                self._flows_anew[key] = None

    def _flow(self, key: tuple[int, int, int], more: Times) -> None:
        pair = _ends(*key)
        held = self._flows.get(pair) or ()
        if not all(_covered(span, held) for span in more):
            self._flow_set(pair, held, _times([*held, *more]))

    def _flow_set(self, pair: Pair, before: Times, after: Times) -> None:
        for start, _, _ in set(before) - set(after):
            self._flow_rows.drop((*pair, start))
        for start, end, how in set(after) - set(before):
            self._flow_rows.put((*pair, start), {"to_us": end, "provenance": how})
        self._flows.put(pair, after)

    def settle(self) -> None:
        """Count anew what could not be added to; to be called when the rows of the runs are written."""
        self._moved |= self._flow_rows.flush() | self._edge_rows.flush()
        for key in self._flows_anew:
            job, dataset, role = key
            rows = self._connection.rows("touches_of_job", job=job, dataset=dataset, role=role)
            pair = _ends(job, dataset, role)
            held = tuple(self._connection.rows("flow_spans", target=pair[0], source=pair[1]))
            spans = [(start, end, _how(role, informed_us)) for _, start, end, informed_us in rows if start < end]
            self._flow_set(pair, held, _times(spans))
        for dataset in self._names_anew:
            self._rename(dataset)
        for pair in self._pairs_anew:
            found = list(self._said_of_ties(pair[1]) if pair[0] == 0 else self._said(*pair))
            counted = pairing.merged(found)
            held_rows = self._connection.rows("edges_via", via=pair[0], target=pair[1])
            before = [Span(source, start, end, how, sure) for source, start, end, _, how, sure in held_rows]
            self._draw(pair, before, pairing.spans_of(found) if counted.ends else pairing.spans(counted))
            self._pairings.put(pair, counted)
        self._reached = ("", [])
        self._pairs_anew.clear()
        self._flows_anew.clear()
        self._names_anew.clear()

    def flush(self) -> None:
        """Write what is new."""
        self._moved |= self._flow_rows.flush() | self._edge_rows.flush()
        whole.moved(self._connection, self._moved)
        self._moved.clear()
        self._pairings.flush()
        self._flows.flush()
        self._parents.flush()

    def forget(self) -> None:
        """Let go of what is in memory."""
        for held in (self._pairings, self._flows, self._parents):
            held.forget()
        for anew in (self._pairs_anew, self._flows_anew, self._names_anew, self._moved):
            anew.clear()
        self._reached = ("", [])

    def _rename(self, dataset: int) -> None:
        """Work out anew which other names a dataset has, and when: the newest word holds until the next."""
        ties = self._alias_rows
        owner = -dataset
        for target, source, since, *_ in self._connection.rows("ties_of", owner=owner):
            ties.drop((target, source, owner, since))
            self._pairs_anew[0, target] = None
        said: list[tuple[int, frozenset[int]]] = []
        for time_us, _, names_id in self._connection.rows("alias_words", dataset=dataset):
            named = frozenset(self._names.dataset(name) for name in facts.unpack_names(self._blobs.get(names_id)))
            if said and said[-1][0] == time_us:
                said.pop()
            if not said or said[-1][1] != named:
                said.append((time_us, named))
        for (since, named), until in zip(said, [*(time_us for time_us, _ in said), OPEN][1:], strict=True):
            for other in named:
                for target, source in ((dataset, other), (other, dataset)):
                    row = {"hops": 0, "provenance": "symlink", "confidence": 1.0, "to_us": until}
                    ties.put((target, source, owner, since), row)
                    self._pairs_anew[0, target] = None
        ties.flush()

    def _said_of_ties(self, target: int) -> Iterable[Said]:
        for source, start, end, provenance, confidence in self._connection.rows("ties_into", target=target):
            if source != target:
                yield Said(source, _rank(provenance, confidence), start, end)

    def _said(self, job: int, target: int) -> Iterable[Said]:
        rows = self._connection.rows("touches_of_job", job=job, dataset=target, role=WRITE)
        runs = list(dict.fromkeys(row[0] for row in rows))
        for at in range(0, len(runs), _MANY):
            some = set(runs[at : at + _MANY])
            ids = json.dumps(sorted(some))
            reads, writes = self._reaches_of(ids)
            pairs: dict[int, list[Said]] = defaultdict(list)
            for run, source, how, sure, start, end in self._connection.rows("traces_between", ids=ids, target=target):
                pairs[run].append(Said(source, _rank(how, sure), start, end))
            for run in some:
                yield from _words(target, reads.get(run, {}), writes[run], pairs[run])

    def _reaches_of(self, ids: str) -> list[dict[int, dict[int, Reach]]]:
        """Return what runs read and what they wrote; kept for the next target, which the same runs often wrote."""
        if self._reached[0] != ids:
            self._reached = (ids, [self._reaches_as(ids, role) for role in (READ, WRITE)])
        return self._reached[1]

    def _reaches_as(self, ids: str, role: int) -> dict[int, dict[int, Reach]]:
        found: dict[int, dict[int, Reach]] = defaultdict(dict)
        for run, dataset, start, end, informed_us in self._connection.rows("touches_by_runs", ids=ids, role=role):
            found[run][dataset] = _wider(found[run].get(dataset), (start, end, informed_us))
        return found

    def _load(self, pair: Pair) -> Pairing | None:
        row = self._connection.row("pairing_of", job=pair[0], target=pair[1])
        return pairing.unpack(row[0]) if row else None

    def _save(self, changed: list[tuple[Pair, Pairing]]) -> None:
        rows = [{"job": job, "target": target, "body": pairing.pack(held)} for (job, target), held in changed]
        self._connection.many("pairing_put", rows)

    def _load_flow(self, pair: Pair) -> Times | None:
        return tuple(self._connection.rows("flow_spans", target=pair[0], source=pair[1]))

    def _save_parents(self, changed: list[tuple[tuple[int, int, int], int]]) -> None:
        rows = [{"job": job, "parent": parent, "root": root, "from_us": us} for (job, parent, root), us in changed]
        self._connection.many("job_parent_put", rows)


def words(told: Facts) -> dict[Pair, set[Said]]:
    """Return what an execution says of the sources of each dataset that it wrote."""
    writes: dict[int, dict[int, Reach]] = defaultdict(dict)
    reads: dict[int, Reach] = {}
    for (_, role, _), touch in told.touches.items():
        reach = (touch.from_us, touch.to_us, touch.informed_us)
        if role == WRITE:
            writes[touch.job][touch.dataset] = _wider(writes[touch.job].get(touch.dataset), reach)
        elif role == READ:
            reads[touch.dataset] = _wider(reads.get(touch.dataset), reach)
    if not writes:
        return {}
    datasets = {version: touch.dataset for (version, *_), touch in told.touches.items()}
    pairs: dict[int, list[Said]] = defaultdict(list)
    for (target, source, _), step in told.steps.items():
        if step.hops != 1 and target in datasets and source in datasets:
            word = Said(datasets[source], _rank(step.provenance, step.confidence), step.from_us, step.to_us)
            pairs[datasets[target]].append(word)
    return {
        (job, target): set(_words(target, reads, wrote, pairs[target]))
        for job, wrote in writes.items()
        for target in wrote
    }


def _words(target: int, reads: dict[int, Reach], wrote: dict[int, Reach], pairs: Sequence[Said]) -> Iterable[Said]:
    """Return what one run says: pairs that it knows, and unless it is very wide, guesses and sources judged away."""
    yield from (word for word in pairs if word.source != target and word.from_us < word.to_us)
    own = wrote[target]
    guesses = [word for word in pairs if word.rank > JUDGED]  # told pair by pair, where a run knows of other pairs
    if len(reads) * len(wrote) > facts.WIDE:
        return
    for source, read in reads.items():
        if source == target:
            continue
        for (one_from, one_to, informed_us), (other_from, other_to, _) in itertools.product(own.spans, read.spans):
            begin, end = max(one_from, other_from), min(one_to, other_to)
            if max(begin, informed_us) < end:
                for since, until in _without((max(begin, informed_us), end), source, guesses):
                    yield Said(source, JUDGED, since, until)
            if begin < min(end, informed_us):
                others = sum(other.since_us <= begin for other in wrote.values())
                yield Said(source, ONE_SIDED if others <= 1 else MANY_SIDED, begin, end)


def _without(span: tuple[int, int], source: int, guesses: Sequence[Said]) -> list[tuple[int, int]]:
    """Return what is left of a span where no guess at ``source`` stands."""
    left = [span]
    for word in guesses:
        if word.source == source:
            cut = [
                part for start, end in left for part in ((start, min(end, word.from_us)), (max(start, word.to_us), end))
            ]
            left = [(start, end) for start, end in cut if start < end]
    return left


def _of_ties(told: Facts, target: int) -> set[Said]:
    return {
        Said(source, _rank(tie.provenance, tie.confidence), since, tie.to_us)
        for (to, source, since), tie in told.ties.items()
        if to == target != source
    }


def _rank(provenance: str, confidence: float) -> int:
    if provenance == "cartesian":
        return ONE_SIDED if confidence > pairing.RANKS[MANY_SIDED][1] else MANY_SIDED
    return pairing.rank(provenance)


def _taken_back(before: set[Said], now: set[Said]) -> bool:
    """Whether some word of before does not stand any more, even from an earlier moment on."""
    stand = {(word.source, word.rank): word.from_us for word in now}
    return any(stand.get((word.source, word.rank), OPEN) > word.from_us for word in before)


def _reaches(told: Facts) -> dict[tuple[int, int, int], Times]:
    found: dict[tuple[int, int, int], Times] = {}
    for (_, role, _), touch in told.touches.items():
        if role in (READ, WRITE) and touch.job:
            key = (touch.job, touch.dataset, role)
            found[key] = _times([*found.get(key, ()), (touch.from_us, touch.to_us, _how(role, touch.informed_us))])
    return found


def _wider(one: Reach | None, more: tuple[int, int, int]) -> Reach:
    if one is None:
        return Reach((more,))
    return one if more in one.spans else Reach((*one.spans, more))


def _ends(job: int, dataset: int, role: int) -> Pair:
    """Return target and source of a flow."""
    return (dataset, job) if role == WRITE else (job, dataset)


def _how(role: int, informed_us: int) -> str:
    """Return how it is known that a run read or wrote something."""
    return "column" if role == READ and informed_us != OPEN else "explicit"


def _covered(span: tuple[int, int, str], by: Times) -> bool:
    """Whether one of some spans says all that a span says."""
    return any(start <= span[0] and span[1] <= end and how in (span[2], "explicit") for start, end, how in by)


def _times(spans: Sequence[tuple[int, int, str]]) -> Times:
    """Return spans that do not touch each other: what is explicit, and where nothing is, what is not."""
    if len(spans) < 2:
        return tuple(spans)
    sure = _union((start, end) for start, end, how in spans if how == "explicit")
    rest = _union((start, end) for start, end, how in spans if how != "explicit")
    for begin, until in sure:
        rest = [
            part
            for start, end in rest
            for part in ((start, min(end, begin)), (max(start, until), end))
            if part[0] < part[1]
        ]
    return tuple(sorted([*((*span, "explicit") for span in sure), *((*span, "column") for span in rest)]))


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
