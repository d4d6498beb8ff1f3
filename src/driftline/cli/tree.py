"""Lineage drawn as a tree.

Enters: a subgraph and the node that was asked for. Leaves: one tree upstream and one downstream. A node that
several paths reach is drawn out once and named elsewhere.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec
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


def draw(
    asked: str,
    graph: Subgraph,
    *,
    up: bool,
    down: bool,
    depth: int,
    as_of_us: int | None = None,
    what: str = "lineage",
    every: bool = False,
) -> None:
    """Print the lineage of ``asked`` as of a moment (None: now), first as a sentence that says ``what`` it is.

    Of many neighbours of one node, and of many columns, the first are drawn, unless ``every`` one is asked for.
    """
    sums = {(link.source, link.target, link.via): link for link in graph.edges if link.via}
    graph = drawn.plainly(graph)
    above = sum(node.depth < 0 for node in graph.nodes)
    below = sum(node.depth > 0 for node in graph.nodes)
    counts = [f"{above:,} upstream"] * up + [f"{below:,} downstream"] * down
    start = next((node for node in graph.nodes if node.id == asked), None)
    name, stated = (show.name(start), start.no_upstream) if start else (names.label(asked), "")
    if not graph.edges:
        side = "upstream" if not down else "downstream" if not up else ""
        then = "" if as_of_us is None else f"as of {show.when(as_of_us) or '1970-01-01 00:00'} UTC"
        where = " ".join(filter(None, (side, then))) or "yet"
        show.say(f"{name} has {_stated(stated)}." if stated and up else f"No {what} of {name} is known {where}.")
        return
    show.say(f"{name} has {' and '.join(counts)} within {show.count(depth, 'step')}.")
    trees = [
        _Tree(graph, sums, depth, up=upstream, every=every)
        for upstream, drawn_ in ((True, up and above), (False, down and below))
        if drawn_
    ]
    for tree in trees:
        show.heading("Comes from" if tree.up else "Goes to")
        _print_each(asked, tree)
    if any(tree.ended for tree in trees):
        more = "--limit takes more nodes" if graph.truncated else "--depth takes more steps"
        show.say(f"… was not looked behind; {more}.", "dim")


def with_failures(graph: Subgraph, failing: Iterable[str]) -> Subgraph:
    """Return ``graph`` with those jobs marked whose newest run has failed."""
    jobs = set(failing)
    nodes = [msgspec.structs.replace(node, status="failed") if node.id in jobs else node for node in graph.nodes]
    return msgspec.structs.replace(graph, nodes=tuple(nodes))


def flow(graph: Subgraph) -> None:
    """Print a graph that no single node was asked for as a list of what leads to what."""
    graph = drawn.plainly(graph)
    nodes = {node.id: node for node in graph.nodes}
    cut = "; there are more, --limit takes them" if graph.truncated else ""
    show.say(f"{show.count(len(nodes), 'node')}, {show.count(len(graph.edges), 'link')}{cut}.")
    rows = [
        (
            _label(link.source, nodes.get(link.source), "", ""),
            link.kind,
            _label(link.target, nodes.get(link.target), "", show.sure(link)),
        )
        for link in graph.edges
    ]
    show.table(("from", "", "to"), rows)
    linked = {place for link in graph.edges for place in (link.source, link.target)}
    if graph.truncated:
        return  # what looks alone may lead to what is not drawn
    show.table(("alone", ""), ((_label(node.id, node, "", ""), "") for node in graph.nodes if node.id not in linked))


class _Tree:
    """What is drawn in one direction: each node with what is beside it."""

    def __init__(
        self, graph: Subgraph, sums: Mapping[tuple[str, str, str], Link], depth: int, *, up: bool, every: bool = False
    ) -> None:
        self.nodes = {node.id: node for node in graph.nodes}
        self.beside: dict[str, list[tuple[str, Link]]] = {}
        self._sums = sums
        self._telling = {via for _, _, via in sums}  # jobs of which it is known what fed what
        self.up = up
        self.wide = len(graph.nodes) if every else _WIDE
        self.roots = len(graph.nodes) if every else _ROOTS
        self._depth = depth
        self._cut = graph.truncated
        self.ended = False  # whether a node was drawn behind which nobody looked
        for link in graph.edges:
            here, there = (link.target, link.source) if up else (link.source, link.target)
            self.beside.setdefault(here, []).append((there, link))
        for near in self.beside.values():  # the surest first, as not all of many are drawn
            near.sort(key=lambda found: -found[1].confidence)

    def between(self, behind: str, job: str, there: str) -> Link | None:
        """Return the link that says what fed what along a way over three nodes."""
        return self._sums.get((there, behind, job) if self.up else (behind, there, job))

    def behind(self, here: str, beyond: str) -> list[tuple[str, Link]]:
        """Return what is drawn behind a node; behind a job that tells, what fed what lies ``beyond``, or came of it."""
        near = self.beside.get(here, [])
        if here not in self._telling:
            return [(there, link) for there, link in near if there != beyond or self.nodes[here].type not in _KINDS]
        known = [(said.confidence, there, link) for there, link in near if (said := self.between(beyond, here, there))]
        return [(there, link) for _, there, link in sorted(known, key=lambda found: -found[0])]

    def rest(self, here: str, beyond: str) -> str:
        """Return how much of what a job read or wrote is not known to belong to what lies ``beyond``; "" = nothing."""
        others = {there for there, _ in self.beside.get(here, ())} - {there for there, _ in self.behind(here, beyond)}
        number = len(others - {beyond}) if here in self._telling and not self._unasked(here, beyond) else 0
        how = "it read, not known to have fed this" if self.up else "it wrote, not known to come of this"
        return f"+{number:,} more that {how}" if number else ""

    def _unasked(self, here: str, beyond: str) -> bool:
        """Whether a job is drawn behind a dataset of which nobody asked what fed it: that is two steps further."""
        far = self._cut or (beyond in self.nodes and abs(self.nodes[beyond].depth) + 2 > self._depth)
        return far and here in self._telling and not self.behind(here, beyond)

    def place(self, here: str, beyond: str) -> tuple[str, str]:
        """Return what is drawn once: a node, or a job on the way from ``beyond``."""
        return here, beyond if here in self._telling else ""

    def end(self, node: Node | None, stated: bool, beyond: str) -> str:
        """Return what is said of a node behind which nothing is drawn."""
        if node is None or self.behind(node.id, beyond) or self.rest(node.id, beyond):
            return ""
        if self.up and node.no_upstream:
            return _stated(node.no_upstream)
        if self._cut or abs(node.depth) >= self._depth or self._unasked(node.id, beyond):
            self.ended = True
            return "…"
        return "no lineage known" if self.up and not stated and node.type in ("DATASET", "JOB") else ""


def _stated(by: str) -> str:
    return f"no upstream, as stated by {names.label(by)}"


def _print_each(asked: str, tree: _Tree) -> None:
    """Print one tree from what was asked for, and one for each of its columns where those are linked."""
    columns = [node.id for node in tree.nodes.values() if node.type == "FIELD" and node.depth == 0 and node.id != asked]
    of_one = asked.startswith("datasetField:")
    roots = [root for root in (asked, *([] if of_one else columns)) if root in tree.beside]
    shaping = {(there, link.kind) for there, link in tree.beside.get(asked, ())} if not of_one else set()
    for root in roots[: tree.roots]:
        _print(root, tree, shaping if root != asked else set())
    if len(roots) > tree.roots:
        show.say(f"+{len(roots) - tree.roots:,} more columns; name one, or draw them with --all.")


def _print(asked: str, tree: _Tree, above: Collection[tuple[str, str]] = ()) -> None:
    """Print one tree; ``above``: neighbours, and how they are linked, that were drawn for the whole dataset."""
    node = tree.nodes.get(asked)
    label = _label(asked, node, "", "")
    if node and node.no_upstream:
        label.append(f"  {_stated(node.no_upstream)}", "dim")
    root = Tree(label, guide_style="dim")
    _grow(root, asked, tree, above)
    show.console().print(root)


def _grow(root: Tree, asked: str, tree: _Tree, above: Collection[tuple[str, str]]) -> None:
    grown = {(asked, "")}
    waiting = [(root, asked, "")]
    while waiting:
        branch, here, behind = waiting.pop(0)
        every = tree.behind(here, behind)
        near = [one for one in every if here != asked or (one[0], one[1].kind) not in above]
        stated = bool(here in tree.nodes and tree.nodes[here].no_upstream)
        for there, link in near[: tree.wide]:
            node = tree.nodes.get(there)
            said = tree.between(behind, here, there) or link
            kind = link.kind if link.kind not in _PLAIN else ""
            label = _label(there, node, kind, show.sure(msgspec.structs.replace(said, through=1.0)))
            place = tree.place(there, here)
            if place in grown:
                branch.add(label.append(" (drawn elsewhere)", "dim") if tree.behind(there, here) else label)
                continue
            end = tree.end(node, stated, here)
            if end:
                label.append(f"  {end}", "dim")
            elif node and node.no_upstream:
                label.append(f"  {_stated(node.no_upstream)}", "dim")
            grown.add(place)
            waiting.append((branch.add(label), there, here))
        if len(near) > tree.wide:
            branch.add(Text(f"+{len(near) - tree.wide:,} more; --all draws them", "dim"))
        if len(near) < len(every):
            branch.add(Text("and what shapes all rows, as above", "dim"))
        if rest := tree.rest(here, behind):
            branch.add(Text(rest, "dim"))


def _label(id_: str, node: Node | None, kind_of_link: str, sure: str) -> Text:
    text = Text()
    kind = _KINDS.get(node.type, "") if node else ""
    if kind:
        text.append(f"{kind} ", "dim")
    name = show.name(node) if node else names.label(id_)
    if kind == "run" and node:
        name = f"{node.label} {name.removeprefix('run ')}".strip()
    text.append(name, "italic" if kind else "bold")
    if node and node.kind and not kind:
        text.append(f"  {node.kind}", "dim")
    if kind_of_link:
        text.append(f"  {kind_of_link}", "cyan")
    if sure:
        text.append(f"  {sure}", "dim")
    if node and node.status:
        text.append("  ").append_text(show.sign(node.status))
    return text
