"""Walks: what is upstream or downstream of a node, and how one node leads to another.

Enters: a node id. The id decides the graph: a dataset or a job walks datasets and jobs, a version walks versions
through the runs between them, a column (or ``columns=True`` on a dataset or version) walks columns. Leaves: a
``Subgraph`` whose nodes carry their distance, negative upstream; one that was cut at ``limit`` says so. Depth counts
links: a dataset behind a job is two away, another name of a dataset none. Never scans.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from driftline import later
from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.graph import drawn
from driftline.store import Store
from driftline.store.catalogue import Found
from driftline.store.course import Span
from driftline.store.walks import ALIAS, NOW, Direction, Line, Walk

if TYPE_CHECKING:
    from driftline.graph import wide
    from driftline.store.spread import Wide
else:
    wide = later.module("driftline.graph.wide")  # with numpy, for walks over the whole graph

DEPTH = 5
LIMIT = 500
_FAR = 64  # links that a path may have
_WIDE = 5_000  # nodes that a search for a path may meet
_DOING = ("JOB", "RUN")
Spans = tuple[Span, ...]


def upstream(
    store: Store,
    node: str,
    depth: int = DEPTH,
    *,
    as_of_us: int | None = None,
    columns: bool = False,
    limit: int = LIMIT,
    then_us: int | None = None,
) -> Subgraph:
    """Return what ``node`` came from, as it was at ``as_of_us``; empty where nothing was known of ``node``.

    A version that several runs wrote came from what the last one of them read that had begun by ``then_us``; None: from
    what any of them read.
    """
    moment = NOW if as_of_us is None else as_of_us
    found = store.lineage.lookup(node, moment) if then_us is not None and not columns else None
    if found is not None and found.type == "VERSION":
        return drawn.versions(store, *_versions(store, found, "up", depth, moment, limit, then_us))
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


def standing(store: Store, node: str, depth: int = DEPTH, limit: int = LIMIT) -> tuple[Subgraph, dict[str, Spans]]:
    """Return what came from ``node``, and when that was so of versions that other runs made of something else, too."""
    found = store.lineage.lookup(node)
    if found is None or found.type != "VERSION":
        return downstream(store, node, depth, limit=limit), {}
    walked = _versions(store, found, "down", depth, NOW, limit)
    course = walked[0].course
    held = {place: course.spans(place) for place in walked[0].far if place > 0} if course is not None else {}
    rows = store.walks.version_rows(place for place, spans in held.items() if spans)
    return drawn.versions(store, *walked), {drawn.version_node(row).id: held[place] for place, row in rows.items()}


def path(store: Store, start: str, end: str, *, as_of_us: int | None = None, columns: bool = False) -> Subgraph:
    """Return one shortest way from ``start`` down to ``end``, nodes in order; empty where there is none.

    Two columns, or two datasets with ``columns``, are joined by columns, two versions or runs by versions and runs,
    all else by datasets and jobs. ``truncated``: the search met too many nodes to be sure that there is none.
    """
    moment = NOW if as_of_us is None else as_of_us
    first, last = store.lineage.lookup(start, moment), store.lineage.lookup(end, moment)
    if first is None or last is None or max(first.since_us, last.since_us) > moment:
        return Subgraph()
    level, graph, begins, ends = _level(store, first, last, moment, columns=columns)
    found = level(ends)
    near = [place for place in begins if place in found.far]
    if not near:
        return Subgraph(truncated=found.truncated)
    begin = min(near, key=lambda place: (found.far[place], place))
    way = _way(found, begin, ends)
    far = {place: found.far[place] for line in way for place in (line.source, line.target)} or {begin: 0}
    whole = graph(store, Walk(far, way, False), "up")
    top = -min((node.depth for node in whole.nodes), default=0)
    placed = [msgspec.structs.replace(node, depth=node.depth + top) for node in _in_turn(whole)]
    return _with_ends(store, Subgraph(nodes=tuple(placed), edges=whole.edges), first, last)


_Level = tuple[Callable[[list[int]], "Walk | Wide"], Callable[[Store, Walk, Direction], Subgraph], list[int], list[int]]


def _level(store: Store, first: Found, last: Found, moment: int, *, columns: bool) -> _Level:
    """Return the graph in which a way is sought: how it is walked and drawn, and where the way begins and ends."""
    walks = store.walks
    types = {first.type, last.type}
    if types == {"FIELD"} or (columns and first.dataset is not None and last.dataset is not None):
        begins, ends = (
            [one.id]
            if one.type == "FIELD"
            else [place for places in _columns_of(store, one, moment) for place in places]
            for one in (first, last)
        )
        return lambda ends: walks.columns(ends, "up", _FAR, moment, _WIDE), drawn.columns, begins, ends
    if types <= {"VERSION", "RUN"}:
        begins, ends = (
            [one.id]
            if one.type == "VERSION"
            else [place for _, held, place in store.views.versions([one.id], moment) if held == role]
            for one, role in ((first, 1), (last, 0))
        )
        return (
            lambda ends: walks.versions_from(
                dict.fromkeys(ends, 0), "up", _FAR, moment, _WIDE, walks.course(ends, "up", moment)
            ),
            lambda store, way, direction: drawn.versions(store, way, direction, moment),
            begins,
            ends,
        )
    begins, ends = [_owner(store, first)], [_owner(store, last)]
    jobs = ends[:1] if last.type in _DOING else []
    begins += walks.touched(begins[0], "down", moment) if first.type in _DOING else []
    ends += walks.touched(ends[0], "up", moment) if jobs else []
    return (
        lambda ends: walks.flows_from(dict.fromkeys(ends, 0), "up", _FAR, moment, _WIDE, jobs),
        lambda store, way, direction: drawn.flows(store, way, direction, moment),
        begins,
        ends,
    )


def _owner(store: Store, found: Found) -> int:
    """Return the dataset or the job that a node belongs to."""
    if found.type == "RUN":
        return int(store.walks.run_rows([found.id])[found.id][3])
    return found.owner or found.id


def _with_ends(store: Store, way: Subgraph, first: Found, last: Found) -> Subgraph:
    """Return a way with the job or run that it begins or ends at, where that is asked for by name."""
    nodes, edges = list(way.nodes), list(way.edges)
    runs = any(node.type in ("VERSION", "RUN") for node in nodes)
    for found, before in ((first, True), (last, False)):
        if found.type not in _DOING:
            continue
        row = store.walks.run_rows([found.id])[found.id] if found.type == "RUN" else None
        if row is not None and not runs:
            node = Node(id=names.job_id(row[9], row[10]), type="JOB", label=row[10])
        else:
            node = drawn.run_node(row) if row is not None else Node(id=found.node, type="JOB", label=found.label)
        if any(one.id == node.id for one in nodes):
            continue
        if before:
            edges.insert(0, Link(source=node.id, target=nodes[0].id, kind="WRITE"))
            nodes = [node, *(msgspec.structs.replace(one, depth=one.depth + 1) for one in nodes)]
        else:
            edges.append(Link(source=nodes[-1].id, target=node.id, kind="READ"))
            nodes.append(msgspec.structs.replace(node, depth=nodes[-1].depth + 1))
    return Subgraph(nodes=tuple(nodes), edges=tuple(edges))


def _in_turn(way: Subgraph) -> list[Node]:
    """Return the nodes of a way as one comes by them: two names of a dataset are at one distance.

    Where a way comes by a job again, its first visit leads to what is farther from the end.
    """
    nodes = {node.id: node for node in way.nodes}
    onward: dict[str, list[str]] = {}
    for link in way.edges:
        if not link.via:
            onward.setdefault(link.source, []).append(link.target)
    reached = {place for places in onward.values() for place in places}
    here = min(nodes.values(), key=lambda node: (node.id in reached, node.depth, node.id)).id
    met = {here: nodes[here]}
    while places := onward.get(here):
        here = min(places, key=lambda place: (nodes[place].depth, place))
        places.remove(here)
        met[here] = nodes[here]
    return list((met | nodes).values())


def _way(found: "Walk | Wide", begin: int, ends: Sequence[int]) -> list[Line]:
    """Return the lines of one shortest way; of several, the surest, then the first by its ids."""
    onward: dict[int, list[Line]] = {}
    for line in found.lines:
        onward.setdefault(line.source, []).append(line)
    way: list[Line] = []
    seen = {begin}
    place = begin
    while place not in ends:
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
        starts, sets = ([found.id], []) if found.type == "FIELD" else _columns_of(store, found, moment)
        walked = store.walks.columns([*starts, *sets], direction, depth, moment, limit)
        return drawn.columns(store, _without(walked, sets), direction)
    if found.type == "VERSION":
        return drawn.versions(store, *_versions(store, found, direction, depth, moment, limit))
    if found.type == "RUN":
        return _run(store, found, direction, depth, moment, limit)
    flows = store.walks.flows(found.id, found.type == "JOB", direction, depth, moment, limit)
    if not isinstance(flows, Walk):
        return wide.flows(store, flows, depth)
    inner = [place for place, distance in flows.far.items() if distance < depth]
    return drawn.flows(store, flows, direction, moment, store.walks.jobs_at(inner, direction, moment))


def _versions(
    store: Store,
    found: Found,
    direction: Direction,
    depth: int,
    moment: int,
    limit: int,
    then_us: int | None = None,
) -> tuple[Walk, Direction, int, int, int]:
    """Return a walk over versions, and how it is drawn."""
    walked = store.walks.versions(found.id, direction, depth, moment, limit, then_us)
    return walked, direction, moment, depth, limit


def _without(walked: Walk, sets: Sequence[int]) -> Walk:
    """Return a walk without those of its beginnings that are row sets of which nothing is known."""
    met = {place for line in walked.lines if line.kind != ALIAS for place in (line.source, line.target)}
    far = {place: distance for place, distance in walked.far.items() if place in met or place not in sets}
    return Walk(far, [one for one in walked.lines if one.source in far and one.target in far], walked.truncated)


def _columns_of(store: Store, found: Found, moment: int) -> tuple[list[int], list[int]]:
    """Return the columns of a dataset under all its names, and its row sets: what is known of no single column."""
    owners = store.walks.named_too(found.owner, moment)
    return store.walks.fields_of(owners, moment), [-owner for owner in owners]


def _run(store: Store, found: Found, direction: Direction, depth: int, as_of_us: int, limit: int) -> Subgraph:
    walked = store.walks.run(found.id, direction, depth, as_of_us, limit)
    if len(walked.far) == 1:
        return Subgraph(nodes=(Node(id=found.node, type="RUN", label=found.label),))
    return drawn.versions(store, walked, direction, as_of_us, depth, limit)
