"""Plain HTTP against a real server: batches as the specification has them, packed bodies, large ones, broken ones.

Source: https://openlineage.io/apidocs/openapi (the batch endpoint) and the OpenLineage 2-0-2 schema.
"""

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.acceptance.serving import JSON, Server, printed

pytestmark = pytest.mark.acceptance

Serve = Callable[..., Server]
ONE, MANY = "/api/v1/lineage", "/api/v1/lineage/batch"
PACKED = {**JSON, "content-encoding": "gzip"}
LIMIT = 25 * 1024 * 1024
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"


def run_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A run of ``build_n`` that reads ``raw_n`` and writes ``features_n``."""
    return {
        "eventType": "COMPLETE",
        "eventTime": "2024-01-01T10:00:00Z",
        "producer": "https://example.org/acceptance",
        "schemaURL": f"{SCHEMA}RunEvent",
        "run": {"runId": f"0194a1b2-0000-7000-8000-{number:012d}", "facets": {}},
        "job": {"namespace": "shop", "name": f"build_{number}", "facets": {}},
        "inputs": [{"namespace": "file", "name": f"raw_{number}", "facets": {}}],
        "outputs": [{"namespace": "file", "name": f"features_{number}", "facets": {}}],
        **changes,
    }


def edges(number: int) -> set[tuple[str, str]]:
    job = f"job:shop:build_{number}"
    return {(f"dataset:file:raw_{number}", job), (job, f"dataset:file:features_{number}")}


STATIC = {"eventTime": "2024-01-01T10:00:00Z", "producer": "https://example.org/acceptance"}
JOB_EVENT = {
    **STATIC,
    "schemaURL": f"{SCHEMA}JobEvent",
    "job": {"namespace": "shop", "name": "nightly"},
    "inputs": [{"namespace": "file", "name": "ledger"}],
    "outputs": [{"namespace": "file", "name": "balance"}],
}
DATASET_EVENT = {
    **STATIC,
    "schemaURL": f"{SCHEMA}DatasetEvent",
    "dataset": {
        "namespace": "file",
        "name": "balance",
        "facets": {
            "schema": {
                "_producer": "https://example.org",
                "_schemaURL": "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json",
                "fields": [{"name": "amount", "type": "numeric"}],
            }
        },
    },
}


def packed(value: Any) -> bytes:
    return gzip.compress(json.dumps(value).encode())


def plain(value: Any) -> bytes:
    return json.dumps(value).encode()


def of_size(size: int) -> bytes:
    """One event of exactly ``size`` bytes: most of it in a facet that nobody knows."""

    def event(filler: str) -> bytes:
        return plain(run_event(job={"namespace": "shop", "name": "build_1", "facets": {"acme_log": {"text": filler}}}))

    return event("x" * (size - len(event(""))))


def test_one_event_is_answered_with_201_and_a_receipt_and_again_with_the_same_one(serve: Serve) -> None:
    server = serve()
    first, again = (server.post(ONE, plain(run_event())) for _ in range(2))
    assert first[0] == again[0] == 201
    assert first[1]["status"] == "accepted"
    assert again[1] == {**first[1], "status": "merged"}
    assert server.edges("features_1") == printed(server.home, "features_1") == edges(1)


def test_a_batch_of_all_three_kinds_of_event_is_answered_with_204_and_nothing(serve: Serve) -> None:
    server = serve()
    batch = [run_event(1), JOB_EVENT, DATASET_EVENT, run_event(2)]
    assert server.post(MANY, plain(batch)) == (204, None)
    assert server.post(MANY, packed(batch), PACKED) == (204, None)
    assert server.post(MANY, b"[]") == (204, None)
    assert server.events() == {"accepted": 4, "merged": 4, "quarantined": 0}
    assert server.edges("features_1") == edges(1)
    assert server.edges("features_2") == edges(2)


def test_a_batch_with_broken_events_is_answered_with_200_and_says_which_and_why(serve: Serve) -> None:
    server = serve()
    batch = [run_event(1), {"eventTime": "soon"}, run_event(2), 7, run_event(3, eventType="DONE"), run_event(1)]
    status, said = server.post(MANY, plain(batch))
    assert status == 200
    assert said["status"] == "partial_success"
    assert said["summary"] == {"received": 6, "successful": 3, "failed": 3, "retriable": 0, "non_retriable": 3}
    assert [(one["index"], one["retriable"]) for one in said["failed_events"]] == [(1, False), (3, False), (4, False)]
    assert all(one["reason"] for one in said["failed_events"])
    assert "DONE" in said["failed_events"][2]["reason"]
    assert server.events() == {"accepted": 2, "merged": 1, "quarantined": 3}
    assert server.edges("features_2") == edges(2)

    status, said = server.post(MANY, plain([{}]))
    assert (status, said["summary"]["successful"], said["summary"]["failed"]) == (200, 0, 1)


NO_ARRAYS = [b"{}", b'"text"', b"null", b"7", b"", b"[", b'{"events": []}', b"[{}] [{}]", b"\xff", plain(run_event())]


def test_a_batch_that_is_no_array_is_answered_with_400_and_kept_in_quarantine(serve: Serve) -> None:
    server = serve()
    answers = {body: server.post(MANY, body) for body in NO_ARRAYS}
    assert {body: status for body, (status, _) in answers.items() if status != 400} == {}
    assert all(set(said["error"]) == {"code", "message", "hint"} for _, said in answers.values())
    assert server.events() == {"accepted": 0, "merged": 0, "quarantined": len(NO_ARRAYS)}


def test_a_body_of_25_mebibytes_is_taken_and_one_byte_more_is_answered_with_413(serve: Serve) -> None:
    server = serve()
    largest, larger = of_size(LIMIT), of_size(LIMIT + 1)
    assert server.post(ONE, largest)[0] == 201
    assert server.post(MANY, b"[" + of_size(LIMIT - 2) + b"]")[0] == 204
    for path, body, headers in (
        (ONE, larger, JSON),
        (MANY, b"[" + largest + b"]", JSON),
        (ONE, gzip.compress(larger, 1), PACKED),
    ):
        status, said = server.post(path, body, headers)
        assert (status, said["error"]["code"]) == (413, "too-large"), (path, headers)
    assert server.post(ONE, gzip.compress(largest, 1), PACKED)[1]["status"] == "merged"
    assert server.events() == {"accepted": 2, "merged": 1, "quarantined": 0}
    assert server.edges("features_1") == edges(1)


LONE = '{"eventTime": "2024-01-01T10:00:00Z", "job": {"namespace": "n", "name": "%s"}}'
BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half an object": plain(run_event())[:-40],
    "two objects": plain(run_event(1)) + plain(run_event(2)),
    "null": b"null",
    "an array": plain([run_event()]),
    "an empty object": b"{}",
    "no bytes of text": b'{"eventTime": "\xff\xfe"}',
    "a lone surrogate": (LONE % "\\ud800").encode(),
    "a zero byte in a name": (LONE % "a\\u0000b").encode(),
    "an empty name": (LONE % "").encode(),
    "brackets without end": b"[" * 200_000,
    "objects without end": b'{"run":' * 200_000,
    "a moment that is none": plain(run_event(eventTime="yesterday")),
    "a moment that is a number": plain(run_event(eventTime=1704103200)),
    "a moment before all others": plain(run_event(eventTime="0001-01-01T00:00:00Z")),
    "no moment": plain({**run_event(), "eventTime": None}),
    "an unknown state": plain(run_event(eventType="FINISHED")),
    "a run id that is a number": plain(run_event(run={"runId": 7})),
    "no job": plain(run_event(job=None)),
    "inputs that are an object": plain(run_event(inputs={"namespace": "n", "name": "a"})),
    "an input without a name": plain(run_event(inputs=[{"namespace": "n"}])),
}


ODD: dict[str, bytes] = {
    "a dataset beside a run": plain(run_event(dataset={"namespace": "n", "name": "a"})),
    "facets that are a list": plain(run_event(job={"namespace": "n", "name": "a", "facets": []})),
    "no zone": plain(run_event(eventTime="2024-01-01T10:00:00")),
    "nanoseconds": plain(run_event(eventTime="2024-01-01T10:00:00.123456789Z")),
    "no state": plain({key: value for key, value in run_event().items() if key != "eventType"}),
    "no schemaURL and no producer": (LONE % "lonely").encode(),
    "a run id that is no UUID": plain(run_event(run={"runId": "scheduled__2024-01-01"})),
    "keys that nobody knows": plain({**run_event(), "x": [1, {"y": None}]}),
    "a facet that is a word": plain(run_event(run={"runId": "a", "facets": {"nominalTime": "today", "acme": 7}})),
    "a schema without fields": plain(
        run_event(outputs=[{"namespace": "file", "name": "features_1", "facets": {"schema": {"fields": None}}}])
    ),
    "numbers beyond all bounds": plain(run_event(run={"runId": "b", "facets": {"acme": {"n": 10**400}}})),
    "signs of all scripts": plain(run_event(job={"namespace": "shop", "name": "bücher 書籍 📚"})),
}
HEADERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "no type": (415, plain(run_event()), {}),
    "a form": (415, plain(run_event()), {"content-type": "application/x-www-form-urlencoded"}),
    "another packing": (415, zlib.compress(plain(run_event())), {**JSON, "content-encoding": "deflate"}),
    "gzip that is none": (400, plain(run_event()), PACKED),
    "gzip that breaks off": (400, packed(run_event())[:-30], PACKED),
    "gzip of nothing": (400, gzip.compress(b""), PACKED),
    "100 megabytes in 100 small members": (413, gzip.compress(b" " * 10**6) * 100, PACKED),
    "a character set": (201, plain(run_event()), {"content-type": "application/json; charset=utf-8"}),
}


def test_whatever_cannot_be_read_is_answered_with_400_and_a_reason_and_kept_in_quarantine(serve: Serve) -> None:
    server = serve()
    answers = {name: server.post(ONE, body) for name, body in BROKEN.items()}
    assert {name: status for name, (status, _) in answers.items() if status != 400} == {}
    assert {said["error"]["code"] for _, said in answers.values()} == {"bad-event"}
    assert server.events() == {"accepted": 0, "merged": 0, "quarantined": len(BROKEN)}
    assert server.post(ONE, plain(run_event()))[0] == 201


def test_what_is_odd_but_can_be_read_is_taken(serve: Serve) -> None:
    server = serve()
    answers = {name: server.post(ONE, body) for name, body in ODD.items()}
    assert {name: said for name, (status, said) in answers.items() if status != 201} == {}
    # what had to be mended to read an event is told
    assert {"run.nominalTime", "run.acme"} <= set(answers["a facet that is a word"][1]["repairs"])
    assert "job.facets" in answers["facets that are a list"][1]["repairs"]
    assert server.edges("features_1") >= edges(1)


def test_wrong_headers_and_broken_packing_are_refused_with_the_status_that_says_so(serve: Serve) -> None:
    server = serve()
    for path in (ONE, MANY):
        for name, (status, body, headers) in HEADERS.items():
            sent = b"[" + body + b"]" if path == MANY and status == 201 else body
            got = server.post(path, sent, headers)
            assert got[0] == (204 if path == MANY and status == 201 else status), (path, name, got)
    assert server.get("/health")["status"] == "ok"
