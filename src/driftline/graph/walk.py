"""Walks: what is upstream or downstream of a node, and how one node leads to another.

Enters: a node id. The id decides the graph: a dataset or a job walks datasets and jobs, a version walks
versions through the runs between them, a column (or ``columns=True`` on a dataset or version) walks columns.
Leaves: a ``Subgraph`` whose nodes carry their distance, negative upstream; one that was cut at ``limit``
says so. Depth counts links. Never scans.
"""

from collections.abc import Iterable

import msgspec

from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.store import Store
from driftline.store.catalogue import Found, label_version
from driftline.store.walks import NOW, Direction, Step

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
    """Return what ``node`` came from, as it was at ``as_of_us``; empty where nothing is known of ``node``."""
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
    """Return what came from ``node``, as it was at ``as_of_us``; empty where nothing is known of ``node``."""
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
    if first.type == last.type == "VERSION":
        return _version_path(store, first, last, NOW if as_of_us is None else as_of_us)
    if not first.type == last.type == "FIELD":
        start, end = _wide(first), _wide(last)
    graph = upstream(store, end, _FAR, as_of_us=as_of_us, limit=_WIDE)
    nodes = {node.id: node for node in graph.nodes}
    if start not in nodes:
        return Subgraph(truncated=graph.truncated)
    onward: dict[str, list[Link]] = {}
    for link in graph.edges:
        onward.setdefault(link.source, []).append(link)
    way, links = [start], []
    while way[-1] != end:
        nearer = nodes[way[-1]].depth + 1
        steps = [link for link in onward[way[-1]] if nodes[link.target].depth == nearer]
        links.append(min(steps, key=lambda step: (-step.confidence, step.target)))
        way.append(links[-1].target)
    return _along((nodes[id_] for id_ in way), links)


def _version_path(store: Store, first: Found, last: Found, as_of_us: int) -> Subgraph:
    step = store.walks.versions(last.id, "up", _FAR, as_of_us, _WIDE)
    depths = {row[0]: row[1] for row in step.nodes}
    if first.id not in depths:
        return Subgraph(truncated=step.truncated)
    way, kept = [first.id], []
    while way[-1] != last.id:
        onward = [row for row in step.links if row[0] == way[-1] and depths[row[1]] == depths[way[-1]] - 1]
        kept.append(min(onward, key=lambda row: (-row[3], row[5], row[4])))
        way.append(kept[-1][1])
    rows = {row[0]: row for row in step.nodes}
    graph = _version_graph(step._replace(nodes=[rows[id_] for id_ in way], links=kept), "up", as_of_us)
    return _along(sorted(graph.nodes, key=lambda node: node.depth), graph.edges)


def _along(nodes: Iterable[Node], links: Iterable[Link]) -> Subgraph:
    placed = (msgspec.structs.replace(node, depth=place) for place, node in enumerate(nodes))
    return Subgraph(nodes=tuple(placed), edges=tuple(links))


def _walk(
    store: Store, node: str, direction: Direction, depth: int, as_of_us: int | None, columns: bool, limit: int
) -> Subgraph:
    found = store.lineage.lookup(node)
    moment = NOW if as_of_us is None else as_of_us
    if found is None:
        return Subgraph()
    if found.type == "FIELD" or (columns and found.dataset is not None):
        return _columns(store, found, direction, depth, moment, limit)
    if found.type == "VERSION":
        return _versions(store, found, direction, depth, moment, limit)
    if found.type == "RUN":
        return Subgraph(nodes=(Node(id=found.node, type="RUN", label=found.label),))
    return _flows(store, found, direction, depth, moment, limit)


def _flows(store: Store, found: Found, direction: Direction, depth: int, as_of_us: int, limit: int) -> Subgraph:
    step = store.walks.flows(found.id, direction, depth, as_of_us, limit)
    sign = _sign(direction)
    nodes = {
        id_: Node(id=node, type=type_, label=name, kind=kind, depth=sign * far)
        for id_, far, node, type_, name, kind in step.nodes
    }
    links = [
        Link(
            source=nodes[source].id,
            target=nodes[target].id,
            kind="READ" if nodes[target].type == "JOB" else "WRITE",
            provenance=provenance,
            confidence=confidence,
        )
        for source, target, provenance, confidence in step.links
    ]
    return _graph(nodes.values(), links, step.truncated)


def _versions(store: Store, found: Found, direction: Direction, depth: int, as_of_us: int, limit: int) -> Subgraph:
    """Walk versions; each edge between two goes through its run, which makes it two links."""
    step = store.walks.versions(found.id, direction, (depth + 1) // 2, as_of_us, limit)
    graph = _version_graph(step, direction, as_of_us)
    kept = {node.id: node for node in graph.nodes if abs(node.depth) <= depth}
    inside = [link for link in graph.edges if link.source in kept and link.target in kept]
    return _graph(kept.values(), inside, step.truncated)


def _version_graph(step: Step, direction: Direction, as_of_us: int) -> Subgraph:
    sign = _sign(direction)
    nodes: dict[int, Node] = {}
    for id_, far, namespace, name, version, slice_, kind, time_us in step.nodes:
        if time_us <= as_of_us:
            nodes[id_] = Node(
                id=names.dataset_id(namespace, name, version),
                type="VERSION" if version else "DATASET",
                label=label_version(name, version, slice_) if version else name,
                kind=kind,
                depth=sign * 2 * far,
                time_us=time_us,
            )
    runs, links = _through_runs(step, nodes, direction)
    return _graph((*nodes.values(), *runs), links, step.truncated)


def _through_runs(step: Step, nodes: dict[int, Node], direction: Direction) -> tuple[list[Node], list[Link]]:
    runs: dict[str, Node] = {}
    links: dict[tuple[str, str], Link] = {}
    for source, target, provenance, confidence, run, time_us, job in step.links:
        if source not in nodes or target not in nodes:
            continue
        above, below = nodes[source], nodes[target]
        through = names.run_id(run)
        far = below.depth - 1 if direction == "up" else above.depth + 1
        held = runs.get(through)
        if held is None or abs(far) < abs(held.depth):
            runs[through] = Node(id=through, type="RUN", label=job, depth=far, time_us=time_us)
        for begin, end, kind in ((above.id, through, "READ"), (through, below.id, "WRITE")):
            link = Link(source=begin, target=end, kind=kind, provenance=provenance, confidence=confidence)
            known = links.get((begin, end))
            if known is None or known.confidence < confidence:
                links[begin, end] = link
    return list(runs.values()), list(links.values())


def _columns(store: Store, found: Found, direction: Direction, depth: int, as_of_us: int, limit: int) -> Subgraph:
    assert found.dataset is not None
    dataset = store.lineage.lookup(found.dataset.node)
    if dataset is None:
        return Subgraph()
    step = store.walks.columns(dataset.id, found.column, direction, depth, as_of_us, limit)
    sign = _sign(direction)
    nodes: dict[int, Node] = {}
    for id_, far, namespace, name, column, kind in step.nodes:
        nodes[id_] = Node(
            id=names.column_id(namespace, name, column) if column else names.dataset_id(namespace, name),
            type="FIELD" if column else "DATASET",  # the row set, where a column shapes it
            label=f"{name}.{column}" if column else name,
            kind=kind,
            depth=sign * far,
        )
    links = {
        (source, target, kind): Link(
            source=nodes[source].id,
            target=nodes[target].id,
            kind=kind,
            provenance=provenance,
            confidence=confidence,
        )
        for source, target, kind, provenance, confidence in step.links
    }
    return _graph(nodes.values(), list(links.values()), step.truncated)


def _graph(nodes: Iterable[Node], links: Iterable[Link], truncated: bool) -> Subgraph:
    return Subgraph(
        nodes=tuple(sorted(nodes, key=lambda node: (abs(node.depth), node.id))),
        edges=tuple(sorted(links, key=lambda link: (link.source, link.target, link.kind))),
        truncated=truncated,
    )


def _sign(direction: Direction) -> int:
    return -1 if direction == "up" else 1


def _wide(found: Found) -> str:
    """Return the node of the dataset graph that a node lies in."""
    return found.dataset.node if found.dataset is not None else found.node
