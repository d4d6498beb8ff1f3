"""Facets by name; what comes back is compared byte for byte with what was written here."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import NotFound
from driftline.event import registry

RUN = "0194a1b2-0000-7000-8000-000000000001"
ODD = b'{ "_producer":"p",\t"n": [1.50, -0, 1e400, 12345678901234567890123], "u":"\\u00e9\\u0000\xc3\xa9", "n": 2 }'


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(Settings(home=str(tmp_path), console=False)) as found:
        yield found


def held(*facets: tuple[str, bytes]) -> bytes:
    return b"{" + b",".join(json.dumps(key).encode() + b":" + facet for key, facet in facets) + b"}"


def event(second: int = 1, run: bytes = b"{}", job: bytes = b"{}", **datasets: bytes) -> bytes:
    group = {key: datasets.get(key, b"{}") for key in ("read", "input", "written", "output")}
    return (
        b'{"eventType":"COMPLETE","eventTime":"2026-01-01T10:00:%02dZ","producer":"p","schemaURL":"s","run":{"runId":"%s",'
        b'"facets":%s},"job":{"namespace":"n","name":"j","facets":%s},"inputs":[{"namespace":"n","name":"a","facets":%s,'
        b'"inputFacets":%s}],"outputs":[{"namespace":"n","name":"b","facets":%s,"outputFacets":%s}]}'
    ) % (second, RUN.encode(), run, job, group["read"], group["input"], group["written"], group["output"])


def test_unknown_facets_come_back_byte_for_byte_from_wherever_they_stood(engine: Engine) -> None:
    facets = held(("odd", ODD))
    sent = event(
        run=facets,
        job=facets,
        read=facets,
        input=held(("oddInput", ODD)),
        written=facets,
        output=held(("oddOutput", ODD)),
    )
    receipt = engine.ingest(sent)
    assert receipt.status == "accepted"
    assert engine.event(receipt.event) == sent
    for node in ("job:n:j", "dataset:n:a", "dataset:n:b"):
        assert {key: bytes(raw) for key, raw in engine.facets(node).facets.items()} == {"odd": ODD}
    said = engine.facets(f"run:{RUN}")
    assert bytes(said.facets["odd"]) == ODD
    assert {key: bytes(raw) for key, raw in said.inputs["dataset:n:a"].items()} == {"odd": ODD, "oddInput": ODD}
    assert {key: bytes(raw) for key, raw in said.outputs["dataset:n:b"].items()} == {"odd": ODD, "oddOutput": ODD}


def test_a_facet_of_a_dataset_and_one_of_the_same_key_as_input_are_both_there(engine: Engine) -> None:
    own, as_input = b'{"rowCount":1}', b'{"rowCount":2}'
    engine.ingest(event(read=held(("dataQualityMetrics", own)), input=held(("dataQualityMetrics", as_input))))
    found = engine.facets(f"run:{RUN}", "dataQualityMetrics")
    assert {key: bytes(raw) for key, raw in found.inputs["dataset:n:a"].items()} == {
        "dataQualityMetrics": own,
        "inputFacets.dataQualityMetrics": as_input,
    }
    assert found.outputs == {}


@pytest.mark.parametrize(("key", "place"), sorted(registry.REGISTRY))
def test_every_registered_facet_is_read_by_its_name(engine: Engine, key: str, place: str) -> None:
    where = {"run": "run", "job": "job", "dataset": "written", "input": "input", "output": "output"}[place]
    facet = b'{"_producer":"p","_schemaURL":"s","x":"' + f"{key} {place}".encode() + b'"}'
    assert engine.ingest(event(**{where: held((key, facet))})).status == "accepted"
    node = {"job": "job:n:j", "dataset": "dataset:n:b"}.get(place, f"run:{RUN}")
    found = engine.facets(node, key)
    groups = [found.facets, *found.inputs.values(), *found.outputs.values()]
    assert [bytes(raw) for group in groups for raw in group.values()] == [facet]


def test_the_newest_stands_and_a_deleted_one_does_not(engine: Engine) -> None:
    def facet(text: str) -> tuple[str, bytes]:
        return "documentation", json.dumps({"description": text}).encode()

    engine.ingest_many([event(2, job=held(facet("new"))), event(1, job=held(facet("old")))])
    assert json.loads(bytes(engine.facets("job:n:j", "documentation").facets["documentation"])) == {
        "description": "new"
    }
    engine.ingest(event(3, job=held(("documentation", b'{"_deleted":true}'))))
    assert engine.facets("job:n:j").facets == {}


def test_what_is_not_there_is_told_with_what_is(engine: Engine) -> None:
    engine.ingest(event(written=held(("odd", b"{}"))))
    with pytest.raises(NotFound) as caught:
        engine.facets("dataset:n:b", "schema")
    assert caught.value.hint == "It has odd."
    with pytest.raises(NotFound) as caught:
        engine.facets("dataset:n:b", "outputStatistics")
    assert "ask with run:" in caught.value.hint
    for node in ("dataset:n:z", "job:n:z", f"run:{RUN[:-1]}9", "nonsense"):
        with pytest.raises(NotFound):
            engine.facets(node)


def test_a_dataset_that_a_run_reads_and_writes_is_what_it_wrote_last(engine: Engine) -> None:
    sides = {}
    for side, versions in (("inputs", ("old",)), ("outputs", ("between", "new"))):
        facets = [
            {"driftline_state": {"_producer": "p", "_schemaURL": "s", "version": version}} for version in versions
        ]
        sides[side] = [{"namespace": "file", "name": "orders.csv", "facets": one} for one in facets]
    said = {**json.loads(event()), **sides}
    engine.ingest(json.dumps(said).encode())
    assert json.loads(bytes(engine.facets("dataset:file:orders.csv").facets["driftline_state"]))["version"] == "new"


def test_two_readings_of_one_file_in_one_event_are_not_told_as_one(engine: Engine) -> None:
    def part(facets: bytes) -> bytes:
        return b'{"namespace":"n","name":"a","facets":%s,"inputFacets":{}}' % facets

    by_comma = held(("schema", b'{"by":","}'), ("profile", b'{"by":","}'))
    by_semicolon = held(("schema", b'{"by":";"}'), ("extra", b'{"by":";"}'))
    less = held(("more", b'{"by":"|"}'))  # its profile was told with an earlier reading
    begun, ended = event(1, read=held(("extra", b'{"by":"?"}'))), event(2)
    one = part(b"{}")
    assert one in ended
    engine.ingest(begun)
    engine.ingest(ended.replace(one, b",".join(map(part, (by_comma, by_semicolon, less)))))
    found = engine.facets(f"run:{RUN}").inputs["dataset:n:a"]
    assert {key: bytes(raw) for key, raw in found.items()} == {"schema": b'{"by":";"}', "extra": b'{"by":";"}'}
