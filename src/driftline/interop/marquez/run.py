"""Runs.

Enters: executions of the store, and for one run its events. Leaves: runs with their state, their times and what they
read and wrote. Of a run id that came back the last attempt is shown. Facets of a run are read from its events, so that
lists leave them empty.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from driftline.event import facets as known
from driftline.event import openlineage
from driftline.event.lineage import RunShape
from driftline.event.openlineage import Event, Facets
from driftline.graph import datasets, executions
from driftline.interop.marquez import naming
from driftline.store import Store, weave
from driftline.store.connection import Row
from driftline.store.reading import End


class MarquezVersionId(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A version of a dataset or a job; ``driftlineVersion`` is what the version is called here."""

    namespace: str
    name: str
    version: str
    driftline_version: str = ""


class MarquezInputVersion(msgspec.Struct, frozen=True, rename="camel"):
    """A version that a run read, with what it said of that reading."""

    dataset_version_id: MarquezVersionId
    facets: Facets = {}


class MarquezOutputVersion(msgspec.Struct, frozen=True, rename="camel"):
    """A version that a run wrote, with what it said of that writing."""

    dataset_version_id: MarquezVersionId
    facets: Facets = {}


class MarquezRun(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One run of a job."""

    id: str
    created_at: str | None
    updated_at: str | None
    nominal_start_time: str | None = None
    nominal_end_time: str | None = None
    state: str = "NEW"
    started_at: str | None = None
    ended_at: str | None = None
    duration_ms: int | None = None
    args: dict[str, str] = {}
    job_version: MarquezVersionId | None = None
    input_dataset_versions: list[MarquezInputVersion] = []
    output_dataset_versions: list[MarquezOutputVersion] = []
    facets: Facets = {}


class MarquezRuns(msgspec.Struct, frozen=True, rename="camel"):
    """A page of runs."""

    runs: list[MarquezRun]
    total_count: int


class MarquezFacets(msgspec.Struct, frozen=True, rename="camel"):
    """The facets of a run, or of its job as the run's events told them."""

    run_id: str
    facets: Facets


def bare(row: Row) -> MarquezRun:
    """Return a run from a row of ``run_row``, without its datasets and facets."""
    shape = weave.shape(row)
    state = naming.state(shape.state)
    span = shape.ended_us - shape.started_us
    return MarquezRun(
        id=shape.run,
        created_at=naming.moment(shape.started_us or shape.time_us),
        updated_at=naming.moment(shape.time_us),
        nominal_start_time=naming.moment(shape.nominal_us),
        state=state,
        started_at=naming.moment(shape.started_us) if state != "NEW" else None,
        ended_at=naming.moment(shape.ended_us),
        duration_ms=span // 1000 if shape.started_us and shape.ended_us else None,
        args=shape.parameters,
        job_version=version_of(shape),
    )


def version_of(shape: RunShape) -> MarquezVersionId:
    """Return the version of its job that a run ran."""
    job = shape.job
    version = naming.job_version(job, shape.code)
    return MarquezVersionId(namespace=job.namespace, name=job.name, version=version, driftline_version=shape.code)


def runs(store: Store, rows: Sequence[Row]) -> list[MarquezRun]:
    """Return runs with their datasets from rows of ``run_row``, without their facets."""
    inputs: dict[int, list[MarquezInputVersion]] = {}
    outputs: dict[int, list[MarquezOutputVersion]] = {}
    ends = store.reading.ends(row[0] for row in rows)
    for end, version in zip(ends, versions(store, ends), strict=True):
        if end.writes:
            outputs.setdefault(end.run_id, []).append(MarquezOutputVersion(version))
        else:
            inputs.setdefault(end.run_id, []).append(MarquezInputVersion(version))
    return [
        msgspec.structs.replace(
            bare(row),
            input_dataset_versions=inputs.get(row[0], []),
            output_dataset_versions=outputs.get(row[0], []),
        )
        for row in rows
    ]


def versions(store: Store, ends: Sequence[End]) -> list[MarquezVersionId]:
    """Return which version each of some ends is; one that was not named is what the dataset had at that moment."""
    then = store.walks.version_rows(end.then_id for end in ends if end.then_id)
    found = []
    for end in ends:
        version = end.version or (then[end.then_id][3] if end.then_id in then else "")
        found.append(version_id(end.namespace, end.name, version))
    return found


def version_id(namespace: str, name: str, version: str) -> MarquezVersionId:
    """Return the id of a version of a dataset."""
    uuid = naming.dataset_version(namespace, name, version)
    return MarquezVersionId(namespace=namespace, name=name, version=uuid, driftline_version=version)


def page(store: Store, job_id: int, limit: int, offset: int) -> MarquezRuns:
    """Return one page of the runs of a job, newest first."""
    return MarquezRuns(runs(store, store.reading.runs(job_id, limit, offset)), store.reading.runs_total(job_id))


def one(store: Store, run: str) -> MarquezRun | None:
    """Return one run with its facets; None where it is not known."""
    row = store.reading.run(run)
    return whole(store, row) if row else None


def whole(store: Store, row: Row) -> MarquezRun:
    """Return a run from a row of ``run_row`` with all that its events say."""
    [found] = runs(store, [row])
    said = events(store, row[1], row[2])
    inputs, outputs = sides(said)
    held = run_facets(said)
    nominal = known.unpack(held, "nominalTime", known.NominalTimeFacet)
    return msgspec.structs.replace(
        found,
        nominal_end_time=nominal.nominal_end_time if nominal else None,
        facets=held,
        input_dataset_versions=[
            MarquezInputVersion(end.dataset_version_id, inputs.get(_place(end.dataset_version_id), {}))
            for end in found.input_dataset_versions
        ],
        output_dataset_versions=[
            MarquezOutputVersion(end.dataset_version_id, outputs.get(_place(end.dataset_version_id), {}))
            for end in found.output_dataset_versions
        ],
    )


def facets(store: Store, run: str, sort: str) -> MarquezFacets | None:
    """Return the facets of a run (``run``) or of its job as the run told them (``job``)."""
    row = store.reading.run(run)
    if row is None:
        return None
    said = events(store, row[1], row[2])
    on_job = datasets.merged(event.job.facets for event in said if event.job)
    return MarquezFacets(row[1], on_job if sort == "job" else run_facets(said))


def events(store: Store, run: str, attempt: int) -> tuple[Event, ...]:
    """Return the events of one attempt of a run, in order."""
    parts = executions.executions(openlineage.decode(raw) for raw in store.log.of_run(run))
    return parts[attempt - 1][1] if 0 < attempt <= len(parts) else ()


def run_facets(said: Iterable[Event]) -> Facets:
    """Return the facets of a run that stand after its events."""
    return datasets.merged(event.run.facets for event in said if event.run)


Place = tuple[str, str]


def sides(said: Iterable[Event]) -> tuple[Mapping[Place, Facets], Mapping[Place, Facets]]:
    """Return what a run said of its readings and of its writings, by dataset: the facets that hold for it alone."""
    inputs: dict[Place, Facets] = {}
    outputs: dict[Place, Facets] = {}
    for event in said:
        for part in event.inputs:
            inputs.setdefault((part.namespace, part.name), {}).update(part.input_facets)
        for part in event.outputs:
            outputs.setdefault((part.namespace, part.name), {}).update(part.output_facets)
    return inputs, outputs


def _place(version: MarquezVersionId) -> Place:
    return version.namespace, version.name
