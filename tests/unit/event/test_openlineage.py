"""Events by https://openlineage.io/spec/2-0-2/OpenLineage.json; each refusal says where and why."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import BadEvent
from driftline.event import openlineage

RUN = {"runId": "0190f5c6-0000-7000-8000-000000000000"}
JOB = {"namespace": "ns", "name": "job"}
TIME = "2026-01-01T10:00:00Z"


def raw(**parts: object) -> bytes:
    return json.dumps({"eventTime": TIME, "producer": "p", "schemaURL": "s", **parts}).encode()


def test_the_three_types_are_told_apart_by_their_shape() -> None:
    assert openlineage.decode(raw(run=RUN, job=JOB)).kind == "run"
    assert openlineage.decode(raw(job=JOB)).kind == "job"
    assert openlineage.decode(raw(dataset={"namespace": "n", "name": "d"})).kind == "dataset"


def test_an_unknown_facet_comes_back_byte_for_byte() -> None:
    facet = b'{"_producer": "x",  "nested": {"n": 1.50, "u": "\\u00e9"}}'
    text = b'{"eventTime":"2026-01-01T10:00:00Z","job":{"namespace":"n","name":"j","facets":{"odd":' + facet + b"}}}"
    event = openlineage.decode(text)
    assert event.job is not None
    assert bytes(event.job.facets["odd"]) == facet
    assert facet in openlineage.encode(event)


def test_nanoseconds_and_missing_zones_are_read() -> None:
    event = openlineage.decode(raw(run=RUN, job=JOB, eventTime="2026-01-01T10:00:00.123456789"))
    assert event.time_us == 1_767_261_600_123_456


def test_a_run_id_that_is_no_uuid_is_repaired() -> None:
    event = openlineage.decode(raw(run={"runId": "manual_1"}, job=JOB))
    assert event.run is not None
    assert len(event.run.run_id) == 36


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (raw(run={"runId": 5}, job=JOB), "$.run.runId"),
        (raw(run=RUN), "needs a job"),
        (raw(), "neither run, job nor dataset"),
        (raw(job=JOB, dataset={"namespace": "n", "name": "d"}), "neither job nor run"),
        (raw(run=RUN, job=JOB, eventType="DONE"), "known are START"),
        (raw(run=RUN, job={"namespace": "", "name": "j"}), "empty namespace or name"),
        (raw(run={"runId": ""}, job=JOB), "empty runId"),
        (raw(run=RUN, job=JOB, eventTime="yesterday"), "not a date"),
        (raw(run=RUN, job=JOB, eventTime="1812-01-01T00:00:00Z"), "before 1970"),
        (raw(run=RUN, job=JOB, inputs={"a": 1}), "$.inputs"),
        (b'{"a":' * 5_000, "recursion"),
    ],
)
def test_a_bad_event_is_refused_with_the_reason(body: bytes, says: str) -> None:
    with pytest.raises(BadEvent) as caught:
        openlineage.decode(body)
    assert says in caught.value.message


@given(st.binary(max_size=200))
def test_no_bytes_ever_raise_anything_but_a_bad_event(body: bytes) -> None:
    with contextlib.suppress(BadEvent):
        openlineage.decode(body)
