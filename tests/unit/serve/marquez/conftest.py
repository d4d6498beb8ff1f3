"""A server that knows one job of a shop: it reads a table and writes another."""

from typing import Any

import pytest
from starlette.testclient import TestClient

BASE = "postgres://h:5432"
RUN = "0194a1b2-0000-7000-8000-000000000001"


def facet(**said: Any) -> dict[str, Any]:
    return {"_producer": "https://example.org", "_schemaURL": "https://example.org/facet", **said}


def event(state: str, moment: str, **more: Any) -> dict[str, Any]:
    schema = facet(fields=[{"name": "id", "type": "INT"}])
    return {
        "eventType": state,
        "eventTime": moment,
        "producer": "https://example.org/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN, "facets": {"note": facet(text="first")}},
        "job": {"namespace": "etl", "name": "mart", "facets": {}},
        "inputs": [{"namespace": BASE, "name": "public/raw", "facets": {}}],
        "outputs": [{"namespace": BASE, "name": "public/mart", "facets": {"schema": schema}}],
        **more,
    }


@pytest.fixture
def shop(client: TestClient) -> TestClient:
    for state, moment in (("START", "2026-01-02T03:00:00Z"), ("COMPLETE", "2026-01-02T03:00:30Z")):
        assert client.post("/api/v1/lineage", json=event(state, moment)).status_code == 201
    return client
