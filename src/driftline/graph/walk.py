"""Walks: what is upstream or downstream of a node, and how one node leads to another.

Enters: a node id. The id decides the graph: a dataset or a job walks datasets and jobs, a version walks versions
through the runs between them, a column (or ``columns=True`` on a dataset or version) walks columns. Leaves: a
``Subgraph`` whose nodes carry their distance, negative upstream; one that was cut at ``limit`` says so. Depth counts
links: a dataset behind a job is two away, another name of a dataset none. Never scans.
"""

import msgspec

from driftline.event.lineage import Node, Subgraph
from driftline.graph import drawn
from driftline.store import Store
from driftline.store.catalogue import Found
from driftline.store.walks import NOW, Direction, Line, Walk

DEPTH = 5
LIMIT = 500
_FAR = 64  # links that a path may have
_WIDE = 5_000  # nodes that a search for a path may meet


def upstream(
    store: Store,
    node: str,
    depth: int = DEPTH,
    *,
    as_of_us: int | None = None,
    columns: bool = False,
    limit: int = LIMIT,
) -> Subgraph:
    """Return what ``node`` came from, as it was at ``as_of_us``; empty where nothing was known of ``node``."""
    return _walk(store, node, "up", depth, as_of_us, columns, limit)


def downstream(
    store: Store,
    node: str,
    depth: int = DEPTH,
    *,
    as_of_us: int | None = None,
    columns: bool = False,
    limit: int = LIMIT,
) -> Subgraph:
    """Return what came from ``node``, as it was at ``as_of_us``; empty where nothing was known of ``node``."""
    return _walk(store, node, "down", depth, as_of_us, columns, limit)


def neighbourhood(
    store: Store,
    node: str,
    depth: int = DEPTH,
    *,
    as_of_us: int | None = None,
    columns: bool = False,
    limit: int = LIMIT,
) -> Subgraph:
    """Return what is upstream and what is downstream of ``node``, each up to ``limit`` nodes."""
    above = upstream(store, node, depth, as_of_us=as_of_us, columns=columns, limit=limit)
    below = downstream(store, node, depth, as_of_us=as_of_us, columns=columns, limit=limit)
    nodes = {found.id: found for found in below.nodes}
    for found in above.nodes:
        if found.id not in nodes or abs(found.depth) <= abs(nodes[found.id].depth):
            nodes[found.id] = found
    return Subgraph(
        nodes=tuple(sorted(nodes.values(), key=lambda found: (found.depth, found.id))),
        edges=tuple(dict.fromkeys((*above.edges, *below.edges))),
        truncated=above.truncated or below.truncated,
    )


def path(store: Store, start: str, end: str, *, as_of_us: int | None = None) -> Subgraph:
    """Return one shortest way from ``start`` down to ``end``, nodes in order; empty where there is none.

    Two columns are joined by columns, two versions by versions and runs, all else by datasets and jobs.
    """
    first, last = store.lineage.lookup(start), store.lineage.lookup(end)
    if first is None or last is None:
        return Subgraph()
    moment = NOW if as_of_us is None else as_of_us
    if first.type == last.type == "VERSION":
        found = store.walks.versions(last.id, "up", _FAR, moment, _WIDE)
        graph, begin, finish = drawn.versions, first.id, last.id
    elif first.type == last.type == "FIELD":
        found = store.walks.columns([last.id], "up", _FAR, moment, _WIDE)
        graph, begin, finish = drawn.columns, first.id, last.id
    else:
        begin, finish = first.owner or first.id, last.owner or last.id
        found = store.walks.flows(finish, last.type == "JOB", "up", _FAR, moment, _WIDE)
        graph = drawn.flows
    if begin not in found.far:
        return Subgraph(truncated=found.truncated)
    way = _way(found, begin, finish)
    far = {place: found.far[place] for line in way for place in (line.source, line.target)} or {begin: 0}
    whole = graph(store, Walk(far, way, False), "up")
    top = -min((node.depth for node in whole.nodes), default=0)
    placed = sorted((msgspec.structs.replace(node, depth=node.depth + top) for node in whole.nodes), key=_depth)
    return Subgraph(nodes=tuple(placed), edges=whole.edges)


def _depth(node: Node) -> int:
    return node.depth


def _way(found: Walk, begin: int, finish: int) -> list[Line]:
    """Return the lines of one shortest way; of several, the surest, then the first by its ids."""
    onward: dict[int, list[Line]] = {}
    for line in found.lines:
        onward.setdefault(line.source, []).append(line)
    way: list[Line] = []
    seen = {begin}
    place = begin
    while place != finish:
        steps = [
            line
            for line in onward.get(place, ())
            if found.far[line.target] + line.hops == found.far[place] and line.target not in seen
        ]
        if not steps:
            return way
        way.append(min(steps, key=lambda line: (-line.hops, -line.confidence, line.target, line.via)))
        place = way[-1].target
        seen.add(place)
    return way


def _walk(
    store: Store, node: str, direction: Direction, depth: int, as_of_us: int | None, columns: bool, limit: int
) -> Subgraph:
    moment = NOW if as_of_us is None else as_of_us
    found = store.lineage.lookup(node, moment)
    if found is None or found.since_us > moment:
        return Subgraph()
    if found.type == "FIELD" or (columns and found.dataset is not None):
        starts = [found.id] if found.type == "FIELD" else store.walks.fields_of([found.owner], moment)
        walked = store.walks.columns(starts, direction, depth, moment, limit)
        return drawn.columns(store, walked, direction)
    if found.type == "VERSION":
        return drawn.versions(store, store.walks.versions(found.id, direction, depth, moment, limit), direction)
    if found.type == "RUN":
        return _run(store, found, direction, depth, moment, limit)
    walked = store.walks.flows(found.id, found.type == "JOB", direction, depth, moment, limit)
    inner = [place for place, distance in walked.far.items() if distance < depth]
    return drawn.flows(store, walked, direction, store.walks.jobs_at(inner, direction, moment))


def _run(store: Store, found: Found, direction: Direction, depth: int, as_of_us: int, limit: int) -> Subgraph:
    walked = store.walks.versions(-found.id, direction, depth, as_of_us, limit)
    if len(walked.far) == 1:
        return Subgraph(nodes=(Node(id=found.node, type="RUN", label=found.label),))
    return drawn.versions(store, walked, direction)
