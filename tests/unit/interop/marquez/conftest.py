"""A real engine with a small shop: one job reads a table of orders and writes a mart, another reads that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.store import Store

BASE = "postgres://h:5432"
FIRST, SECOND, NEXT = (f"0194a1b2-0000-7000-8000-{number:012d}" for number in (1, 2, 3))


def facet(**said: Any) -> dict[str, Any]:
    return {"_producer": "https://example.org", "_schemaURL": "https://example.org/facet", **said}


RAW = {"namespace": BASE, "name": "shop.raw", "facets": {"schema": facet(fields=[{"name": "id", "type": "INT"}])}}
MART = {
    "namespace": BASE,
    "name": "shop.mart",
    "facets": {
        "schema": facet(fields=[{"name": "order_id", "type": "INT", "description": "the order"}]),
        "dataSource": facet(name="shop-db", uri="postgres://h:5432/shop"),
        "documentation": facet(description="orders, cleaned"),
        "tags": facet(tags=[{"key": "gold", "value": "true"}, {"key": "pii", "value": "true", "field": "order_id"}]),
        "columnLineage": facet(
            fields={
                "order_id": {
                    "inputFields": [
                        {
                            "namespace": BASE,
                            "name": "shop.raw",
                            "field": "id",
                            "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
                        }
                    ]
                }
            }
        ),
    },
    "outputFacets": {"outputStatistics": facet(rowCount=7)},
}
CODE = {"sourceCodeLocation": facet(type="git", url="https://example.org/etl.py", version="r1")}


def told(run_id: str, state: str, moment: str, job: str = "etl.mart", **more: Any) -> dict[str, Any]:
    return {
        "eventType": state,
        "eventTime": moment,
        "producer": "https://example.org/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id, "facets": {}},
        "job": {"namespace": "etl", "name": job, "facets": CODE},
        "inputs": [RAW],
        "outputs": [MART],
        **more,
    }


NOMINAL = {
    "nominalTime": facet(nominalStartTime="2026-01-01T00:00:00Z", nominalEndTime="2026-01-02T00:00:00Z"),
    "parent": facet(run={"runId": "0194a1b2-0000-7000-8000-0000000000aa"}, job={"namespace": "etl", "name": "etl"}),
}
EVENTS = (
    told(FIRST, "START", "2026-01-02T03:00:00Z", run={"runId": FIRST, "facets": NOMINAL}),
    told(FIRST, "COMPLETE", "2026-01-02T03:01:30Z"),
    told(SECOND, "START", "2026-01-03T03:00:00Z"),
    told(SECOND, "FAIL", "2026-01-03T03:00:10Z"),
    told(
        NEXT,
        "START",
        "2026-01-04T03:00:00Z",
        "report",
        inputs=[{"namespace": BASE, "name": "shop.mart"}],
        outputs=[{"namespace": "s3://out", "name": "report"}],
    ),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(Settings(home=str(tmp_path / ".driftline"))) as found:
        yield found


@pytest.fixture
def store(engine: Engine) -> Store:
    """A store that knows the shop."""
    receipts = engine.ingest_many([msgspec.json.encode(event) for event in EVENTS])
    assert {receipt.status for receipt in receipts} == {"accepted"}
    return engine.house.store
