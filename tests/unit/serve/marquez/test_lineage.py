from starlette.testclient import TestClient

BASE = "postgres://h:5432"
RUN = "0194a1b2-0000-7000-8000-000000000001"
RAW, MART, JOB = f"dataset:{BASE}:public/raw", f"dataset:{BASE}:public/mart", "job:etl:mart"


def test_the_graph_around_a_dataset(shop: TestClient) -> None:
    # with the slash and the bare colons that the web page sends
    graph = shop.get(f"/api/v1/lineage/?nodeId={MART}&depth=2").json()["graph"]
    found = {node["id"]: node for node in graph}
    assert {id_: node["type"] for id_, node in found.items()} == {RAW: "DATASET", MART: "DATASET", JOB: "JOB"}
    assert found[JOB]["inEdges"] == [{"origin": RAW, "destination": JOB}]
    assert found[JOB]["outEdges"] == [{"origin": JOB, "destination": MART}]
    assert (found[MART]["inEdges"], found[MART]["outEdges"]) == ([{"origin": JOB, "destination": MART}], [])
    assert found[JOB]["data"]["latestRun"]["state"] == "COMPLETED"
    assert found[MART]["data"]["fields"][0]["name"] == "id"


def test_what_is_not_known_is_404_and_what_is_no_node_400(shop: TestClient) -> None:
    assert shop.get("/api/v1/lineage?nodeId=job:etl:none").status_code == 404
    assert shop.get("/api/v1/lineage?nodeId=mart").status_code == 400
    assert shop.get("/api/v1/lineage").status_code == 400


def test_columns(shop: TestClient) -> None:
    asked = f"/api/v1/column-lineage?nodeId={MART}"
    [node] = shop.get(f"{asked}&withDownstream=True&depth=3").json()["graph"]
    assert (node["id"], node["type"]) == (f"datasetField:{BASE}:public/mart:id", "DATASET_FIELD")
    assert (node["data"]["field"], node["data"]["fieldType"]) == ("id", "INT")
    assert shop.get(f"{asked}%23run:{RUN}&withDownstream=true").status_code == 400


def test_runs_upstream(shop: TestClient) -> None:
    [found] = shop.get(f"/api/v1/runlineage/upstream?runId={RUN}").json()["runs"]
    assert found["run"] == {
        "id": RUN,
        "start": "2026-01-02T03:00:00Z",
        "end": "2026-01-02T03:00:30Z",
        "status": "COMPLETED",
    }
    assert [one["name"] for one in found["inputs"]] == ["public/raw"]
    assert shop.get("/api/v1/runlineage/upstream?runId=none").status_code == 404


def test_run_events_as_they_came(shop: TestClient) -> None:
    static = {"eventTime": "2026-01-02T03:00:10Z", "dataset": {"namespace": "n", "name": "d"}}
    assert shop.post("/api/v1/lineage", json=static).status_code == 201
    said = shop.get("/api/v1/events/lineage?before=&after=&limit=1&offset=0").json()
    assert (said["totalCount"], [one["eventType"] for one in said["events"]]) == (2, ["COMPLETE"])
    asked = "/api/v1/events/lineage?sortDirection=asc&after=2026-01-02T03:00:00.000Z&before=2026-01-02T03:00:30%2B00:00"
    assert [one["eventType"] for one in shop.get(asked).json()["events"]] == ["START"]
    assert shop.get("/api/v1/events/lineage?after=soon").status_code == 400


def test_run_events_are_also_where_the_python_client_looks_for_them(shop: TestClient) -> None:
    assert shop.get("/api/v1/events?limit=1").json() == shop.get("/api/v1/events/lineage?limit=1").json()
