"""Whatever an event holds, it is folded or put into quarantine, on every store alike, and holds up nothing else."""

import json
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.engine.house import House
from driftline.store import Store

FACET = {"_producer": "https://example.org", "_schemaURL": "https://example.org"}
RUN = "0194a1b2-0000-7000-8000-{:012d}"
SIZES = (1_000, 3_000, 100_000)  # characters that cannot be packed; an index of PostgreSQL takes 2,704 bytes


def long(size: int) -> str:
    return "".join(random.Random(size).choices(string.ascii_letters + string.digits, k=size))


def event(number: int, run: Any = None, job: Any = None, output: Any = None) -> bytes:
    return json.dumps(
        {
            "eventType": "COMPLETE",
            "eventTime": f"2026-01-01T10:{number:02d}:00Z",
            "producer": "https://example.org",
            "schemaURL": "https://example.org",
            "run": {
                "runId": RUN.format(number),
                "facets": {key: {**FACET, **held} for key, held in (run or {}).items()},
            },
            "job": {
                "namespace": "n",
                "name": "j",
                "facets": {key: {**FACET, **held} for key, held in (job or {}).items()},
            },
            "inputs": [{"namespace": "n", "name": "a"}],
            "outputs": [
                {
                    "namespace": "n",
                    "name": "b",
                    "facets": {key: {**FACET, **held} for key, held in (output or {}).items()},
                }
            ],
        }
    ).encode()


def hostile(text: str) -> Iterator[bytes]:
    """Events that have ``text`` wherever a facet has one that the memory keeps."""
    job, run = {"namespace": text, "name": text}, {"runId": text}
    source = {"namespace": text, "name": text, "field": text}
    yield event(1, output={"schema": {"fields": [{"name": text, "type": text, "description": text}]}})
    yield event(2, output={"columnLineage": {"fields": {text: {"inputFields": [source]}}, "dataset": [source]}})
    yield event(3, output={"version": {"datasetVersion": text}, "driftline_state": {"version": text, "kind": text}})
    yield event(4, output={"symlinks": {"identifiers": [{**job, "type": text}]}, text: {}})
    yield event(
        5, output={"tags": {"tags": [{"key": text, "value": text, "field": text}, {"key": text, "value": text}]}}
    )
    yield event(6, output={"ownership": {"owners": [{"name": text}]}, "documentation": {"description": text}})
    yield event(7, output={"lifecycleStateChange": {"lifecycleStateChange": "RENAME", "previousIdentifier": job}})
    yield event(8, run={"parent": {"run": run, "job": job, "root": {"run": run, "job": job}}})
    yield event(9, run={"processing_engine": {"version": text, "name": text}, "errorMessage": {"message": text}})
    yield event(
        10, run={"driftline_code": {"version": text, "parameters": {text: text}}, "tags": {"tags": [{"key": text}]}}
    )
    entry = {"type": "DATASET", **job, "inputs": [{"type": "DATASET", **source}, {"type": "JOB", **job}]}
    yield event(11, job={"lineage": {"entries": [entry]}, "sql": {"query": text}})
    yield event(12, job={"sourceCodeLocation": {"type": "git", "url": text, "version": text}})


@pytest.fixture
def engine(store: Store, tmp_path: Path) -> Engine:
    quiet = Settings(home=str(tmp_path / "house"), console=False)
    return Engine(House(quiet, store, Outbox(store, quiet)))


@pytest.mark.parametrize(
    "text",
    [*map(long, SIZES), "a\0b", "a\nb", "é" * 2_000, "\U0001f600" * 700, "'; drop table node; --", "%", " "],
    ids=[*map(str, SIZES), "nul", "newline", "two bytes", "four bytes", "sql", "percent", "space"],
)
def test_texts_of_any_size_and_kind_are_folded(engine: Engine, text: str) -> None:
    events = [*hostile(text), event(59)]
    receipts = engine.ingest_many(events)
    assert {receipt.status for receipt in receipts} == {"accepted"}
    assert {engine.receipt(receipt.event).status for receipt in receipts} == {"accepted"}
    assert engine.overview().runs == 13
    assert engine.house.store.log.backlog() == 0
    edges = engine.lineage("job:n:j", depth=3)
    assert {("dataset:n:a", "job:n:j"), ("job:n:j", "dataset:n:b")} <= {
        (edge.source, edge.target) for edge in edges.edges
    }
    for receipt, raw in zip(receipts, events, strict=True):
        assert engine.event(receipt.event) == raw
    engine.dataset("dataset:n:b")


@pytest.mark.parametrize("data", ["", "AAAA", "ZGxwMQ==", "ZGxwMUFBQUE=", "no base64", 7])
def test_a_profile_that_is_none_is_passed_over(engine: Engine, data: Any) -> None:
    for number in (1, 2):
        facet = {"driftline_profile": {"format": "dlp1", "data": data}, "driftline_state": {"version": f"v{number}"}}
        engine.ingest(event(number, output=facet))
    assert engine.house.store.log.backlog() == 0
    report = engine.dataset("dataset:n:b")
    assert ([version.version for version in report.versions], report.columns) == (["v2", "v1"], ())


@pytest.mark.parametrize("number", [0, -5, 2**31, 2**62, 2**63, 10**30, -(10**30), 1.5, 1e300])
def test_numbers_of_any_size_are_folded_or_refused_and_hold_up_nothing(engine: Engine, number: float) -> None:
    facet = {
        "rowCount": number,
        "size": number,
        "bytes": number,
        "fileCount": number,
        "columnMetrics": {"c": {"sum": number}},
    }
    engine.ingest_many(
        [
            event(1, run={"driftline_code": {"attempt": number}}),
            event(2, output={"driftline_state": {"version": "v", "rows": number, "bytes": number}}),
            event(
                3,
                output={"dataQualityMetrics": facet, "schema": {"fields": [{"name": "c", "ordinal_position": number}]}},
            ),
            event(4, output={"outputStatistics": facet}),
            event(59),
        ]
    )
    assert engine.house.store.log.backlog() == 0
    assert engine.overview().runs == 5
