"""Encoded profiles and fingerprints, by hash and by the versions that carry them.

Enters: profiles and fingerprints as bytes. Leaves: the same bytes. Never looks into them.
"""

from collections.abc import Iterable

from driftline.event.lineage import Dataset
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection
from driftline.store.names import Names


class Profiles:
    """Encoded profiles."""

    def __init__(self, connection: Connection, blobs: Blobs, names: Names) -> None:
        self._connection = connection
        self._blobs = blobs
        self._names = names

    def put(self, profiles: Iterable[bytes]) -> None:
        """Keep encoded profiles and fingerprints; ``Touched`` names them by the hash of their content."""
        self._blobs.numbers(profiles)

    def get(self, hash_: str) -> bytes | None:
        """Return the encoded profile or fingerprint with that hash, or None."""
        return self._blobs.find(hash_)

    def history(self, dataset: Dataset, before_us: int = OPEN, limit: int = 100) -> list[tuple[str, str, int, bytes]]:
        """Return (version, partition, time_us, encoded profile) before a moment, newest first."""
        known = self._names.known("DATASET", dataset.namespace, dataset.name)
        if known is None:
            return []
        rows = self._connection.rows("profiles_before", dataset=known, before_us=before_us, limit=limit)
        found = ((version, slice_, time_us, self.get(hash_)) for version, slice_, time_us, hash_ in rows)
        return [(version, slice_, time_us, data) for version, slice_, time_us, data in found if data is not None]
