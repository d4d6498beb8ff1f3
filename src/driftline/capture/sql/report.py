"""Statements as records for people and machines: target, columns, typed sources with a confidence.

Enters: statements. Leaves: one record per statement, in the shape that docs/guide/sql-lineage.md describes. Its
field names are a promise.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from driftline.capture.sql import bound
from driftline.capture.sql.bound import BY_QUERY, STAR, behind, placed
from driftline.capture.sql.relation import Edge, Edges, Item, Made, Output, Source, Star, Whatever
from driftline.capture.sql.stated import Statement


class ColumnSource(msgspec.Struct, frozen=True, order=True):
    """A source column and how it reaches; ``confidence`` is a share of 1."""

    table: str
    column: str
    type: str
    subtype: str
    confidence: float


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of the target or of the result, in order; ``*`` stands for those whose names are not known."""

    name: str
    sources: tuple[ColumnSource, ...]
    made: Made = ""  # what its value is made of, where surely no column brings it


class Unknown(msgspec.Struct, frozen=True):
    """A name that could not be told for sure, and the columns that it may mean."""

    name: str
    why: str
    candidates: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One statement."""

    statement: int
    kind: str
    target: str | None
    columns: tuple[Column, ...] = ()
    dataset: tuple[ColumnSource, ...] = ()  # what shapes every row
    reads: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    problem: str | None = None
    line: int = 1
    file: str | None = None


def report(statement: Statement, number: int, file: str | None = None) -> Report:
    """Return the record of one statement."""
    reads = tuple(name for source in statement.reads for name in source.names)
    target = statement.writes.names[0] if statement.writes is not None else None
    columns: tuple[Column, ...] = ()
    dataset: tuple[ColumnSource, ...] = ()
    unknown = [Unknown(one.name, one.why, tuple(f"{source.names[0]}.{column}" for source, column in one.candidates))
               for one in statement.doubts]  # fmt: skip
    if statement.lineage is not None:
        columns = tuple(_columns(statement, unknown))
        dataset = _sources(statement.lineage.rows)
    elif statement.problem:
        whole = Edge(Source("table", ("",)), "*", ("DIRECT", "TRANSFORMATION"), STAR)
        dataset = _sources(whole._replace(source=source) for source in statement.reads)
    return Report(
        statement=number, kind=statement.kind, target=target, columns=columns, dataset=dataset, reads=reads,
        unknown=tuple(unknown), problem=statement.problem or None, line=statement.line, file=file,
    )  # fmt: skip


def _columns(statement: Statement, unknown: list[Unknown]) -> Iterable[Column]:
    assert statement.lineage is not None
    items, into = statement.lineage.items, statement.lineage.into
    stars = [place for place, item in enumerate(items) if not isinstance(item, Output)]
    unknown += [_star(items[place]) for place in stars]
    if into is None:
        for item in items:
            yield _column(item, 1.0)
    elif not into:
        for item in items:
            yield _column(item, BY_QUERY)
    else:
        if not stars and len(items) != len(into):
            unknown.append(Unknown("*", f"{len(items)} outputs for {len(into)} columns of the target", ()))
        made = bound.made(statement.lineage, None)
        for name, edges in placed(items, into):
            yield Column(name, _sources(edges), made.get(name, ""))


def _column(item: Item, share: float) -> Column:
    name = item.name or item.said if isinstance(item, Output) else "*"
    return Column(name, _sources(behind(item), share), item.made if isinstance(item, Output) else "")


def _star(item: Item) -> Unknown:
    sources: Iterable[Any] = ()
    if isinstance(item, Star):
        sources = (item.source, *item.also)
    elif isinstance(item, Whatever):
        sources = {edge.source for edge in item.edges}
    elif not isinstance(item, Output):
        sources = item.sources
    return Unknown("*", "its columns are not known", tuple(sorted(f"{source.names[0]}.*" for source in sources)))


def _sources(edges: Edges | Iterable[Edge], share: float = 1.0) -> tuple[ColumnSource, ...]:
    best: dict[tuple[str, str, str, str], float] = {}
    for edge in edges:
        for name in edge.source.names:
            key = (name, edge.column, *edge.kind)
            best[key] = max(best.get(key, 0.0), edge.confidence)
    return tuple(sorted(ColumnSource(*key, round(value * share, 2)) for key, value in best.items()))
