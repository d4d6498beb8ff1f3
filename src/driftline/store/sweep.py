"""Blobs that nothing names any more, such as facets of events that retention removed.

Enters: a connection inside a transaction. Leaves: a store without them. One bit of memory per blob.
"""

import json

from driftline.store import blobs, packing, versions
from driftline.store.connection import Connection
from driftline.store.names import standing

_PAGE = 1_000


class Sweep:
    """Goes once through all that names blobs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        row = connection.row("blob_top")
        self._named = bytearray((row[0] if row else 0) // 8 + 1)

    def blobs(self) -> int:
        """Let go of the blobs that nothing names; return how many they were."""
        for packed, body in self._connection.stream("log_bodies"):
            for number in packing.opened(packed, body).blobs:
                self._name(number)
        for (number,) in self._connection.stream("blobs_named"):
            self._name(number)
        for (facets,) in self._connection.stream("facets_all"):
            for facet in standing(facets).values():
                self._name(facet.blob)
        for (hash_,) in self._connection.rows("blobs_profiles"):
            self._name_hash(hash_)
        for (body,) in self._connection.stream("version_bodies"):
            self._name_hash(versions.hashes(body))
        return self._drop()

    def _name(self, number: int) -> None:
        self._named[number // 8] |= 1 << number % 8

    def _name_hash(self, hash_: str) -> None:
        if hash_:
            high, mark = blobs.halves(hash_)
            row = self._connection.row("blob_numbered", hash=high, mark=mark)
            self._name(row[0] if row else 0)

    def _drop(self) -> int:
        gone = after = 0
        while rows := self._connection.rows("blob_ids", after=after, limit=_PAGE):
            after = rows[-1][0]
            idle = [number for (number,) in rows if not self._named[number // 8] >> number % 8 & 1]
            if idle:
                self._connection.execute("blobs_drop", ids=json.dumps(idle))
                gone += len(idle)
        return gone
