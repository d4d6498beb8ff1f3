"""The facets of models in use: they come back as they were packed, under names of our own."""

import json
from typing import Any

import msgspec
import pytest

from driftline.event import ai_facets, facets, registry

FACETS: dict[str, tuple[type, dict[str, Any]]] = {
    "driftline_deployment": (
        ai_facets.DeploymentFacet,
        {"endpoint": "desk", "stage": "production", "parts": {"model": "dataset:file:m#7"}},
    ),
    "driftline_evaluation": (
        ai_facets.EvaluationFacet,
        {"subject": "dataset:file:m#7", "metrics": {"groundedness": 0.88}, "judge": "nightly"},
    ),
    "driftline_predictions": (
        ai_facets.PredictionsFacet,
        {"endpoint": "desk", "since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"},
    ),
    "driftline_documents": (ai_facets.DocumentsFacet, {"documents": {"xxh3:0a1b": "refunds.md#3"}}),
}


@pytest.mark.parametrize("key", FACETS)
def test_a_facet_comes_back_as_it_was_packed_and_says_whose_it_is(key: str) -> None:
    type_, body = FACETS[key]
    packed = facets.pack(key, msgspec.convert(body, type_))
    assert {name: value for name, value in json.loads(bytes(packed)).items() if name[0] != "_"} == body
    assert json.loads(bytes(packed))["_schemaURL"].endswith(key)
    assert facets.unpack({key: packed}, key, type_) == msgspec.convert(body, type_)


@pytest.mark.parametrize("key", FACETS)
def test_the_registry_knows_it_and_a_malformed_one_is_none(key: str) -> None:
    type_, body = FACETS[key]
    entry = registry.find(key, "dataset")
    assert entry is not None
    assert (entry.record, entry.origin) == (type_, "driftline")
    assert facets.unpack({key: msgspec.Raw(msgspec.json.encode(dict.fromkeys(body, 1)))}, key, type_) is None
