"""Walks that met much, turned into nodes and links: what ``drawn.flows`` does, for all lines at once.

Enters: a walk over the whole graph in memory. Leaves: the same ``Subgraph`` that ``drawn.flows`` makes of its lines.
Nodes are numbered in the order of their ids, so that links are sorted and compared as integers; records are made at
the end, of what is shown. Never walks further.
"""

from collections.abc import Mapping, Sequence
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
    hub: NDArray[np.bool_]  # whether a place is where the inputs and outputs of a run meet
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
    rows = np.concatenate((walk.rows, walk.feeds.rows))  # a job that feeds another: only that is drawn here
    source, target, via, word = (
        column[rows].astype(np.int64) for column in (edges.source, edges.target, edges.via, edges.word)
    )
    read, wrote = (column.astype(np.int64) for column in walk.ends(depth))
    ids = _each((walk.places, source, target, via[via > 0], read, wrote))
    if len(ids) > MOST:
        pairs = list(zip(read.tolist(), wrote.tolist(), strict=True))
        return drawn.flows(store, walk, walk.direction, walk.as_of_us, pairs)
    named = _named(store, ids)
    unlisted = _pairs(*walk.unlisted())
    listed = len(edges.words)  # the words that come after those of edges
    reads = listed + np.isin(_pairs(source, via), unlisted) if len(unlisted) else np.full(len(source), listed)
    ended = listed + np.isin(_pairs(read, wrote), unlisted)
    source, target, job, read, wrote = (named.at[places] for places in (source, target, via, read, wrote))
    far = _distances(named, walk, (target if up else source, job, via > 0), (wrote, read) if up else (read, wrote))
    hub = named.hub[source] | named.hub[target]
    word, job = np.where(hub & (via <= 0), listed, word), np.where(via > 0, job, -1)
    hops = np.append(edges.hops, 1)[np.minimum(word, listed)]
    links = _of_lines(named, (source, target, job), hops, word, reads, listed)
    more = _of_ends(named, read, wrote, ended)
    words = (*edges.words, (1, drawn.SURE.provenance, 1.0), (1, drawn.UNLISTED.provenance, 1.0))
    shown = _once(_Links(*map(np.concatenate, zip(links, more, strict=True))), len(named.nodes), sureness(words))
    stated = drawn.stated(store, walk.rootless(ids[~named.hub]).tolist(), walk.as_of_us)
    return Subgraph(
        nodes=_nodes(named.nodes, far, -1 if up else 1, stated),
        edges=_records(named.nodes, shown, [(provenance, confidence) for _, provenance, confidence in words]),
        truncated=walk.truncated,
    )


def _pairs(source: Ints | NDArray[np.int32], target: Ints | NDArray[np.int32]) -> Ints:
    """Return each pair of ids, which have 31 bits, as one number."""
    pairs: Ints = (source.astype(np.int64) << 31) + target
    return pairs


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
    return _Named(
        at=at,
        number=np.array([number[one[0]] for one in said]),
        type=type_of,
        data=type_of == types["DATASET"],
        hub=type_of == types["HUB"],
        nodes=nodes,
    )


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


def _of_lines(
    named: _Named, places: tuple[Ints, Ints, Ints], hops: Ints, word: Ints, reads: Ints, listed: int
) -> _Links:
    """Return READ, WRITE and DERIVED links of lines through jobs, and the links of the others.

    Args:
        named: the places.
        places: source, target and job (-1: none) of each line.
        hops: how far each line leads.
        word: what is known of each line.
        reads: what is known of its READ link.
        listed: the word on its WRITE link.
    """
    source, target, job = places
    turn = np.arange(len(source))
    through = job >= 0
    number = named.number
    from_, to, via = number[source], number[target], number[job]
    kind = np.where(hops == 0, _ALIAS, _kinds(named, source, target))
    none = np.full(len(source), -1)
    parts = (
        _Links(from_, via, np.full(len(source), _READ), none, reads, turn),
        _Links(via, to, np.full(len(source), _WRITE), none, np.full(len(source), listed), turn),
        _Links(from_, to, np.full(len(source), _DERIVED), via, word, turn),
    )
    plain = _Links(from_, to, kind, none, word, turn)
    chosen = [*(_Links(*(column[through] for column in part)) for part in parts)]
    chosen.append(_Links(*(column[~through] for column in plain)))
    return _Links(*map(np.concatenate, zip(*chosen, strict=True)))


def _of_ends(named: _Named, source: Ints, target: Ints, word: Ints) -> _Links:
    """Return the links of flows."""
    from_, to = named.number[source], named.number[target]
    turn = _LAST + np.arange(len(source))
    return _Links(from_, to, _kinds(named, source, target), np.full(len(source), -1), word, turn)


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


def _nodes(nodes: Sequence[drawn.Named], far: Ints, sign: int, stated: Mapping[str, str]) -> tuple[Node, ...]:
    order = np.argsort(far, kind="stable").tolist()
    depths = (far * sign).tolist()
    return tuple(
        [
            Node(
                id=id_,
                type=type_,
                label=label,
                kind=kind,
                depth=depths[place],
                no_upstream=stated.get(id_, "") if stated else "",
            )
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
