"""Walks that met much, turned into nodes and links: what ``drawn.flows`` does, for all lines at once.

Enters: a walk over the whole graph in memory. Leaves: the same ``Subgraph`` that ``drawn.flows`` makes of its lines.
Nodes are numbered in the order of their ids, so that links are sorted and compared as integers; records are made at
the end, of what is shown. Never walks further.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.event.lineage import Link, Node, Subgraph
from driftline.graph import drawn
from driftline.store import Store
from driftline.store.arrays import Ints
from driftline.store.spread import Wide, sureness

MOST = 1_000_000  # nodes; a link of more does not fit into one number
_FAR = np.iinfo(np.int64).max
_LAST = 1 << 40  # turns after all others
_KINDS = ("ALIAS", "DERIVED", "READ", "WRITE")  # in the order of the alphabet
_ALIAS, _DERIVED, _READ, _WRITE = range(4)


class _Named(NamedTuple):
    """Places with their nodes. Several places may stand for one node: the hub of a job is the job."""

    at: Ints  # the place of each id among these places
    number: Ints  # of the node of each place
    type: NDArray[np.int8]  # of each place: equal where the types are
    data: NDArray[np.bool_]  # whether a place is a dataset
    nodes: Sequence[drawn.Named]  # in the order of their ids


class _Links(NamedTuple):
    """Links by the numbers of their nodes, as columns."""

    source: Ints
    target: Ints
    kind: Ints
    via: Ints  # -1: none
    word: Ints
    turn: Ints  # in which order the words were said


def flows(store: Store, walk: Wide, depth: int) -> Subgraph:
    """Return datasets and jobs; flows of jobs that may have nothing on their other side are among the links."""
    edges, up = walk.edges, walk.direction == "up"
    source, target, via, word = (
        column[walk.rows].astype(np.int64) for column in (edges.source, edges.target, edges.via, edges.word)
    )
    read, wrote = (column.astype(np.int64) for column in walk.ends(depth))
    ids = _each((walk.places, via[via > 0], read, wrote))
    if len(ids) > MOST:
        return drawn.flows(store, walk, walk.direction, list(zip(read.tolist(), wrote.tolist(), strict=True)))
    named = _named(store, ids)
    source, target, job, read, wrote = (named.at[places] for places in (source, target, via, read, wrote))
    far = _distances(named, walk, (target if up else source, job, via > 0), (wrote, read) if up else (read, wrote))
    links = _of_lines(named, source, target, np.where(via > 0, job, -1), edges.hops[word], word)
    ends = _of_ends(named, read, wrote, len(edges.words), links if up else None)
    words = (*edges.words, (1, "explicit", 1.0))
    shown = _once(_Links(*map(np.concatenate, zip(links, ends, strict=True))), len(named.nodes), sureness(words))
    return Subgraph(
        nodes=_nodes(named.nodes, far, -1 if up else 1),
        edges=_records(named.nodes, shown, [(provenance, confidence) for _, provenance, confidence in words]),
        truncated=walk.truncated,
    )


def _each(parts: Sequence[Ints]) -> Ints:
    """Return the ids in ``parts``, each once, in order."""
    seen = np.zeros(1 + max(int(part.max(initial=0)) for part in parts), dtype=bool)
    for part in parts:
        seen[part] = True
    return np.flatnonzero(seen)


def _named(store: Store, ids: Ints) -> _Named:
    rows = sorted(store.walks.nodes(ids.tolist()).values())
    said = [drawn.named(row) if row[1] == "HUB" else (row[4], row[1], row[3], row[5]) for row in rows]
    nodes = sorted({one[0]: one for one in said}.values())
    number = {one[0]: place for place, one in enumerate(nodes)}
    types = {type_: place for place, type_ in enumerate(("DATASET", "JOB", "HUB"))}
    type_of = np.array([types[row[1]] for row in rows], dtype=np.int8)
    at = np.zeros(int(ids[-1]) + 1, dtype=np.int64)
    at[ids] = np.arange(len(ids))
    return _Named(at, np.array([number[one[0]] for one in said]), type_of, type_of == types["DATASET"], nodes)


def _distances(
    named: _Named, walk: Wide, through: tuple[Ints, Ints, NDArray[np.bool_]], ends: tuple[Ints, Ints]
) -> Ints:
    """Return how far each node is: places as they were met, jobs one beyond the place that they lead to."""
    of_place = np.full(len(named.number), _FAR - 1)
    of_place[named.at[walk.places]] = walk.distances
    found = np.full(len(named.nodes), _FAR)
    near, job, is_job = through
    held, beyond = ends
    np.minimum.at(found, named.number, of_place)
    np.minimum.at(found, named.number[job[is_job]], of_place[near[is_job]] + 1)
    np.minimum.at(found, named.number[beyond], of_place[held] + 1)
    return found


def _of_lines(named: _Named, source: Ints, target: Ints, job: Ints, hops: Ints, word: Ints) -> _Links:
    """Return READ, WRITE and DERIVED links of lines through jobs, and the links of the others."""
    turn = np.arange(len(source))
    through = job >= 0
    number = named.number
    from_, to, via = number[source], number[target], number[job]
    kind = np.where(hops == 0, _ALIAS, _kinds(named, source, target))
    none = np.full(len(source), -1)
    parts = (
        _Links(from_, via, np.full(len(source), _READ), none, word, turn),
        _Links(via, to, np.full(len(source), _WRITE), none, word, turn),
        _Links(from_, to, np.full(len(source), _DERIVED), via, word, turn),
    )
    plain = _Links(from_, to, kind, none, word, turn)
    chosen = [*(_Links(*(column[through] for column in part)) for part in parts)]
    chosen.append(_Links(*(column[~through] for column in plain)))
    return _Links(*map(np.concatenate, zip(*chosen, strict=True)))


def _of_ends(named: _Named, source: Ints, target: Ints, word: int, known: _Links | None) -> _Links:
    """Return the links of flows; where links are known, only those between nodes that none of them joins."""
    from_, to = named.number[source], named.number[target]
    kind, turn = _kinds(named, source, target), _LAST + np.arange(len(source))
    ends = _Links(from_, to, kind, np.full(len(source), -1), np.full(len(source), word), turn)
    if known is None:
        return ends
    size = len(named.nodes)
    joined = np.append(np.sort(known.source * size + known.target), -1)
    pairs = from_ * size + to
    new = joined[np.searchsorted(joined[:-1], pairs)] != pairs
    return _Links(*(column[new] for column in ends))


def _kinds(named: _Named, source: Ints, target: Ints) -> Ints:
    """Return the kinds of links that no job stands between."""
    same = named.type[source] == named.type[target]
    return np.where(same, _DERIVED, np.where(named.data[source], _READ, _WRITE))


def _once(links: _Links, size: int, sure: Ints) -> _Links:
    """Return each link once, in order, with its surest word; of equals the one that was said first."""
    if not len(links.source):
        return links
    key = ((links.source * size + links.target) * len(_KINDS) + links.kind) * (size + 1) + links.via + 1
    order = np.argsort(key)
    ordered = key[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    if len(begins) < len(order):
        said = (sure[links.word] * (2 * _LAST) + links.turn)[order]
        best = np.minimum.reduceat(said, begins)
        order = order[said == np.repeat(best, np.diff(begins, append=len(order)))]
    return _Links(*(column[order] for column in links))


def _nodes(nodes: Sequence[drawn.Named], far: Ints, sign: int) -> tuple[Node, ...]:
    order = np.argsort(far, kind="stable").tolist()
    depths = (far * sign).tolist()
    return tuple(
        [
            Node(id=id_, type=type_, label=label, kind=kind, depth=depths[place])
            for place in order
            for id_, type_, label, kind in (nodes[place],)
        ]
    )


def _records(nodes: Sequence[drawn.Named], links: _Links, words: Sequence[tuple[str, float]]) -> tuple[Link, ...]:
    texts = [node[0] for node in nodes]
    texts.append("")  # of via -1
    held, kinds = np.array(texts, dtype=object), np.array(_KINDS, dtype=object)
    provenances = np.array([provenance for provenance, _ in words], dtype=object)
    confidences = np.array([round(confidence, 6) for _, confidence in words], dtype=object)
    columns = (
        held[links.source],
        held[links.target],
        kinds[links.kind],
        provenances[links.word],
        confidences[links.word],
        held[links.via],
    )
    return tuple(
        [
            Link(source=source, target=target, kind=kind, provenance=provenance, confidence=confidence, via=via)
            for source, target, kind, provenance, confidence, via in zip(
                *(one.tolist() for one in columns), strict=True
            )
        ]
    )
