"""Facets are packed with the two fields that the specification requires of each."""

import json

import msgspec

from driftline.event import facets


def test_a_packed_facet_names_producer_and_schema() -> None:
    body = json.loads(bytes(facets.pack("sql", facets.SqlFacet(query="select 1"))))
    assert body["query"] == "select 1"
    assert body["_producer"].startswith("https://")
    assert body["_schemaURL"].endswith("SQLJobFacet")


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
