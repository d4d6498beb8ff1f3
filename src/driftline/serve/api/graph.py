"""The lineage around a node, as now or as of a moment, with a place for each node."""

from typing import Annotated, Literal

import msgspec

from driftline import clock
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.lineage import Subgraph
from driftline.event.report import Impact
from driftline.serve.layout import place
from driftline.serve.operation import reading

Layout = dict[str, tuple[float, float]]  # node id -> column, row


class GraphQuery(msgspec.Struct, frozen=True):
    """Which part of the lineage."""

    node: Annotated[str, msgspec.Meta(description="A node id, or a name that means one thing only.", min_length=1)]
    direction: Literal["both", "up", "down"] = "both"
    depth: Annotated[int, msgspec.Meta(ge=0, le=100)] = 5
    columns: bool = False
    as_of: Annotated[
        str, msgspec.Meta(description="A moment, as ISO 8601 or in microseconds since 1970. Empty: now.")
    ] = ""


class NodeQuery(msgspec.Struct, frozen=True):
    """Which node."""

    node: Annotated[str, msgspec.Meta(description="A node id, or a name that means one thing only.", min_length=1)]


class DrawnGraph(Subgraph, frozen=True, kw_only=True):
    """A part of the lineage and where its nodes stand."""

    layout: Layout


def draw(graph: Subgraph) -> Layout:
    """Return the place of each node of ``graph``."""
    return place([node.id for node in graph.nodes], [(link.source, link.target) for link in graph.edges])


_DIGITS = 18  # of microseconds since 1970


def moment(text: str) -> int | None:
    """Return the moment that ``text`` means in microseconds since 1970; None for an empty one.

    Raises:
        BadInput: it is neither a number nor a date.
    """
    if not text:
        return None
    if text.isdigit() and len(text) <= _DIGITS:
        return int(text)
    try:
        return clock.parse(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a moment; write 2013-01-31 or 2013-01-31T08:00:00Z") from error


def get_graph(engine: Engine, query: GraphQuery) -> DrawnGraph:
    """Walk the lineage from a node."""
    graph = engine.lineage(
        engine.resolve(query.node),
        up=query.direction != "down",
        down=query.direction != "up",
        depth=query.depth,
        columns=query.columns,
        as_of_us=moment(query.as_of),
    )
    return DrawnGraph(nodes=graph.nodes, edges=graph.edges, layout=draw(graph))


def get_impact(engine: Engine, query: NodeQuery) -> Impact:
    """Tell what is downstream of a node, and the money that passed through it."""
    return engine.impact(engine.resolve(query.node))


OPERATIONS = (reading("/api/v1/graph", get_graph), reading("/api/v1/impact", get_impact))
