"""Jobs and runs rolled up into those on whose behalf they ran: from task to DAG to application.

Enters: a graph and, for each node that ran for another, the node that stands in its place. Leaves: the graph without
the replaced nodes: links that come to lie on each other are one, the surest; a link within one place is gone.
``folded`` also hides datasets that lie only inside one place. Pure; ``tops`` never follows a circle of parents.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from driftline.event.lineage import Link, Node, RollUp, Subgraph

_Place = TypeVar("_Place", int, str)


def tops(parents: Mapping[_Place, tuple[_Place, _Place]], level: RollUp) -> dict[_Place, _Place]:
    """Return which node stands for which, from (parent, root) of each node that has them.

    On ``parent``, a node that is the parent of another one here stays. On ``root`` parents are followed to the end.
    """
    if level == "task":
        return {}
    if level == "parent":
        above = {parent for parent, _ in parents.values()}
        return {one: parent for one, (parent, _) in parents.items() if one not in above and parent != one}
    found: dict[_Place, _Place] = {}
    for one in parents:
        place, seen = one, {one}
        while place in parents:
            parent, root = parents[place]
            onward = root if root != place else parent
            if onward in seen:
                break
            seen.add(onward)
            place = onward
        if place != one:
            found[one] = place
    return found


def rolled(graph: Subgraph, places: Mapping[str, Node]) -> Subgraph:
    """Return ``graph`` with each node that is a key of ``places`` replaced by the node given there."""
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        put = msgspec.structs.replace(places[node.id], depth=node.depth) if node.id in places else node
        held = nodes.get(put.id)
        if held is None or abs(put.depth) < abs(held.depth):
            nodes[put.id] = put
    links: dict[tuple[str, str, str, str], Link] = {}

    def at(id_: str) -> str:
        return places[id_].id if id_ in places else id_

    for link in graph.edges:
        moved = msgspec.structs.replace(
            link, source=at(link.source), target=at(link.target), via=at(link.via) if link.via else ""
        )
        _keep(links, moved)
    return _sorted(nodes, links, truncated=graph.truncated)


def folded(graph: Subgraph) -> Subgraph:
    """Return ``graph`` without the datasets that one job alone writes and reads; what fed what is kept across them."""
    readers: dict[str, set[str]] = {}
    writers: dict[str, set[str]] = {}
    other: set[str] = set()
    for link in graph.edges:
        if link.kind == "READ":
            readers.setdefault(link.source, set()).add(link.target)
        elif link.kind == "WRITE":
            writers.setdefault(link.target, set()).add(link.source)
        elif not link.via:
            other |= {link.source, link.target}
    inner = {
        node.id
        for node in graph.nodes
        if node.depth
        and node.id not in other
        and len(readers.get(node.id, ())) == 1
        and readers.get(node.id) == writers.get(node.id)
    }
    links = {_key(link): link for link in graph.edges}
    for hidden in sorted(inner):
        into = [link for link in links.values() if link.target == hidden and link.via]
        out_of = [link for link in links.values() if link.source == hidden and link.via]
        links = {key: link for key, link in links.items() if hidden not in (link.source, link.target)}
        for first in into:
            for second in out_of:
                weaker = min(first, second, key=lambda link: link.confidence)
                across = msgspec.structs.replace(weaker, source=first.source, target=second.target, via=second.via)
                _keep(links, across)
    nodes = {node.id: node for node in graph.nodes if node.id not in inner}
    return _sorted(nodes, links, truncated=graph.truncated)


def _key(link: Link) -> tuple[str, str, str, str]:
    return link.source, link.target, link.kind, link.via


def _keep(links: dict[tuple[str, str, str, str], Link], link: Link) -> None:
    if link.source == link.target:
        return
    held = links.get(_key(link))
    if held is None or held.confidence < link.confidence:
        links[_key(link)] = link


def _sorted(nodes: Mapping[str, Node], links: Mapping[tuple[str, str, str, str], Link], *, truncated: bool) -> Subgraph:
    return Subgraph(
        nodes=tuple(sorted(nodes.values(), key=lambda node: (abs(node.depth), node.id))),
        edges=tuple(sorted(links.values(), key=_key)),
        truncated=truncated,
    )
