"""Questions about the shape of the graph: what is up and down of a node, and how one leads to another.

Enters: node ids, a moment, a view, a level. Leaves: a ``Subgraph`` that says when it was cut. Reads only.
"""

from typing import Literal

import msgspec

from driftline.engine import rolling
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
from driftline.event.lineage import Link, Node, RollUp, Subgraph
from driftline.graph import drawn, views, walk
from driftline.store.catalogue import Found
from driftline.store.walks import NOW

DEPTH = 5
LIMIT = 500
_HINT = "A view is union (over all runs), last (what the last run of each job did) or the id of a run."


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked around a node."""

    node: str  # "" with a view of one run: that run
    up: bool = True
    down: bool = True
    depth: int = DEPTH
    columns: bool = False
    as_of_us: int | None = None
    view: str = "union"
    roll_up: RollUp = "task"
    hide_inner: bool = False
    limit: int = LIMIT


def lineage(house: House, asked: Question) -> Subgraph:
    """Return the part of the graph that is asked for.

    Raises:
        BadInput: the view is none, the node was no part of the run, or a number is too small.
        NotFound: there is no such run.
    """
    if asked.depth < 0 or asked.limit < 1:
        raise BadInput(f"depth {asked.depth}, limit {asked.limit}", hint="A depth is 0 or more, a limit 1 or more.")
    if asked.view not in ("union", "last"):
        graph = _of_run(house, asked)
    else:
        parts = [_walk(house, asked, up=True)] if asked.up else []
        parts += [_walk(house, asked, up=False)] if asked.down else []
        graph = joined(parts)
    return rolling.up(house, graph, asked.roll_up, as_of_us=asked.as_of_us, hide_inner=asked.hide_inner)


def joined(parts: list[Subgraph] | tuple[Subgraph, ...]) -> Subgraph:
    """Return the union of subgraphs: of what stands in several, the nearest node and the surest link."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str, str], Link] = {}
    for part in parts:
        for node in part.nodes:
            known = nodes.get(node.id)
            if known is None or abs(node.depth) < abs(known.depth):
                nodes[node.id] = node
        for link in part.edges:
            key = (link.source, link.target, link.kind, link.via)
            if key not in edges or link.confidence > edges[key].confidence:
                edges[key] = link
    return Subgraph(
        nodes=tuple(nodes.values()), edges=tuple(edges.values()), truncated=any(part.truncated for part in parts)
    )


def _walk(house: House, asked: Question, *, up: bool) -> Subgraph:
    direction: Literal["up", "down"] = "up" if up else "down"
    found = house.store.lineage.lookup(asked.node) if asked.view == "last" else None
    if found is not None and found.type in ("DATASET", "JOB") and not asked.columns:
        moment = NOW if asked.as_of_us is None else asked.as_of_us
        if found.since_us > moment:
            return Subgraph()
        met = views.last(house.store, found, direction, asked.depth, moment, asked.limit)
        return drawn.cut(met, asked.limit)
    step = walk.upstream if up else walk.downstream
    met = step(
        house.store,
        asked.node,
        asked.depth,
        as_of_us=asked.as_of_us,
        columns=asked.columns,
        limit=asked.limit,
    )
    return drawn.cut(met, asked.limit)


def _of_run(house: House, asked: Question) -> Subgraph:
    store = house.store
    run = store.lineage.lookup(f"run:{asked.view.removeprefix('run:')}")
    if run is None and not asked.view.startswith("run:") and asked.view.count("-") != 4:
        raise BadInput(f"{asked.view!r} is no view", hint=_HINT)
    if run is None:
        raise NotFound(f"run {asked.view.removeprefix('run:')}", hint=_HINT)
    moment = NOW if asked.as_of_us is None else asked.as_of_us
    whole = views.execution(store, run, moment, asked.limit)
    if asked.columns:
        whole = views.execution_columns(store, [node for node in whole.nodes if node.type == "RUN"])
    found = store.lineage.lookup(asked.node) if asked.node else run
    if found is None:
        raise NotFound(asked.node)
    if found.type == "RUN" and found.id == run.id:
        return whole if asked.columns or (asked.up and asked.down) else _side(whole, up=asked.up)
    starts = _within(house, whole, found)
    if not starts:
        raise BadInput(f"{asked.node} was no part of run {asked.view.removeprefix('run:')}", hint=_HINT)
    return views.around(whole, starts, up=asked.up, down=asked.down, depth=asked.depth)


def _side(graph: Subgraph, *, up: bool) -> Subgraph:
    """Return the runs of a graph with what they read (up) or wrote."""
    runs = {node.id for node in graph.nodes if node.type == "RUN"}
    wanted = {"READ", views.PARENT} if up else {"WRITE", views.PARENT}
    edges = tuple(link for link in graph.edges if link.kind in wanted)
    held = runs | {place for link in edges for place in (link.source, link.target)}
    nodes = tuple(node for node in graph.nodes if node.id in held)
    return Subgraph(nodes=nodes, edges=edges, truncated=graph.truncated)


def _within(house: House, graph: Subgraph, found: Found) -> list[str]:
    """Return the nodes of a graph of runs that a node of any sort stands for."""
    if found.type == "JOB":
        ids = {}
        for node in graph.nodes:
            known = house.store.lineage.lookup(node.id) if node.type == "RUN" else None
            ids.update({known.id: node.id} if known else {})
        rows = house.store.walks.run_rows(ids)
        return [ids[id_] for id_, row in rows.items() if row[3] == found.id]
    if found.type == "DATASET":
        column = f"datasetField{found.node.removeprefix('dataset')}:"
        return [
            node.id for node in graph.nodes if node.id == found.node or node.id.startswith((f"{found.node}#", column))
        ]
    return [node.id for node in graph.nodes if node.id == found.node]
