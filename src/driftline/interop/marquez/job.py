"""Jobs and their versions.

Enters: lines of the store. Leaves: jobs as Marquez shows them. What a job reads and writes is what all its runs did,
not the last one alone. A version of a job is a revision of its code: Driftline holds no other.
"""

import re
from collections.abc import Sequence

import msgspec

from driftline.event import facets as known
from driftline.event.lineage import Job
from driftline.event.openlineage import Facets
from driftline.interop.marquez import hidden, naming, run
from driftline.interop.marquez.dataset import Held, MarquezId, helds
from driftline.interop.marquez.run import MarquezRun, MarquezVersionId
from driftline.store import Store
from driftline.store.reading import NodeLine
from driftline.store.walks import NOW

LATEST = 10  # runs that come along with a job
_ADDRESS = re.compile(r"(?:https?|ftp|file)://\S+$", re.IGNORECASE)
_LOOKED = 500  # runs that the versions of a job are told from


class MarquezJob(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A job with its newest runs."""

    id: MarquezId
    type: str
    name: str
    simple_name: str
    parent_job_name: str | None = None
    parent_job_uuid: str | None = None
    created_at: str | None
    updated_at: str | None
    namespace: str
    inputs: list[MarquezId] = []
    outputs: list[MarquezId] = []
    location: str | None = None
    description: str | None = None
    latest_run: MarquezRun | None = None
    latest_runs: list[MarquezRun] | None = None  # None, not empty: the web page looks for the longest of them
    facets: Facets = {}
    current_version: str | None = None
    driftline_version: str | None = None
    labels: list[str] = []
    tags: list[str] = []


class MarquezJobs(msgspec.Struct, frozen=True, rename="camel"):
    """A page of jobs."""

    jobs: list[MarquezJob]
    total_count: int


class MarquezJobVersion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A revision of a job's code."""

    id: MarquezVersionId
    name: str
    version: str
    driftline_version: str
    namespace: str
    created_at: str | None
    location: str | None = None
    inputs: list[MarquezId] = []
    outputs: list[MarquezId] = []
    latest_run: MarquezRun | None = None
    facets: Facets = {}


class MarquezJobVersions(msgspec.Struct, frozen=True, rename="camel"):
    """A page of versions."""

    versions: list[MarquezJobVersion]
    total_count: int


class _Location(msgspec.Struct, frozen=True):
    url: str | None = None


class _Type(msgspec.Struct, frozen=True, rename="camel"):
    processing_type: str = ""
    job_type: str | None = None
    integration: str | None = None


def shown(store: Store, lines: Sequence[NodeLine], latest: int = LATEST) -> list[MarquezJob]:
    """Return jobs from their lines, in order, each with up to ``latest`` of its newest runs."""
    ids = [line.id for line in lines]
    reads, writes = _ends(store, ids)
    above = store.lineage.parents(ids)
    parents = store.reading.lines(parent for parent, _ in above.values())
    newest = store.reading.newest_runs(ids, latest)
    rows = store.walks.run_rows(id_ for runs in newest.values() for id_ in runs)
    found = []
    for held in helds(store, lines):
        line = held.line
        runs = _last_attempts([run.bare(rows[id_]) for id_ in newest[line.id] if id_ in rows])
        parent = parents.get(above[line.id][0]) if line.id in above else None
        found.append(_job(held, parent, reads.get(line.id, []), writes.get(line.id, []), runs))
    return found


def _last_attempts(runs: Sequence[MarquezRun]) -> list[MarquezRun]:
    found: dict[str, MarquezRun] = {}
    for one_ in runs:
        found.setdefault(one_.id, one_)
    return list(found.values())


def _job(
    held: Held,
    parent: NodeLine | None,
    inputs: list[MarquezId],
    outputs: list[MarquezId],
    runs: list[MarquezRun],
) -> MarquezJob:
    line = held.line
    latest = runs[0] if runs else None
    version = latest.job_version if latest else None
    return MarquezJob(
        id=MarquezId(line.namespace, line.name),
        type=kind(held.facets),
        name=line.name,
        simple_name=line.name.removeprefix(f"{parent.name}.") if parent else line.name,
        parent_job_name=parent.name if parent else None,
        parent_job_uuid=naming.identify(parent.node) if parent else None,
        created_at=naming.moment(line.created_us),
        updated_at=naming.moment(line.updated_us),
        namespace=line.namespace,
        inputs=inputs,
        outputs=outputs,
        location=location(held.facets),
        description=held.description,
        latest_run=latest,
        latest_runs=runs or None,
        facets=held.facets,
        current_version=version.version if version else None,
        driftline_version=version.driftline_version if version else None,
        labels=labels(held.facets),
        tags=held.tags(),
    )


def labels(held: Facets) -> list[str]:
    """Return what sort of job it is and what runs it, as its ``jobType`` facet says."""
    said = known.unpack(held, "jobType", _Type) or _Type()
    return [text for text in (said.job_type, said.integration) if text]


def kind(held: Facets) -> str:
    """Return ``STREAM``, ``SERVICE`` or ``BATCH``."""
    said = known.unpack(held, "jobType", _Type)
    processing = said.processing_type.upper() if said else ""
    return {"STREAMING": "STREAM", "STREAM": "STREAM", "SERVICE": "SERVICE"}.get(processing, "BATCH")


def location(held: Facets) -> str | None:
    """Return the address of the job's code, where it is one that a browser can follow."""
    said = known.unpack(held, "sourceCodeLocation", _Location)
    return said.url if said and said.url and _ADDRESS.match(said.url) else None


def _ends(store: Store, ids: list[int]) -> tuple[dict[int, list[MarquezId]], dict[int, list[MarquezId]]]:
    """Return what some jobs read and write."""
    into = [(job, dataset) for dataset, job in store.walks.jobs_at(ids, "up", NOW)]
    out_of = store.walks.jobs_at(ids, "down", NOW)
    rows = store.walks.nodes(dataset for _, dataset in (*into, *out_of))
    found: list[dict[int, list[MarquezId]]] = []
    for pairs in (into, out_of):
        held: dict[int, set[tuple[str, str]]] = {}
        for job, dataset in pairs:
            row = rows.get(dataset)
            if row is not None and row[1] == "DATASET":
                held.setdefault(job, set()).add((row[2], row[3]))
        found.append({job: [MarquezId(*name) for name in sorted(names)] for job, names in held.items()})
    return found[0], found[1]


def page(store: Store, namespace: str, states: Sequence[str], limit: int, offset: int) -> MarquezJobs:
    """Return one page of the jobs of a namespace (``""``: of all), by name; of some states of their last run only."""
    gone = hidden.hidden(store)
    if states:
        ours = [state for one_ in states for state in naming.states(one_)]
        lines, total = store.reading.jobs_in_state(ours, namespace, limit, offset, without=gone)
        return MarquezJobs(shown(store, lines), total)
    spaces = store.reading.spaces()
    total = sum(space.jobs for space in spaces if namespace in ("", space.name)) - hidden.count(gone, "JOB", namespace)
    return MarquezJobs(shown(store, store.reading.page("JOB", namespace, limit, offset, without=gone)), total)


def one(store: Store, namespace: str, name: str) -> MarquezJob | None:
    """Return one job, its newest run with all that is known of it; None where the job is not known."""
    line = hidden.line(store, "JOB", namespace, name)
    if line is None:
        return None
    [found] = shown(store, [line])
    rows = store.reading.runs(line.id, 1, 0)
    return msgspec.structs.replace(found, latest_run=run.whole(store, rows[0])) if rows else found


def versions(store: Store, namespace: str, name: str) -> list[MarquezJobVersion] | None:
    """Return the versions of a job among its newest runs, newest first; None where the job is not known."""
    line = hidden.line(store, "JOB", namespace, name)
    if line is None:
        return None
    [found] = shown(store, [line], 0)
    by_code: dict[str, list[MarquezRun]] = {}
    for row in store.reading.runs(line.id, _LOOKED, 0):
        shown_ = run.bare(row)
        by_code.setdefault(shown_.job_version.driftline_version if shown_.job_version else "", []).append(shown_)
    return [_version(found, code, runs, newest=at == 0) for at, (code, runs) in enumerate(by_code.items())]


def _version(job: MarquezJob, code: str, runs: list[MarquezRun], *, newest: bool) -> MarquezJobVersion:
    uuid = naming.job_version(Job(job.namespace, job.name), code)
    return MarquezJobVersion(
        id=MarquezVersionId(namespace=job.namespace, name=job.name, version=uuid, driftline_version=code),
        name=job.name,
        version=uuid,
        driftline_version=code,
        namespace=job.namespace,
        created_at=runs[-1].created_at,
        location=job.location if newest else None,
        inputs=job.inputs,
        outputs=job.outputs,
        latest_run=runs[0],
        facets=job.facets if newest else {},
    )
