"""Names are written once: datasets, jobs, columns and versions become dense integers, which edges hold.

Enters: names. Leaves: ids, given in the order in which things are first heard of, remembered in the process
and forgotten when a transaction is undone. Never changes what a name stands for.
"""

from typing import TypeVar

from driftline.event import names
from driftline.event.lineage import Dataset, Version
from driftline.store.connection import OPEN, Connection

_REMEMBERED = 50_000  # names held in memory
_Key = TypeVar("_Key")


class Names:
    """Ids of datasets, jobs, columns and versions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nodes: dict[tuple[str, str, str], int] = {}
        self._kinds: dict[int, str] = {}
        self._fields: dict[tuple[int, str], int] = {}
        self._versions: dict[tuple[int, str], int] = {}
        connection.on_rollback(self._forget)

    def dataset(self, dataset: Dataset) -> int:
        """Return the id of ``dataset``, known or new."""
        return self._node("DATASET", dataset.namespace, dataset.name)

    def job(self, namespace: str, name: str) -> int:
        """Return the id of a job, known or new."""
        return self._node("JOB", namespace, name)

    def known(self, type_: str, namespace: str, name: str) -> int | None:
        """Return the id of a dataset or job, or None where it was never heard of."""
        held = self._nodes.get((type_, namespace, name))
        if held is None:
            row = self._connection.row("node_of", type=type_, namespace=namespace, name=name)
            held = row[0] if row else None
        return held

    def kind(self, dataset_id: int, kind: str) -> None:
        """Say of which kind a dataset is; of several that were said, the first in the alphabet holds."""
        if not kind or self._kinds.get(dataset_id) == kind:
            return
        row = self._connection.row("node_by_id", id=dataset_id)
        held = row[5] if row else ""
        if not held or kind < held:
            self._connection.execute("node_kind", id=dataset_id, kind=kind)
            held = kind
        self._kinds[dataset_id] = held

    def field(self, dataset_id: int, name: str) -> int:
        """Return the id of a column, known or new; ``""`` is the row set, minus the dataset's id."""
        if not name:
            return -dataset_id
        key = (dataset_id, name)
        held = self._fields.get(key)
        if held is None:
            row = self._connection.row("field_of", dataset=dataset_id, name=name) or self._connection.row(
                "field_intern", dataset=dataset_id, name=name
            )
            assert row is not None
            held = self._remember(self._fields, key, row[0])
        return held

    def version(self, version: Version) -> int:
        """Return the id of a version, known or new."""
        dataset_id = self.dataset(version.dataset)
        key = (dataset_id, version.version)
        held = self._versions.get(key)
        if held is None:
            found = self._connection.row("version_of", dataset=dataset_id, version=version.version)
            row = found or self._connection.row(
                "version_intern", dataset=dataset_id, version=version.version, unborn=OPEN, empty=b""
            )
            assert row is not None
            held = self._remember(self._versions, key, row[0])
        return held

    def known_version(self, version: Version) -> int | None:
        """Return the id of a version, or None where it was never heard of."""
        dataset_id = self.known("DATASET", version.dataset.namespace, version.dataset.name)
        row = dataset_id and self._connection.row("version_of", dataset=dataset_id, version=version.version)
        return row[0] if row else None

    def _node(self, type_: str, namespace: str, name: str) -> int:
        key = (type_, namespace, name)
        held = self._nodes.get(key)
        if held is None:
            text = (names.dataset_id if type_ == "DATASET" else names.job_id)(namespace, name)
            row = self._connection.row("node_of", type=type_, namespace=namespace, name=name)
            row = row or self._connection.row("node_intern", type=type_, namespace=namespace, name=name, node=text)
            assert row is not None
            held = self._remember(self._nodes, key, row[0])
        return held

    @staticmethod
    def _remember(held: dict[_Key, int], key: _Key, value: int) -> int:
        if len(held) >= _REMEMBERED:
            held.clear()
        held[key] = value
        return value

    def _forget(self) -> None:
        for held in (self._nodes, self._kinds, self._fields, self._versions):
            held.clear()
