"""Statements as they are written at work, in many dialects, each with all of its edges.

The edges in ``fixtures/sql/statements.txt`` were worked out by hand, before the code was asked. The last statement of a
script counts. ``id``, ``tr``, ``ag`` are direct, ``co``, ``wi``, ``jo``, ``fi``, ``gr``, ``so`` indirect.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.report import report
from driftline.capture.sql.schema import Schema
from driftline.capture.sql.script import Script

FILE = Path(__file__).parent.parent / "fixtures" / "sql" / "statements.txt"


class Case(NamedTuple):
    name: str
    title: str
    schema: dict[str, list[str]]
    sql: str
    target: str | None
    edges: dict[str, set[str]]  # per column, and of the rows


def listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def read(block: str) -> Case:
    head, *rest = block.strip().splitlines()
    said = [line for line in rest if line.startswith("schema ")]
    known = dict(line.removeprefix("schema ").split(":", 1) for line in said)
    cut = next(place for place, line in enumerate(rest) if line.startswith("=> "))
    name, title = head.split(": ", 1)
    edges = dict(line.split(":", 1) if ":/" not in line.split(" ", 1)[0] else ("", "") for line in rest[cut + 1 :])
    target = rest[cut].removeprefix("=> ")
    return Case(
        name, title, {table: listed(columns) for table, columns in known.items()},
        "\n".join(line for line in rest[:cut] if line not in said), None if target == "-" else target,
        {column: set(listed(given)) for column, given in edges.items()},
    )  # fmt: skip


CASES = [read(block) for block in FILE.read_text(encoding="utf-8").split("== ")[1:]]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.name}: {case.title}" for case in CASES])
def test_a_statement_has_exactly_these_edges(case: Case) -> None:
    schema = Schema(dict(case.schema))
    script = Script(dialect.of(case.name), schema.columns, schema.named_as, through=True)
    *_, one = (report(found, 1) for found in statement.read(case.sql, script))
    assert one.problem is None
    every = {column.name: column.sources for column in one.columns} | {"rows": one.dataset}
    assert one.target == case.target
    assert {
        name: {f"{s.table}.{s.column} {s.subtype[:2].lower()}" for s in sources} for name, sources in every.items()
    } == (case.edges)
    assert all(source.confidence == 1 for sources in every.values() for source in sources)


def test_there_are_statements_in_ten_dialects() -> None:
    assert len({case.name for case in CASES}) >= 10
    assert len(CASES) >= 60
