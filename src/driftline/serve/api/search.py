"""Search over the names of everything in the lineage."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.event import names
from driftline.serve.operation import reading

FOUND = 20


class SearchQuery(msgspec.Struct, frozen=True):
    """What to look for."""

    q: Annotated[str, msgspec.Meta(description="Part of a name.", min_length=1)]


class Hit(msgspec.Struct, frozen=True):
    """One thing that was found."""

    id: str  # node id
    label: str  # its name, without the namespace
    kind: str  # dataset, datasetField, job or run


class Hits(msgspec.Struct, frozen=True):
    """What was found, best first."""

    nodes: list[Hit]


def search(engine: Engine, query: SearchQuery) -> Hits:
    """Find what has a part of its name in common with the words given."""
    return Hits([_hit(node) for node in engine.search(query.q, FOUND)])


def _hit(node: str) -> Hit:
    return Hit(node, names.label(node), node.partition(":")[0])


OPERATIONS = (reading("/api/v1/search", search),)
