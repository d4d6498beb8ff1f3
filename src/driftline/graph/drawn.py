"""Walks turned into nodes and links that people know by name.

Enters: places and lines of the store. Leaves: a ``Subgraph``. A line through a job becomes READ and WRITE links with
the job between them, and one DERIVED link that says which dataset fed which; a direct line is a DERIVED link, and one
between two names of a dataset an ALIAS. Never walks further.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

import msgspec

from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.store import Store
from driftline.store.catalogue import label_version
from driftline.store.connection import Row
from driftline.store.course import Course
from driftline.store.line import ALIAS, FEED, FLOW, THEN, Direction, Line, surer
from driftline.store.walks import INFERRED, Walk

if TYPE_CHECKING:
    from driftline.store.spread import Wide

Named = tuple[str, Literal["DATASET", "JOB"], str, str]  # node id, type, label, kind
SURE = Line(0, 0, 0, 1, "", "explicit", 1.0)  # a run lists what it read and wrote
UNLISTED = SURE._replace(provenance="column")  # of what it read only column lineage says so
INFERRED_READ = SURE._replace(confidence=INFERRED)  # it lists the dataset; the version is told from the time
GUESSED = 10_000  # pairs of what one run read and wrote that are drawn as guesses
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


def cut(graph: Subgraph, limit: int) -> Subgraph:
    """Return the nearest ``limit`` nodes of a graph, and the links among them; jobs count as nodes, too."""
    if len(graph.nodes) <= limit:
        return graph
    nodes = graph.nodes[:limit]
    held = {node.id for node in nodes} | {""}  # a link through no job
    edges = tuple(link for link in graph.edges if {link.source, link.target, link.via} <= held)
    return msgspec.structs.replace(graph, nodes=nodes, edges=edges, truncated=True)


def plainly(graph: Subgraph) -> Subgraph:
    """Return ``graph`` as it is drawn: without the DERIVED links that sum up what READ and WRITE links show.

    That a run read and wrote is certain; how sure it is that the one fed the other stands on the links as ``through``.
    """
    sums: dict[tuple[str, str], float] = {}
    for link in graph.edges:
        for pair in ((link.source, link.via), (link.via, link.target)) if link.via else ():
            sums[pair] = max(link.confidence, sums.get(pair, 0.0))
    shown = [
        msgspec.structs.replace(link, through=sums[link.source, link.target])
        if link.kind in ("READ", "WRITE") and sums.get((link.source, link.target), 1.0) < 1
        else link
        for link in graph.edges
        if not link.via
    ]
    return msgspec.structs.replace(graph, edges=tuple(shown))


def flows(
    store: Store, walk: "Walk | Wide", direction: Direction, as_of_us: int, ends: Sequence[tuple[int, int]] = ()
) -> Subgraph:
    """Return datasets and jobs; ``ends`` are flows of jobs that may have nothing on their other side."""
    drawing = Drawing(direction)
    up = direction == "up"
    rows = store.walks.nodes({*walk.far, *(line.via for line in walk.lines), *(place for end in ends for place in end)})
    rootless = stated(store, (place for place, row in rows.items() if row[1] != "HUB"), as_of_us)
    placed = {place: drawing.node(node_of(rows[place]), far) for place, far in walk.far.items() if place in rows}
    through = {
        line.via: drawing.node(node_of(rows[line.via]), walk.far[line.target if up else line.source] + 1)
        for line in walk.lines
        if line.via
    }
    flowing = [*ends, *((line.source, line.target) for line in walk.lines if line.kind == FLOW)]
    jobs = {*through, *(target for _, target in flowing if rows[target][1] == "JOB")}
    unlisted = store.walks.unlisted(jobs, as_of_us)
    for line in walk.lines:
        source, target, job = placed[line.source], placed[line.target], through.get(line.via, "")
        if line.kind == FLOW:
            continue
        if line.kind == FEED:
            link = (source, job) if up else (job, target)
            drawing.link(*link, "DERIVED", line)
        if line.via and (up or line.kind != FEED):
            drawing.link(job, target, "WRITE", SURE)
        if line.via and (not up or line.kind != FEED):
            drawing.link(source, job, "READ", UNLISTED if (line.source, line.via) in unlisted else SURE)
        if line.via and line.kind != FEED:
            drawing.link(source, target, "DERIVED", line, job)
        if not line.via:
            drawing.link(source, target, kind_of(rows, line), SURE if _hub(rows, line) else line)
    for source_id, target_id in flowing:
        held, other = (target_id, source_id) if up else (source_id, target_id)
        drawing.node(node_of(rows[other]), walk.far[held] + 1)
        source, target = (node_of(rows[place]).id for place in (source_id, target_id))
        kind = "READ" if rows[source_id][1] == "DATASET" else "WRITE"
        drawing.link(source, target, kind, UNLISTED if (source_id, target_id) in unlisted else SURE)
    return _with(drawing.graph(walk.truncated), rootless)


def _hub(rows: Mapping[int, Row], line: Line) -> bool:
    return "HUB" in (rows[line.source][1], rows[line.target][1])


def stated(store: Store, places: Iterable[int], as_of_us: int) -> dict[str, str]:
    """Return which of some datasets and jobs are said to have no source, by id, and whose events say so."""
    found = store.walks.rootless(places, as_of_us)
    if not found:
        return {}
    runs, rows = store.walks.run_rows(found.values()), store.walks.nodes(found)
    return {rows[place][4]: _speaker(runs[run]) for place, run in found.items() if run in runs}


def _speaker(run: Row) -> str:
    """Return the job of an execution; a dataset where its own event speaks."""
    return run[1] if run[1].startswith("dataset:") else names.job_id(run[9], run[10])


def _with(graph: Subgraph, stated: Mapping[str, str]) -> Subgraph:
    """Return a graph with those nodes marked that are said to have no source."""
    if not stated:
        return graph
    nodes = [msgspec.structs.replace(node, no_upstream=stated.get(node.id, "")) for node in graph.nodes]
    return msgspec.structs.replace(graph, nodes=tuple(nodes))


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


def versions(store: Store, walk: Walk, direction: Direction, as_of_us: int, depth: int = 0, limit: int = 0) -> Subgraph:
    """Return versions with the runs between them, and up to ``limit`` nodes those of the runs beside them.

    Runs beside versions that are nearer than ``depth`` wrote them (up) or read them (down).
    """
    drawing = Drawing(direction)
    up = direction == "up"
    rows = store.walks.version_rows(place for place in walk.far if place > 0)
    inner = [place for place, far in walk.far.items() if place > 0 and far < depth]
    beside = store.walks.runs_of(inner, direction, as_of_us, max(limit - len(walk.far), 0) + 1) if inner else []
    course = walk.course
    beside = [pair for pair in beside if course is None or course.passes(*pair)]
    through = {-place for place in walk.far if place < 0} | {line.via for line in walk.lines if line.via}
    runs = {row[0]: run_node(row) for row in store.walks.run_rows(through | {run for _, run in beside}).values()}
    placed = {place: version_node(rows[place], course) for place in walk.far if place in rows}
    placed |= {-id_: node for id_, node in runs.items()}
    unlisted = store.walks.unlisted_versions(through | {run for _, run in beside}, as_of_us)
    for place, far in walk.far.items():
        if place in placed:
            drawing.node(placed[place], far)
    for line in [*walk.lines, *_guesses(walk.lines)]:
        if line.source not in placed or line.target not in placed:
            continue
        source, target = placed[line.source].id, placed[line.target].id
        if line.kind == ALIAS:
            drawing.link(source, target, ALIAS, line)
            continue
        through_ = runs[line.via]
        if line.source > 0 and line.target > 0:
            drawing.node(through_, walk.far[line.target if up else line.source] + 1)
            drawing.link(source, target, "DERIVED", line, through_.id)
        if line.source > 0:
            word = UNLISTED if (line.source, line.via) in unlisted else SURE
            drawing.link(source, through_.id, "READ", INFERRED_READ if line.kind == THEN else word)
        if line.target > 0:
            drawing.link(through_.id, target, "WRITE", SURE)
    cut = walk.truncated
    for version, run in beside:
        node = runs[run]
        if node.id not in drawing.nodes and limit and len(drawing.nodes) >= limit:
            cut = True
            continue
        drawing.node(node, walk.far[version] + 1)
        if up:
            drawing.link(node.id, placed[version].id, "WRITE", SURE)
        else:
            drawing.link(placed[version].id, node.id, "READ", UNLISTED if (version, run) in unlisted else SURE)
    return drawing.graph(cut)


def _guesses(lines: Iterable[Line]) -> Iterable[Line]:
    """Yield what fed what through runs of which nothing better is known than what they read and wrote."""
    reads: dict[int, list[Line]] = {}
    writes: dict[int, list[Line]] = {}
    for line in lines:
        if line.target < 0:
            reads.setdefault(line.via, []).append(line)
        elif line.source < 0:
            writes.setdefault(line.via, []).append(line)
    for run, ends in reads.items():
        others = writes.get(run, [])
        if len(ends) * len(others) <= GUESSED:
            for read, wrote in itertools.product(ends, others):
                if read.source != wrote.target:
                    yield read._replace(target=wrote.target, hops=2, confidence=min(read.confidence, wrote.confidence))


def version_node(row: Row, course: Course | None = None) -> Node:
    """Return the node of a row of ``version_columns``; its time is that of the write by which ``course`` met it."""
    id_, namespace, name, version, time_us, _, _, _, _, kind, _, _, slice_, _ = row
    time_us = (course.told_us(id_) if course is not None else 0) or time_us
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
