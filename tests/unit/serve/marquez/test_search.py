from starlette.testclient import TestClient


def test_datasets_and_jobs_are_found(shop: TestClient) -> None:
    said = shop.get("/api/v1/search/?q=mart&sort=NAME&limit=100").json()
    assert said["totalCount"] == 2
    assert said["results"][0] == {
        "type": "JOB",
        "name": "mart",
        "updatedAt": "2026-01-02T03:00:30Z",
        "namespace": "etl",
        "nodeId": "job:etl:mart",
    }


def test_a_search_can_be_narrowed(shop: TestClient) -> None:
    asked = "/api/v1/search?q=mart"
    assert [one["type"] for one in shop.get(f"{asked}&filter=DATASET").json()["results"]] == ["DATASET"]
    assert [one["type"] for one in shop.get(f"{asked}&namespace=etl").json()["results"]] == ["JOB"]
    assert shop.get(f"{asked}&limit=1&sort=UPDATE_AT").json()["totalCount"] == 1
    assert shop.get("/api/v1/search?q=").status_code == 400
