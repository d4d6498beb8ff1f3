"""Explicit lineage: the ``lineage`` facet, on a job or on a dataset.

Enters: the facets of one run's events, or of a job or dataset event. Leaves: which output has which sources, which
columns reach which, and which jobs feed which. A source without a name is the event's own job and adds nothing to
what its inputs and outputs say. A column without a source field has a source that is not known by name. A column that
the event's own job as a whole is said to read shapes the rows of those outputs of which its dataset is said to be a
source; elsewhere only the dataset counts, as a job has no columns. Never looks at other facets: where this one is
present, it is the whole truth of its event.
Source: https://openlineage.io/spec/facets (lineage 1-0-0).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from driftline.event import facets, names
from driftline.event.job_facets import (
    LineageDatasetEntry,
    LineageDatasetFacet,
    LineageDatasetInput,
    LineageEntry,
    LineageInput,
    LineageJobEntry,
    LineageJobFacet,
    LineageJobInput,
)
from driftline.event.lineage import ColumnEdge, Dataset, Job, Place, Tie
from driftline.event.openlineage import Event, Facets
from driftline.graph import datasets
from driftline.graph.columns import Kind, how_known, kinds, pairs

KEY = "lineage"


class Said(NamedTuple):
    """What the explicit facets of one run, job or dataset add up to."""

    targets: dict[Dataset, set[Dataset]]  # output -> its sources; an empty set: known to have none
    ties: set[Tie]
    columns: set[ColumnEdge]
    read: set[Dataset]  # what the event's own job is said to read
    rootless: set[Place]  # what is said to have no source, by an empty list
    shaping: set[tuple[Dataset, str, Kind]]  # columns that shape what the event's own job writes, and how
    guessed: set[tuple[Dataset, Dataset]]  # source and output, where the facet calls it a guess
    sure: set[tuple[Dataset, Dataset]]  # source and output, where it does not

    def every_tie(self, more: Iterable[Tie] = ()) -> tuple[Tie, ...]:
        """Return all ties, in order; what is said to have no source, and has none by other words, is tied to itself."""
        ties = {*self.ties, *more}
        led = {tie.target for tie in ties}
        led |= {Place("DATASET", one.namespace, one.name) for one, sources in self.targets.items() if sources}
        return tuple(sorted(ties | {Tie(place, place) for place in self.rootless - led}))

    @property
    def guesses(self) -> set[tuple[Dataset, Dataset]]:
        """Pairs of which nothing better is said than that they are a guess."""
        return self.guessed - self.sure

    @property
    def sources(self) -> set[Dataset]:
        """Every dataset that the event's own job reads."""
        return self.read.union(*self.targets.values())


def nothing() -> Said:
    """Return what nobody says."""
    return Said({}, set(), set(), set(), set(), set(), set(), set())


def on_job(events: Iterable[Facets], own: Job) -> Said | None:
    """Return what the facets of a job, one per event, say together; None where there is none."""
    said, found = nothing(), False
    for held in events:
        facet = facets.unpack(held, KEY, LineageJobFacet)
        if facet is not None:
            found = True
            for entry in facet.entries:
                _take(said, entry, own)
    for output, sources in said.targets.items():
        for dataset, column, (type_, subtype) in said.shaping:
            if dataset in sources and dataset != output:
                said.columns.add(ColumnEdge(dataset, column, output, "", type_, subtype, "explicit"))
    return said if found else None


def parted(events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """Return the events of a run or job whose facet counts, and the others; one deleted counts no more."""
    speaking: list[Event] = []
    for event in events:
        facet = event.job.facets.get(KEY) if event.job else None
        if facet is not None and datasets.deletes(facet):
            speaking.clear()
        elif event.job and facets.unpack(event.job.facets, KEY, LineageJobFacet) is not None:
            speaking.append(event)
    spoke = {id(event) for event in speaking}
    return speaking, [event for event in events if id(event) not in spoke]


def on_dataset(held: Facets, dataset: Dataset) -> Said | None:
    """Return what the facet of a dataset says; None where there is none."""
    facet = facets.unpack(held, KEY, LineageDatasetFacet)
    if facet is None:
        return None
    said = nothing()
    _take(said, LineageDatasetEntry(dataset.namespace, dataset.name, facet.inputs, facet.fields), None)
    return said


def _take(said: Said, entry: LineageEntry, own: Job | None) -> None:
    if isinstance(entry, LineageJobEntry):
        job = _job(entry, own)
        if job is not None:
            if entry.inputs == ():
                said.rootless.add(Place("JOB", job.namespace, job.name))
            _feed_job(said, entry.inputs or (), job, own)
        return
    output = Dataset(*names.fitted_pair(entry.namespace, entry.name))
    target = Place("DATASET", output.namespace, output.name)
    known = said.targets.setdefault(output, set())
    if entry.inputs == ():
        said.rootless.add(target)
    columns = [
        ("", entry.inputs or ()),
        *((names.fitted(name), column.inputs) for name, column in entry.fields.items()),
    ]
    for column, sources in columns:
        for source in sources:
            if isinstance(source, LineageDatasetInput):
                dataset = Dataset(*names.fitted_pair(source.namespace, source.name))
                known.add(dataset)
                (said.sure if _certain(source) else said.guessed).add((dataset, output))
                if column or source.field:
                    field = names.fitted(source.field or "")
                    ways = kinds(source.transformations, column)
                    for (type_, subtype), step in zip(ways, source.transformations or (None,), strict=True):
                        how = how_known(step, "explicit")
                        said.columns.add(ColumnEdge(dataset, field, output, column, type_, subtype, *how))
                continue
            job = _job(source, own)
            if job is not None and job != own:
                said.ties.add(Tie(Place("JOB", job.namespace, job.name), target))


def _certain(source: LineageDatasetInput) -> bool:
    """Whether it is more than a guess, by the fields of ours, that a source reaches its target."""
    ways = [how_known(step, "explicit") for step in source.transformations or (None,)]
    return any(pairs(*way) for way in ways)


def _feed_job(said: Said, sources: Iterable[LineageInput], fed: Job, own: Job | None) -> None:
    target = Place("JOB", fed.namespace, fed.name)
    for source in sources:
        if isinstance(source, LineageDatasetInput):
            dataset = Dataset(*names.fitted_pair(source.namespace, source.name))
            said.ties.add(Tie(Place("DATASET", dataset.namespace, dataset.name), target))
            if fed == own:
                said.read.add(dataset)
                if source.field:
                    said.shaping.update((dataset, source.field, kind) for kind in kinds(source.transformations, ""))
            continue
        job = _job(source, own)
        if job is not None and job != fed:
            said.ties.add(Tie(Place("JOB", job.namespace, job.name), target))


def _job(named: LineageJobInput | LineageJobEntry, own: Job | None) -> Job | None:
    """Return the job that is meant: without namespace and name, the event's own."""
    return Job(*names.fitted_pair(named.namespace, named.name)) if named.namespace and named.name else own
