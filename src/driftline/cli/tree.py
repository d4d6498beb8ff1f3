"""Lineage drawn as a tree.

Enters: a subgraph and the node that was asked for. Leaves: one tree upstream and one downstream. A node that
several paths reach is drawn out once and named elsewhere.
"""

from collections.abc import Mapping

from rich.text import Text
from rich.tree import Tree

from driftline.cli import show
from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.graph import drawn

_KINDS = {"JOB": "job", "RUN": "run"}
_ROOTS = 24  # columns of a dataset that are drawn
_WIDE = 12  # neighbours of one node that are drawn; the rest is counted
_PLAIN = {"READ", "WRITE", "DERIVED"}


def draw(asked: str, graph: Subgraph, *, up: bool, down: bool, depth: int) -> None:
    """Print the lineage of ``asked``, first as a sentence."""
    graph = drawn.plainly(graph)
    above = sum(node.depth < 0 for node in graph.nodes)
    below = sum(node.depth > 0 for node in graph.nodes)
    counts = [f"{above:,} upstream"] * up + [f"{below:,} downstream"] * down
    name = names.label(asked)
    if not graph.edges:
        show.say(f"No lineage of {name} is known {'upstream' if not down else 'downstream' if not up else 'yet'}.")
        return
    show.say(f"{name} has {' and '.join(counts)} within {show.count(depth, 'step')}.")
    if up and above:
        show.heading("Comes from")
        _print_each(asked, graph, {link.target: [] for link in graph.edges}, up=True)
    if down and below:
        show.heading("Goes to")
        _print_each(asked, graph, {link.source: [] for link in graph.edges}, up=False)


def flow(graph: Subgraph) -> None:
    """Print a graph that no single node was asked for as a list of what leads to what."""
    graph = drawn.plainly(graph)
    nodes = {node.id: node for node in graph.nodes}
    show.say(f"{show.count(len(nodes), 'node')}, {show.count(len(graph.edges), 'link')}.")
    rows = [
        (
            _label(link.source, nodes.get(link.source), None),
            link.kind,
            _label(link.target, nodes.get(link.target), link),
        )
        for link in graph.edges
    ]
    show.table(("from", "", "to"), rows)
    linked = {place for link in graph.edges for place in (link.source, link.target)}
    show.table(("alone", ""), ((_label(node.id, node, None), "") for node in graph.nodes if node.id not in linked))


def _print_each(asked: str, graph: Subgraph, beside: dict[str, list[tuple[str, Link]]], *, up: bool) -> None:
    """Print one tree from what was asked for, and one for each of its columns where those are linked."""
    columns = [node.id for node in graph.nodes if node.type == "FIELD" and node.depth == 0 and node.id != asked]
    of_one = asked.startswith("datasetField:")
    roots = [root for root in (asked, *([] if of_one else columns)) if root in beside]
    for root in roots[:_ROOTS]:
        _print(root, graph, {node: [] for node in beside}, up=up)
    if len(roots) > _ROOTS:
        show.say(f"+{len(roots) - _ROOTS} more columns; name one, or use --json.")


def _print(asked: str, graph: Subgraph, beside: dict[str, list[tuple[str, Link]]], *, up: bool) -> None:
    nodes = {node.id: node for node in graph.nodes}
    for link in graph.edges:
        here, there = (link.target, link.source) if up else (link.source, link.target)
        beside[here].append((there, link))
    root = Tree(_label(asked, nodes.get(asked), None), guide_style="dim")
    _grow(root, asked, nodes, beside)
    show.console().print(root)


def _grow(root: Tree, asked: str, nodes: Mapping[str, Node], beside: Mapping[str, list[tuple[str, Link]]]) -> None:
    grown = {asked}
    waiting = [(root, asked)]
    while waiting:
        branch, here = waiting.pop(0)
        near = beside.get(here, [])
        for there, link in near[:_WIDE]:
            label = _label(there, nodes.get(there), link)
            if there in grown:
                branch.add(label.append(" (drawn elsewhere)", "dim") if beside.get(there) else label)
                continue
            grown.add(there)
            waiting.append((branch.add(label), there))
        if len(near) > _WIDE:
            branch.add(Text(f"+{len(near) - _WIDE} more", "dim"))


def _label(id_: str, node: Node | None, link: Link | None) -> Text:
    text = Text()
    kind = _KINDS.get(node.type, "") if node else ""
    if kind:
        text.append(f"{kind} ", "dim")
    name = names.label(id_)
    if kind == "run" and node:
        name = f"{node.label} {name.removeprefix('run ')}".strip()
    text.append(name, "italic" if kind else "bold")
    if node and node.kind and not kind:
        text.append(f"  {node.kind}", "dim")
    if link and link.kind not in _PLAIN:
        text.append(f"  {link.kind}", "cyan")
    if link and link.confidence < 1:
        text.append(f"  {link.provenance}, {link.confidence:.0%} sure", "dim")
    if node and node.status:
        text.append("  ").append_text(show.sign(node.status))
    return text
