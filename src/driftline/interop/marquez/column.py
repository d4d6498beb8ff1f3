"""The graph of columns around a column, a dataset or a job.

Enters: node ids. Leaves: columns with what they are made from and what they feed. Depth counts steps from column to
column. What shapes the rows of a dataset as a whole is shown as a source of each of its columns that is asked for.
"""

from collections.abc import Iterable, Mapping

import msgspec

from driftline.errors import BadInput
from driftline.event import names
from driftline.interop.marquez.dataset import MarquezInputField, helds
from driftline.interop.marquez.graph import LIMIT, MarquezEdge, find
from driftline.store import Store
from driftline.store.catalogue import Found
from driftline.store.connection import Row
from driftline.store.walks import NOW, Line

TYPE = "DATASET_FIELD"


class MarquezColumn(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A column and what it is made from."""

    namespace: str
    dataset: str
    dataset_version: str | None = None
    field: str
    field_type: str | None = None
    transformation_description: str | None = None
    transformation_type: str | None = None
    input_fields: list[MarquezInputField] = []


class MarquezColumnNode(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A column in a graph; both kinds of edges begin at the node itself, as its page expects."""

    id: str
    type: str
    data: MarquezColumn
    in_edges: list[MarquezEdge]
    out_edges: list[MarquezEdge]


class MarquezColumnGraph(msgspec.Struct, frozen=True):
    """Columns."""

    graph: list[MarquezColumnNode]


def around(store: Store, node: str, depth: int, *, downstream: bool) -> MarquezColumnGraph:
    """Return the columns that a column, or those of a dataset or of what a job writes, are made from, and feed."""
    found = find(store, node)
    if found.type == "VERSION" and downstream:
        raise BadInput("what is downstream of a version is not told; leave out the version or withDownstream")
    starts = _starts(store, found)
    walks = [store.walks.columns(starts, "up", depth, NOW, LIMIT)]
    if downstream:
        walks.append(store.walks.columns(starts, "down", depth, NOW, LIMIT))
    fields = store.walks.fields({place for walked in walks for place in walked.far if place > 0})
    ids = {place: names.column_id(row[1], row[2], row[3]) for place, row in fields.items()}
    into: dict[int, dict[int, Line]] = {}
    out_of: dict[int, dict[int, Line]] = {}
    for line in (line for walked in walks for line in walked.lines):
        if line.source in ids and line.target in ids:
            into.setdefault(line.target, {}).setdefault(line.source, line)
            out_of.setdefault(line.source, {}).setdefault(line.target, line)
    types = _types(store, {(row[1], row[2]) for row in fields.values()})
    return MarquezColumnGraph(
        [
            MarquezColumnNode(
                id=ids[place],
                type=TYPE,
                data=_column(fields[place], fields, into.get(place, {}), types),
                in_edges=_edges(ids, place, into.get(place, ())),
                out_edges=_edges(ids, place, out_of.get(place, ())),
            )
            for place in sorted(ids, key=lambda place: ids[place])
        ]
    )


def _starts(store: Store, found: Found) -> list[int]:
    if found.type == "FIELD":
        return [found.id]
    if found.type == "JOB":
        return store.walks.fields_of(store.walks.touched(found.id, "down", NOW), NOW)
    if found.dataset is None:
        raise BadInput(f"{found.node!r} has no columns")
    return store.walks.fields_of([found.owner], NOW)


def _edges(ids: Mapping[int, str], place: int, others: Iterable[int]) -> list[MarquezEdge]:
    return sorted(MarquezEdge(ids[place], ids[other]) for other in others)


def _column(
    row: Row, fields: Mapping[int, Row], into: Mapping[int, Line], types: Mapping[tuple[str, str, str], str]
) -> MarquezColumn:
    _, namespace, name, column, _ = row
    sources = sorted((fields[source][1:4], line.kind) for source, line in into.items())
    kinds = {kind for _, kind in sources}
    return MarquezColumn(
        namespace=namespace,
        dataset=name,
        field=column,
        field_type=types.get((namespace, name, column)),
        transformation_type=next(iter(kinds)) or None if len(kinds) == 1 else None,
        input_fields=[
            MarquezInputField(namespace=space, dataset=data, field=field, transformation_type=kind or None)
            for (space, data, field), kind in sources
        ],
    )


def _types(store: Store, datasets: set[tuple[str, str]]) -> dict[tuple[str, str, str], str]:
    """Return the types of columns by the schemas that stand."""
    lines = store.reading.lines_by_node(names.dataset_id(*name) for name in datasets)
    return {
        (held.line.namespace, held.line.name, column.name): column.type
        for held in helds(store, list(lines.values()))
        for column in held.columns
        if column.type
    }
