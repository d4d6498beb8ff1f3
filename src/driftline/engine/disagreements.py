"""Where what was declared of columns and what was observed do not agree, for the columns of a graph.

Enters: a graph of columns and a moment. Leaves: what the runs that wrote its datasets last said of it, as far as both
ends or the output stand in the graph. Looks at ``DATASETS`` datasets, the nearest first. Reads only what producers said
in ``driftline_differences``; decides nothing about who is right.
"""

from driftline.engine import facets
from driftline.engine.house import House
from driftline.errors import NotFound
from driftline.event import facets as kinds
from driftline.event import names
from driftline.event.lineage import Subgraph
from driftline.event.report import Disagreement
from driftline.store.walks import NOW

DATASETS = 50
_FACET = "driftline_differences"


def of(house: House, graph: Subgraph, as_of_us: int | None = None) -> tuple[Disagreement, ...]:
    """Return where declared and observed edges into the columns of ``graph`` do not agree, by output column."""
    moment = NOW if as_of_us is None else as_of_us
    shown = {node.id for node in graph.nodes}
    written = {link.target for link in graph.edges}
    nearest = sorted((node for node in graph.nodes if node.id in written), key=lambda one: abs(one.depth))
    owners: dict[str, str] = {}  # a dataset's columns begin alike: one of them each
    for node in nearest:
        if node.type == "FIELD":
            owners.setdefault(node.id.rpartition(":")[0], node.id)
    runs = dict.fromkeys(run for one in list(owners.values())[:DATASETS] if (run := _writer(house, one, moment)))
    shown |= {f"dataset:{owner.removeprefix('datasetField:')}" for owner in owners}  # their rows as a whole
    found = [one for run in runs for one in _said(house, run) if one.target in shown or one.source in shown]
    return tuple(sorted(found, key=lambda one: (one.target, one.source)))


def _writer(house: House, column: str, moment: int) -> str:
    """Return the run that wrote the version that the dataset of a column had at a moment; "" = none."""
    known = house.store.lineage.lookup(column)
    owner = known and known.dataset and house.store.lineage.lookup(known.dataset.node)
    version = house.store.walks.version_at(owner.id, moment) if owner else None
    if version is None:
        return ""
    return str(house.store.walks.version_rows([version])[version][6] or "")


def _said(house: House, run: str) -> list[Disagreement]:
    try:
        said = facets.of(house, names.run_id(run), _FACET).facets
    except NotFound:
        return []
    found = kinds.unpack(said, _FACET, kinds.DifferencesFacet)
    return [
        Disagreement(
            source=_column(one.source, one.field),
            target=_column(one.output, one.column),
            declared=one.declared,
            observed=one.observed,
            by=one.by or "probing",
            run=run,
        )
        for one in (found.differences if found else ())
    ]


def _column(dataset: str, column: str) -> str:
    """Return the node id of a column; that of the dataset where its rows as a whole are meant."""
    return f"datasetField:{dataset.removeprefix('dataset:')}:{column}" if column else dataset
