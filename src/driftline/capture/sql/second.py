"""A second opinion: what DuckDB's binder says of the columns behind each output, compared with what was parsed.

Enters: the lineage of a statement and DuckDB's bound plan of it. Leaves: where the two differ, and the lineage weighed
by both: a name that was in doubt is what the plan says; an edge that only one of them has carries less confidence. A
plan looks through views: where it names a table that the statement does not, there is no opinion.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from driftline.capture.sql import plan
from driftline.capture.sql import relation as rel
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.plan import Column, Columns, Named
from driftline.capture.sql.relation import Edge, Edges, Output, Source
from driftline.capture.sql.stated import Doubt, Statement

PARSED_ALONE = 0.7  # of an edge that the plan does not have
BOUND_ALONE = 0.5  # of an edge that only the plan has


class Difference(NamedTuple):
    """What one side says of an output and the other does not."""

    place: int
    output: str
    parsed_alone: tuple[Column, ...]
    bound_alone: tuple[Column, ...]


class Said:
    """A serialised plan, read when it is asked for."""

    __slots__ = ("_columns", "_text")

    def __init__(self, text: str) -> None:
        self._text: str | None = text
        self._columns: Columns | Named | None = None

    def columns(self) -> Columns | Named | None:
        """Return the source columns of each output; None where they cannot be told."""
        text, self._text = self._text, None
        if text is not None:
            self._columns = plan.read(json.loads(text))
        return self._columns


def differences(lineage: Lineage, reads: Iterable[Source], bound: Columns | Named) -> list[Difference]:
    """Return where the parsed edges and the plan differ. Conditions and windows are no difference: a plan has none.

    Args:
        lineage: as it was parsed.
        reads: the sources of the statement.
        bound: the opinion of the plan.
    """
    each = _comparable(lineage, reads, bound)
    if each is None:
        return []
    shaping = {_column(edge) for edge in lineage.rows}
    found = []
    for place, (item, columns) in enumerate(zip(lineage.items, each, strict=True)):
        assert isinstance(item, Output)
        direct = {_column(edge) for edge in item.edges if edge.kind[0] == "DIRECT" and edge.column != "*"}
        direct -= _settled(item.edges, columns)
        anyhow = shaping | {_column(edge) for edge in item.edges}
        parsed_alone = sorted(one for one in direct if not _among(one, columns))
        bound_alone = sorted(one for one in columns if not _among(one, anyhow))
        if parsed_alone or bound_alone:
            name = item.name or f"column {place + 1}"
            found.append(Difference(place, name, tuple(parsed_alone), tuple(bound_alone)))
    return found


def _comparable(lineage: Lineage, reads: Iterable[Source], bound: Columns | Named) -> Columns | None:
    """What the plan says of each output; None where the two cannot be compared."""
    if isinstance(bound, dict):
        into = [name.lower() for name in lineage.into or bound]  # without a list they go there by place
        each = [bound[name] for name in into if name in bound]
    else:
        each = bound
    if len(lineage.items) != len(each) or not all(isinstance(item, Output) for item in lineage.items):
        return None
    known = {_last(source) for source in reads}
    return each if all(table in known for columns in each for table, _ in columns) else None


def _settled(edges: Edges, columns: frozenset[Column]) -> set[Column]:
    """The columns that a name in doubt could have meant and, by the plan, does not."""
    meant = {edge.column.lower() for edge in edges if edge.confidence < 1 and _among(_column(edge), columns)}
    return {
        _column(edge)
        for edge in edges
        if edge.confidence < 1 and edge.column.lower() in meant and not _among(_column(edge), columns)
    }


def _last(source: Source) -> str:
    return source.names[0].rsplit(".", 1)[-1].lower() if source.kind == "table" else ""


def _column(edge: Edge) -> Column:
    return _last(edge.source), edge.column.lower()


def _among(one: Column, others: Iterable[Column]) -> bool:
    return any(one[1] == column and (one[0] == table or not one[0] or not table) for table, column in others)


def weighed(statement: Statement, bound: Columns | Named) -> Statement:
    """Return the statement as sure as both make it, with the differences noted."""
    if statement.lineage is None:
        return statement
    doubts = list(statement.doubts)
    for one in differences(statement.lineage, statement.reads, bound):
        item = statement.lineage.items[one.place]
        assert isinstance(item, Output)
        parsed = {(edge.source, edge.column) for edge in item.edges if _column(edge) in one.parsed_alone}
        if parsed:
            doubts.append(Doubt(one.output, "not so in DuckDB's plan", tuple(sorted(parsed))))
        if one.bound_alone:
            more = [(_source(statement.reads, table), column) for table, column in one.bound_alone]
            doubts.append(Doubt(one.output, "only in DuckDB's plan", tuple(sorted(more))))
    return statement._replace(lineage=weigh(statement.lineage, statement.reads, bound), doubts=tuple(doubts))


def weigh(lineage: Lineage, reads: Iterable[Source], bound: Columns | Named) -> Lineage:
    """Return the lineage as sure as both make it.

    Args:
        lineage: as it was parsed.
        reads: the sources of the statement.
        bound: the opinion of the plan.
    """
    known = tuple(reads)
    each = _comparable(lineage, known, bound)
    if each is None:
        return lineage
    found = {one.place: one for one in differences(lineage, known, bound)}
    items = list(lineage.items)
    for place, item in enumerate(items):
        assert isinstance(item, Output)
        edges = _weighed(item.edges, each[place], found.get(place))
        more = _planned(known, found[place]) if place in found else rel.NONE
        items[place] = item._replace(edges=frozenset(edges) | more)
    return lineage._replace(items=tuple(items))


def sides(lineage: Lineage, reads: Iterable[Source], bound: Columns | Named) -> tuple[Lineage, Lineage]:
    """Return two lineages of the same outputs: of edges that are parsed and not in the plan, and the other way round.

    Args:
        lineage: as it was parsed.
        reads: the sources of the statement.
        bound: the opinion of the plan.
    """
    known = tuple(reads)
    parsed, planned = ([item._replace(edges=rel.NONE) if isinstance(item, Output) else item for item in lineage.items]
                       for _ in range(2))  # fmt: skip
    for one in differences(lineage, known, bound):
        item = lineage.items[one.place]
        assert isinstance(item, Output)
        direct = (edge for edge in item.edges if edge.kind[0] == "DIRECT" and _column(edge) in one.parsed_alone)
        parsed[one.place] = item._replace(edges=frozenset(direct))
        planned[one.place] = item._replace(edges=_planned(known, one))
    return Lineage(tuple(parsed), rel.NONE, lineage.into), Lineage(tuple(planned), rel.NONE, lineage.into)


def _planned(reads: Iterable[Source], one: Difference) -> Edges:
    return frozenset(
        Edge(_source(reads, table), column, rel.TRANSFORMATION, BOUND_ALONE) for table, column in one.bound_alone
    )


def _weighed(edges: Edges, columns: frozenset[Column], difference: Difference | None) -> set[Edge]:
    settled = _settled(edges, columns)
    kept = set()
    for edge in edges:
        column = _column(edge)
        if edge.kind[0] != "DIRECT" or edge.column == "*":
            kept.add(edge)
        elif difference is not None and column in difference.parsed_alone:
            kept.add(edge._replace(confidence=round(edge.confidence * PARSED_ALONE, 2)))
        elif column not in settled:
            kept.add(edge._replace(confidence=1.0) if _among(column, columns) else edge)
    return kept


def _source(reads: Iterable[Source], table: str) -> Source:
    return next((source for source in reads if _last(source) == table), Source("table", (table,)))
