"""Datasets and their columns.

Enters: lines of the store with the facets that stand. Leaves: datasets as Marquez shows them. Facets come back as they
came. A version is shown by the UUID that stands for its name here, which comes along as ``driftlineVersion``.
"""

from collections.abc import Mapping, Sequence

import msgspec

from driftline.event import facets as known
from driftline.event import names
from driftline.event.dataset_facets import LifecycleFacet
from driftline.event.openlineage import Facets
from driftline.interop.marquez import hidden, naming, space
from driftline.store import Store
from driftline.store.connection import Row
from driftline.store.reading import NodeLine

TABLE, STREAM = "DB_TABLE", "STREAM"
_STREAMS = frozenset({"stream", "topic"})


class MarquezId(msgspec.Struct, frozen=True):
    """The name of a dataset or a job."""

    namespace: str
    name: str


class MarquezField(msgspec.Struct, frozen=True):
    """A column."""

    name: str
    type: str | None = None
    tags: list[str] = []
    description: str | None = None


class MarquezInputField(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A column that another one is made from."""

    namespace: str
    dataset: str
    field: str
    transformation_description: str | None = None
    transformation_type: str | None = None


class MarquezColumnLineage(msgspec.Struct, frozen=True, rename="camel"):
    """What a column is made from."""

    name: str
    input_fields: list[MarquezInputField]


class MarquezDataset(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A dataset as it stands."""

    id: MarquezId
    type: str
    name: str
    physical_name: str
    created_at: str | None
    updated_at: str | None
    namespace: str
    source_name: str
    fields: list[MarquezField] = []
    tags: list[str] = []
    last_modified_at: str | None = None
    last_lifecycle_state: str | None = None
    description: str | None = None
    current_version: str | None = None
    driftline_version: str | None = None
    column_lineage: list[MarquezColumnLineage] | None = None
    facets: Facets = {}
    deleted: bool = False


class MarquezDatasets(msgspec.Struct, frozen=True, rename="camel"):
    """A page of datasets."""

    datasets: list[MarquezDataset]
    total_count: int


class Column(msgspec.Struct, frozen=True):
    """A column of the ``schema`` facet."""

    name: str
    type: str | None = None
    description: str | None = None


class _Schema(msgspec.Struct, frozen=True):
    fields: tuple[Column, ...] = ()


class _Documentation(msgspec.Struct, frozen=True):
    description: str | None = None


class _Tag(msgspec.Struct, frozen=True):
    key: str
    field: str | None = None


class _Tags(msgspec.Struct, frozen=True):
    tags: tuple[_Tag, ...] = ()


class _Made(msgspec.Struct, frozen=True, rename="camel"):
    input_fields: tuple[known.InputField, ...] = ()
    transformation_description: str | None = None
    transformation_type: str | None = None


class _Lineage(msgspec.Struct, frozen=True):
    fields: dict[str, _Made] = {}


class Held:
    """What the standing facets of one dataset and the tags that people put on it say."""

    def __init__(self, line: NodeLine, held: Mapping[str, bytes], tags: Mapping[str, tuple[str, ...]]) -> None:
        self.line = line
        self.facets: Facets = {key: msgspec.Raw(body) for key, body in held.items()}
        self._marks = tags
        self._said = known.unpack(self.facets, "tags", _Tags) or _Tags()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the schema that stands."""
        return (known.unpack(self.facets, "schema", _Schema) or _Schema()).fields

    def tags(self, column: str = "") -> list[str]:
        """Return the tags of the dataset or of a column: those of the facet and those that people put on it."""
        line = self.line
        node = names.column_id(line.namespace, line.name, column) if column else line.node
        said = {tag.key for tag in self._said.tags if (tag.field or "") == column}
        return sorted(said.union(self._marks.get(node, ())))

    def fields(self, columns: Sequence[Column] | None = None) -> list[MarquezField]:
        """Return columns with their tags; those of the schema that stands where no others are given."""
        return [
            MarquezField(column.name, column.type, self.tags(column.name), column.description)
            for column in (self.columns if columns is None else columns)
        ]

    @property
    def description(self) -> str | None:
        """What the dataset or the job is for."""
        return documented(self.facets)

    @property
    def type(self) -> str:
        """Table or stream."""
        return STREAM if self.line.kind in _STREAMS else TABLE

    @property
    def source(self) -> str:
        """Where the dataset lies."""
        place = known.unpack(self.facets, "dataSource", space.DataSource)
        return (place.name if place else None) or self.line.namespace

    @property
    def lifecycle(self) -> str | None:
        """What was last done to the dataset as a whole."""
        life = known.unpack(self.facets, "lifecycleStateChange", LifecycleFacet)
        return life.lifecycle_state_change.upper() if life else None


def documented(held: Facets) -> str | None:
    """Return the description in the ``documentation`` facet."""
    said = known.unpack(held, "documentation", _Documentation)
    return said.description if said else None


def helds(store: Store, lines: Sequence[NodeLine]) -> list[Held]:
    """Return what the facets of some datasets say, in order."""
    facets = store.reading.facets(lines)
    bare = [Held(line, facets[line.id], {}) for line in lines]
    nodes = [line.node for line in lines]
    for one in bare:
        line = one.line
        nodes += [names.column_id(line.namespace, line.name, column.name) for column in one.columns]
    tags = {node: tuple(tag.name for tag in said.tags) for node, said in store.labels.of(nodes).items()}
    return [Held(line, facets[line.id], tags) for line in lines]


def shown(store: Store, lines: Sequence[NodeLine]) -> list[MarquezDataset]:
    """Return datasets from their lines, in order."""
    newest = store.reading.newest_versions([line.id for line in lines])
    rows = store.walks.version_rows(newest.values())
    return [_dataset(held, rows.get(newest.get(held.line.id, 0))) for held in helds(store, lines)]


def _dataset(held: Held, newest: Row | None) -> MarquezDataset:
    line = held.line
    version = newest[3] if newest else None
    return MarquezDataset(
        id=MarquezId(line.namespace, line.name),
        type=held.type,
        name=line.name,
        physical_name=line.name,
        created_at=naming.moment(line.created_us),
        updated_at=naming.moment(max(line.updated_us, newest[4] if newest else 0)),
        namespace=line.namespace,
        source_name=held.source,
        fields=held.fields(),
        tags=held.tags(),
        last_modified_at=naming.moment(newest[4] if newest else 0),
        last_lifecycle_state=held.lifecycle,
        description=held.description,
        current_version=naming.dataset_version(line.namespace, line.name, version or ""),
        driftline_version=version,
        column_lineage=_made_from(held.facets),
        facets=held.facets,
        deleted=held.lifecycle == "DROP",
    )


def _made_from(held: Facets) -> list[MarquezColumnLineage] | None:
    said = known.unpack(held, "columnLineage", _Lineage)
    if said is None:
        return None
    return [
        MarquezColumnLineage(
            name,
            [
                MarquezInputField(
                    namespace=one.namespace,
                    dataset=one.name,
                    field=one.field,
                    transformation_description=_description(one) or made.transformation_description,
                    transformation_type=_transformation(one) or made.transformation_type,
                )
                for one in made.input_fields
            ],
        )
        for name, made in said.fields.items()
    ]


def _transformation(one: known.InputField) -> str | None:
    first = one.transformations[0] if one.transformations else None
    return (f"{first.type}:{first.subtype}" if first.subtype else first.type) if first else None


def _description(one: known.InputField) -> str | None:
    return one.transformations[0].description or None if one.transformations else None


def page(store: Store, namespace: str, limit: int, offset: int) -> MarquezDatasets:
    """Return one page of the datasets of a namespace, by name."""
    known_space = store.reading.space(namespace)
    gone = hidden.hidden(store)
    lines = store.reading.page("DATASET", namespace, limit, offset, without=gone)
    total = (known_space.datasets if known_space else 0) - hidden.count(gone, "DATASET", namespace)
    return MarquezDatasets(shown(store, lines), total)


def one(store: Store, namespace: str, name: str) -> MarquezDataset | None:
    """Return one dataset; None where it is not known, or hidden."""
    line = hidden.line(store, "DATASET", namespace, name)
    return shown(store, [line])[0] if line else None
