"""Whom an event names: the datasets and jobs that exist because of it.

Enters: an event. Leaves: its job, its datasets, and those that its facets name: sources of columns, other names,
former names, explicit lineage, and the jobs on whose behalf it ran. Whether a facet stands in the end plays no part:
what was once named exists.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from driftline.event import facets, names
from driftline.event.lineage import Job
from driftline.event.openlineage import Event, Facets
from driftline.graph.fold import named

_NAMING = ("columnLineage", "lineage", "symlinks", "lifecycleStateChange")
_CACHED = 4_096

Name = tuple[str, str, str]  # DATASET or JOB, namespace, name


def in_facets(event: Event) -> set[Name]:
    """Return the datasets and jobs that only facets of ``event`` name."""
    found: set[Name] = set()
    for held in _all(event):
        for key in _NAMING:
            if key in held:
                found |= _named(bytes(held[key]))
    return found


def on_behalf_of(event: Event) -> tuple[Job, Job] | None:
    """Return the job that started the run of ``event`` and the outermost one; None where it does not say."""
    facet = facets.unpack(event.run.facets, "parent", facets.ParentFacet) if event.run else None
    parent = named(facet.job) if facet else None
    if facet is None or parent is None:
        return None
    return parent, (named(facet.root.job) if facet.root else None) or parent


def _all(event: Event) -> Iterator[Facets]:
    if event.job:
        yield event.job.facets
    for part in (*event.inputs, *event.outputs, *((event.dataset,) if event.dataset else ())):
        yield part.facets
        yield part.output_facets


@lru_cache(_CACHED)
def _named(facet: bytes) -> frozenset[Name]:
    try:
        return frozenset(_walk(msgspec.json.decode(facet)))
    except (msgspec.MsgspecError, RecursionError):
        return frozenset()


def _walk(value: Any) -> Iterator[Name]:
    if isinstance(value, dict):
        namespace, name = value.get("namespace"), value.get("name")
        if isinstance(namespace, str) and isinstance(name, str) and namespace and name:
            type_ = "JOB" if str(value.get("type", "")).upper() == "JOB" else "DATASET"
            yield type_, *names.fitted_pair(namespace, name)
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
