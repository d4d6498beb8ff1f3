"""A real engine on a real store, and a client of the application that serves it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.serve.app import create_app

RUN = "0194a1b2-0000-7000-8000-{:012d}"


def run_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A run of ``build`` that reads ``raw`` and writes ``features``."""
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2013-01-{number:02d}T10:00:00Z",
        "producer": "https://example.org/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN.format(number), "facets": {}},
        "job": {"namespace": "default", "name": "build", "facets": {}},
        "inputs": [{"namespace": "file", "name": "raw", "facets": {}}],
        "outputs": [{"namespace": "file", "name": "features", "facets": {}}],
        **changes,
    }


def answer(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An answer of ``refund-desk`` that stood on ``features``."""
    version = {"dataset": {"namespace": "file", "name": "features"}, "version": ""}
    return {
        "id": f"0194a1b2-1111-7000-8000-{number:012d}",
        "time_us": 1_357_100_000_000_000 + number,
        "endpoint": "refund-desk",
        "sources": [{"role": "features", "version": version}],
        "decision": "refund",
        "money": 300.0,
        **changes,
    }


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    return run_event


@pytest.fixture
def an_answer() -> Callable[..., dict[str, Any]]:
    return answer


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(Settings(home=str(tmp_path / ".driftline"))) as found:
        yield found


@pytest.fixture
def client(engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    page = tmp_path / "no page"
    with TestClient(create_app(engine, page=page), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    """A client of a server that knows one run and one answer."""
    assert client.post("/api/v1/lineage", json=run_event()).status_code == 201
    assert client.post("/api/v1/answers", json=[answer()]).status_code == 201
    return client


# The grammar of one sample line, after https://prometheus.io/docs/instrumenting/exposition_formats.
_SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}

Parsed = dict[str, dict[tuple[tuple[str, str], ...], float]]


def parse_exposition(text: str) -> Parsed:
    """Read the text format strictly: HELP and TYPE before samples, families together, no series twice."""
    assert text.endswith("\n")
    found: Parsed = {}
    current = ""
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            current = line.split(" ")[2]
            assert current not in found, f"{current} comes twice"
            found[current] = {}
        elif line.startswith("# TYPE "):
            assert line.split(" ")[2] == current
            assert line.split(" ")[3] in {"counter", "gauge"}
        else:
            match = _SAMPLE.match(line)
            assert match, line
            assert match[1] == current
            labels = []
            rest = match[2] or ""
            while rest:
                label = _LABEL.match(rest)
                assert label, rest
                labels.append((label[1], re.sub(r'\\[\\"n]', lambda m: _ESCAPES[m[0]], label[2])))
                rest = rest[label.end() :]
            assert tuple(labels) not in found[current], f"{line} comes twice"
            found[current][tuple(labels)] = float(match[3])
    return found


@pytest.fixture
def parse() -> Callable[[str], Parsed]:
    """An independent reader of the Prometheus text format."""
    return parse_exposition
