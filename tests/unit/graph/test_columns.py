from typing import Any

import msgspec

from driftline.event.facets import pack
from driftline.event.lineage import ColumnEdge, Dataset
from driftline.graph.columns import read, sources

A, OUT = Dataset("n", "a"), Dataset("n", "out")
JOIN = {"type": "INDIRECT", "subtype": "JOIN"}


def source(field: str, *transformations: dict[str, Any]) -> dict[str, Any]:
    return {"namespace": "n", "name": "a", "field": field, "transformations": list(transformations)}


def edges(**facet: Any) -> set[tuple[str, str, str, str]]:
    found = read({"columnLineage": pack("columnLineage", facet)}, OUT)
    assert all(edge.source == A and edge.target == OUT for edge in found)
    return {(edge.source_column, edge.target_column, edge.type, edge.subtype) for edge in found}


def test_a_direct_column_keeps_its_subtype() -> None:
    one = source("x", {"type": "DIRECT", "subtype": "AGGREGATION", "description": None, "masking": None})
    assert edges(fields={"y": {"inputFields": [one]}}) == {("x", "y", "DIRECT", "AGGREGATION")}


def test_indirect_columns_in_every_field_say_the_same_as_once_for_the_dataset() -> None:
    plain = {"y": {"inputFields": [source("x")]}, "z": {"inputFields": []}}
    spark = {"y": {"inputFields": [source("x"), source("k", JOIN)]}, "z": {"inputFields": [source("k", JOIN)]}}
    once = edges(fields=plain, dataset=[source("k", JOIN)])
    assert once == {("x", "y", "DIRECT", ""), ("k", "", "INDIRECT", "JOIN")}
    assert edges(fields=spark) == once
    assert edges(fields=spark, dataset=[source("k", JOIN)]) == once


def test_an_indirect_column_of_some_fields_stays_with_them() -> None:
    fields = {"y": {"inputFields": [source("k", JOIN)]}, "z": {"inputFields": []}}
    assert edges(fields=fields) == {("k", "y", "INDIRECT", "JOIN")}


def test_a_condition_or_window_belongs_to_its_column_even_when_every_column_has_it() -> None:
    case = {"type": "INDIRECT", "subtype": "CONDITIONAL"}
    fields = {name: {"inputFields": [source("k", case)]} for name in ("y", "z")}
    assert edges(fields=fields) == {("k", "y", "INDIRECT", "CONDITIONAL"), ("k", "z", "INDIRECT", "CONDITIONAL")}


def test_the_old_form_says_how_per_output_column() -> None:
    old = {"inputFields": [source("x")], "transformationType": "IDENTITY", "transformationDescription": "as is"}
    masked = {"inputFields": [source("x")], "transformationType": "MASKED"}
    assert edges(fields={"y": old, "z": masked}) == {
        ("x", "y", "DIRECT", "IDENTITY"),
        ("x", "z", "DIRECT", "TRANSFORMATION"),
    }


def test_what_cannot_be_read_says_nothing() -> None:
    assert read({"columnLineage": msgspec.Raw(b'{"fields": 1}')}, OUT) == ()
    assert read({}, OUT) == ()
    assert edges(fields={}) == set()


def test_sources_are_the_datasets_that_edges_come_from() -> None:
    assert sources([ColumnEdge(A, "x", OUT, "y")]) == {A}


def test_how_an_edge_is_known_comes_with_it() -> None:
    how = {"type": "DIRECT", "subtype": "IDENTITY", "provenance": "probed", "confidence": 0.9}
    odd = {"type": "DIRECT", "subtype": "IDENTITY", "provenance": "hearsay", "confidence": 7}
    fields = {"y": {"inputFields": [source("x", how)]}, "z": {"inputFields": [source("x", odd)]}}
    found = read({"columnLineage": pack("columnLineage", {"fields": fields})}, OUT)
    assert [(edge.target_column, edge.provenance, edge.confidence) for edge in found] == [
        ("y", "probed", 0.9),
        ("z", "column", 1.0),
    ]


def test_of_two_words_on_one_edge_the_surer_counts() -> None:
    ways = [{"type": "DIRECT", "provenance": "probed", "confidence": 0.6}, {"type": "DIRECT", "confidence": 0.9}]
    fields = {"y": {"inputFields": [source("x", *ways)]}}
    (edge,) = read({"columnLineage": pack("columnLineage", {"fields": fields})}, OUT)
    assert (edge.provenance, edge.confidence) == ("column", 0.9)
