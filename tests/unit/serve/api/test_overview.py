from starlette.testclient import TestClient


def test_the_overview_counts_what_came_in(filled: TestClient) -> None:
    body = filled.get("/api/v1/overview").json()
    # one run of one job between two datasets, one answer of 300, and its window: a run of the endpoint
    assert (body["runs"], body["jobs"], body["answers"], body["money"]) == (2, 2, 1, 300.0)
    assert body["datasets"] == 3


def test_health_tells_that_the_store_can_be_read(filled: TestClient) -> None:
    assert filled.get("/health").json() == {"status": "ok", "events": 2}
