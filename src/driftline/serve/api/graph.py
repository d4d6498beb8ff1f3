"""The lineage around a node, as now or as of a moment, with a place for each node; ways, differences, selections."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from driftline.engine import cells, disagreements
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.lineage import Subgraph
from driftline.event.report import Difference, Disagreement, Impact, Selected
from driftline.graph import drawn
from driftline.serve.layout import place
from driftline.serve.operation import reading

_LOST_PLUS = re.compile(r"^\s|\s$|\s\s|(?:^|\s)\d+\s")
Layout = dict[str, tuple[float, float]]  # node id -> column, row

NODE = "A node id, or a name that means one thing only."
MOMENT = (
    "A moment: ISO 8601, microseconds since 1970, run:ID, a version such as features@previous, or the id of an answer. "
    "Empty: now."
)
SELECTOR = "A selector in dbt's syntax, such as +features or tag:money+1."
Named = Annotated[str, msgspec.Meta(description=NODE, min_length=1)]
AsOf = Annotated[str, msgspec.Meta(description=MOMENT)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=10_000, description="Nodes in each direction; see truncated.")]
Depth = Annotated[int, msgspec.Meta(ge=0, le=100)]


class GraphQuery(msgspec.Struct, frozen=True):
    """Which part of the lineage."""

    node: Annotated[
        str, msgspec.Meta(description=f"{NODE} Empty with select, and with a view of one run: that run.")
    ] = ""
    direction: Literal["both", "up", "down"] = "both"
    depth: Depth = 5
    columns: bool = False
    as_of: AsOf = ""
    view: Annotated[
        str, msgspec.Meta(description="union over all runs, last: what each job's last run did, or the id of a run.")
    ] = "union"
    roll_up: Annotated[
        Literal["task", "parent", "root"], msgspec.Meta(description="Jobs as they are, or what they ran for.")
    ] = "task"
    hide_inner: Annotated[bool, msgspec.Meta(description="Leave out datasets that one job alone writes and reads.")] = (
        False
    )
    derived: Annotated[
        bool, msgspec.Meta(description="Also the DERIVED links that sum up READ and WRITE links, with their job.")
    ] = False
    select: Annotated[str, msgspec.Meta(description=f"{SELECTOR} In place of node.")] = ""
    exclude: Annotated[str, msgspec.Meta(description="What to leave out of select.")] = ""
    limit: Limit = 500


class NodeQuery(msgspec.Struct, frozen=True):
    """Which node."""

    node: Named


class PathQuery(msgspec.Struct, frozen=True):
    """From where to where."""

    start: Named
    end: Named
    columns: Annotated[bool, msgspec.Meta(description="From column to column.")] = False
    as_of: AsOf = ""


class DiffQuery(msgspec.Struct, frozen=True):
    """Between which moments, and around what."""

    since: Annotated[str, msgspec.Meta(description=MOMENT.removesuffix(" Empty: now."), min_length=1)]
    until: AsOf = ""
    node: Annotated[str, msgspec.Meta(description=f"{NODE} Empty: the whole graph.")] = ""
    depth: Depth = 5
    limit: Limit = 500


class VersionsQuery(msgspec.Struct, frozen=True):
    """Which two versions."""

    before: Annotated[
        str, msgspec.Meta(description="A version, such as features@previous or features#v3.", min_length=1)
    ]
    after: Annotated[str, msgspec.Meta(description="Another version of the same dataset.", min_length=1)]


class SelectQuery(msgspec.Struct, frozen=True):
    """Which datasets."""

    selector: Annotated[str, msgspec.Meta(description=SELECTOR, min_length=1)]
    exclude: str = ""
    as_of: AsOf = ""
    limit: Limit = 10_000


class DrawnGraph(Subgraph, frozen=True, kw_only=True):
    """A part of the lineage and where its nodes stand."""

    layout: Layout
    notes: tuple[str, ...] = ()  # what may have been meant by the selector
    disagreements: tuple[Disagreement, ...] = ()  # of columns: where declared and observed do not agree


def draw(graph: Subgraph) -> Layout:
    """Return the place of each node of ``graph``."""
    links = [(link.source, link.target) for link in graph.edges if not link.via]
    return place([node.id for node in graph.nodes], links)


def get_graph(engine: Engine, query: GraphQuery) -> DrawnGraph:
    """Walk the lineage from a node, or show what a selector selects."""
    moment = engine.moment(query.as_of)
    if query.select:
        graph = engine.among(query.select, exclude=query.exclude, as_of_us=moment, limit=query.limit)
    else:
        if not query.node and query.view in ("union", "last"):
            raise BadInput("no node was named", hint="Name one with node=, or several with select=.")
        graph = engine.lineage(
            engine.resolve(query.node) if query.node else "",
            up=query.direction != "down",
            down=query.direction != "up",
            depth=query.depth,
            columns=query.columns,
            as_of_us=moment,
            view=query.view,
            roll_up=query.roll_up,
            hide_inner=query.hide_inner,
            limit=query.limit,
        )
    shown = graph if query.derived else drawn.plainly(graph)
    notes = _notes(engine, (query.select, query.exclude), graph.unmatched)
    unsure = disagreements.of(engine.house, shown, moment) if query.columns else ()
    return DrawnGraph(**msgspec.structs.asdict(shown), layout=draw(shown), notes=notes, disagreements=unsure)


def get_path(engine: Engine, query: PathQuery) -> DrawnGraph:
    """Find one shortest way from a node down to another; it has no nodes where there is none."""
    start, end = engine.resolve(query.start), engine.resolve(query.end)
    found = engine.path(start, end, as_of_us=engine.moment(query.as_of), columns=query.columns)
    shown = drawn.plainly(found)
    return DrawnGraph(nodes=shown.nodes, edges=shown.edges, truncated=shown.truncated, layout=draw(shown))


def get_difference(engine: Engine, query: DiffQuery) -> Difference:
    """Tell what came, went and changed between two moments."""
    since = engine.moment(query.since)
    assert since is not None  # only an empty text means now
    return engine.diff(
        engine.resolve(query.node) if query.node else "",
        since_us=since,
        until_us=engine.moment(query.until),
        depth=query.depth,
        limit=query.limit,
    )


def get_versions_difference(engine: Engine, query: VersionsQuery) -> Difference:
    """Tell how the content of two versions of a dataset differs, by column and rows."""
    return cells.between(engine.house, query.before, query.after)


def get_selection(engine: Engine, query: SelectQuery) -> Selected:
    """List the datasets that a selector selects."""
    moment = engine.moment(query.as_of)
    found = engine.select(query.selector, exclude=query.exclude, as_of_us=moment, limit=query.limit)
    return msgspec.structs.replace(found, notes=_notes(engine, (query.selector, query.exclude), found.unmatched))


def _notes(engine: Engine, selectors: Sequence[str], unmatched: Sequence[str]) -> tuple[str, ...]:
    """Return what may have been meant by selectors: names that are near, a plus that an address made a space."""
    notes = [f"nothing fits {word!r}; {near}" for word in unmatched if (near := engine.near(word))]
    if any(_LOST_PLUS.search(text) for text in selectors):
        notes.append("a selector has a space where a plus may have been: in an address a plus is written %2B")
    return tuple(notes)


def get_impact(engine: Engine, query: NodeQuery) -> Impact:
    """Tell what is downstream of a node, and the money that passed through it."""
    return engine.touched_by(query.node)


OPERATIONS = (
    reading("/api/v1/graph", get_graph),
    reading("/api/v1/path", get_path),
    reading("/api/v1/diff", get_difference),
    reading("/api/v1/diff/versions", get_versions_difference),
    reading("/api/v1/select", get_selection),
    reading("/api/v1/impact", get_impact),
)
