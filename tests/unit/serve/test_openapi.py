import json
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from driftline.serve import openapi
from driftline.serve.routes import OPERATIONS

# The parts of the OpenAPI 3.1 schema (https://spec.openapis.org/oas/3.1/schema/2022-10-07) that the document uses.
REFERENCE = {"type": "object", "required": ["$ref"]}
CONTENT = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z]+/[a-z.+-]+$"},
    "additionalProperties": {"type": "object", "properties": {"schema": {"type": "object"}}},
}
OPERATION = {
    "type": "object",
    "required": ["responses", "operationId", "summary"],
    "additionalProperties": False,
    "properties": {
        "operationId": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "summary": {"type": "string", "minLength": 5},
        "tags": {"type": "array", "items": {"type": "string"}},
        "security": {"type": "array", "items": {"type": "object"}},
        "parameters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "in", "schema"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "in": {"enum": ["query", "path"]},
                    "required": {"type": "boolean"},
                    "description": {"type": "string"},
                    "schema": {"type": "object"},
                },
                "if": {"properties": {"in": {"const": "path"}}},
                "then": {"required": ["required"], "properties": {"required": {"const": True}}},
            },
        },
        "requestBody": {
            "type": "object",
            "required": ["content"],
            "properties": {"content": CONTENT, "required": {"type": "boolean"}},
        },
        "responses": {
            "type": "object",
            "propertyNames": {"pattern": "^([1-5][0-9][0-9]|default)$"},
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["description"],
                "properties": {"description": {"type": "string"}, "content": CONTENT},
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"type": "string", "pattern": r"^3\.1\.\d+$"},
        "info": {"type": "object", "required": ["title", "version"]},
        "paths": {
            "type": "object",
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"get": OPERATION, "post": OPERATION, "put": OPERATION, "delete": OPERATION},
            },
        },
        "components": {
            "type": "object",
            "properties": {"schemas": {"type": "object", "propertyNames": {"pattern": r"^[a-zA-Z0-9._-]+$"}}},
        },
    },
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(openapi.document(OPERATIONS)))
    return found


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in part.values()))
    return set().union(*(references(inner) for inner in part)) if isinstance(part, list) else set()


def test_the_document_has_the_shape_of_openapi_three_one(document: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_every_record_is_a_valid_json_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_to_a_record_and_every_record_is_used(document: dict[str, Any]) -> None:
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == there


def test_every_route_is_documented(client: TestClient, document: dict[str, Any]) -> None:
    served = {
        (route.path, method.lower())
        for route in client.app.routes
        for method in getattr(route, "methods", None) or ()
        if method != "HEAD" and route.path != "/"
    }
    documented = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert served == documented


def test_names_of_operations_are_unique_and_path_parameters_are_stated(document: dict[str, Any]) -> None:
    operations = [(path, said) for path, methods in document["paths"].items() for said in methods.values()]
    names = [said["operationId"] for _, said in operations]
    assert len(set(names)) == len(names)
    for path, said in operations:
        stated = {p["name"] for p in said.get("parameters", ()) if p["in"] == "path"}
        assert stated == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_the_server_hands_the_document_out(client: TestClient, document: dict[str, Any]) -> None:
    assert client.get("/api/openapi.json").json() == document


def test_answers_have_the_shape_that_the_document_promises(filled: TestClient, document: dict[str, Any]) -> None:
    # jsonschema is the independent judge of real answers
    for path, query in (("overview", ""), ("incidents", ""), ("datasets", ""), ("answers", ""), ("guards", ""),
                        ("graph", "?node=features"), ("dataset", "?node=features"), ("find", "?q=f"),
                        ("impact", "?node=raw")):  # fmt: skip
        said = document["paths"][f"/api/v1/{path}"]["get"]["responses"]["200"]["content"]["application/json"]
        schema = {**said["schema"], "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(filled.get(f"/api/v1/{path}{query}").json())
