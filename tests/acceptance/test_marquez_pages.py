"""The pages of the Marquez web interface, walked by their requests over what dbt and Airflow really sent.

Its pages stop with an error where a field that they read is missing or null. Which fields those are was read from the
source of the web page of Marquez 0.51; ``maybe`` stands for null where the page looks first.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.acceptance.serving import Server, Spawn, start

pytestmark = pytest.mark.acceptance

RECORDED = Path(__file__).parents[1] / "fixtures" / "openlineage"
STATIC = {  # a job that never ran: a page that looks for its longest run must find no list at all
    "eventTime": "2026-01-02T03:00:00Z",
    "job": {"namespace": "dbt", "name": "static"},
    "inputs": [{"namespace": "postgres://h:5432", "name": "public/raw"}],
}
text, number, some, many, flag, maybe = str, int, dict, list, bool, type(None)
Shape = Mapping[str, tuple[type, ...]]
NAMESPACE: Shape = {"name": (text,), "createdAt": (text,), "ownerName": (text,), "isHidden": (flag,)}
FIELD: Shape = {"name": (text,), "type": (text, maybe), "tags": (many,), "description": (text, maybe)}
DATASET: Shape = {
    **dict.fromkeys(("type", "name", "physicalName", "namespace", "sourceName", "createdAt", "updatedAt"), (text,)),
    "id": (some,),
    "fields": (many,),
    "tags": (many,),
    "facets": (some,),
    "deleted": (flag,),
    "columnLineage": (many, maybe),
    "currentVersion": (text,),
}
VERSION: Shape = {
    **dict.fromkeys(("type", "name", "version", "createdAt", "namespace", "sourceName"), (text,)),
    "fields": (many,),
    "tags": (many,),
    "facets": (some,),
    "createdByRun": (some, maybe),
    "lifecycleState": (text, maybe),
    "description": (text, maybe),
}
RUN: Shape = {
    **dict.fromkeys(("id", "state", "createdAt", "updatedAt"), (text,)),
    **dict.fromkeys(("startedAt", "endedAt", "nominalStartTime", "nominalEndTime"), (text, maybe)),
    "durationMs": (number, maybe),
    "args": (some,),
    "facets": (some,),
    "jobVersion": (some, maybe),
}
JOB: Shape = {
    **dict.fromkeys(("type", "name", "simpleName", "namespace", "createdAt", "updatedAt"), (text,)),
    "id": (some,),
    "inputs": (many,),
    "outputs": (many,),
    "tags": (many,),
    "latestRun": (some, maybe),
    "latestRuns": (many, maybe),
    "parentJobName": (text, maybe),
    "location": (text, maybe),
}
NODE: Shape = {"id": (text,), "type": (text,), "data": (some,), "inEdges": (many,), "outEdges": (many,)}
COLUMN: Shape = {"namespace": (text,), "dataset": (text,), "field": (text,), "inputFields": (many,)}


@pytest.fixture
def server(spawn: Spawn, tmp_path: Path) -> Server:
    server = start(spawn, tmp_path)
    lines = [line for name in ("dbt", "airflow") for line in (RECORDED / f"{name}.jsonl").read_text().splitlines()]
    batch = [*(json.loads(line) for line in lines), STATIC]
    assert server.post("/api/v1/lineage/batch", json.dumps(batch).encode())[0] in (200, 204)
    return server


def checked(said: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """Return an answer in which everything that a page reads is there."""
    wrong = {key: said.get(key, "missing") for key, types in shape.items() if not isinstance(said.get(key, ...), types)}
    assert not wrong, (said.get("id") or said.get("name"), wrong)
    return said


def coded(name: str) -> str:
    """Return a name as a browser encodes it in a path."""
    return quote(name, safe="!*'()~-._")


def spaces(server: Server) -> Iterator[str]:
    for one in server.get("/api/v1/namespaces")["namespaces"]:
        yield f"/api/v1/namespaces/{coded(checked(one, NAMESPACE)['name'])}"


def test_datasets_their_drawers_and_their_columns(server: Server) -> None:
    seen = 0
    for space in spaces(server):
        page = server.get(f"{space}/datasets?limit=20&offset=0")
        assert page["totalCount"] == len(page["datasets"])
        for dataset in page["datasets"]:
            seen += 1
            here = f"{space}/datasets/{coded(dataset['name'])}"
            assert checked(dataset, DATASET) == server.get(here)
            versions = server.get(f"{here}/versions?limit=100&offset=0")["versions"]
            assert versions, "without any, the drawer stays empty"
            for version in versions:
                for field in checked(version, VERSION)["fields"]:
                    checked(field, FIELD)
                if version["createdByRun"]:
                    server.get(f"/api/v1/jobs/runs/{checked(version['createdByRun'], RUN)['id']}/facets?type=job")
                assert server.get(f"{here}/versions/{version['version']}")["id"] == version["id"]
            node = f"dataset:{coded(dataset['namespace'])}:{coded(dataset['name'])}"
            columns = server.get(f"/api/v1/column-lineage?nodeId={node}&depth=2&withDownstream=true")["graph"]
            assert columns or not dataset["columnLineage"], "the page offers a graph that is empty"
            for column in columns:
                checked(checked(column, NODE)["data"], COLUMN)
            drawn = server.get(f"/api/v1/lineage?nodeId={node}&depth=2")["graph"]
            assert f"dataset:{dataset['namespace']}:{dataset['name']}" in {one["id"] for one in drawn}
            for one in drawn:
                checked(checked(one, NODE)["data"], DATASET if one["type"] == "DATASET" else JOB)
    assert seen >= 10  # seven tables of dbt, two files of Airflow, and the table of the job that never ran


def test_jobs_their_runs_and_their_facets(server: Server) -> None:
    listed = {one["name"]: one for one in server.get("/api/v1/jobs?limit=100&offset=0")["jobs"]}
    assert (listed["static"]["latestRun"], listed["static"]["latestRuns"]) == (None, None)
    seen = 0
    for space in spaces(server):
        for job in server.get(f"{space}/jobs?limit=20&offset=0")["jobs"]:
            seen += 1
            here = f"{space}/jobs/{coded(job['name'])}"
            assert job["latestRuns"] != []
            assert checked(job, JOB)["name"] == checked(server.get(here), JOB)["name"]
            for run in (*(job["latestRuns"] or ()), *server.get(f"{here}/runs?limit=14&offset=0")["runs"]):
                checked(run, RUN)
                for sort in ("run", "job"):
                    assert server.get(f"/api/v1/jobs/runs/{run['id']}/facets?type={sort}")["runId"] == run["id"]
    assert seen == len(listed)


def test_the_first_page_the_events_and_both_searches(server: Server) -> None:
    for asset in ("lineage-events", "jobs", "datasets", "sources"):
        for period, length in (("DAY", 24), ("WEEK", 7)):
            assert len(server.get(f"/api/v1/stats/{asset}?period={period}&timezone=Asia/Tokyo")) == length
    assert server.get("/api/v1/jobs?limit=10&offset=0&lastRunStates=COMPLETED")["jobs"]
    span = "before=2100-01-01T00:00:00.000Z&after=2000-01-01T00:00:00.000Z"
    events = server.get(f"/api/v1/events/lineage?limit=20&offset=0&{span}&sortDirection=desc")
    assert all(event["run"]["runId"] and event["job"]["name"] for event in events["events"])
    assert server.get("/api/v1/search/?q=orders&sort=UPDATE_AT&limit=100")["totalCount"]
    for sort in ("jobs", "datasets"):
        found = server.get(f"/api/v2beta/search/{sort}?q=orders")
        assert found["hits"]
        assert len(found["hits"]) == len(found["highlights"])


def test_its_buttons(server: Server) -> None:
    page = {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-origin"}  # through its proxy, without a type
    assert server.post("/api/v1/namespaces/dbt/jobs/static/tags/PII", b"", page)[1]["tags"] == ["PII"]
    assert server.post("/api/v1/namespaces/none/jobs/none/tags/PII", b"", page)[1]["code"] == 404
