from starlette.testclient import TestClient

JOBS = "/api/v1/namespaces/etl/jobs"
RUN = "0194a1b2-0000-7000-8000-000000000001"
BASE = "postgres://h:5432"


def test_jobs_are_listed_and_told(shop: TestClient) -> None:
    said = shop.get(JOBS).json()
    assert (said["totalCount"], [one["name"] for one in said["jobs"]]) == (1, ["mart"])
    found = shop.get(f"{JOBS}/mart").json()
    assert found["inputs"] == [{"namespace": BASE, "name": "public/raw"}]
    assert found["outputs"] == [{"namespace": BASE, "name": "public/mart"}]
    assert found["latestRun"]["facets"]["note"]["text"] == "first"
    assert shop.get(f"{JOBS}/none").status_code == 404
    assert shop.get("/api/v1/namespaces/none/jobs").status_code == 404


def test_jobs_of_all_namespaces_by_the_state_of_their_last_run(shop: TestClient) -> None:
    assert shop.get("/api/v1/jobs").json()["totalCount"] == 1
    assert shop.get("/api/v1/jobs?lastRunStates=FAILED&lastRunStates=COMPLETED").json()["totalCount"] == 1
    assert shop.get("/api/v1/jobs?lastRunStates=FAILED").json() == {"jobs": [], "totalCount": 0}
    assert shop.get("/api/v1/jobs?lastRunStates=").json()["totalCount"] == 1


def test_versions_and_runs_of_a_job(shop: TestClient) -> None:
    [version] = shop.get(f"{JOBS}/mart/versions").json()["versions"]
    assert shop.get(f"{JOBS}/mart/versions/{version['version']}").json() == version
    assert shop.get(f"{JOBS}/mart/versions/none").status_code == 404
    said = shop.get(f"{JOBS}/mart/runs?limit=5").json()
    assert (said["totalCount"], [one["id"] for one in said["runs"]]) == (1, [RUN])
    assert shop.get(f"{JOBS}/none/runs").status_code == 404


def test_a_job_that_is_put_is_told_as_an_event(shop: TestClient) -> None:
    body = {
        "type": "STREAM",
        "inputs": [{"namespace": BASE, "name": "public/mart"}],
        "outputs": [{"namespace": "s3://out", "name": "report"}],
        "location": "https://example.org/report.py",
        "description": "the report",
    }
    said = shop.put(f"{JOBS}/report", json=body).json()
    assert (said["type"], said["location"], said["description"]) == ("STREAM", body["location"], "the report")
    assert (said["inputs"], said["outputs"], said["latestRun"]) == (body["inputs"], body["outputs"], None)
    graph = shop.get("/api/v1/lineage?nodeId=dataset:s3://out:report").json()["graph"]
    assert f"dataset:{BASE}:public/raw" in {node["id"] for node in graph}


def test_a_job_that_is_put_with_a_run_adds_to_that_run(shop: TestClient) -> None:
    body = {"inputs": [{"namespace": "n", "name": "more"}], "outputs": [], "runId": RUN}
    assert shop.put(f"{JOBS}/mart", json=body).status_code == 200
    run = shop.get(f"/api/v1/jobs/runs/{RUN}").json()
    assert [one["datasetVersionId"]["name"] for one in run["inputDatasetVersions"]] == ["more", "public/raw"]
    assert shop.put(f"{JOBS}/another", json=body).status_code == 400


def test_a_run_is_announced(shop: TestClient) -> None:
    body = {"nominalStartTime": "2026-01-05T00:00:00Z", "nominalEndTime": "2026-01-06T00:00:00Z", "args": {"n": 1}}
    made = shop.post(f"{JOBS}/mart/runs", json=body)
    assert made.status_code == 201
    said = made.json()
    assert (said["state"], said["args"], said["startedAt"]) == ("NEW", {"n": "1"}, None)
    assert (said["nominalStartTime"], said["nominalEndTime"]) == (body["nominalStartTime"], body["nominalEndTime"])
    assert shop.post(f"{JOBS}/mart/runs", json={"id": said["id"]}).status_code == 400
    assert shop.post(f"{JOBS}/mart/runs", json={"nominalStartTime": "soon"}).status_code == 400
    assert shop.post(f"{JOBS}/none/runs", json={}).status_code == 404


def test_a_job_that_is_deleted_is_out_of_sight_until_an_event_speaks_of_it(shop: TestClient) -> None:
    assert shop.delete(f"{JOBS}/mart").json()["name"] == "mart"
    assert shop.get(JOBS).json() == {"jobs": [], "totalCount": 0}
    assert shop.get(f"/api/v1/jobs/runs/{RUN}").status_code == 200  # what it ran stays
    for path in ("", "/runs", "/versions"):
        assert shop.get(f"{JOBS}/mart{path}").status_code == 404
    assert shop.delete(f"{JOBS}/mart").status_code == 404
    assert shop.put(f"{JOBS}/mart", json={"type": "BATCH"}).status_code == 200
    assert shop.get(JOBS).json()["totalCount"] == 1


def test_a_job_is_tagged(shop: TestClient) -> None:
    assert shop.post(f"{JOBS}/mart/tags/daily").json()["tags"] == ["daily"]
    assert shop.delete(f"{JOBS}/mart/tags/daily").json()["tags"] == []
