"""The graph of datasets and jobs around one of them.

Enters: node ids. Leaves: nodes with the edges into and out of each. A node id is read against the names that are known,
so that names may hold colons. Depth counts jobs, as Marquez counts; what only shares a source with the node that is
asked for is not shown, unlike there.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from driftline.errors import BadInput, NotFound
from driftline.event import names
from driftline.graph import walk
from driftline.interop.marquez import dataset, hidden, job, version
from driftline.interop.marquez.dataset import MarquezDataset
from driftline.interop.marquez.job import MarquezJob
from driftline.store import Store
from driftline.store.catalogue import Found

LIMIT = 2_000  # nodes upstream, and nodes downstream
_UUID = 36  # signs


class MarquezEdge(msgspec.Struct, frozen=True, order=True):
    """From one node to another."""

    origin: str
    destination: str


class MarquezNode(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A dataset or a job and what leads to and from it."""

    id: str
    type: str
    data: Any  # a MarquezDataset or a MarquezJob
    in_edges: list[MarquezEdge]
    out_edges: list[MarquezEdge]


class MarquezGraph(msgspec.Struct, frozen=True):
    """Datasets and jobs."""

    graph: list[MarquezNode]


def find(store: Store, node: str) -> Found:
    """Return what a node id stands for; a version may be named by its UUID.

    Raises:
        NotFound: nothing of that id is known.
        BadInput: it is no node id.
    """
    if not node.startswith(("dataset:", "job:", "datasetField:", "run:")):
        raise BadInput(f"{node!r} is no node id; write dataset:NAMESPACE:NAME or job:NAMESPACE:NAME")
    found = store.lineage.lookup(node)
    if found is None:
        bare, mark, wanted = node.rpartition("#")
        of = store.lineage.lookup(bare) if mark and len(wanted) == _UUID else None
        if of is None or of.type not in ("DATASET", "JOB", "FIELD"):
            raise NotFound(node)
        if of.type == "DATASET":
            line = store.reading.lines_by_node([of.node])[of.node]
            if version.find(store, line, wanted) is None:
                raise NotFound(node)
        return of._replace(type="VERSION") if of.type == "DATASET" else of
    return found


def lineage(store: Store, node: str, depth: int) -> MarquezGraph:
    """Return the datasets and jobs upstream and downstream of a dataset or a job, up to ``depth`` jobs away."""
    found = find(store, node)
    if found.type not in ("DATASET", "VERSION", "JOB"):
        raise BadInput(f"{node!r}: a dataset or a job is drawn here")
    start = found.node if found.type != "VERSION" or not found.dataset else found.dataset.node
    links = 2 * depth + (1 if found.type == "JOB" else 2)
    parts = [
        walk.upstream(store, start, links, limit=LIMIT),
        walk.downstream(store, start, links, limit=LIMIT),
    ]
    edges = {
        MarquezEdge(link.source, link.target)
        for part in parts
        for link in part.edges
        if not link.via and (link.kind != "ALIAS" or link.source < link.target)
    }
    lines = store.reading.lines_by_node({start, *(one.id for part in parts for one in part.nodes)})
    gone = hidden.hidden(store)
    if start in lines and lines[start].id in gone:
        raise NotFound(start)
    seen = (line for line in lines.values() if line.id not in gone)
    ordered = sorted(seen, key=lambda line: (line.node != start, line.node))
    datasets = dataset.shown(store, [line for line in ordered if line.type == "DATASET"])
    jobs = job.shown(store, [line for line in ordered if line.type == "JOB"], 1)
    shown: dict[str, MarquezDataset | MarquezJob] = {}
    shown.update({names.dataset_id(one.namespace, one.name): one for one in datasets})
    shown.update({names.job_id(one.namespace, one.name): one for one in jobs})
    into, out_of = _by_ends(edge for edge in edges if edge.origin in shown and edge.destination in shown)
    return MarquezGraph(
        [
            MarquezNode(
                id=line.node,
                type=line.type,
                data=shown[line.node],
                in_edges=into.get(line.node, []),
                out_edges=out_of.get(line.node, []),
            )
            for line in ordered
            if line.node in shown
        ]
    )


def _by_ends(edges: Iterable[MarquezEdge]) -> tuple[dict[str, list[MarquezEdge]], dict[str, list[MarquezEdge]]]:
    into: dict[str, list[MarquezEdge]] = {}
    out_of: dict[str, list[MarquezEdge]] = {}
    for edge in sorted(edges):
        into.setdefault(edge.destination, []).append(edge)
        out_of.setdefault(edge.origin, []).append(edge)
    return into, out_of
