"""The OpenAPI 3.1 document, generated from the route table and the records it names.

Enters: operations. Leaves: the document as plain values, ready for JSON. Nothing in it is written by hand, so
it cannot differ from what the server does. Source: https://spec.openapis.org/oas/v3.1.0.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from driftline import __version__
from driftline.serve.errors import ErrorBody
from driftline.serve.operation import Operation, first_sentence

_REFERENCE = "#/components/schemas/{name}"
_JSON = "application/json"


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the OpenAPI document of ``operations``."""
    records = [ErrorBody, *(o.query for o in operations if o.query is not None)]
    bodies = [shape for o in operations for shape in (o.body, o.answer) if shape is not None]
    schemas, components = _schemas([*records, *bodies])
    queries = {o.query.__name__ for o in operations if o.query is not None}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Driftline",
            "version": __version__,
            "description": "Where an answer came from, what changed, what it cost and whether it is stopped. "
            "Times are microseconds since 1970 UTC. A field that holds its default is left out of an answer. "
            "In the query of an address a plus is a space: write %2B for it, as in selector=%2Bfeatures and "
            "as_of=2026-01-01T12:00:00%2B02:00.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in queries},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(shapes: list[Any]) -> tuple[dict[Any, Any], dict[str, Any]]:
    unique = list(dict.fromkeys(shapes))
    found, components = msgspec.json.schema_components(unique, ref_template=_REFERENCE)
    plain: dict[str, Any] = msgspec.to_builtins(components)
    return dict(zip(unique, map(msgspec.to_builtins, found), strict=True)), plain


def _describe(operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    media = {operation.media: {"schema": schemas.get(operation.answer, {"type": "string"})}}
    answers: dict[str, Any] = {str(operation.status): {"description": "Done.", "content": media}}
    answers.update({str(status): {"description": meaning} for status, meaning in operation.statuses})
    answers["default"] = {"description": "Refused.", "content": {_JSON: {"schema": schemas[ErrorBody]}}}
    said: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": answers,
    }
    parameters = _path_parameters(operation.path)
    if operation.query is not None:
        parameters += _query_parameters(components[operation.query.__name__])
    if parameters:
        said["parameters"] = parameters
    if operation.body is not None:
        said["requestBody"] = {"required": True, "content": {_JSON: {"schema": schemas[operation.body]}}}
    if operation.method != "GET":
        said["security"] = [{}, {"token": []}]
    return said


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = []
    for name, shape in schema["properties"].items():
        body = dict(shape)
        said = {"name": name, "in": "query", "required": name in schema["required"]}
        if "description" in body:
            said["description"] = body.pop("description")
        parameters.append({**said, "schema": body})
    return parameters


async def get_document(request: Request) -> Response:
    """Tell this document."""
    return Response(request.app.state.openapi, media_type=_JSON)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/openapi.json",
        endpoint=get_document,
        summary=first_sentence(get_document),
        answer=dict[str, Any],
    ),
)
