"""The memory of lineage: runs, versions and what is known of datasets.

Enters: folds of runs. Leaves: runs as they were folded, versions with their histories, lines of the
catalogue. Walks over edges are in ``walks``; names typed by people are looked up in ``catalogue``. Never
decides what an event means.
"""

import msgspec

from driftline.event.lineage import Dataset, Field, Job, RunShape, Touched, Version
from driftline.event.report import DatasetSummary, VersionSummary
from driftline.store import versions
from driftline.store.catalogue import Catalogue, Found, summary
from driftline.store.columns import Columns
from driftline.store.connection import OPEN, Connection, Row
from driftline.store.names import Names
from driftline.store.weave import Weaver, decode


class Lineage:
    """Runs and versions."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names
        self._columns = Columns(connection, names)
        self._weaver = Weaver(connection, names, versions.Versions(connection), self._columns)
        self._catalogue = Catalogue(connection, names)

    def put(self, shape: RunShape) -> bool:
        """Write one run in place of what it said before; return False when nothing about it is new."""
        return self._weaver.put(shape)

    def run(self, run: str, attempt: int = 0) -> RunShape | None:
        """Return a run as it was folded last; attempt 0 = its last one."""
        row = self._connection.row("run_of", run=run, attempt=attempt)
        return self._shape(row[4]) if row else None

    def previous_run(self, job: Job, before_us: int) -> RunShape | None:
        """Return the last run of ``job`` before a moment that came to a good end."""
        known = self._names.known("JOB", job.namespace, job.name)
        row = known and self._connection.row("run_before", job=known, before_us=before_us)
        return self._shape(row[0]) if row else None

    def runs(self, job: Job, limit: int = 100, before_us: int = OPEN) -> list[RunShape]:
        """Return the newest runs of ``job``, newest first, whatever came of them; without column edges."""
        known = self._names.known("JOB", job.namespace, job.name)
        if known is None:
            return []
        rows = self._connection.rows("runs_of_job", job=known, before_us=before_us, limit=limit)
        return [decode(body).shape for (body,) in rows]

    def version(self, version: Version) -> VersionSummary | None:
        """Return one version."""
        known = self._names.known_version(version)
        row = known and self._connection.row("version_by_id", id=known)
        return summary(row) if row and row[5] else None

    def touched(self, version: Version) -> Touched | None:
        """Return all that is held of one version: schema, fingerprint, profile, attributes."""
        known = self._names.known_version(version)
        row = known and self._connection.row("version_by_id", id=known)
        return versions.decode(row[5]) if row and row[5] else None

    def versions(
        self, dataset: Dataset, limit: int = 100, before_us: int = OPEN, *, partition: str | None = None
    ) -> list[VersionSummary]:
        """Return versions that came into being before a moment (of one partition), newest first."""
        known = self._names.known("DATASET", dataset.namespace, dataset.name)
        if known is None:
            return []
        span = {"dataset": known, "before_us": before_us, "limit": limit}
        rows = (
            self._connection.rows("versions_before", **span)
            if partition is None
            else self._connection.rows("versions_of_slice", slice=partition, **span)
        )
        return [summary(row) for row in rows]

    def writers(self, version: Version, limit: int = 100) -> list[str]:
        """Return the ids of the runs that wrote a version, oldest first."""
        return self._runs(version, versions.WRITE, limit)

    def readers(self, version: Version, limit: int = 100) -> list[str]:
        """Return the ids of the runs that read a version, oldest first."""
        return self._runs(version, versions.READ, limit)

    def fields(self, dataset: Dataset) -> tuple[Field, ...]:
        """Return the schema of the newest version that says one."""
        for row in self._rows_before(dataset, 20):
            fields = versions.decode(row[5]).fields
            if fields:
                return fields
        return ()

    def datasets(self, limit: int = 50, offset: int = 0, query: str = "") -> tuple[list[DatasetSummary], int]:
        """Return one page of the catalogue, by name, and how many lines there are."""
        return self._catalogue.datasets(limit, offset, query)

    def dataset(self, dataset: Dataset) -> DatasetSummary | None:
        """Return the catalogue's line on one dataset."""
        return self._catalogue.dataset(dataset)

    def lookup(self, node: str) -> Found | None:
        """Return what a node id stands for, or None where nothing of that id is known."""
        return self._catalogue.lookup(node)

    def find(self, text: str, limit: int = 20) -> list[str]:
        """Return the node ids that ``text`` names: several where it is ambiguous, none if unknown."""
        return self._catalogue.find(text, limit)

    def search(self, text: str, limit: int = 20) -> list[Found]:
        """Return datasets, jobs and columns whose names hold ``text``, for suggestions."""
        return self._catalogue.search(text, limit)

    def counts(self) -> dict[str, int]:
        """Return how many datasets, jobs, runs and versions are known."""
        found = {"datasets": 0, "jobs": 0}
        for type_, amount in self._connection.rows("node_counts"):
            found["datasets" if type_ == "DATASET" else "jobs"] = amount
        for name, statement, values in (
            ("runs", "run_count", {}),
            ("versions", "version_count", {"unborn": OPEN}),
        ):
            row = self._connection.row(statement, **values)
            found[name] = row[0] if row else 0
        return found

    def _shape(self, body: bytes) -> RunShape:
        held = decode(body)
        columns = [edge for hash_ in held.columns for edge in self._columns.edges(hash_)]
        return msgspec.structs.replace(held.shape, columns=tuple(sorted(columns)))

    def _runs(self, version: Version, role: int, limit: int) -> list[str]:
        known = self._names.known_version(version)
        if known is None:
            return []
        rows = self._connection.rows("runs_of_version", version=known, role=role, open=OPEN, limit=limit)
        return [run for (run,) in rows]

    def _rows_before(self, dataset: Dataset, limit: int) -> list[Row]:
        known = self._names.known("DATASET", dataset.namespace, dataset.name)
        if known is None:
            return []
        return self._connection.rows("versions_before", dataset=known, before_us=OPEN, limit=limit)
