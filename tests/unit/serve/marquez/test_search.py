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


def test_words_find_jobs_and_datasets_in_the_way_of_the_second_interface(shop: TestClient) -> None:
    jobs = shop.get("/api/v2beta/search/jobs?q=mart").json()
    [hit] = jobs["hits"]
    assert (hit["name"], hit["namespace"], hit["eventType"], hit["type"]) == ("mart", "etl", "COMPLETE", "BATCH")
    assert set(hit["runFacets"]) == {"note"}
    assert jobs["highlights"] == [{"name": ["<em>mart</em>"]}]
    datasets = shop.get("/api/v2beta/search/datasets?q=mar").json()
    assert [one["name"] for one in datasets["hits"]] == ["public/mart"]
    assert datasets["highlights"] == [{"name": ["public/<em>mar</em>t"]}]
    assert shop.get("/api/v2beta/search/jobs?q=").status_code == 400
