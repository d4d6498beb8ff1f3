"""Versions of datasets.

Enters: a dataset's line and its versions in the store. Leaves: versions as Marquez shows them, each by a UUID that
stands for its name here. In a list only the newest carries its facets: those of one version are read from the events
of the run that wrote it. A dataset that nobody wrote has one version: itself, as it stands. Marquez has one for it,
too, and its web page shows nothing of a dataset without any.
"""

from collections.abc import Sequence

import msgspec

from driftline.event.lineage import Dataset, Field
from driftline.event.openlineage import Facets
from driftline.graph import datasets
from driftline.interop.marquez import hidden, naming, run
from driftline.interop.marquez.dataset import Column, Held, MarquezField, documented, helds
from driftline.interop.marquez.run import MarquezRun, MarquezVersionId
from driftline.store import Store, versions
from driftline.store.connection import Row
from driftline.store.reading import NodeLine

_PAGE = 1_000  # versions looked through at once


class MarquezDatasetVersion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A version of a dataset."""

    id: MarquezVersionId
    type: str
    name: str
    physical_name: str
    created_at: str | None
    version: str
    driftline_version: str
    namespace: str
    source_name: str
    fields: list[MarquezField] = []
    tags: list[str] = []
    description: str | None = None
    lifecycle_state: str | None = None
    created_by_run: MarquezRun | None = None
    facets: Facets = {}


class MarquezDatasetVersions(msgspec.Struct, frozen=True, rename="camel"):
    """A page of versions."""

    versions: list[MarquezDatasetVersion]
    total_count: int


def page(store: Store, namespace: str, name: str, limit: int, offset: int) -> MarquezDatasetVersions | None:
    """Return one page of a dataset's versions, newest first; None where the dataset is not known."""
    line = hidden.line(store, "DATASET", namespace, name)
    if line is None:
        return None
    [held] = helds(store, [line])
    rows, total = store.reading.versions(line.id, limit, offset)
    if total == 0:
        return MarquezDatasetVersions([_as_it_stands(held)][offset : offset + limit], 1)
    newest = store.reading.newest_versions([line.id]).get(line.id)
    schemas = store.reading.schemas(row[10] for row in rows)
    writers = store.reading.writers([row[0] for row in rows])
    found = []
    for row in rows:
        facets = held.facets if row[0] == newest else {}
        found.append(_version(held, row, schemas.get(row[10], ()), writers.get(row[0]), facets))
    return MarquezDatasetVersions(found, total)


def one(store: Store, namespace: str, name: str, wanted: str) -> MarquezDatasetVersion | None:
    """Return one version by its UUID or by its name here; None where it is not known."""
    line = hidden.line(store, "DATASET", namespace, name)
    if line is None:
        return None
    [held] = helds(store, [line])
    found = find(store, line, wanted)
    if found == 0:
        return _as_it_stands(held)
    if found is None:
        return None
    row = store.walks.version_rows([found])[found]
    schema = store.reading.schemas([row[10]]).get(row[10], ())
    writer = store.reading.writers([found]).get(found)
    return _version(held, row, schema, writer, _facets_then(store, held, writer))


def find(store: Store, line: NodeLine, wanted: str) -> int | None:
    """Return the id of a version of a dataset by its UUID or by its name here; 0 stands for how it stands."""
    if wanted == naming.dataset_version(line.namespace, line.name, ""):
        return 0
    offset = 0
    while held := store.reading.version_names(line.id, _PAGE, offset):
        for id_, version_ in held:
            if wanted in (version_, naming.dataset_version(line.namespace, line.name, version_)):
                return id_
        offset += _PAGE
    return None


def _version(
    held: Held, row: Row, schema: Sequence[Field], writer: Row | None, facets: Facets
) -> MarquezDatasetVersion:
    line, version_ = held.line, row[3]
    said = versions.expand(Dataset(line.namespace, line.name), version_, row[5], None)
    uuid = naming.dataset_version(line.namespace, line.name, version_)
    return MarquezDatasetVersion(
        id=run.version_id(line.namespace, line.name, version_),
        type=held.type,
        name=line.name,
        physical_name=line.name,
        created_at=naming.moment(row[4]),
        version=uuid,
        driftline_version=version_,
        namespace=line.namespace,
        source_name=held.source,
        fields=held.fields(_columns(held, schema)),
        tags=held.tags(),
        description=documented(facets) or held.description,
        lifecycle_state=said.lifecycle or None,
        created_by_run=run.bare(writer) if writer else None,
        facets=facets,
    )


def _as_it_stands(held: Held) -> MarquezDatasetVersion:
    """Return the one version of a dataset that nobody wrote."""
    line = held.line
    return MarquezDatasetVersion(
        id=run.version_id(line.namespace, line.name, ""),
        type=held.type,
        name=line.name,
        physical_name=line.name,
        created_at=naming.moment(line.created_us),
        version=naming.dataset_version(line.namespace, line.name, ""),
        driftline_version="",
        namespace=line.namespace,
        source_name=held.source,
        fields=held.fields(),
        tags=held.tags(),
        description=held.description,
        lifecycle_state=held.lifecycle,
        facets=held.facets,
    )


def _columns(held: Held, fields: Sequence[Field]) -> list[Column]:
    """Return the columns of a version; what they are for is said by the schema that stands."""
    about = {column.name: column.description for column in held.columns}
    return [Column(field.name, field.type or None, about.get(field.name)) for field in fields]


def _facets_then(store: Store, held: Held, writer: Row | None) -> Facets:
    """Return the facets that the run that wrote a version gave the dataset; those that stand where no run did."""
    if writer is None:
        return held.facets
    parts = (part for event in run.events(store, writer[1], writer[2]) for part in event.outputs)
    place = (held.line.namespace, held.line.name)
    return datasets.merged(part.facets for part in parts if (part.namespace, part.name) == place)
