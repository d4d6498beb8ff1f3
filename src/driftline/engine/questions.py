"""Questions about the shape: lineage, names, the catalogue.

Enters: node ids or what people type. Leaves: reports. Reads only.
"""

import difflib

import msgspec
import numpy as np

from driftline import profile
from driftline.engine import named, shape
from driftline.engine.house import House
from driftline.engine.shape import Question
from driftline.errors import Ambiguous, NotFound
from driftline.event.finding import Histogram
from driftline.event.lineage import Node, Subgraph, Version
from driftline.event.report import ColumnSummary, DatasetReport, DatasetSummary
from driftline.profile import Column

BINS = 16
SHOWN = 8
LISTED = 30
_COMPARED = 1_000  # datasets and as many jobs that a name is compared with, where it is not known
NEAR = 4  # names that are shown in place of one that is not known


def lineage(house: House, asked: Question) -> Subgraph:
    """Return the part of the graph that is asked for, each node marked where it drifted or is quarantined."""
    return marked(house, shape.lineage(house, asked))


joined = shape.joined


def marked(house: House, graph: Subgraph) -> Subgraph:
    """Return ``graph`` with the status of each node: quarantined, drift (part of an open incident), changed."""
    held = {entry.node for entry in house.quarantined}
    held |= {node.partition("#")[0] for node in held if _newest(house, node)}
    drifting: set[str] = set()
    changed: set[str] = set()
    for incident in house.store.incidents.unresolved():
        for id_ in incident.findings:
            finding = house.store.incidents.finding(id_)
            if finding is not None:
                drifting.add(finding.dataset.node)
        for id_ in incident.changes:
            change = house.store.incidents.change(id_)
            if change is not None:
                changed.add(change.node)
    return msgspec.structs.replace(
        graph,
        nodes=tuple(
            msgspec.structs.replace(
                node,
                status="quarantined"
                if node.id in held
                else "drift"
                if node.id in drifting
                else "changed"
                if node.id in changed
                else "",
            )
            for node in graph.nodes
        ),
    )


def _newest(house: House, node: str) -> bool:
    """Say whether a version is the newest of its dataset: then the dataset as it stands is held."""
    found = house.store.lineage.lookup(node)
    if found is None or found.dataset is None or not found.version:
        return False
    line = house.store.lineage.dataset(found.dataset)
    return line is not None and line.latest == found.version


def resolve(house: House, text: str) -> str:
    """Return the node id that ``text`` means.

    Raises:
        NotFound: nothing goes by that name; the message names what is near.
        Ambiguous: several things do; the message names them.
    """
    found = named.find(house, text)
    if not found:
        found_near = near(house, text)
        raise NotFound(f"{text!r}" + (f"; near are {', '.join(found_near)}" if found_near else ""))
    if len(found) > 1:
        raise Ambiguous(f"{text!r} is {', '.join(found[:6])}")
    return found[0]


def near(house: House, text: str, types: tuple[str, ...] = ("DATASET", "JOB")) -> list[str]:
    """Return what may have been meant: versions of the dataset that was named, else names that are spelt alike."""
    owner, _, version = text.rpartition("#")
    of = house.store.lineage.find(owner, only="DATASET") if owner and version else []
    known = house.store.lineage.lookup(of[0]) if len(of) == 1 else None
    if known is not None and known.dataset is not None:
        return [one.node for one in named.newest(house, known.dataset, NEAR)]
    spelt: dict[str, dict[str, str]] = {}  # what might have been typed -> node ids, and the names of these
    for type_ in types:
        for _, _, _, name, node, *_ in house.store.views.nodes_after(type_, 0, _COMPARED):
            for part in (name, name.rpartition("/")[2], name.rpartition(".")[2], node.partition(":")[2]):
                spelt.setdefault(part.lower(), {})[node] = name
    close = difflib.get_close_matches(text.lower(), spelt, n=NEAR, cutoff=0.6)
    meant = {node: name for part in close for node, name in spelt[part].items()}
    called = list(meant.values())
    return [name if called.count(name) == 1 else node for node, name in meant.items()][:NEAR]


def search(house: House, text: str, limit: int) -> list[Node]:
    """Return nodes whose name contains ``text``."""
    found = house.store.lineage.search(text, limit)
    return [Node(id=entry.node, type=entry.type, label=entry.label, kind=entry.kind) for entry in found]


def datasets(house: House, query: str, limit: int, offset: int) -> tuple[list[DatasetSummary], int]:
    """Return a page of the catalogue."""
    return house.store.lineage.datasets(limit, offset, query)


def dataset(house: House, node: str) -> DatasetReport:
    """Return one dataset as it stands."""
    memory = house.store.lineage
    found = memory.lookup(node)
    summary = memory.dataset(found.dataset) if found is not None and found.dataset is not None else None
    if summary is None:
        raise NotFound(node)
    versions = named.newest(house, summary.dataset, LISTED)
    profiled = (memory.touched(Version(summary.dataset, version.version)) for version in versions[:5])
    newest = next((touched for touched in profiled if touched is not None and touched.profile), None)
    data = house.store.profiles.get(newest.profile) if newest else None
    read = profile.readable(data)
    measured = read.columns if read else {}
    return DatasetReport(
        summary=summary,
        fields=memory.fields(summary.dataset),
        columns=tuple(_summary(name, column) for name, column in measured.items()),
        versions=tuple(versions),
        findings=tuple(house.store.incidents.findings(summary.node, limit=LISTED)),
    )


def _summary(name: str, column: Column) -> ColumnSummary:
    return ColumnSummary(
        name=name,
        type=column.type,
        null_share=round(column.null_share, 6),
        distinct=round(column.distinct_count(), 1),
        mean=column.mean if column.finite else None,
        minimum=column.minimum,
        maximum=column.maximum,
        histogram=_histogram(column),
    )


def _histogram(column: Column) -> Histogram | None:
    if column.type == "text":
        levels = column.levels() or {}
        total = sum(levels.values())
        top = sorted(levels, key=lambda level: (-levels[level], level))[:SHOWN]
        return Histogram(tuple(levels[level] / total for level in top), labels=tuple(top)) if top else None
    if not column.finite or column.minimum is None or column.maximum is None or column.minimum == column.maximum:
        return None
    edges = np.linspace(column.minimum, column.maximum, BINS + 1)
    upto = np.asarray(column.cdf(edges[1:-1]), dtype=float)
    shares = np.diff(np.concatenate(([0.0], upto, [1.0])))
    return Histogram(tuple(round(float(share), 5) for share in shares), edges=tuple(float(edge) for edge in edges))
