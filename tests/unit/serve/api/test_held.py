"""Receipts, quarantine, replay and facets over HTTP; the events were written by hand."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from driftline.event import registry

Make = Callable[..., dict[str, Any]]
JSON = {"content-type": "application/json"}
ADDRESS, REPLAY = "/api/v1/lineage", "/api/v1/quarantined/replay"
RULE = {"when": {"eventType": "DONE"}, "set": {"eventType": "COMPLETE"}}


def test_every_event_has_a_receipt_and_comes_back_as_it_came(client: TestClient, event: Make) -> None:
    bodies = [json.dumps(event(1), indent=1).encode(), json.dumps(event(2, eventTime="2013-01-02")).encode()]
    for body in bodies:
        receipt = client.post(ADDRESS, content=body, headers=JSON).json()
        assert client.get("/api/v1/receipt", params={"event": receipt["event"]}).json() == receipt
        assert client.get("/api/v1/event", params={"event": receipt["event"]}).content == body
    for path in ("/api/v1/receipt", "/api/v1/event"):
        for id_ in ("x", "0" * 46, "\\0", "5" * 999):
            assert client.get(path, params={"event": id_}).status_code == 404


def test_what_is_in_quarantine_is_listed_mended_and_taken(client: TestClient, event: Make) -> None:
    assert client.post(ADDRESS, json=event(eventType="DONE")).status_code == 400
    held = client.get("/api/v1/quarantined").json()
    assert held["total"] == 1
    assert "known are START" in held["events"][0]["reason"]
    id_ = held["events"][0]["event"]
    assert client.post(REPLAY, json={}).json()["refused"][0]["event"] == id_
    rehearsed = client.post(REPLAY, json={"rules": [RULE], "rehearse": True}).json()
    assert [one["event"] for one in rehearsed["taken"]] == [id_]
    assert client.get("/api/v1/quarantined").json()["total"] == 1
    taken = client.post(REPLAY, json={"rules": [RULE], "events": [id_]}).json()["taken"]
    assert client.get("/api/v1/receipt", params={"event": id_}).json()["replaced_by"] == taken[0]["event"]
    assert client.get("/api/v1/quarantined").json() == {"events": [], "total": 0}
    assert client.get("/api/v1/overview").json()["runs"] == 1


@pytest.mark.parametrize(
    "order",
    [
        {"rules": [{"rename": {"a..b": "c"}}]},
        {"rules": [{"rename": {"inputs.*.a": "b"}}]},
        {"rules": [{"st": {}}]},
        {"rules": {}},
        {"events": ["x"]},
        {"rehearse": "yes"},
        {"nonsense": 1},
        [],
    ],
)
def test_an_order_that_cannot_be_followed_is_the_senders_fault(client: TestClient, event: Make, order: Any) -> None:
    client.post(ADDRESS, json=event(eventType="DONE"))
    response = client.post(REPLAY, json=order)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad-input"
    assert client.get("/api/v1/quarantined").json()["total"] == 1


def test_a_facet_is_read_by_its_name_byte_for_byte(client: TestClient, event: Make) -> None:
    facet = '{ "_producer":"p",  "_schemaURL":"s", "n": 1.50, "u": "\\u00e9\u00e9" }'
    body = json.dumps(event()).replace('"facets": {}', '"facets": {"odd": ' + facet + "}").encode()
    assert client.post(ADDRESS, content=body, headers=JSON).status_code == 201
    for node in ("job:default:build", "dataset:file:features", "features", f"run:{event()['run']['runId']}"):
        answer = client.get("/api/v1/facets", params={"node": node, "name": "odd"})
        assert facet.encode() in answer.content
        assert client.get("/api/v1/facets", params={"node": node, "name": "even"}).status_code == 404
    assert client.get("/api/v1/facets", params={"node": "nonsense"}).status_code == 404


def test_all_standard_facets_at_once_are_read_by_name(client: TestClient, event: Make) -> None:
    def of(*places: str) -> dict[str, Any]:
        said = {"_producer": "p", "_schemaURL": "s", "said": 1}
        return {key: said for key, place in registry.REGISTRY if place in places}

    run = event()["run"]["runId"]
    sent = event(
        run={"runId": run, "facets": of("run")},
        job={"namespace": "default", "name": "build", "facets": of("job")},
        inputs=[{"namespace": "file", "name": "raw", "facets": of("dataset"), "inputFacets": of("input")}],
        outputs=[{"namespace": "file", "name": "features", "facets": of("dataset"), "outputFacets": of("output")}],
    )
    assert client.post(ADDRESS, json=sent).status_code == 201
    for key, place in registry.REGISTRY:
        node = {"job": "job:default:build", "dataset": "dataset:file:features"}.get(place, f"run:{run}")
        found = client.get("/api/v1/facets", params={"node": node, "name": key}).json()
        assert '"said": 1' in json.dumps(found), (key, place)


def test_what_is_in_quarantine_can_be_given_up(client: TestClient, event: Make) -> None:
    discard = "/api/v1/quarantined/discard"
    client.post(ADDRESS, json=event(eventType="DONE"))
    id_ = client.get("/api/v1/quarantined").json()["events"][0]["event"]
    for order in ({}, {"events": [id_], "every": True}, {"events": ["x"]}):
        assert client.post(discard, json=order).status_code == 400
    assert client.post(discard, json={"events": [id_]}).json() == {"discarded": 1}
    assert client.get("/api/v1/quarantined").json() == {"events": [], "total": 0}
    assert client.get("/api/v1/receipt", params={"event": id_}).json()["status"] == "discarded"
    assert client.post(discard, json={"every": True}).json() == {"discarded": 0}
