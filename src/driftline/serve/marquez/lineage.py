"""Graphs of datasets and jobs, of columns and of runs, and the events as they came."""

from typing import Annotated, Literal

import msgspec

from driftline import clock
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event import names
from driftline.interop.marquez import column, graph, search, upstream
from driftline.interop.marquez.column import MarquezColumnGraph
from driftline.interop.marquez.graph import MarquezGraph
from driftline.interop.marquez.search import MarquezEvents
from driftline.interop.marquez.upstream import MarquezUpstreamRuns
from driftline.serve.marquez.asking import ROOT, MarquezPageQuery, store, there
from driftline.serve.operation import reading
from driftline.store.connection import OPEN

Depth = Annotated[int, msgspec.Meta(ge=0, le=100)]
NodeId = Annotated[str, msgspec.Meta(min_length=1, description="dataset:NAMESPACE:NAME or job:NAMESPACE:NAME.")]


class MarquezLineageQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Around which node, and how far."""

    node_id: NodeId
    depth: Depth = 20


class MarquezColumnsQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Around which column, dataset or job, and how far."""

    node_id: NodeId
    depth: Depth = 20
    with_downstream: bool = False


class MarquezUpstreamQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Above which run, and how far."""

    run_id: Annotated[str, msgspec.Meta(min_length=1)]
    depth: Depth = 20


class MarquezEventsQuery(MarquezPageQuery, frozen=True, rename="camel"):
    """Which events, and which page of them."""

    before: Annotated[str, msgspec.Meta(description="ISO 8601: only events before it.")] = ""
    after: Annotated[str, msgspec.Meta(description="ISO 8601: only events from then on.")] = ""
    sort_direction: Literal["desc", "asc", "DESC", "ASC"] = "desc"


def get_lineage(engine: Engine, query: MarquezLineageQuery) -> MarquezGraph:
    """Draw the datasets and jobs around one of them."""
    return graph.lineage(store(engine), query.node_id, query.depth)


def get_column_lineage(engine: Engine, query: MarquezColumnsQuery) -> MarquezColumnGraph:
    """Draw the columns around a column, a dataset or a job."""
    return column.around(store(engine), query.node_id, query.depth, downstream=query.with_downstream)


def get_upstream_runs(engine: Engine, query: MarquezUpstreamQuery) -> MarquezUpstreamRuns:
    """Tell the runs that wrote what a run read, and so on."""
    return there(upstream.above(store(engine), query.run_id, query.depth), names.run_id(query.run_id))


def list_events(engine: Engine, query: MarquezEventsQuery) -> MarquezEvents:
    """List run events as they came, by when they happened."""
    since, until = _moment(query.after, 1), _moment(query.before, OPEN)
    up = query.sort_direction.lower() == "asc"
    return search.events(store(engine), since, until, query.size, query.offset, up=up)


def _moment(text: str, otherwise: int) -> int:
    try:
        return clock.parse(text.replace(" ", "+")) if text else otherwise
    except ValueError as error:
        raise BadInput(f"{text!r} is not a date and time") from error


OPERATIONS = (
    reading(f"{ROOT}/lineage", get_lineage, lenient=True),
    reading(f"{ROOT}/column-lineage", get_column_lineage, lenient=True),
    reading(f"{ROOT}/runlineage/upstream", get_upstream_runs, lenient=True),
    reading(f"{ROOT}/events/lineage", list_events, lenient=True),
    reading(f"{ROOT}/events", list_events, lenient=True),  # where marquez-python looks for them
)
