"""Facets are packed with the two fields that the specification requires of each, and read as the client writes them."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from openlineage.client.generated import error_message_run, nominal_time_run, parent_run

from driftline.event import facets


def test_a_packed_facet_names_producer_and_schema() -> None:
    body = json.loads(bytes(facets.pack("sql", facets.SqlFacet(query="select 1"))))
    assert body["query"] == "select 1"
    assert body["_producer"].startswith("https://")
    assert body["_schemaURL"].endswith("SQLJobFacet")


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": 1, "b": [None, 1.5, "\u00e9\n"], "c": {}},
        {"a": 1, "_producer": "https://elsewhere", "_schemaURL": "x"},
        facets.StateFacet(),
        facets.StateFacet(version="v", rows=0, attributes={"k": '"'}, after_ns=3),
        facets.FingerprintFacet(value="v", algorithm="a", rows=2, groups=b"\0\xff", columns={"c": "00"}),
    ],
)
def test_a_packed_facet_is_the_value_behind_what_every_facet_has(value: Any) -> None:
    """Against the JSON of the standard library, of the two fields and the value as plain objects, in that order."""
    for _ in range(2):
        raw = bytes(facets.pack("driftline_state", value))
        both = {"_producer": facets.PRODUCER, "_schemaURL": facets.schema_url("driftline_state")}
        plain = {**both, **msgspec.to_builtins(value)}
        assert raw.decode() == json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def test_what_is_packed_can_be_unpacked() -> None:
    state = facets.StateFacet(version="v1", partition="2013-01-31", rows=3, attributes={"path": "a"})
    assert (
        facets.unpack({"driftline_state": facets.pack("driftline_state", state)}, "driftline_state", facets.StateFacet)
        == state
    )
    profile = facets.ProfileFacet("dlp1", b"\x00\xff\x01")
    assert facets.unpack({"p": facets.pack("driftline_profile", profile)}, "p", facets.ProfileFacet) == profile


def test_a_bad_facet_never_loses_its_event() -> None:
    assert facets.unpack({}, "schema", facets.SchemaFacet) is None
    assert facets.unpack({"schema": msgspec.Raw(b'{"fields": 7}')}, "schema", facets.SchemaFacet) is None
    assert facets.unpack({"schema": msgspec.Raw(b'{"_deleted": true}')}, "version", facets.VersionFacet) is None


RUN, ROOT = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
FACETS = {
    "nominalTime": nominal_time_run.NominalTimeRunFacet("2013-01-31T00:00:00Z", "2013-02-01T00:00:00Z"),
    "errorMessage": error_message_run.ErrorMessageRunFacet("no such table", "sql", "at line 2"),
    "parent": parent_run.ParentRunFacet(
        parent_run.Run(RUN, {"nominalTime": nominal_time_run.NominalTimeRunFacet("2013-01-31T00:00:00Z")}),
        parent_run.Job("airflow", "feed.load"),
        parent_run.Root(parent_run.RootRun(ROOT), parent_run.RootJob("airflow", "feed")),
    ),
}


@pytest.mark.parametrize("key", ["nominalTime", "errorMessage"])
def test_every_field_that_the_official_client_writes_is_read(key: str, read_back: Callable[..., Any]) -> None:
    read_back(key, "run", FACETS[key])


def test_a_parent_has_a_run_a_job_and_a_root(read_back: Callable[..., Any]) -> None:
    parent = read_back("parent", "run", FACETS["parent"])
    assert (parent.run.run_id, parent.job.namespace, parent.job.name) == (RUN, "airflow", "feed.load")
    assert (parent.root.run.run_id, parent.root.job.name) == (ROOT, "feed")
    forwarded = facets.unpack(parent.run.facets, "nominalTime", facets.NominalTimeFacet)
    assert forwarded == facets.NominalTimeFacet("2013-01-31T00:00:00Z")


def test_a_null_is_as_good_as_nothing() -> None:
    raw = msgspec.Raw(b'{"fields":[{"name":"a","type":null,"fields":null,"ordinal_position":2.0}]}')
    read = facets.unpack({"schema": raw}, "schema", facets.SchemaFacet)
    assert read == facets.SchemaFacet((facets.SchemaField("a", ordinal_position=2),))
    gone = facets.unpack({"sql": msgspec.Raw(b'{"query":null}')}, "sql", facets.SqlFacet)
    assert gone is None


def test_what_the_specification_requires_is_written_even_where_it_is_the_usual() -> None:
    source = facets.InputField("n", "a", "x", (facets.Transformation("DIRECT", "IDENTITY"),))
    packed = facets.pack("columnLineage", facets.ColumnLineageFacet({"y": facets.ColumnInputs((source,))}))
    body = json.loads(bytes(packed))["fields"]["y"]["inputFields"][0]
    assert body["transformations"] == [{"type": "DIRECT", "subtype": "IDENTITY"}]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"fields": [' + b"[" * 100_000,
        b'{"fields": [' + b"[" * 5_000 + b"]" * 5_000 + b"]}",
        b'{"fields": [{"name": "a", "ordinal_position": 1' + b"0" * 5_000 + b"}]}",
        b'{"fields": [{"name": "\xff"}]}',
        b'{"fields": [{"name": "\\ud800"}]}',
        b'{"fields": [{"name": "a", "ordinal_position": 1e999}]}',
        b"",
    ],
)
def test_nothing_in_a_facet_raises(raw: bytes) -> None:
    assert facets.unpack({"schema": msgspec.Raw(raw)}, "schema", facets.SchemaFacet) is None


def test_texts_and_numbers_of_classes_of_somebodys_own_are_packed_as_what_they_are() -> None:
    class Text(str):  # as ``torch.__version__`` is
        __slots__ = ()

        def __str__(self) -> str:
            return "something else"

    class Whole(int): ...

    class Broken(float): ...

    body = facets.pack(
        "driftline_environment", {"packages": {"torch": Text("2.13.0+cpu")}, "n": Whole(3), "f": Broken(1.5)}
    )
    found = json.loads(bytes(body))
    assert (found["packages"], found["n"], found["f"]) == ({"torch": "2.13.0+cpu"}, 3, 1.5)
    with pytest.raises(TypeError, match="object"):
        facets.pack("x", {"of": object()})
