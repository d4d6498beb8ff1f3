"""Search over the names of everything in the lineage."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.serve.operation import reading

FOUND = 20


class SearchQuery(msgspec.Struct, frozen=True):
    """What to look for."""

    q: Annotated[str, msgspec.Meta(description="Part of a name.", min_length=1)]


class Hit(msgspec.Struct, frozen=True):
    """One thing that was found."""

    id: str  # node id
    label: str  # its name, without the namespace
    kind: str  # table, file, model … where known, else dataset, version, field, job or run


class Hits(msgspec.Struct, frozen=True):
    """What was found, best first."""

    nodes: list[Hit]


def search(engine: Engine, query: SearchQuery) -> Hits:
    """Find what has a part of its name in common with the words given."""
    found = engine.search(query.q, FOUND)
    return Hits([Hit(node.id, node.label, node.kind or node.type.lower()) for node in found])


OPERATIONS = (reading("/api/v1/find", search),)
