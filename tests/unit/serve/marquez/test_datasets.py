from starlette.testclient import TestClient

BASE = "/api/v1/namespaces/postgres%3A%2F%2Fh%3A5432/datasets"
MART = f"{BASE}/public%2Fmart"
RUN = "0194a1b2-0000-7000-8000-000000000001"


def test_datasets_are_listed_and_told(shop: TestClient) -> None:
    said = shop.get(f"{BASE}?limit=1").json()
    assert (said["totalCount"], [one["name"] for one in said["datasets"]]) == (2, ["public/mart"])
    assert shop.get(MART).json() == said["datasets"][0]
    assert shop.get(f"{BASE}/none").status_code == 404
    assert shop.get("/api/v1/namespaces/none/datasets").status_code == 404


def test_versions_are_listed_and_told(shop: TestClient) -> None:
    [found] = shop.get(f"{MART}/versions").json()["versions"]
    assert (found["driftlineVersion"], found["createdByRun"]["id"]) == (f"run:{RUN}", RUN)
    assert shop.get(f"{MART}/versions/{found['version']}").json()["id"] == found["id"]
    assert shop.get(f"{MART}/versions/none").status_code == 404
    assert shop.get(f"{BASE}/none/versions").status_code == 404


def test_a_dataset_that_is_put_is_told_as_an_event(shop: TestClient) -> None:
    shop.put("/api/v1/sources/lake", json={"type": "S3", "connectionUrl": "s3://lake"})
    body = {
        "type": "DB_TABLE",
        "physicalName": "x",
        "sourceName": "lake",
        "fields": [{"name": "a", "type": "INT", "tags": ["KEY"], "description": "first"}],
        "tags": ["GOOD"],
        "description": "new",
    }
    said = shop.put(f"{BASE}/new", json=body).json()
    assert said["fields"] == [{"name": "a", "type": "INT", "tags": ["KEY"], "description": "first"}]
    assert (said["tags"], said["sourceName"], said["description"]) == (["GOOD"], "lake", "new")
    assert said["facets"]["dataSource"]["uri"] == "s3://lake"
    assert shop.get("/api/v1/overview").json()["events"]["accepted"] == 3


def test_a_dataset_that_is_put_with_a_run_is_one_of_its_outputs(shop: TestClient) -> None:
    body = {"type": "DB_TABLE", "physicalName": "x", "sourceName": "", "runId": RUN}
    assert shop.put(f"{BASE}/more", json=body).json()["driftlineVersion"] == f"run:{RUN}"
    run = shop.get(f"/api/v1/jobs/runs/{RUN}").json()
    assert run["state"] == "COMPLETED"
    assert [one["datasetVersionId"]["name"] for one in run["outputDatasetVersions"]] == ["more", "public/mart"]
    body["runId"] = "0194a1b2-0000-7000-8000-00000000ffff"
    assert shop.put(f"{BASE}/more", json=body).status_code == 404


def test_a_dataset_that_is_deleted_is_told_as_dropped_and_out_of_sight_until_it_is_spoken_of(shop: TestClient) -> None:
    said = shop.delete(MART).json()
    assert (said["deleted"], said["lastLifecycleState"]) == (True, "DROP")
    assert [one["name"] for one in shop.get(BASE).json()["datasets"]] == ["public/raw"]
    assert (shop.get(MART).status_code, shop.get(f"{MART}/versions").status_code) == (404, 404)
    assert shop.get("/api/v1/search?q=mart&filter=DATASET").json()["results"] == []
    back = {"type": "DB_TABLE", "physicalName": "x", "sourceName": ""}
    assert shop.put(MART, json=back).json()["name"] == "public/mart"
    assert shop.delete(f"{BASE}/none").status_code == 404


def test_tags_are_put_on_and_taken_from_datasets_and_columns(shop: TestClient) -> None:
    assert shop.post(f"{MART}/tags/PII").json()["tags"] == ["PII"]
    assert shop.post(f"{MART}/fields/id/tags/KEY").json()["fields"][0]["tags"] == ["KEY"]
    assert [tag["name"] for tag in shop.get("/api/v1/tags").json()["tags"]] == ["KEY", "PII"]
    assert shop.delete(f"{MART}/fields/id/tags/KEY").json()["fields"][0]["tags"] == []
    assert shop.delete(f"{MART}/tags/PII").json()["tags"] == []


def test_what_is_not_there_takes_no_tags(shop: TestClient) -> None:
    assert shop.post(f"{BASE}/none/tags/PII").status_code == 404
    assert shop.post(f"{MART}/fields/none/tags/PII").status_code == 400
