"""What names mean on connections to PostgreSQL, by small programs whose sources and edges are written by hand."""

import importlib.util
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.acceptance.postgres_programs import PROGRAMS, SETUP, Program
from tests.acceptance.postgres_statements import STATEMENTS
from tests.postgres_server import PostgresServer

import driftline
from driftline import testing
from driftline.testing import MemorySink

psycopg = pytest.importorskip("psycopg")
sqlalchemy = pytest.importorskip("sqlalchemy")
pytestmark = pytest.mark.acceptance
_NUMBERS = itertools.count(1)


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemorySink]:
    """Return what is told, with all hooks on and ``tmp_path`` as the current folder."""
    monkeypatch.chdir(tmp_path)
    used = MemorySink()
    with testing.use_sink(used):
        driftline.watch()
        yield used


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """Return the address of a database of its own."""
    name = f"names{next(_NUMBERS)}"
    postgres.run(f"create database {name}")
    address = f"postgresql://postgres@/{name}?host={postgres.folder}"
    for one in SETUP.split(";"):
        if one.strip():
            postgres.run(one, address)
    return address


def short(namespace: str, name: str) -> str:
    """Return a name without its database and without the schema ``public``; of a file that without its folders."""
    if namespace.startswith("postgres://memory"):
        assert name.startswith("temp."), name
        return name
    if namespace.startswith("postgres://"):
        return name.partition(".")[2].removeprefix("public.").replace(" ", "_")
    return name.rpartition("/")[2]


def edges(sink: MemorySink) -> set[str]:
    """Return the edges of all outputs, as the last event of each tells them."""
    facets: dict[str, Any] = {}
    for event in sink.decoded():
        for one in event.outputs:
            if "columnLineage" in one.facets:
                facets[short(one.namespace, one.name)] = json.loads(bytes(one.facets["columnLineage"]))
    found = set()
    for target, facet in facets.items():
        given = [
            *(one for field in facet["fields"].values() for one in field["inputFields"]),
            *facet.get("dataset", ()),
        ]
        found |= {f"{target}<{short(one['namespace'], one['name'])}" for one in given}
    return found


@pytest.mark.parametrize("name", [*PROGRAMS, *STATEMENTS])
def test_a_program_has_the_sources_and_edges_that_were_written_down_for_it(
    sink: MemorySink, url: str, name: str
) -> None:
    one: Program = {**PROGRAMS, **STATEMENTS}[name]
    if one.needs and importlib.util.find_spec(one.needs) is None:
        pytest.skip(f"needs {one.needs}")
    with psycopg.connect(url) as con:
        if con.info.server_version < 10_000 * one.since:
            pytest.skip(f"needs PostgreSQL {one.since}")
        given = {"con": con, "url": url, "psycopg": psycopg, "sqlalchemy": sqlalchemy, "pandas": pd}
        with driftline.run("job") as run:
            exec(compile(one.text, "program.py", "exec"), given)
        con.rollback()
    assert driftline.flush(timeout=20)
    sides = {"reads": run.inputs, "writes": run.outputs}
    told = {side: {short(each.dataset.namespace, each.dataset.name) for each in seen} for side, seen in sides.items()}
    wanted = {side: {*getattr(one, side).split()} for side in ("reads", "writes", "edges")}
    found = {**told, "edges": edges(sink)}
    assert {side: sorted(found[side]) for side in wanted} == {side: sorted(wanted[side]) for side in wanted}, {
        side: {"missing": wanted[side] - found[side], "too many": found[side] - wanted[side]} for side in wanted
    }
