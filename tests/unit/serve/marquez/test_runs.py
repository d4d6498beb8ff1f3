from starlette.testclient import TestClient

RUN = "0194a1b2-0000-7000-8000-000000000001"


def test_a_run_and_its_facets(shop: TestClient) -> None:
    found = shop.get(f"/api/v1/jobs/runs/{RUN}").json()
    assert (found["id"], found["state"], found["durationMs"]) == (RUN, "COMPLETED", 30_000)
    said = shop.get(f"/api/v1/jobs/runs/{RUN}/facets?type=run").json()
    assert (said["runId"], said["facets"]["note"]["text"]) == (RUN, "first")
    assert shop.get(f"/api/v1/jobs/runs/{RUN}/facets?type=job").json() == {"runId": RUN, "facets": {}}
    for path in ("none", "none/facets"):
        assert shop.get(f"/api/v1/jobs/runs/{path}").status_code == 404


def test_a_run_starts_and_ends_by_events(shop: TestClient) -> None:
    run = shop.post("/api/v1/namespaces/etl/jobs/mart/runs", json={}).json()["id"]
    started = shop.post(f"/api/v1/jobs/runs/{run}/start?at=2126-02-01T00:00:00%2B00:00").json()
    assert (started["state"], started["startedAt"]) == ("RUNNING", "2126-02-01T00:00:00Z")
    ended = shop.post(f"/api/v1/jobs/runs/{run}/complete?at=2126-02-01T00:01:00Z").json()
    assert (ended["state"], ended["durationMs"]) == ("COMPLETED", 60_000)
    for word, state in (("fail", "FAILED"), ("abort", "ABORTED")):
        other = shop.post("/api/v1/namespaces/etl/jobs/mart/runs", json={}).json()["id"]
        assert shop.post(f"/api/v1/jobs/runs/{other}/{word}").json()["state"] == state


def test_a_moment_must_be_one_and_the_run_must_be_known(shop: TestClient) -> None:
    assert shop.post(f"/api/v1/jobs/runs/{RUN}/start?at=soon").status_code == 400
    assert shop.post("/api/v1/jobs/runs/0194a1b2-0000-7000-8000-00000000ffff/start").status_code == 404
