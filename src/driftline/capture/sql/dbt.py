"""The models of a dbt project, from what dbt has compiled.

Enters: a manifest (target/manifest.json) and, if there is one, a catalog (target/catalog.json) as decoded JSON.
Leaves: the models in an order in which each comes after those that it reads, with the name of the table that it
becomes and its compiled SQL; and the columns of all tables that the two know. dbt itself is not needed.
"""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from driftline.capture.sql.schema import Schema
from driftline.errors import BadInput

_COMPILED = ("compiled_code", "compiled_sql")
_MADE = frozenset(["model", "snapshot"])


class Model(NamedTuple):
    """One model: the parts of its table's name, its file, its SQL or why there is none."""

    parts: tuple[str, ...]
    file: str
    sql: str
    problem: str = ""
    temporary: bool = False  # ephemeral: it becomes no table


def is_manifest(given: Any) -> bool:
    """Whether a JSON value is a dbt manifest."""
    return isinstance(given, Mapping) and isinstance(given.get("nodes"), Mapping) and "metadata" in given


def dialect_of(manifest: Mapping[str, Any]) -> str:
    """Return the adapter that the manifest was made for; ``""`` if it does not say."""
    return str((manifest.get("metadata") or {}).get("adapter_type") or "")


def models(manifest: Mapping[str, Any]) -> Iterator[Model]:
    """Yield the models, those that are read before those that read them."""
    nodes: Mapping[str, Any] = manifest["nodes"]
    wanted = {key: node for key, node in nodes.items() if node.get("resource_type") in _MADE}
    graph = {
        key: [one for one in (node.get("depends_on") or {}).get("nodes") or () if one in wanted]
        for key, node in wanted.items()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise BadInput("the models of the manifest depend on each other in a circle") from error
    for key in order:
        node = wanted[key]
        if str(node.get("language") or "sql") != "sql":
            yield Model(_parts(node), _file(node), "", f"a model in {node['language']}")
            continue
        sql = next((node[name] for name in _COMPILED if node.get(name)), "")
        raw = str(node.get("raw_code") or node.get("raw_sql") or "")
        if not sql and "{{" not in raw and "{%" not in raw:
            sql = raw
        ephemeral = (node.get("config") or {}).get("materialized") == "ephemeral"
        problem = "" if sql else "not compiled; run 'dbt compile' first"
        yield Model(_parts(node), _file(node), str(sql), problem, ephemeral)


def columns(manifest: Mapping[str, Any], catalog: Mapping[str, Any] | None, schema: Schema) -> None:
    """Add to ``schema`` the columns of sources, seeds and models; those of the catalog are the ones that exist."""
    documented = {**manifest["nodes"], **(manifest.get("sources") or {})}
    existing = {**((catalog or {}).get("nodes") or {}), **((catalog or {}).get("sources") or {})}
    for key, node in documented.items():
        table = existing.get(key)
        if table is not None:
            found = sorted((table.get("columns") or {}).values(), key=lambda column: column.get("index") or 0)
            schema.add(_parts(node), tuple(str(column["name"]) for column in found))
        elif node.get("resource_type") in ("source", "seed"):
            schema.add(_parts(node), tuple(str(name) for name in node.get("columns") or {}))


def _parts(node: Mapping[str, Any]) -> tuple[str, ...]:
    name = node.get("identifier") or node.get("alias") or node.get("name") or "?"
    return tuple(str(part) for part in (node.get("database"), node.get("schema"), name) if part)


def _file(node: Mapping[str, Any]) -> str:
    return str(node.get("original_file_path") or node.get("path") or node.get("name") or "?")
