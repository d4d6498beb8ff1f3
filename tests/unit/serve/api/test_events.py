import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from driftline.engine.engine import Engine

Make = Callable[..., dict[str, Any]]
ADDRESS = "/api/v1/lineage"
JSON = {"content-type": "application/json"}


def test_a_new_event_is_created_and_gets_a_receipt(client: TestClient, event: Make) -> None:
    response = client.post(ADDRESS, json=event())
    assert response.status_code == 201
    assert response.json()["status"] == "accepted"


def test_the_same_event_again_is_merged(client: TestClient, event: Make) -> None:
    receipts = [client.post(ADDRESS, json=event()).json() for _ in range(2)]
    assert [receipt["status"] for receipt in receipts] == ["accepted", "merged"]
    assert receipts[0]["event"] == receipts[1]["event"]


def test_a_malformed_event_is_the_senders_fault_and_is_kept(client: TestClient, engine: Engine, event: Make) -> None:
    broken = event()
    del broken["run"]["runId"]
    for body in (b"{", b"", b"\xff\xfe", b"[]", b"null", b"1" * 100, json.dumps(broken).encode()):
        response = client.post(ADDRESS, content=body, headers=JSON)
        assert response.status_code == 400, body
        assert response.json()["error"]["code"] == "bad-event"
    # seven bodies, all different, none dropped
    assert engine.overview().events["quarantined"] == 7


def test_the_reason_names_the_place_and_is_one_sentence(client: TestClient, event: Make) -> None:
    response = client.post(ADDRESS, json=event(run={"runId": 5}))
    message = response.json()["error"]["message"]
    assert "$.run.runId" in message
    assert message.count("This is not an OpenLineage event") == 1


def test_a_deeply_nested_event_is_no_server_error(client: TestClient) -> None:
    assert client.post(ADDRESS, content=b"[" * 100_000, headers=JSON).status_code == 400


def test_a_gzip_body_is_unpacked(client: TestClient, event: Make) -> None:
    body = gzip.compress(json.dumps(event()).encode())
    response = client.post(ADDRESS, content=body, headers={**JSON, "content-encoding": "gzip"})
    assert response.status_code == 201


def test_an_event_of_twenty_five_megabytes_is_accepted(client: TestClient, event: Make) -> None:
    facet = {"_producer": "https://example.org", "_schemaURL": "https://example.org", "text": "x" * 24_999_000}
    large = event(run={"runId": "0194a1b2-0000-7000-8000-000000000009", "facets": {"large": facet}})
    assert client.post(ADDRESS, json=large).status_code == 201


def test_a_larger_body_is_refused_with_413(client: TestClient) -> None:
    response = client.post(ADDRESS, content=b" " * (25 * 1024 * 1024 + 1), headers=JSON)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too-large"


def test_a_batch_that_is_in_answers_204(client: TestClient, engine: Engine, event: Make) -> None:
    response = client.post(f"{ADDRESS}/batch", json=[event(1), event(2)])
    assert (response.status_code, response.content) == (204, b"")
    assert client.get("/api/v1/overview").json()["runs"] == 2  # a question waits for what was acknowledged


def test_a_batch_with_a_bad_event_names_it_and_takes_the_rest(client: TestClient, engine: Engine, event: Make) -> None:
    response = client.post(f"{ADDRESS}/batch", json=[event(1), {"eventTime": "never"}, event(2)])
    assert response.status_code == 200
    body = response.json()
    # the shape of the OpenLineage batch endpoint
    assert body["status"] == "partial_success"
    assert body["summary"] == {
        "received": 3, "successful": 2, "failed": 1, "retriable": 0, "non_retriable": 1,
    }  # fmt: skip
    [failed] = body["failed_events"]
    assert (failed["index"], failed["retriable"]) == (1, False)
    assert "never" in failed["reason"]
    assert client.get("/api/v1/overview").json()["runs"] == 2  # a question waits for what was acknowledged


@pytest.mark.parametrize(
    "bad",
    [
        b'{"eventTime":"2013-01-01T10:00:00Z","job":{"namespace":"n","name":"\\ud800"}}',
        b'{"eventTime":"2013-01-01T10:00:00Z","job":{"namespace":"n","name":"\x01"}}',
        b'{"eventTime":01}',
        b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b"oops",
        b'"\xff"',
    ],
)
def test_one_event_of_a_batch_that_is_no_json_harms_none_of_the_others(
    client: TestClient, engine: Engine, event: Make, bad: bytes
) -> None:
    good = [json.dumps(event(number)).encode() for number in (1, 2)]
    response = client.post(
        f"{ADDRESS}/batch", content=b"[" + good[0] + b"," + bad + b"," + good[1] + b"]", headers=JSON
    )
    assert response.status_code == 200
    assert response.json()["summary"]["successful"] == 2
    assert [failed["index"] for failed in response.json()["failed_events"]] == [1]
    assert [held.body for held in engine.held_events()] == [bad.decode(errors="replace")]


def test_an_event_of_a_batch_is_repaired_as_one_that_comes_alone(client: TestClient, event: Make) -> None:
    body = json.dumps([event(run={"runId": "r", "facets": {"x": {"n": float("nan")}}})]).encode()
    assert client.post(f"{ADDRESS}/batch", content=b"\xef\xbb\xbf" + body, headers=JSON).status_code == 204


def test_a_batch_that_is_no_array_is_refused_whole_and_kept(client: TestClient, engine: Engine, event: Make) -> None:
    bodies = [json.dumps(event()).encode(), json.dumps({"events": [event()]}).encode(), b"", b"null", b"[{}", b"[{},]"]
    for body in bodies:
        response = client.post(f"{ADDRESS}/batch", content=body, headers=JSON)
        assert response.status_code == 400, body
        assert response.json()["error"]["code"] == "bad-event"
        assert response.json()["error"]["message"].endswith(
            "can be read: no array of events, though it came as a batch"
        )
    assert [held.body.encode() for held in engine.held_events()] == bodies[::-1]
    assert engine.overview().runs == 0


def test_an_empty_batch_is_no_error(client: TestClient) -> None:
    assert client.post(f"{ADDRESS}/batch", json=[]).status_code == 204


def test_one_event_and_many_are_told_where_they_are_taken(client: TestClient) -> None:
    many = client.post("/api/v1/lineage", content=b" [{}]", headers={"content-type": "application/json"})
    assert (many.status_code, "/api/v1/lineage/batch" in many.json()["error"]["hint"]) == (400, True)
    one = client.post("/api/v1/lineage/batch", content=b"{}", headers={"content-type": "application/json"})
    assert (one.status_code, "taken at /api/v1/lineage." in one.json()["error"]["hint"]) == (400, True)
