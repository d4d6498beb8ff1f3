"""Datasets, their versions and their tags. A dataset that is put or deleted here is told as an event."""

from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event import names
from driftline.interop.marquez import dataset as datasets
from driftline.interop.marquez import space, version
from driftline.interop.marquez import writing as events
from driftline.interop.marquez.dataset import MarquezDataset, MarquezDatasets
from driftline.interop.marquez.version import MarquezDatasetVersion, MarquezDatasetVersions
from driftline.interop.marquez.writing import MarquezNewDataset
from driftline.serve.marquez.asking import SPACE, MarquezPageQuery, hide, named, store, tell, there
from driftline.serve.operation import reading, writing

ALL = f"{SPACE}/datasets"
ONE = f"{ALL}/{{dataset}}"


def list_datasets(engine: Engine, namespace: str, query: MarquezPageQuery) -> MarquezDatasets:
    """List the datasets of a namespace, by name."""
    there(space.namespace(store(engine), namespace), namespace)
    return datasets.page(store(engine), namespace, query.size, query.offset)


def get_dataset(engine: Engine, namespace: str, dataset: str) -> MarquezDataset:
    """Tell one dataset."""
    return there(datasets.one(store(engine), namespace, dataset), names.dataset_id(namespace, dataset))


def list_versions(engine: Engine, namespace: str, dataset: str, query: MarquezPageQuery) -> MarquezDatasetVersions:
    """List the versions of a dataset, newest first."""
    found = version.page(store(engine), namespace, dataset, query.size, query.offset)
    return there(found, names.dataset_id(namespace, dataset))


def get_version(engine: Engine, namespace: str, dataset: str, key: str) -> MarquezDatasetVersion:
    """Tell one version, by its UUID or by its name here."""
    found = version.one(store(engine), namespace, dataset, key)
    return there(found, names.dataset_id(namespace, dataset, key))


def put_dataset(engine: Engine, namespace: str, dataset: str, body: MarquezNewDataset) -> MarquezDataset:
    """Say something of a dataset, as an event; with a run id also that this run writes it."""
    named(namespace, dataset)
    source = store(engine).marks.words("sources").get(body.source_name, {})
    held = events.dataset_facets(body, source.get("url"))
    tell(engine, events.dataset(namespace, dataset, held, engine.house.now()))
    if body.run_id:
        row = there(store(engine).reading.run(body.run_id), names.run_id(body.run_id))
        state = "RUNNING" if row[4] in ("START", "RUNNING") else "OTHER"
        output = {"namespace": namespace, "name": dataset, "facets": held}
        tell(engine, events.told(row[9], row[10], row[1], state, engine.house.now(), outputs=[output]))
    for tag in body.tags:
        engine.tag(names.dataset_id(namespace, dataset), tag)
    for field in body.fields or ():
        for tag in field.tags:
            engine.tag(names.column_id(namespace, dataset, field.name), tag)
    return get_dataset(engine, namespace, dataset)


def delete_dataset(engine: Engine, namespace: str, dataset: str) -> MarquezDataset:
    """Say that a dataset was dropped, as an event, and hide it until an event speaks of it again."""
    get_dataset(engine, namespace, dataset)
    tell(engine, events.dropped(namespace, dataset, engine.house.now()))
    found = get_dataset(engine, namespace, dataset)
    hide(engine, "DATASET", namespace, dataset)
    return found


def tag_dataset(engine: Engine, namespace: str, dataset: str, tag: str) -> MarquezDataset:
    """Put a tag on a dataset."""
    get_dataset(engine, namespace, dataset)
    named(namespace, tag)
    engine.tag(names.dataset_id(namespace, dataset), tag)
    return get_dataset(engine, namespace, dataset)


def untag_dataset(engine: Engine, namespace: str, dataset: str, tag: str) -> MarquezDataset:
    """Take a tag from a dataset."""
    get_dataset(engine, namespace, dataset)
    engine.untag(names.dataset_id(namespace, dataset), tag)
    return get_dataset(engine, namespace, dataset)


def tag_field(engine: Engine, namespace: str, dataset: str, field: str, tag: str) -> MarquezDataset:
    """Put a tag on a column."""
    named(namespace, tag)
    engine.tag(_column(engine, namespace, dataset, field), tag)
    return get_dataset(engine, namespace, dataset)


def untag_field(engine: Engine, namespace: str, dataset: str, field: str, tag: str) -> MarquezDataset:
    """Take a tag from a column."""
    engine.untag(_column(engine, namespace, dataset, field), tag)
    return get_dataset(engine, namespace, dataset)


def _column(engine: Engine, namespace: str, dataset: str, field: str) -> str:
    found = get_dataset(engine, namespace, dataset)
    if field not in {held.name for held in found.fields}:
        raise BadInput(f"{dataset!r} has no column {field!r}")
    return names.column_id(namespace, dataset, field)


OPERATIONS = (
    reading(ALL, list_datasets, lenient=True),
    reading(ONE, get_dataset),
    writing(ONE, put_dataset, method="PUT"),
    writing(ONE, delete_dataset, method="DELETE"),
    reading(f"{ONE}/versions", list_versions, lenient=True),
    reading(f"{ONE}/versions/{{key}}", get_version),
    writing(f"{ONE}/tags/{{tag}}", tag_dataset),
    writing(f"{ONE}/tags/{{tag}}", untag_dataset, method="DELETE"),
    writing(f"{ONE}/fields/{{field}}/tags/{{tag}}", tag_field),
    writing(f"{ONE}/fields/{{field}}/tags/{{tag}}", untag_field, method="DELETE"),
)
