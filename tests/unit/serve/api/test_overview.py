from starlette.testclient import TestClient


def test_the_overview_counts_what_came_in(filled: TestClient) -> None:
    body = filled.get("/api/v1/overview").json()
    # one run of one job between two datasets, one answer of 300
    assert (body["runs"], body["jobs"], body["answers"], body["money"]) == (1, 1, 1, 300.0)
    assert body["datasets"] == 2


def test_health_tells_that_the_store_can_be_read(filled: TestClient) -> None:
    assert filled.get("/health").json() == {"status": "ok", "events": 1}
