"""Blobs, kept once under the hash of their content, and the profiles of versions among them.

Enters: bytes and their hash. Leaves: the same bytes. They are packed with zlib where that pays, which a
first piece decides. Never looks into them.
"""

import zlib

from driftline.event import ids
from driftline.event.lineage import Dataset
from driftline.store.connection import OPEN, Connection
from driftline.store.names import Names

_PROBE = 1_024  # bytes that decide
_WORTH = 0.85  # packed share below which packing pays
_LEVEL = 1


def pack(data: bytes) -> tuple[int, bytes]:
    """Return (1, packed) where packing saves something, else (0, data)."""
    if len(data) >= _PROBE // 4 and len(zlib.compress(data[:_PROBE], _LEVEL)) < _WORTH * len(data[:_PROBE]):
        packed = zlib.compress(data, _LEVEL)
        if len(packed) < _WORTH * len(data):
            return 1, packed
    return 0, data


def unpack(packed: int, data: bytes) -> bytes:
    """Return what ``pack`` was given."""
    return zlib.decompress(data) if packed else data


class Blobs:
    """Bytes by content."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, data: bytes, hash_: str = "") -> str:
        """Keep ``data``; return its hash (``ids.digest``, or the one given)."""
        hash_ = hash_ or ids.digest(data)
        if self._connection.row("blob_get", hash=hash_) is None:
            packed, body = pack(data)
            self._connection.execute("blob_put", hash=hash_, packed=packed, data=body)
        return hash_

    def get(self, hash_: str) -> bytes | None:
        """Return the bytes with that hash, or None."""
        row = self._connection.row("blob_get", hash=hash_)
        return unpack(*row) if row else None


class Profiles:
    """Encoded profiles, by hash and by the versions that carry them."""

    def __init__(self, connection: Connection, blobs: Blobs, names: Names) -> None:
        self._connection = connection
        self._blobs = blobs
        self._names = names

    def put(self, hash_: str, data: bytes) -> None:
        """Keep an encoded profile under the hash that ``Touched.profile`` names."""
        self._blobs.put(data, hash_)

    def get(self, hash_: str) -> bytes | None:
        """Return the encoded profile with that hash, or None."""
        return self._blobs.get(hash_)

    def history(self, dataset: Dataset, before_us: int = OPEN, limit: int = 100) -> list[tuple[str, str, int, bytes]]:
        """Return (version, partition, time_us, encoded profile) before a moment, newest first."""
        known = self._names.known("DATASET", dataset.namespace, dataset.name)
        if known is None:
            return []
        rows = self._connection.rows("profiles_before", dataset=known, before_us=before_us, limit=limit)
        return [(version, slice_, time_us, unpack(packed, data)) for version, slice_, time_us, packed, data in rows]
