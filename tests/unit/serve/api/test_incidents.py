import msgspec
import pytest
from starlette.testclient import TestClient

from driftline.engine.engine import Engine
from driftline.event.finding import Cause, Finding, Incident
from driftline.event.lineage import Dataset

RAW, FEATURES = Dataset("file", "raw"), Dataset("file", "features")


@pytest.fixture
def incident(filled: TestClient, engine: Engine) -> Incident:
    """An incident as the engine files it: its symptom in features, its first cause in raw."""
    moment = 1_357_000_000_000_000
    finding = Finding(
        id="f1", dataset=FEATURES, version="", column="delay", detector="quantiles", kind="location",
        statistic="q50", reference=10.0, current=600.0, size=7.5, severity="alarm", time_us=moment,
        sentence="The median of delay is 600, usually 10.",
    )  # fmt: skip
    cause = Cause(rank=1, node=RAW.node, kind="source", score=0.8, sentence="It moved first.")
    made = Incident(
        id="abcdef123456", title="features.delay is not as ever", opened_us=moment, updated_us=moment,
        first_bad_us=moment, first_bad="2013-01-01", symptom="f1", causes=(cause,), unknown=0.2, findings=("f1",),
    )  # fmt: skip
    engine.house.store.incidents.put_findings([finding])
    engine.house.store.incidents.put(made)
    return made


def test_incidents_are_listed_with_their_number(filled: TestClient, incident: Incident) -> None:
    body = filled.get("/api/v1/incidents").json()
    assert body["total"] == 1
    assert msgspec.convert(body["incidents"][0], Incident).title == incident.title


def test_incidents_can_be_narrowed_to_a_state(filled: TestClient, incident: Incident) -> None:
    assert filled.get("/api/v1/incidents", params={"state": "resolved"}).json()["incidents"] == []
    assert filled.get("/api/v1/incidents", params={"state": "closed"}).status_code == 400


def test_one_incident_comes_with_findings_graph_and_layout(filled: TestClient, incident: Incident) -> None:
    body = filled.get(f"/api/v1/incidents/{incident.id[:5]}").json()
    assert body["incident"]["id"] == incident.id
    assert [finding["id"] for finding in body["findings"]] == ["f1"]
    ids = {node["id"] for node in body["graph"]["nodes"]}
    assert {RAW.node, FEATURES.node} <= ids
    assert set(body["layout"]) == ids


def test_an_incident_is_resolved_once_and_for_all(filled: TestClient, incident: Incident) -> None:
    response = filled.post(f"/api/v1/incidents/{incident.id}/resolve", json={})
    assert (response.status_code, response.json()["state"]) == (200, "resolved")
    assert filled.get("/api/v1/incidents", params={"state": "open"}).json()["total"] == 0


def test_an_unknown_incident_is_not_found(filled: TestClient) -> None:
    assert filled.get("/api/v1/incidents/nothing").status_code == 404
