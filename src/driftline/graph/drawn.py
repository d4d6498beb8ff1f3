"""Walks turned into nodes and links that people know by name.

Enters: places and lines of the store. Leaves: a ``Subgraph``. A line through a job becomes READ and WRITE links with
the job between them, and one DERIVED link that says which dataset fed which; a direct line is a DERIVED link, and one
between two names of a dataset an ALIAS. Never walks further.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Literal

import msgspec

from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.store import Store
from driftline.store.catalogue import label_version
from driftline.store.connection import Row
from driftline.store.walks import ALIAS, Direction, Line, Walk, Wide, surer

Named = tuple[str, Literal["DATASET", "JOB"], str, str]  # node id, type, label, kind
_FIRST = itemgetter(0)


class Drawing:
    """Nodes and links, each once, the nearest and the surest kept."""

    def __init__(self, direction: Direction) -> None:
        self._sign = -1 if direction == "up" else 1
        self.nodes: dict[str, Node] = {}
        self.lines: dict[tuple[str, str, str, str], Line] = {}  # by source, target, kind and via: the surest

    def node(self, node: Node, far: int) -> str:
        """Take a node at a distance; return its id."""
        held = self.nodes.get(node.id)
        if held is None or far < abs(held.depth):
            depth = self._sign * far
            self.nodes[node.id] = Node(
                id=node.id, type=node.type, label=node.label, kind=node.kind, depth=depth, time_us=node.time_us
            )
        return node.id

    def link(self, source: str, target: str, kind: str, line: Line, via: str = "") -> None:
        """Take a link."""
        if source not in self.nodes or target not in self.nodes:
            return
        key = (source, target, kind, via)
        held = self.lines.setdefault(key, line)
        if (line.provenance, line.confidence) != (held.provenance, held.confidence) and surer(line, held):
            self.lines[key] = line

    def links(self) -> list[Link]:
        """Return the links that were taken, in order."""
        return [
            Link(
                source=key[0],
                target=key[1],
                kind=key[2],
                provenance=line.provenance,
                confidence=round(line.confidence, 6),
                via=key[3],
            )
            for key, line in sorted(self.lines.items(), key=_FIRST)
        ]

    def graph(self, truncated: bool) -> Subgraph:
        """Return what was taken."""
        return Subgraph(
            nodes=tuple(sorted(self.nodes.values(), key=lambda node: (abs(node.depth), node.id))),
            edges=tuple(self.links()),
            truncated=truncated,
        )


def plainly(graph: Subgraph) -> Subgraph:
    """Return ``graph`` as it is drawn: without the DERIVED links that sum up what READ and WRITE links show."""
    return msgspec.structs.replace(graph, edges=tuple(link for link in graph.edges if not link.via))


def flows(store: Store, walk: Walk | Wide, direction: Direction, ends: Sequence[tuple[int, int]] = ()) -> Subgraph:
    """Return datasets and jobs; ``ends`` are flows of jobs that may have nothing on their other side."""
    drawing = Drawing(direction)
    rows = store.walks.nodes({*walk.far, *(line.via for line in walk.lines), *(place for end in ends for place in end)})
    placed = {place: drawing.node(node_of(rows[place]), far) for place, far in walk.far.items() if place in rows}
    jobs: dict[int, int] = {}  # how far each is
    for line in walk.lines:
        far = walk.far[line.target if direction == "up" else line.source] + 1
        jobs[line.via] = min(far, jobs.get(line.via, far))
    through = {via: drawing.node(node_of(rows[via]), far) for via, far in jobs.items() if via}
    for line in walk.lines:
        source, target = placed[line.source], placed[line.target]
        if line.via:
            job = through[line.via]
            drawing.link(source, job, "READ", line)
            drawing.link(job, target, "WRITE", line)
            drawing.link(source, target, "DERIVED", line, job)
        else:
            drawing.link(source, target, kind_of(rows, line), line)
    drawn = {(source, target) for source, target, _, _ in drawing.lines}
    for source_id, target_id in ends:
        line = Line(source_id, target_id, 0, 1, "", "explicit", 1.0)
        held = target_id if direction == "up" else source_id
        job = drawing.node(node_of(rows[source_id if direction == "up" else target_id]), walk.far[held] + 1)
        if direction == "up" and (job, placed[held]) not in drawn:
            drawing.link(job, placed[held], kind_of(rows, line), line)
        elif direction == "down":
            drawing.link(placed[held], job, kind_of(rows, line), line)
    return drawing.graph(walk.truncated)


def kind_of(rows: Mapping[int, Row], line: Line) -> str:
    """Return the kind of the link of a line that no job stands between."""
    if not line.hops:
        return "ALIAS"
    source, target = rows[line.source][1], rows[line.target][1]
    if source == target:
        return "DERIVED"
    return "READ" if source == "DATASET" else "WRITE"


def named(row: Row) -> Named:
    """Return node id, type, label and kind of a row of a dataset or a job."""
    _, type_, namespace, name, node, kind, *_ = row
    if type_ == "HUB":  # where the many inputs and outputs of a job's run meet
        name = name.rpartition("#")[0]
        return names.job_id(namespace, name), "JOB", name, ""
    return node, type_, name, kind


def node_of(row: Row) -> Node:
    """Return the node of a row of a dataset or a job."""
    id_, type_, label, kind = named(row)
    return Node(id=id_, type=type_, label=label, kind=kind)


def versions(store: Store, walk: Walk, direction: Direction) -> Subgraph:
    """Return versions with the runs between them."""
    drawing = Drawing(direction)
    rows = store.walks.version_rows(place for place in walk.far if place > 0)
    through = {-place for place in walk.far if place < 0} | {line.via for line in walk.lines if line.via}
    runs = {row[0]: run_node(row) for row in store.walks.run_rows(through).values()}
    placed: dict[int, str] = {}
    for place, far in walk.far.items():
        if place > 0 and place in rows:
            placed[place] = drawing.node(version_node(rows[place]), far)
        elif -place in runs:
            placed[place] = drawing.node(runs[-place], far)
    for line in walk.lines:
        if line.source not in placed or line.target not in placed:
            continue
        source, target = placed[line.source], placed[line.target]
        if line.source < 0 or line.target < 0:
            drawing.link(source, target, "WRITE" if line.source < 0 else "READ", line)
            continue
        if line.kind == ALIAS:
            drawing.link(source, target, ALIAS, line)
            continue
        near = line.target if direction == "up" else line.source
        run = drawing.node(runs[line.via], walk.far[near] + 1)
        drawing.link(source, run, "READ", line)
        drawing.link(run, target, "WRITE", line)
        drawing.link(source, target, "DERIVED", line, run)
    return drawing.graph(walk.truncated)


def version_node(row: Row) -> Node:
    """Return the node of a row of ``version_columns``."""
    _, namespace, name, version, time_us, _, _, _, _, kind, _, _, slice_, _ = row
    return Node(
        id=names.dataset_id(namespace, name, version),
        type="VERSION" if version else "DATASET",
        label=label_version(name, version, slice_) if version else name,
        kind=kind,
        time_us=time_us,
    )


def run_node(row: Row) -> Node:
    """Return the node of a row of ``run_row``."""
    id_ = names.run_id(row[1]) + (f"#{row[2]}" if row[2] > 1 else "")
    return Node(id=id_, type="RUN", label=row[10] or "", time_us=row[5])


def columns(store: Store, walk: Walk, direction: Direction) -> Subgraph:
    """Return columns; a row set, which a column shapes, is shown as its dataset."""
    drawing = Drawing(direction)
    known = column_nodes(store, walk.far)
    placed = {place: drawing.node(known[place], far) for place, far in walk.far.items() if place in known}
    for line in walk.lines:
        drawing.link(placed[line.source], placed[line.target], line.kind or "DIRECT", line)
    return drawing.graph(walk.truncated)


def column_nodes(store: Store, places: Iterable[int]) -> dict[int, Node]:
    """Return the nodes of columns, and of the datasets whose row sets (minus their ids) are among them."""
    wanted = list(places)
    found = {-row[0]: node_of(row) for row in store.walks.nodes(-place for place in wanted if place < 0).values()}
    for id_, namespace, name, column, kind in store.walks.fields(place for place in wanted if place > 0).values():
        node = names.column_id(namespace, name, column)
        found[id_] = Node(id=node, type="FIELD", label=f"{name}.{column}", kind=kind)
    return found
