"""The memory of lineage: runs, versions and what is known of datasets.

Enters: histories of runs, facets of datasets and jobs. Leaves: runs as they were folded, versions with their
histories, lines of the catalogue. Walks over edges are in ``walks``; names typed by people are looked up in
``catalogue``. Never decides what an event means.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from driftline.event.lineage import Dataset, Edge, Field, History, Job, RunShape, State, Touched, Version
from driftline.event.report import DatasetSummary, VersionSummary
from driftline.store import names, versions, weave
from driftline.store.blobs import Blobs
from driftline.store.catalogue import Catalogue, Found, NodeType, summary
from driftline.store.columns import Columns
from driftline.store.connection import NOW, OPEN, Connection, Row
from driftline.store.names import Key, Names, Order
from driftline.store.versions import READ, WRITE, Schemas
from driftline.store.weave import Weaver

LAST = -1  # the last attempt
_PAGE = 1_000


class Lineage:
    """Runs and versions."""

    def __init__(self, connection: Connection, names_: Names, blobs: Blobs) -> None:
        self._connection = connection
        self._names = names_
        self._blobs = blobs
        self._schemas = Schemas(blobs)
        self._columns = Columns(connection, names_, blobs)
        self._weaver = Weaver(connection, names_, blobs, self._columns)
        self._catalogue = Catalogue(connection, names_)

    def put(self, histories: Sequence[History]) -> None:
        """Write executions in place of what they said before; all attempts of a run id are to be among them."""
        self._weaver.put(histories)

    def put_shape(self, shape: RunShape) -> None:
        """Write one run as it stands, without the states that it went through."""
        for one in (*shape.inputs, *shape.outputs):
            self.columns(one.dataset, (field.name for field in one.fields or ()), shape.time_us)
        self.put([History("run", (State(shape.time_us, shape),))])

    def drop(self, runs: Iterable[str]) -> None:
        """Let go of executions, all attempts of each run id, and of what follows from them."""
        self._weaver.drop(set(runs))

    def runs_before(self, before_us: int) -> Iterator[str]:
        """Yield the ids of runs of which nothing was heard since a moment."""
        after = ""
        while rows := self._connection.rows("runs_before", before_us=before_us, after=after, limit=_PAGE):
            yield from (run for (run,) in rows)
            after = rows[-1][0]

    def live_versions(self, kinds: Sequence[str], since_us: int) -> list[int]:
        """Return the versions of datasets of some kinds that are their newest, or came into being since a moment."""
        rows = self._connection.rows("versions_live", texts=json.dumps(list(kinds)), since_us=since_us, unborn=OPEN)
        return [row[0] for row in rows]

    def describe(
        self, facets: Mapping[Key, Mapping[str, tuple[Order, bytes]]], spans: Mapping[Key, tuple[int, int]]
    ) -> None:
        """Take facets that events give datasets and jobs, each with the place of its event; written with the next put.

        Args:
            facets: by dataset or job and key; empty bytes: deleted.
            spans: when the first and the last of these events happened.
        """
        numbers = self._blobs.numbers(facet for held in facets.values() for _, facet in held.values() if facet)
        for name, held in facets.items():
            said = {key: (order, numbers[facet] if facet else 0) for key, (order, facet) in held.items()}
            self._names.describe(name, spans[name], said)

    def columns(self, dataset: Dataset, columns: Iterable[str], moment_us: int) -> None:
        """A schema names columns of a dataset."""
        for column in columns:
            self._names.field(self._names.dataset(dataset, moment_us), column, moment_us)

    def kind(self, dataset: Dataset, kind: str) -> None:
        """Say of which kind a dataset is."""
        if kind:
            self._names.dataset(dataset)
            self._names.kind(dataset, kind)

    def mention(self, type_: str, namespace: str, name: str, moment_us: int) -> None:
        """An event names a dataset or a job in passing."""
        if type_ == "JOB":
            self._names.job(Job(namespace, name), moment_us)
        else:
            self._names.dataset(Dataset(namespace, name), moment_us)

    def on_behalf(self, job: Job, parent: Job, root: Job, moment_us: int) -> None:
        """A run of one job was started by a run of another, and in the end by one of a third."""
        ids = [self._names.job(one, moment_us) for one in (job, parent, root)]
        self._weaver.edges.on_behalf(ids[0], ids[1], ids[2], moment_us)

    def facets(self, type_: str, namespace: str, name: str) -> dict[str, bytes]:
        """Return the facets of a dataset or a job that stand, as they came."""
        row = self._connection.row("node_of", type=type_, namespace=namespace, name=name)
        held = {key: facet.blob for key, facet in names.standing(row[4]).items() if facet.blob} if row else {}
        data = self._blobs.fetch(list(held.values()))
        return {key: data[number] for key, number in held.items()}

    def run(self, run: str, attempt: int = LAST) -> RunShape | None:
        """Return a run as it was folded last."""
        row = self._connection.row("run_of", run=run, attempt=attempt)
        return self.whole(row) if row else None

    def previous_run(self, job: Job, before_us: int) -> RunShape | None:
        """Return the last run of ``job`` before a moment that came to a good end."""
        known = self._names.known("JOB", job.namespace, job.name)
        row = known and self._connection.row("run_before", job=known, before_us=before_us)
        return self.whole(row) if row else None

    def runs(self, job: Job, limit: int = 100, before_us: int = OPEN, offset: int = 0) -> list[RunShape]:
        """Return the newest runs of ``job``, newest first, whatever came of them; without column edges."""
        known = self._names.known("JOB", job.namespace, job.name)
        if known is None:
            return []
        rows = self._connection.rows("runs_of_job", job=known, before_us=before_us, limit=limit, offset=offset)
        return [self.bare(row) for row in rows]

    def whole(self, row: Row) -> RunShape:
        """Return a run from a row of ``run_row``: its datasets, edges and columns."""
        sets = [found[3] for found in self._connection.rows("run_columns_of", run=row[0])]
        columns = {edge for number in sets for edge in self._columns.edges(number)}
        return msgspec.structs.replace(self.bare(row), columns=tuple(sorted(columns)))

    def bare(self, row: Row) -> RunShape:
        """Return a run from a row of ``run_row``, without column edges."""
        inputs: list[Touched] = []
        outputs: list[Touched] = []
        informed: list[Version] = []
        named: dict[int, Version] = {}
        for version_id, role, _, _, until, informed_us, schema, body, _, space, name, version in self._connection.rows(
            "touches_of_run", run=row[0]
        ):
            dataset = Dataset(space, name)
            named[version_id] = Version(dataset, version)
            if until != OPEN:
                continue
            said = versions.expand(dataset, version, body, self._schemas.fields(schema))
            if role != WRITE and informed_us != OPEN:
                said = msgspec.structs.replace(said, unnamed=True)
            (outputs if role == WRITE else inputs).append(said)
            if role == WRITE and informed_us != OPEN:
                informed.append(named[version_id])
        edges = [
            Edge(named[source], named[target], row[1], provenance, confidence)
            for target, source, hops, provenance, confidence, _, until in (
                self._connection.rows("traces_of_run", run=row[0]) if named else ()
            )
            if hops != 1 and until == OPEN and source in named and target in named
        ]

        def by_name(said: Touched) -> tuple[Dataset, str]:
            return said.dataset, said.version

        return msgspec.structs.replace(
            weave.shape(row),
            inputs=tuple(sorted(inputs, key=by_name)),
            outputs=tuple(sorted(outputs, key=by_name)),
            informed=tuple(sorted(informed)),
            edges=tuple(sorted(edges)),
        )

    def version(self, version: Version) -> VersionSummary | None:
        """Return one version."""
        row = self._version_row(version)
        return summary(row) if row else None

    def touched(self, version: Version) -> Touched | None:
        """Return all that is held of one version: schema, fingerprint, profile, attributes."""
        row = self._version_row(version)
        return versions.expand(version.dataset, version.version, row[5], self._schemas.fields(row[10])) if row else None

    def _version_row(self, version: Version) -> Row | None:
        known = self._names.known("DATASET", version.dataset.namespace, version.dataset.name)
        found = known and self._connection.row("version_of", dataset=known, version=version.version)
        return self._connection.row("version_by_id", id=found[0]) if found and found[6] else None

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

    def called(self, version: str, limit: int = 20) -> list[tuple[Version, int]]:
        """Return the versions of this name, of whatever dataset, with when each became known; the first ones first."""
        found = {"version": version, "unborn": OPEN, "limit": limit}
        rows = self._connection.rows("versions_called", **found) if version else ()
        return [(Version(Dataset(row[0], row[1]), version), row[2]) for row in rows]

    def writers(self, version: Version, limit: int = 100) -> list[str]:
        """Return the ids of the runs that wrote a version, oldest first."""
        return self._runs(version, WRITE, limit)

    def readers(self, version: Version, limit: int = 100) -> list[str]:
        """Return the ids of the runs that read a version, oldest first."""
        return self._runs(version, READ, limit)

    def fields(self, dataset: Dataset) -> tuple[Field, ...]:
        """Return the schema of the newest version that says one."""
        known = self._names.known("DATASET", dataset.namespace, dataset.name)
        rows = self._connection.rows("versions_before", dataset=known, before_us=OPEN, limit=20) if known else []
        number = next((row[10] for row in rows if row[10]), 0)
        if not number and known:
            bare = self._connection.row("version_of", dataset=known, version="")
            number = bare[5] if bare else 0
        return self._schemas.fields(number) or ()

    def datasets(self, limit: int = 50, offset: int = 0, query: str = "") -> tuple[list[DatasetSummary], int]:
        """Return one page of the catalogue, by name, and how many lines there are."""
        return self._catalogue.datasets(limit, offset, query)

    def with_facet(self, key: str, limit: int) -> list[Dataset]:
        """Return the datasets of which a facet stands, the one that was spoken of last first."""
        return self._catalogue.with_facet(key, limit)

    def dataset(self, dataset: Dataset) -> DatasetSummary | None:
        """Return the catalogue's line on one dataset."""
        return self._catalogue.dataset(dataset)

    def lookup(self, node: str, as_of_us: int = NOW) -> Found | None:
        """Return what a node id stands for, or None where nothing of that id is known."""
        return self._catalogue.lookup(node, as_of_us)

    def find(self, text: str, limit: int = 20, *, only: NodeType | None = None) -> list[str]:
        """Return the node ids (of one type) that ``text`` names: several where it is ambiguous, none if unknown."""
        return self._catalogue.find(text, limit, only=only)

    def also(self, text: str, node: str, limit: int = 20) -> list[str]:
        """Return what else goes by the name ``text``, which was understood as ``node``; nothing for a node id."""
        return self._catalogue.also(text, node, limit)

    def search(self, text: str, limit: int = 20) -> list[Found]:
        """Return datasets, jobs and columns whose names hold ``text``, for suggestions."""
        return self._catalogue.search(text, limit)

    def parents(self, jobs: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return the parent and the root of jobs that ran on behalf of others: the first that were heard of."""
        found: dict[int, tuple[int, int]] = {}
        for job, parent, root, _ in self._connection.rows("job_parents", ids=json.dumps(list(jobs))):
            found.setdefault(job, (parent, root))
        return found

    def counts(self) -> dict[str, int]:
        """Return how many datasets, jobs, runs and versions are known."""
        found = {"datasets": 0, "jobs": 0}
        for type_, amount in self._connection.rows("node_counts"):
            if type_ in ("DATASET", "JOB"):
                found[f"{type_.lower()}s"] = amount
        [(found["runs"], found["versions"])] = self._connection.rows("amounts_total")
        return found

    def _runs(self, version: Version, role: int, limit: int) -> list[str]:
        row = self._version_row(version)
        if row is None:
            return []
        rows = self._connection.rows("runs_of_version", version=row[0], role=role, open=OPEN, limit=limit)
        return [run for (run,) in rows]
