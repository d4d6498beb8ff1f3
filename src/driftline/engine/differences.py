"""What differs between two moments: around a node, or in the whole graph.

Enters: a node (or none) and two moments. Leaves: a ``Difference``. Around a node it is two walks and a comparison. Of
the whole graph, only the places into which something came or went between the two are looked at, in the order of their
ids and up to a limit; a difference that was cut says so. Event time throughout: what was heard of late is seen where it
happened.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from driftline.engine import queries, replaced, shape
from driftline.engine.house import House
from driftline.engine.shape import Question
from driftline.errors import BadInput
from driftline.event.lineage import Link, Node, Subgraph
from driftline.event.report import CodeChange, DataChange, Difference, FieldChange
from driftline.graph import difference, drawn
from driftline.graph.difference import Links
from driftline.store import weave
from driftline.store.versions import Schemas
from driftline.store.views import What
from driftline.store.walks import NOW

_PAGE = 2_000
_LOWEST = -(2**62)


def between(
    house: House, node: str, since_us: int | None, until_us: int | None, *, depth: int, limit: int
) -> Difference:
    """Return what came, went and changed from ``since_us`` to ``until_us`` (None: now).

    Raises:
        BadInput: there is no first moment.
    """
    if since_us is None:
        hint = "Say both moments, or the first one alone: the second is then now."
        raise BadInput("a difference needs the moment to begin at", hint=hint)
    end = NOW if until_us is None else until_us
    found = _around(house, node, since_us, end, depth, limit) if node else _whole(house, since_us, end, limit)
    found = msgspec.structs.replace(found, node=node, until_us=until_us or 0)
    return msgspec.structs.replace(found, sentence=difference.sentence(found))


def _around(house: House, node: str, since: int, until: int, depth: int, limit: int) -> Difference:
    known = house.store.lineage.lookup(node)
    flat = known is not None and known.type == "FIELD"
    asked = [Question(node=node, depth=depth, as_of_us=moment, limit=limit) for moment in (since, until)]
    graphs = [shape.lineage(house, one) for one in asked]
    columns = [Subgraph(), Subgraph()]
    if known is not None and known.dataset is not None:
        columns = (
            graphs if flat else [shape.lineage(house, msgspec.structs.replace(one, columns=True)) for one in asked]
        )
    came, went = difference.nodes(*(graph.nodes for graph in graphs))
    rows = house.store.views.named({one.id for graph in graphs for one in graph.nodes})
    datasets = {row[0]: row[4] for row in rows if row[1] == "DATASET"}
    return _made(
        since,
        (came, went),
        difference.links(*(() if flat else graph.edges for graph in graphs)),
        difference.links(*(graph.edges for graph in columns)),
        fields=_fields(house, datasets, since, until),
        code=_code(house, {row[0]: row[4] for row in rows if row[1] == "JOB"}, since, until),
        data=replaced.changes(house, datasets, since, until),
        truncated=any(graph.truncated for graph in (*graphs, *columns)),
        border=any(abs(one.depth) >= depth for graph in graphs for one in graph.nodes),
    )


def _whole(house: House, since: int, until: int, limit: int) -> Difference:
    span = (min(since, until), max(since, until))
    rows = house.store.views.born(span, limit + 1)
    born = tuple(drawn.node_of(row) for row in rows[:limit])
    edges, cut_edges = _changed(house, "edge", span, limit)
    flows, cut_flows = _changed(house, "flow", span, limit)
    columns, cut_columns = _changed(house, "column", span, limit)
    sides = [[*_edges(house, edges, moment), *_flows(house, flows, moment)] for moment in (since, until)]
    fields, cut_fields = _every(house, "DATASET", since, until, limit)
    code, cut_code = _every(house, "JOB", since, until, limit)
    return _made(
        since,
        (born, ()) if since <= until else ((), born),
        difference.links(*sides),
        difference.links(*(_columns(house, columns, moment) for moment in (since, until))),
        fields=tuple(one for one in fields if isinstance(one, FieldChange)),
        code=tuple(one for one in code if isinstance(one, CodeChange)),
        truncated=len(rows) > limit or cut_edges or cut_flows or cut_columns or cut_fields or cut_code,
    )


def _made(
    since: int,
    nodes: tuple[tuple[Node, ...], tuple[Node, ...]],
    links: Links,
    columns: Links,
    *,
    fields: tuple[FieldChange, ...],
    code: tuple[CodeChange, ...],
    data: tuple[DataChange, ...] = (),
    truncated: bool,
    border: bool = False,
) -> Difference:
    return Difference(
        since_us=since,
        came=nodes[0],
        went=nodes[1],
        links_came=links[0],
        links_went=links[1],
        links_changed=links[2],
        columns_came=columns[0],
        columns_went=columns[1],
        columns_changed=columns[2],
        fields=fields,
        code=code,
        data=data,
        truncated=truncated,
        border=border,
    )


def _changed(house: House, what: What, span: tuple[int, int], limit: int) -> tuple[list[int], bool]:
    found = house.store.views.changed(what, _LOWEST, span, limit + 1)
    return found[:limit], len(found) > limit


def _edges(house: House, targets: list[int], moment: int) -> Iterable[Link]:
    """Yield the links into some places that say what fed what; hubs are only a way to write many of them."""
    lines = house.store.walks.edges(targets, "up", moment)
    rows = house.store.walks.nodes({place for line in lines for place in (line.source, line.target, line.via) if place})
    for line in lines:
        if "HUB" in (rows[line.source][1], rows[line.target][1]):
            continue
        yield Link(
            source=rows[line.source][4],
            target=rows[line.target][4],
            kind="DERIVED" if line.via else drawn.kind_of(rows, line),
            provenance=line.provenance,
            confidence=line.confidence,
            via=rows[line.via][4] if line.via else "",
        )


def _flows(house: House, targets: list[int], moment: int) -> Iterable[Link]:
    pairs = house.store.walks.jobs_at(targets, "up", moment)
    unlisted = house.store.walks.unlisted(targets, moment)
    rows = house.store.walks.nodes({place for pair in pairs for place in pair})
    for source, target in pairs:
        kind = "READ" if rows[source][1] == "DATASET" else "WRITE"
        how = drawn.UNLISTED.provenance if (source, target) in unlisted else drawn.SURE.provenance
        yield Link(source=rows[source][4], target=rows[target][4], kind=kind, provenance=how)


def _columns(house: House, targets: list[int], moment: int) -> Iterable[Link]:
    lines = house.store.walks.columns_into(targets, moment)
    nodes = drawn.column_nodes(house.store, {place for line in lines for place in (line.source, line.target)})
    drawing = drawn.Drawing("up")
    for node in nodes.values():
        drawing.node(node, 0)
    for line in lines:
        drawing.link(nodes[line.source].id, nodes[line.target].id, line.kind, line)
    return drawing.links()


def _every(
    house: House, type_: Literal["DATASET", "JOB"], since: int, until: int, limit: int
) -> tuple[Sequence[FieldChange | CodeChange], bool]:
    """Return how schemas or code differ, of all that was heard of before both moments and after the first."""
    found: list[FieldChange | CodeChange] = []
    after, first = 0, min(since, until)
    while page := house.store.views.said_since(type_, after, first, _PAGE):
        nodes = {id_: row[4] for id_, row in house.store.walks.nodes(page).items()}
        found += _fields(house, nodes, since, until) if type_ == "DATASET" else _code(house, nodes, since, until)
        if len(found) > limit:
            return found[:limit], True
        after = page[-1]
    return found, False


def _fields(house: House, datasets: Mapping[int, str], since: int, until: int) -> tuple[FieldChange, ...]:
    schemas = Schemas(house.store.blobs)
    old, new = (house.store.views.schemas(datasets, moment) for moment in (since, until))
    moved = [id_ for id_ in datasets if old.get(id_) and new.get(id_) and old[id_] != new[id_]]
    before, after = ({datasets[id_]: schemas.fields(side[id_]) or () for id_ in moved} for side in (old, new))
    return difference.fields(before, after)


def _code(house: House, jobs: Mapping[int, str], since: int, until: int) -> tuple[CodeChange, ...]:
    old, new = (house.store.views.runs(jobs, moment) for moment in (since, until))
    moved = [id_ for id_ in jobs if old.get(id_) and new.get(id_) and old[id_] != new[id_]]
    rows = house.store.walks.run_rows(run for id_ in moved for run in (old[id_], new[id_]))
    shapes = {id_: tuple(weave.shape(rows[side[id_]]) for side in (old, new)) for id_ in moved}
    before, after = ({jobs[id_]: both[side].code for id_, both in shapes.items()} for side in (0, 1))
    sql = {jobs[id_]: queries.differing(house, *both) for id_, both in shapes.items()}
    return difference.code(before, after, sql)
