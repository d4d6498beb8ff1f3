"""What the receipt says of facets; the expected places follow ``inputs[0].facets`` and so on of the specification."""

import json
from typing import Any

import msgspec
import pytest

from driftline.event import openlineage, unread
from driftline.event.openlineage import Event

OF = {"_producer": "https://p", "_schemaURL": "https://s"}
SOUND = {"fields": [{"name": "x"}], **OF}


def event(**parts: Any) -> Event:
    body = {
        "eventTime": "2026-01-01T10:00:00Z",
        "run": {"runId": "01900000-0000-7000-8000-000000000001", "facets": parts.pop("run", {})},
        "job": {"namespace": "demo", "name": "build", "facets": parts.pop("job", {})},
        **{side: [{"namespace": "n", "name": "a", **parts[side]}] for side in parts},
    }
    return openlineage.decode(json.dumps(body).encode())


def test_sound_facets_and_unknown_ones_are_no_fault() -> None:
    odd = {"anything": [1], **OF}
    sound = event(run={"odd": odd}, job={"sql": {"query": "select 1", **OF}}, outputs={"facets": {"schema": SOUND}})
    assert unread.unread(sound) == {}


def test_a_wrong_type_and_a_missing_field_are_named_with_their_place() -> None:
    bad = event(
        run={"errorMessage": {"message": "no", **OF}},
        inputs={"facets": {"schema": {"fields": 5, **OF}}, "inputFacets": {"subset": OF}},
    )
    found = unread.unread(bad)
    assert set(found) == {"run.errorMessage", "inputs[0].schema", "inputs[0].inputFacets.subset"}
    assert "programmingLanguage" in found["run.errorMessage"]
    assert "$.fields" in found["inputs[0].schema"]
    assert "inputCondition" in found["inputs[0].inputFacets.subset"]


def test_what_the_specification_requires_is_missed_even_where_it_can_be_read_without() -> None:
    found = unread.unread(event(run={"parent": {"run": {"runId": "r"}, "job": None, **OF}}))
    assert found == {"run.parent": "without job, which the specification requires"}


@pytest.mark.parametrize(
    ("parts", "place", "home"),
    [
        ({"run": {"schema": SOUND}}, "run.schema", "dataset"),
        ({"job": {"test": {"tests": [], **OF}}}, "job.test", "run"),
        ({"outputs": {"facets": {"outputStatistics": OF}}}, "outputs[0].outputStatistics", "output"),
        ({"outputs": {"outputFacets": {"inputStatistics": OF}}}, "outputs[0].outputFacets.inputStatistics", "input"),
        ({"outputs": {"inputFacets": {"inputStatistics": OF}}}, "outputs[0].inputFacets.inputStatistics", "input"),
        ({"inputs": {"facets": {"subset": OF}}}, "inputs[0].subset", "input, output"),
    ],
)
def test_a_facet_in_the_wrong_place_is_told_where_it_belongs(parts: dict[str, Any], place: str, home: str) -> None:
    assert unread.unread(event(**parts)) == {place: f"it does not belong here, but to: {home}"}


def test_tests_of_a_dataset_may_stand_on_it_as_such() -> None:
    tests = {"dataQualityAssertions": {"assertions": [], **OF}}
    assert unread.unread(event(inputs={"facets": tests, "inputFacets": tests})) == {}


def test_facets_that_name_neither_producer_nor_schema_are_told_once_per_place() -> None:
    bare = event(
        job={"sql": {"query": "q"}, "odd": {"_producer": "", "_schemaURL": "s"}, "tags": {"tags": [], **OF}},
        outputs={"facets": {"schema": {"fields": []}}, "outputFacets": {"odd": {}}},
    )
    assert unread.unread(bare) == {
        "job": "no _producer: odd, sql; no _schemaURL: sql",
        "outputs[0]": "no _producer: schema; no _schemaURL: schema",
        "outputs[0].outputFacets": "no _producer: odd; no _schemaURL: odd",
    }


def test_a_facet_that_deletes_another_needs_nothing_else() -> None:
    assert unread.unread(event(job={"sql": {"_deleted": True}})) == {}


def test_a_facet_of_a_dataset_event_is_judged_too() -> None:
    raw = (
        b'{"eventTime":"2026-01-01T10:00:00Z","dataset":{"namespace":"n","name":"d","facets":{"schema":{"fields":5}}}}'
    )
    assert set(unread.unread(openlineage.decode(raw))) == {"dataset.schema"}


def test_the_same_facet_is_judged_once_and_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    judge = unread._judge
    monkeypatch.setattr(unread, "_verdicts", {})
    monkeypatch.setattr(unread, "_REMEMBERED", 3)
    monkeypatch.setattr(unread, "_judge", lambda *told: judged.append(told) or judge(*told))
    for _ in range(5):
        assert unread.unread(event(outputs={"facets": {"schema": SOUND}})) == {}
    assert len(judged) == 1
    for number in range(10):
        unread.unread(event(job={"sql": {"query": str(number), **OF}}))
        assert len(unread._verdicts) <= 3


def test_a_facet_that_is_no_json_inside_raises_nothing() -> None:
    plain = event(job={"sql": {"query": "q", **OF}})
    assert plain.job is not None
    for raw in (b'{"query":"\xff"}', b'{"query":' + b"[" * 50_000, b"", b"5"):
        held = msgspec.structs.replace(plain.job, facets={"sql": msgspec.Raw(raw), "odd": msgspec.Raw(raw)})
        assert "job.sql" in unread.unread(msgspec.structs.replace(plain, job=held))
