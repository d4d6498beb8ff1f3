"""A real server, asked the way that clients and pages made for Marquez ask."""

import json
from pathlib import Path

import pytest
from tests.acceptance.serving import Spawn, start

pytestmark = pytest.mark.acceptance

RUN = "0194a1b2-0000-7000-8000-000000000001"
SPACE = "/api/v1/namespaces/postgres%3A%2F%2Fh%3A5432/datasets"
EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-02T03:00:00Z",
    "run": {"runId": RUN},
    "job": {"namespace": "etl", "name": "mart"},
    "inputs": [{"namespace": "postgres://h:5432", "name": "public/raw"}],
    "outputs": [{"namespace": "postgres://h:5432", "name": "public/mart"}],
}


def test_encoded_names_and_posts_without_a_body_reach_the_server(spawn: Spawn, tmp_path: Path) -> None:
    server = start(spawn, tmp_path)
    assert server.post("/api/v1/lineage", json.dumps(EVENT).encode())[0] == 201
    assert server.get(f"{SPACE}?limit=10")["totalCount"] == 2
    assert server.get(f"{SPACE}/public%2Fmart")["id"]["name"] == "public/mart"
    status, tagged = server.post(f"{SPACE}/public%2Fmart/tags/PII", b"", {})
    assert (status, tagged["tags"]) == (200, ["PII"])
    graph = server.get("/api/v1/lineage/?nodeId=dataset:postgres://h:5432:public/mart&depth=2")["graph"]
    assert {node["type"] for node in graph} == {"JOB", "DATASET"}
    assert server.get("/api/v1/search/?q=mart&sort=NAME&limit=100")["totalCount"] == 2
