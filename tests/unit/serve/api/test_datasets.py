from starlette.testclient import TestClient


def test_the_catalogue_lists_what_events_named(filled: TestClient) -> None:
    body = filled.get("/api/v1/datasets").json()
    assert {entry["dataset"]["name"] for entry in body["datasets"]} >= {"raw", "features"}
    assert body["total"] == len(body["datasets"])


def test_the_catalogue_can_be_searched_and_paged(filled: TestClient) -> None:
    body = filled.get("/api/v1/datasets", params={"q": "feat", "limit": "1"}).json()
    assert [entry["dataset"]["name"] for entry in body["datasets"]] == ["features"]
    assert filled.get("/api/v1/datasets", params={"offset": "100"}).json()["datasets"] == []


def test_one_dataset_is_found_by_its_name(filled: TestClient) -> None:
    body = filled.get("/api/v1/dataset", params={"node": "features"}).json()
    assert body["summary"]["node"] == "dataset:file:features"


def test_an_unknown_dataset_is_answered_with_near_names(filled: TestClient) -> None:
    response = filled.get("/api/v1/dataset", params={"node": "featurs"})
    assert response.status_code == 404
    assert "features" in response.json()["error"]["message"]
