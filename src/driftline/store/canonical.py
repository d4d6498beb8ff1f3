"""The canonical state of a store: what it holds, by names, in no particular order.

Enters: a store. Leaves: its facts one by one, and one digest over them: equal for equal sets of events, on either
engine, whatever the order in which they came. What people did by hand, what was found about the data, and when events
were heard of play no part.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import xxhash

from driftline.store.blobs import Blobs
from driftline.store.connection import Connection
from driftline.store.names import standing

TABLES = (
    "node",
    "run",
    "job_parent",
    "touch",
    "state",
    "version",
    "trace",
    "flow",
    "edge",
    "tie",
    "run_columns",
    "column_edge",
)
_encode = msgspec.msgpack.Encoder().encode
_WHOLE = 1 << 128
_FACETS = 6  # place of the facets in a row of a node


class Canonical:
    """The facts of a store."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection = connection
        self._blobs = blobs

    def facts(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Yield the facts of one table."""
        for row in self._connection.stream(f"canonical_{table}"):
            yield (*row[:_FACETS], self._facets(row[_FACETS])) if table == "node" else tuple(row)

    def digest(self) -> str:
        """Return 32 hexadecimal digits over all facts; the order in which they are read plays no part."""
        return f"{sum(self._sum(table) for table in TABLES) % _WHOLE:032x}"

    def digests(self) -> dict[str, str]:
        """Return the digest of each table, to see where two stores differ."""
        return {table: f"{self._sum(table) % _WHOLE:032x}" for table in TABLES}

    def _sum(self, table: str) -> int:
        head = table.encode()
        return sum(xxhash.xxh3_128_intdigest(head + _encode(fact)) for fact in self.facts(table))

    def _facets(self, facets: bytes) -> list[tuple[str, int, int, bytes, bytes]]:
        held = standing(facets)
        data = self._blobs.fetch([facet.blob for facet in held.values() if facet.blob])
        return [
            (key, facet.time_us, facet.state, facet.event, data.get(facet.blob, b"")) for key, facet in held.items()
        ]
