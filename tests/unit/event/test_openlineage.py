"""Events by https://openlineage.io/spec/2-0-2/OpenLineage.json; each refusal says where and why."""

import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import BadEvent
from driftline.event import facets, openlineage
from driftline.event.answer import Answer
from driftline.event.unread import unread

RUN = {"runId": "0190f5c6-0000-7000-8000-000000000000"}
JOB = {"namespace": "ns", "name": "job"}
TIME = "2026-01-01T10:00:00Z"


def raw(**parts: object) -> bytes:
    return json.dumps({"eventTime": TIME, "producer": "p", "schemaURL": "s", **parts}).encode()


def test_the_three_types_are_told_apart_by_their_shape() -> None:
    assert openlineage.decode(raw(run=RUN, job=JOB)).kind == "run"
    assert openlineage.decode(raw(job=JOB)).kind == "job"
    assert openlineage.decode(raw(dataset={"namespace": "n", "name": "d"})).kind == "dataset"


@pytest.mark.parametrize(
    ("parts", "kind", "left_out"),
    [
        # the schema has a run event be one whatever else is in it, and a dataset event lack a job or a run, not both
        ({"run": RUN, "job": JOB, "dataset": {"namespace": "n", "name": "d"}}, "run", {"dataset"}),
        ({"run": RUN, "dataset": {"namespace": "n", "name": "d"}}, "dataset", {"run"}),
        ({"dataset": {"namespace": "n", "name": "d"}, "inputs": [{"namespace": "n", "name": "i"}]}, "dataset",
         {"inputs"}),
    ],
)  # fmt: skip
def test_parts_that_the_type_of_an_event_does_not_have_are_left_out(
    parts: dict[str, object], kind: str, left_out: set[str]
) -> None:
    event, found = openlineage.read(raw(**parts))
    assert event.kind == kind
    assert set(found) == left_out
    assert not any(getattr(event, name) for name in left_out)


@pytest.mark.parametrize(
    "name", ["a b", "Größe", "表　一", "a\u00a0b", "می\u200cخواهم", "👩\u200d💻", "x" * 1_799, "é" * 899]
)
def test_a_name_may_be_any_text_without_control_characters(name: str) -> None:
    event = openlineage.decode(raw(run=RUN, job={"namespace": "n", "name": name}))
    assert event.job is not None
    assert event.job.name == name


def test_how_deep_an_event_may_nest_does_not_depend_on_who_asks() -> None:
    def nested(depth: int) -> bytes:
        return raw(job=JOB).replace(
            b'"name": "job"', b'"name":"job","facets":{"deep":{"x":' + b"[" * depth + b"]" * depth + b"}}"
        )

    def asked(frames: int, body: bytes) -> bool:
        if frames:
            return asked(frames - 1, body)
        try:
            openlineage.read(body)
        except BadEvent:
            return False
        return True

    # the event, its job, its facets and the facet are the first four of 500
    assert [asked(frames, nested(496)) for frames in (0, 300)] == [True, True]
    assert [asked(frames, nested(497)) for frames in (0, 300)] == [False, False]


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
        (raw(job=JOB, dataset={"namespace": "n", "name": "d"}), "neither a job event nor"),
        (raw(run=RUN, job=JOB, eventType="DONE"), "known are START"),
        (raw(run=RUN, job={"namespace": "", "name": "j"}), "empty namespace or name"),
        (raw(run={"runId": ""}, job=JOB), "empty runId"),
        (raw(run=RUN, job=JOB, eventTime="yesterday"), "not a date"),
        (raw(run=RUN, job=JOB, eventTime="1812-01-01T00:00:00Z"), "not after 1970"),
        (raw(run=RUN, job=JOB, eventTime="1970-01-01T00:00:00Z"), "not after 1970"),
        (raw(run=RUN, job=JOB, eventTime=f"{TIME}\0"), "not a date"),
        (raw(run=RUN, job=JOB, inputs={"a": 1}), "$.inputs"),
        (b'{"a":' * 5_000, "more than 500 objects and arrays"),
        (raw(run=RUN, job={"namespace": "n", "name": "a\nb"}), "control characters"),
        (raw(run=RUN, job={"namespace": "n", "name": "é" * 900}), "1,801 bytes together, of 1,800"),
        (raw(run=RUN, job=JOB, inputs=[{"namespace": "n" * 900, "name": "d" * 901}]), "1,801 bytes together"),
        (
            b'{"eventTime":"' + TIME.encode() + b'","job":{"namespace":"n","name":"j","facets":{"a":{"b":"\xe9"}}}}',
            "not UTF-8",
        ),
        (json.dumps({"events": [{}]}).encode(), "sent one by one"),
        (json.dumps({"events": [{}], "eventTime": None}).encode(), "sent one by one"),
        (raw(run=None, job=None), "neither run, job nor dataset"),
        (raw(run=RUN, job={"namespace": "n", "name": None}), "$.job.name"),
        (raw(run=RUN, job=JOB, inputs=[5]), "$.inputs[0]"),
        (raw(run=RUN, job=JOB, eventType=""), "known are START"),
        (raw(run=RUN, job=JOB, eventTime=1_767_261_600), "$.eventTime"),
        (b'{"eventTime": NaN}', "$.eventTime"),
    ],
)
def test_a_bad_event_is_refused_with_the_reason(body: bytes, says: str) -> None:
    with pytest.raises(BadEvent) as caught:
        openlineage.decode(body)
    assert says in caught.value.message


@given(st.binary(max_size=200))
def test_no_bytes_ever_raise_anything_but_a_bad_event(body: bytes) -> None:
    with contextlib.suppress(BadEvent):
        openlineage.read(body)


def repairs(**parts: object) -> dict[str, str]:
    return openlineage.read(raw(**{"run": RUN, "job": JOB, **parts})).repairs


def test_an_event_by_the_book_needs_no_repair() -> None:
    facet = {"_producer": "p", "_schemaURL": "s", "none": None}
    assert repairs(eventType="START", inputs=[{"namespace": "n", "name": "a", "facets": {"x": facet}}]) == {}
    assert repairs() == {}  # eventType is optional


@pytest.mark.parametrize(
    ("parts", "place", "says"),
    [
        ({"eventTime": "2026-01-01T10:00:00"}, "eventTime", "no zone, read as UTC"),
        ({"eventTime": "2026-01-01 10:00:00Z"}, "eventTime", "a space read as T"),
        ({"eventTime": "2026-01-01 10:00:00 UTC"}, "eventTime", "a space read as T"),
        ({"eventTime": "2026-01-01T10:00:00.123456789Z"}, "eventTime", "cut to microseconds"),
        ({"eventTime": "2026-01-01"}, "eventTime", "no time of day, read as midnight"),
        ({"eventType": "complete"}, "eventType", "'complete' read as COMPLETE"),
        ({"eventType": None}, "eventType", "null, read as absent"),
        ({"run": {"runId": "manual_1"}}, "run.runId", "'manual_1' read as"),
        ({"producer": None}, "producer", "not a text, left out"),
        ({"schemaURL": 5}, "schemaURL", "not a text, left out"),
        ({"inputs": None}, "inputs", "null, read as empty"),
        ({"outputs": None}, "outputs", "null, read as empty"),
        ({"inputs": [None]}, "inputs[0]", "null, left out"),
        ({"run": {**RUN, "facets": None}}, "run.facets", "null, read as empty"),
        ({"run": {**RUN, "facets": {"parent": None}}}, "run.parent", "null, left out"),
        ({"run": {**RUN, "facets": {"parentRun": {}}}}, "run.parentRun", "read as parent"),
        ({"job": {**JOB, "facets": []}}, "job.facets", "not an object, left out"),
        ({"job": {**JOB, "facets": {"sql": "select 1"}}}, "job.sql", "not an object, left out"),
        ({"dataset": None}, "dataset", "null, read as absent"),
        ({"outputs": [{"namespace": "n", "name": "a", "outputFacets": None}]}, "outputs[0].outputFacets", "null"),
        ({"inputs": [{"namespace": "n", "name": "a", "inputFacets": {"x": 1}}]}, "inputs[0].inputFacets.x", "not an"),
    ],
)
def test_what_was_repaired_is_told_by_place(parts: dict[str, object], place: str, says: str) -> None:
    found = repairs(**parts)
    assert set(found) == {place}
    assert says in found[place]


def test_an_event_without_producer_and_schema_is_taken_and_told() -> None:
    event, found = openlineage.read(json.dumps({"eventTime": TIME, "job": JOB, "run": None}).encode())
    assert (event.kind, event.producer, event.schema_url) == ("job", "", "")
    assert found == {"producer": "missing", "schemaURL": "missing", "run": "null, read as absent"}


def test_a_repair_leaves_the_other_facets_byte_for_byte() -> None:
    facet = b'{ "_producer":"x",  "n": 1.50, "none":null, "u":"\\u00e9" }'
    text = (
        b'{"eventTime":"2026-01-01T10:00:00Z","run":{"runId":"r","facets":{"parentRun":' + facet + b',"bad":3}},'
        b'"job":{"namespace":"n","name":"j","facets":{"odd":' + facet + b',"gone":null}},"inputs":null}'
    )
    event = openlineage.decode(text)
    assert event.run is not None
    assert event.job is not None
    assert {key: bytes(raw) for key, raw in event.run.facets.items()} == {"parent": facet}
    assert {key: bytes(raw) for key, raw in event.job.facets.items()} == {"odd": facet}
    assert event.inputs == ()


def test_a_small_state_is_read_as_the_state_that_it_is() -> None:
    assert openlineage.decode(raw(run=RUN, job=JOB, eventType=" running ")).event_type == "RUNNING"


def test_of_a_key_that_comes_twice_the_last_value_counts_and_it_is_told() -> None:
    text = raw(job=JOB).replace(b'"job":', b'"job": {"namespace": "n", "name": "first"}, "job":')
    event, found = openlineage.read(text)
    assert event.job is not None
    assert event.job.name == "job"
    assert found == {"$": "more than once in one object, the last counts: job"}


def test_a_byte_order_mark_and_numbers_that_json_does_not_have_are_taken() -> None:
    text = b"\xef\xbb\xbf" + raw(job={**JOB, "facets": {"m": {"a": float("nan"), "b": -float("inf"), "c": "NaN"}}})
    event, found = openlineage.read(text)
    assert event.job is not None
    assert json.loads(bytes(event.job.facets["m"])) == {"a": None, "b": None, "c": "NaN"}
    assert found == {"$": "byte order mark left out; NaN and Infinity, which JSON does not have, read as null"}


def test_numbers_of_any_size_and_depth_up_to_a_bound_stay_as_they_are() -> None:
    facet = b'{"n":1' + b"0" * 6_000 + b',"x":1e999,"d":' + b"[" * 100 + b"]" * 100 + b"}"
    text = b'{"eventTime":"2026-01-01T10:00:00Z","job":{"namespace":"n","name":"j","facets":{"f":' + facet + b"}}}"
    event = openlineage.read(text).event
    assert event.job is not None
    assert bytes(event.job.facets["f"]) == facet


_leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just({}), st.just([]))
_keys = st.sampled_from(
    ["eventTime", "eventType", "run", "job", "dataset", "inputs", "outputs", "facets", "inputFacets", "runId",
     "namespace", "name", "producer", "schemaURL", "parentRun", "parent", "schema"]
)  # fmt: skip
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=5)),
    max_leaves=20,
)


@given(st.dictionaries(_keys, _values), st.sampled_from([b"", b"\xef\xbb\xbf", b" ", b"\x00"]))
def test_no_json_ever_raises_anything_but_a_bad_event(parts: dict[str, object], before: bytes) -> None:
    text = before + json.dumps({"eventTime": TIME, "run": RUN, "job": JOB, **parts}).encode()
    with contextlib.suppress(BadEvent):
        event, found = openlineage.read(text)
        assert openlineage.decode(openlineage.encode(event)) == event  # what was repaired stays repaired
        assert all(isinstance(note, str) and note for note in found.values())
        unread(event)


def test_a_name_of_a_class_of_somebodys_own_is_written_as_the_text_that_it_is() -> None:
    class Name(str):
        __slots__ = ()

    event = openlineage.decode(raw(run=RUN, job=JOB))
    named = msgspec.structs.replace(event, job=openlineage.JobPart(Name("ns"), Name("job")))
    assert openlineage.decode(openlineage.encode(named)).job == event.job


def test_half_characters_are_told_as_their_escapes_wherever_they_stand() -> None:
    """By hand: the escapes as Python spells them; what is whole beside them stays, as do facets that are packed."""
    dataset = openlineage.DatasetPart(
        "file", "caf\udce9 ü.csv", {"x": facets.pack("x", {"a\ud800": ["b\udcff", 1]}), "y": msgspec.Raw(b'{"n":1.50}')}
    )
    event = openlineage.Event(event_time="t", producer="p", schema_url="s", inputs=(dataset,))
    raw = openlineage.encode(event)
    (told,) = json.loads(raw)["inputs"]
    assert told["name"] == "caf\\udce9 ü.csv"
    assert {"a\\ud800": ["b\\udcff", 1]}.items() <= told["facets"]["x"].items()
    assert b'{"n":1.50}' in raw
    answer = Answer(id="i", time_us=1, endpoint="desk", text="\ud83d")
    assert json.loads(openlineage.as_json(answer))["text"] == "\\ud83d"
