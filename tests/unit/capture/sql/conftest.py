"""What tests of SQL lineage have in common: statements as short lines that can be compared with hand-made ones."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.relation import Edge, Output, Star
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement


class Told(NamedTuple):
    """One statement: target, edges per column as ``table.column KIND``, those of the rows, names in doubt."""

    target: str | None
    columns: dict[str, list[str]]
    rows: list[str]
    doubts: list[str]
    problem: str


def written(edges: Iterable[Edge]) -> list[str]:
    """Return edges as text; a confidence below 1 is written behind."""
    return sorted(
        f"{edge.source.names[0]}.{edge.column} {edge.kind[1]}"
        + (f" {edge.confidence:g}" if edge.confidence < 1 else "")
        for edge in edges
    )


def _told(one: Statement) -> Told:
    target = one.writes.names[0] if one.writes is not None else None
    if one.lineage is None:
        return Told(target, {}, [], [], one.problem)
    columns: dict[str, list[str]] = {}
    into = one.lineage.into
    for place, item in enumerate(one.lineage.items):
        if isinstance(item, Output):
            name = into[place] if into and len(into) == len(one.lineage.items) else item.name or item.said
            columns[name] = written(item.edges)
        elif isinstance(item, Star):
            columns["*"] = sorted(f"{source.names[0]}.*" for source in (item.source, *item.also))
        else:
            columns["*"] = written(getattr(item, "edges", ()))
    return Told(target, columns, written(one.lineage.rows), [doubt.name for doubt in one.doubts], one.problem)


Tell = Callable[..., list[Told]]


@pytest.fixture
def tell() -> Tell:
    """Return what reads a script and tells of its statements that touch data."""

    def read(
        sql: str, name: str = "", schema: Mapping[str, Sequence[str]] | None = None, *, through: bool = False
    ) -> list[Told]:
        known: Mapping[str, Any] = {key: tuple(columns) for key, columns in (schema or {}).items()}
        script = Script(dialect.of(name), lambda source: known.get(source.names[0]), through=through)
        return [_told(one) for one in statement.read(sql, script) if one.how != "none" or one.problem]

    return read


@pytest.fixture
def growth() -> Callable[..., float]:
    """Return what tells how many times as long a call takes of a text of eight times the length.

    Linear is 8, quadratic 64. Processor time is measured, and once more where another process was in the way.
    """

    def measured(call: Callable[[str], Any], part: str, length: int) -> float:
        def cost(size: int) -> float:
            text = part * (size // len(part))
            begins = time.process_time()
            call(text)
            return time.process_time() - begins

        return min(cost(8 * length) / max(cost(length), 1e-3) for _ in range(2))

    return measured
