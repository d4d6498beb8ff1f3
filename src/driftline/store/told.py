"""What events say of nodes, read from the facets that stand.

Enters: nodes, and a moment. Leaves: labels. Only facets that stand now are known: one that was said by then and has
been replaced since is not. Never reads an event.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from driftline.event import said
from driftline.event.said import Facet, Said
from driftline.store.blobs import Blobs
from driftline.store.connection import Connection
from driftline.store.names import Standing, standing

_TOGETHER = 2_000


class Told(NamedTuple):
    """A dataset or a job, and what events say of it."""

    id: int
    namespace: str
    name: str
    said: Said


class Tellings:
    """What events say."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs

    def of(self, type_: str, namespace: str, name: str, at_us: int) -> Said:
        """Return what events say of one node by a moment."""
        row = self._connection.row("node_of", type=type_, namespace=namespace, name=name)
        return self._read(standing(row[4]), at_us) if row else Said()

    def tagged(self, nodes: Iterable[int], at_us: int) -> list[Told]:
        """Return those of some nodes that events tag, or a column of which."""
        wanted = list(dict.fromkeys(nodes))
        found: list[Told] = []
        for at in range(0, len(wanted), _TOGETHER):
            rows = self._connection.rows("nodes_told", ids=json.dumps(wanted[at : at + _TOGETHER]))
            found += [Told(row[0], row[1], row[2], self._read(standing(row[3]), at_us)) for row in rows]
        return found

    def owners(self, fields: Iterable[int]) -> dict[int, int]:
        """Return the datasets of some columns."""
        wanted = list(fields)
        found: dict[int, int] = {}
        for at in range(0, len(wanted), _TOGETHER):
            found.update(self._connection.rows("field_owners", ids=json.dumps(wanted[at : at + _TOGETHER])))
        return found

    def _read(self, stands: Mapping[str, Standing], at_us: int) -> Said:
        held = {
            key: facet for key, facet in stands.items() if key in said.KEYS and facet.blob and facet.time_us <= at_us
        }
        data = self._blobs.fetch([facet.blob for facet in held.values()])
        return said.read({key: Facet(data[facet.blob], facet.time_us) for key, facet in held.items()})
