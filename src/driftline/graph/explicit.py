"""Explicit lineage: the ``lineage`` facet, on a job or on a dataset.

Enters: the facets of one run's events, or of a job or dataset event. Leaves: which output has which sources, which
columns reach which, and which jobs feed which. A source without a name is the event's own job and adds nothing to
what its inputs and outputs say. A column without a source field has a source that is not known by name. Never looks
at other facets: where this one is present, it is the whole truth of its event.
Source: https://openlineage.io/spec/facets (lineage 1-0-0).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from driftline.event import facets
from driftline.event.lineage import ColumnEdge, Dataset, Job, Place, Tie
from driftline.event.openlineage import Facets
from driftline.graph.columns import Transformation, kinds

KEY = "lineage"


class Source(msgspec.Struct, frozen=True):
    """What feeds a target: a dataset, one of its fields, or a job."""

    type: str = "DATASET"
    namespace: str = ""
    name: str = ""
    field: str = ""
    transformations: tuple[Transformation, ...] | None = ()


class Column(msgspec.Struct, frozen=True):
    """What reaches one column."""

    inputs: tuple[Source, ...] | None = ()


class Entry(msgspec.Struct, frozen=True):
    """One target with its sources."""

    type: str = "DATASET"
    namespace: str = ""
    name: str = ""
    inputs: tuple[Source, ...] | None = ()
    fields: dict[str, Column] | None = {}


class OnJob(msgspec.Struct, frozen=True):
    """The facet of a job."""

    entries: tuple[Entry, ...] | None = ()


class OnDataset(msgspec.Struct, frozen=True):
    """The facet of a dataset: what one entry says."""

    inputs: tuple[Source, ...] | None = ()
    fields: dict[str, Column] | None = {}


JOB_SHAPES: dict[str, type[Any]] = {KEY: OnJob}
DATASET_SHAPES: dict[str, type[Any]] = {KEY: OnDataset}


class Said(NamedTuple):
    """What the explicit facets of one run, job or dataset add up to."""

    targets: dict[Dataset, set[Dataset]]  # output -> its sources; an empty set: known to have none
    ties: set[Tie]
    columns: set[ColumnEdge]

    @property
    def sources(self) -> set[Dataset]:
        """Every dataset that feeds something, a job included."""
        to_jobs = {Dataset(t.source.namespace, t.source.name) for t in self.ties if t.source.type == "DATASET"}
        return to_jobs.union(*self.targets.values())


def on_job(events: Iterable[Facets], own: Job) -> Said | None:
    """Return what the facets of a job, one per event, say together; None where there is none."""
    said, found = Said({}, set(), set()), False
    for held in events:
        facet = facets.unpack(held, KEY, OnJob)
        if facet is not None:
            found = True
            for entry in facet.entries or ():
                _take(said, entry, own)
    return said if found else None


def on_dataset(held: Facets, dataset: Dataset) -> Said | None:
    """Return what the facet of a dataset says; None where there is none."""
    facet = facets.unpack(held, KEY, OnDataset)
    if facet is None:
        return None
    said = Said({}, set(), set())
    _take(said, Entry("DATASET", dataset.namespace, dataset.name, facet.inputs, facet.fields), None)
    return said


def _take(said: Said, entry: Entry, own: Job | None) -> None:
    job = entry.type.upper() == "JOB"
    if not (entry.namespace and entry.name):
        if not job or own is None:
            return
        entry = msgspec.structs.replace(entry, namespace=own.namespace, name=own.name)
    target = Place("JOB" if job else "DATASET", entry.namespace, entry.name)
    output = Dataset(entry.namespace, entry.name)
    columns = {name: column.inputs or () for name, column in (entry.fields or {}).items()}
    known = set() if job else said.targets.setdefault(output, set())
    for source in (*(entry.inputs or ()), *(item for items in columns.values() for item in items)):
        if not (source.namespace and source.name):
            continue
        if source.type.upper() == "JOB":
            feeder = Place("JOB", source.namespace, source.name)
            if feeder != target and (
                job or own is None or (feeder.namespace, feeder.name) != (own.namespace, own.name)
            ):
                said.ties.add(Tie(feeder, target))
        elif job:
            said.ties.add(Tie(Place("DATASET", source.namespace, source.name), target))
        else:
            known.add(Dataset(source.namespace, source.name))
    if job:
        return
    for source in entry.inputs or ():
        if source.field:
            _columns(said, source, output, "")
    for name, items in columns.items():
        for source in items:
            _columns(said, source, output, name)


def _columns(said: Said, source: Source, output: Dataset, column: str) -> None:
    if source.type.upper() == "JOB" or not (source.namespace and source.name):
        return
    dataset = Dataset(source.namespace, source.name)
    for type_, subtype in kinds(source.transformations, column):
        said.columns.add(ColumnEdge(dataset, source.field, output, column, type_, subtype, "explicit"))
