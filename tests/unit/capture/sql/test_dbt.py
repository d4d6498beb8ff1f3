"""Models from a manifest. The manifest is made by hand in the shape of dbt's schema v12."""

from typing import Any

import pytest

from driftline.capture.sql import dbt
from driftline.capture.sql.relation import Source
from driftline.capture.sql.schema import Schema
from driftline.errors import BadInput


def node(name: str, sql: str, *depends: str, **more: Any) -> dict[str, Any]:
    return {
        "resource_type": "model", "database": "prod", "schema": "mart", "alias": name, "name": name,
        "original_file_path": f"models/{name}.sql", "compiled_code": sql, "depends_on": {"nodes": list(depends)},
        **more,
    }  # fmt: skip


MANIFEST = {
    "metadata": {"adapter_type": "snowflake"},
    "nodes": {
        "model.p.last": node("last", "SELECT b FROM prod.mart.first", "model.p.first"),
        "model.p.first": node("first", "SELECT a AS b FROM prod.raw.t", "source.p.raw.t"),
        "model.p.py": node("py", "", language="python"),
        "test.p.x": {"resource_type": "test"},
    },
    "sources": {
        "source.p.raw.t": {"resource_type": "source", "database": "prod", "schema": "raw", "identifier": "t",
                           "name": "t", "columns": {"a": {}, "z": {}}},
    },
}  # fmt: skip


def test_models_come_after_what_they_read() -> None:
    found = list(dbt.models(MANIFEST))
    names = [model.parts[-1] for model in found]
    assert names.index("first") < names.index("last")
    assert found[names.index("py")].problem == "a model in python"
    assert dbt.dialect_of(MANIFEST) == "snowflake"
    assert dbt.is_manifest(MANIFEST)
    assert not dbt.is_manifest({"t": ["a"]})


def test_a_model_that_was_not_compiled_says_what_to_do() -> None:
    raw = {**MANIFEST, "nodes": {"model.p.m": node("m", "", raw_code="SELECT * FROM {{ ref('x') }}")}}
    assert next(dbt.models(raw)).problem == "not compiled; run 'dbt compile' first"


def test_the_catalog_says_what_exists_and_the_manifest_what_is_documented_of_sources() -> None:
    schema = Schema()
    dbt.columns(MANIFEST, None, schema)
    assert schema.columns(Source("table", ("prod.raw.t",))) == ("a", "z")
    catalog = {
        "sources": {"source.p.raw.t": {"columns": {"Z": {"name": "Z", "index": 2}, "A": {"name": "A", "index": 1}}}}
    }
    schema = Schema()
    dbt.columns(MANIFEST, catalog, schema)
    assert schema.columns(Source("table", ("prod.raw.t",))) == ("A", "Z")


def test_models_in_a_circle_are_refused() -> None:
    circle = {"nodes": {"model.a": node("a", "x", "model.b"), "model.b": node("b", "x", "model.a")}, "metadata": {}}
    with pytest.raises(BadInput, match="circle"):
        list(dbt.models(circle))
