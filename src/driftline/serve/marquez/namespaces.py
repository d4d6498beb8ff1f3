"""Namespaces and sources. Neither is an event: what people say of them is kept beside what events say."""

from driftline.engine.engine import Engine
from driftline.interop.marquez import space
from driftline.interop.marquez.space import (
    MarquezNamespace,
    MarquezNamespaces,
    MarquezSource,
    MarquezSources,
)
from driftline.interop.marquez.writing import MarquezNewNamespace, MarquezNewSource
from driftline.serve.marquez.asking import ROOT, SPACE, MarquezPageQuery, named, store, there
from driftline.serve.operation import reading, writing


def list_namespaces(engine: Engine, query: MarquezPageQuery) -> MarquezNamespaces:
    """List namespaces, by name."""
    return space.namespaces(store(engine), query.size, query.offset)


def get_namespace(engine: Engine, namespace: str) -> MarquezNamespace:
    """Tell one namespace."""
    return there(space.namespace(store(engine), namespace), namespace)


def put_namespace(engine: Engine, namespace: str, body: MarquezNewNamespace) -> MarquezNamespace:
    """Say whose a namespace is and what it is for."""
    named(namespace, namespace)
    since = store(engine).marks.words("namespaces").get(namespace, {}).get("since_us", str(engine.house.now()))
    words = {"since_us": since, "owner": body.owner_name}
    engine.say("namespaces", namespace, words | ({"description": body.description} if body.description else {}))
    return get_namespace(engine, namespace)


def delete_namespace(engine: Engine, namespace: str) -> MarquezNamespace:
    """Hide a namespace until it is put again: the page no longer offers it. What events said of it stays."""
    get_namespace(engine, namespace)
    said = store(engine).marks.words("namespaces").get(namespace, {})
    engine.say("namespaces", namespace, {**said, "hidden": "yes"})
    return get_namespace(engine, namespace)


def list_sources(engine: Engine, query: MarquezPageQuery) -> MarquezSources:
    """List sources, by name."""
    return space.sources(store(engine), query.size, query.offset)


def get_source(engine: Engine, source: str) -> MarquezSource:
    """Tell one source."""
    return there(space.source(store(engine), source), source)


def put_source(engine: Engine, source: str, body: MarquezNewSource) -> MarquezSource:
    """Say of which type a source is and where it lies."""
    named(source, source)
    since = store(engine).marks.words("sources").get(source, {}).get("since_us", str(engine.house.now()))
    words = {"since_us": since, "type": body.type, "url": body.connection_url}
    engine.say("sources", source, words | ({"description": body.description} if body.description else {}))
    return get_source(engine, source)


OPERATIONS = (
    reading(f"{ROOT}/namespaces", list_namespaces, lenient=True),
    reading(SPACE, get_namespace),
    writing(SPACE, put_namespace, method="PUT"),
    writing(SPACE, delete_namespace, method="DELETE"),
    reading(f"{ROOT}/sources", list_sources, lenient=True),
    reading(f"{ROOT}/sources/{{source}}", get_source),
    writing(f"{ROOT}/sources/{{source}}", put_source, method="PUT"),
)
