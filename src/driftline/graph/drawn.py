"""Walks turned into nodes and links that people know by name.

Enters: places and lines of the store. Leaves: a ``Subgraph``. A line through a job becomes READ and WRITE links with
the job between them, and one DERIVED link that says which dataset fed which; a direct line is a DERIVED link, and one
between two names of a dataset an ALIAS. Never walks further.
"""

from collections.abc import Mapping, Sequence

from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.store import Store
from driftline.store.catalogue import label_version
from driftline.store.connection import Row
from driftline.store.walks import Direction, Line, Walk, surer


class Drawing:
    """Nodes and links, each once, the nearest and the surest kept."""

    def __init__(self, direction: Direction) -> None:
        self._sign = -1 if direction == "up" else 1
        self._lines: dict[tuple[str, str, str, str], Line] = {}
        self.nodes: dict[str, Node] = {}
        self.links: dict[tuple[str, str, str, str], Link] = {}

    def node(self, node: Node, far: int) -> str:
        """Take a node at a distance; return its id."""
        held = self.nodes.get(node.id)
        if held is None or far < abs(held.depth):
            fields = {name: getattr(node, name) for name in ("id", "type", "label", "kind", "time_us")}
            self.nodes[node.id] = Node(depth=self._sign * far, **fields)
        return node.id

    def link(self, source: str, target: str, kind: str, line: Line, via: str = "") -> None:
        """Take a link."""
        if source not in self.nodes or target not in self.nodes:
            return
        held = self._lines.get((source, target, kind, via))
        if held is None or surer(line, held):
            self._lines[source, target, kind, via] = line
            self.links[source, target, kind, via] = Link(
                source=source,
                target=target,
                kind=kind,
                provenance=line.provenance,
                confidence=line.confidence,
                via=via,
            )

    def graph(self, truncated: bool) -> Subgraph:
        """Return what was taken."""
        return Subgraph(
            nodes=tuple(sorted(self.nodes.values(), key=lambda node: (abs(node.depth), node.id))),
            edges=tuple(sorted(self.links.values(), key=lambda link: (link.source, link.target, link.kind, link.via))),
            truncated=truncated,
        )


def flows(store: Store, walk: Walk, direction: Direction, ends: Sequence[tuple[int, int]] = ()) -> Subgraph:
    """Return datasets and jobs; ``ends`` are flows of jobs that may have nothing on their other side."""
    drawing = Drawing(direction)
    rows = store.walks.nodes({*walk.far, *(line.via for line in walk.lines), *(place for end in ends for place in end)})
    placed = {place: drawing.node(_node(rows[place]), far) for place, far in walk.far.items() if place in rows}
    for line in walk.lines:
        far = walk.far[line.target if direction == "up" else line.source] + 1
        source, target = placed[line.source], placed[line.target]
        if line.via:
            job = drawing.node(_node(rows[line.via]), far)
            drawing.link(source, job, "READ", line)
            drawing.link(job, target, "WRITE", line)
            drawing.link(source, target, "DERIVED", line, job)
        else:
            drawing.link(source, target, _direct(rows, line), line)
    for source_id, target_id in ends:
        line = Line(source_id, target_id, 0, 1, "", "explicit", 1.0)
        held = target_id if direction == "up" else source_id
        job = drawing.node(_node(rows[source_id if direction == "up" else target_id]), walk.far[held] + 1)
        known = any(key[0] == job and key[1] == placed[held] for key in drawing.links)
        if direction == "up" and not known:
            drawing.link(job, placed[held], _direct(rows, line), line)
        elif direction == "down":
            drawing.link(placed[held], job, _direct(rows, line), line)
    return drawing.graph(walk.truncated)


def _direct(rows: Mapping[int, Row], line: Line) -> str:
    if not line.hops:
        return "ALIAS"
    source, target = rows[line.source][1], rows[line.target][1]
    if source == target:
        return "DERIVED"
    return "READ" if source == "DATASET" else "WRITE"


def _node(row: Row) -> Node:
    _, type_, namespace, name, node, kind, *_ = row
    if type_ == "HUB":  # where the many inputs and outputs of a job's run meet
        name = name.rpartition("#")[0]
        return Node(id=names.job_id(namespace, name), type="JOB", label=name)
    return Node(id=node, type=type_, label=name, kind=kind)


def versions(store: Store, walk: Walk, direction: Direction) -> Subgraph:
    """Return versions with the runs between them."""
    drawing = Drawing(direction)
    rows = store.walks.version_rows(place for place in walk.far if place > 0)
    through = {-place for place in walk.far if place < 0} | {line.via for line in walk.lines}
    runs = {row[0]: _run(row) for row in store.walks.run_rows(through).values()}
    placed: dict[int, str] = {}
    for place, far in walk.far.items():
        if place > 0 and place in rows:
            placed[place] = drawing.node(_version(rows[place]), far)
        elif -place in runs:
            placed[place] = drawing.node(runs[-place], far)
    for line in walk.lines:
        if line.source not in placed or line.target not in placed:
            continue
        source, target = placed[line.source], placed[line.target]
        if line.source < 0 or line.target < 0:
            drawing.link(source, target, "WRITE" if line.source < 0 else "READ", line)
            continue
        near = line.target if direction == "up" else line.source
        run = drawing.node(runs[line.via], walk.far[near] + 1)
        drawing.link(source, run, "READ", line)
        drawing.link(run, target, "WRITE", line)
        drawing.link(source, target, "DERIVED", line, run)
    return drawing.graph(walk.truncated)


def _version(row: Row) -> Node:
    _, namespace, name, version, time_us, _, _, _, _, kind, _, _, slice_, _ = row
    return Node(
        id=names.dataset_id(namespace, name, version),
        type="VERSION" if version else "DATASET",
        label=label_version(name, version, slice_) if version else name,
        kind=kind,
        time_us=time_us,
    )


def _run(row: Row) -> Node:
    id_ = names.run_id(row[1]) + (f"#{row[2]}" if row[2] > 1 else "")
    return Node(id=id_, type="RUN", label=row[10] or "", time_us=row[5])


def columns(store: Store, walk: Walk, direction: Direction) -> Subgraph:
    """Return columns; a row set, which a column shapes, is shown as its dataset."""
    drawing = Drawing(direction)
    fields = store.walks.fields(place for place in walk.far if place > 0)
    sets = store.walks.nodes(-place for place in walk.far if place < 0)
    placed: dict[int, str] = {}
    for place, far in walk.far.items():
        row = fields.get(place)
        if row is not None:
            _, namespace, name, column, kind = row
            node = Node(id=names.column_id(namespace, name, column), type="FIELD", label=f"{name}.{column}", kind=kind)
        elif -place in sets:
            node = _node(sets[-place])
        else:
            continue
        placed[place] = drawing.node(node, far)
    for line in walk.lines:
        drawing.link(placed[line.source], placed[line.target], line.kind or "DIRECT", line)
    return drawing.graph(walk.truncated)
