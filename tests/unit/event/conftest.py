"""Facets as the official client writes them: an independent implementation to read after."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from openlineage.client.serde import Serde

from driftline.event import facets, registry


def filled(value: Any) -> Any:
    """Return ``value`` without what is empty: both sides leave empty lists and objects out, each in its own cases."""
    if isinstance(value, dict):
        kept = {key: filled(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, {}, [], "")}
    return [filled(inner) for inner in value] if isinstance(value, list | tuple) else value


@pytest.fixture
def read_back() -> Callable[[str, str, Any], Any]:
    """Return a function that reads the client's facet by our record, and checks that not one of its fields is lost."""

    def check(key: str, place: str, theirs: Any) -> Any:
        raw = Serde.to_json(theirs).encode()
        body = json.loads(raw)
        entry = registry.find(key, place)
        assert entry is not None
        assert entry.place == place
        assert body["_schemaURL"] == entry.schema
        assert set(entry.required) <= body.keys()
        record = facets.read(raw, entry.record)
        said = {name: value for name, value in body.items() if not name.startswith("_")}
        assert filled(json.loads(msgspec.json.encode(record))) == filled(said)
        return record

    return check
