"""Jobs, their versions, their runs and their tags. A job or a run that is made here is told as an event."""

from typing import Annotated

import msgspec

from driftline import clock
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event import ids, names
from driftline.interop.marquez import hidden, space
from driftline.interop.marquez import job as jobs
from driftline.interop.marquez import run as runs
from driftline.interop.marquez import writing as events
from driftline.interop.marquez.job import MarquezJob, MarquezJobs, MarquezJobVersion, MarquezJobVersions
from driftline.interop.marquez.run import MarquezRun, MarquezRuns
from driftline.interop.marquez.writing import MarquezNewJob, MarquezNewRun
from driftline.serve.marquez.asking import ROOT, SPACE, MarquezPageQuery, hide, named, store, tell, there
from driftline.serve.operation import reading, writing

ALL = f"{SPACE}/jobs"
ONE = f"{ALL}/{{job}}"


class MarquezJobsQuery(MarquezPageQuery, frozen=True, rename={"last_run_states": "lastRunStates"}):
    """Which jobs, and which page of them."""

    last_run_states: Annotated[
        str, msgspec.Meta(description="NEW, RUNNING, COMPLETED, FAILED, ABORTED; several with commas. Empty: all.")
    ] = ""

    @property
    def states(self) -> list[str]:
        """The states by name."""
        return [state.strip() for state in self.last_run_states.split(",") if state.strip()]


def list_all_jobs(engine: Engine, query: MarquezJobsQuery) -> MarquezJobs:
    """List jobs of all namespaces, by name."""
    return jobs.page(store(engine), "", query.states, query.size, query.offset)


def list_jobs(engine: Engine, namespace: str, query: MarquezJobsQuery) -> MarquezJobs:
    """List the jobs of a namespace, by name."""
    there(space.namespace(store(engine), namespace), namespace)
    return jobs.page(store(engine), namespace, query.states, query.size, query.offset)


def get_job(engine: Engine, namespace: str, job: str) -> MarquezJob:
    """Tell one job."""
    return there(jobs.one(store(engine), namespace, job), names.job_id(namespace, job))


def list_versions(engine: Engine, namespace: str, job: str, query: MarquezPageQuery) -> MarquezJobVersions:
    """List the versions of a job, newest first."""
    found = there(jobs.versions(store(engine), namespace, job), names.job_id(namespace, job))
    return MarquezJobVersions(found[query.offset : query.offset + query.size], len(found))


def get_version(engine: Engine, namespace: str, job: str, key: str) -> MarquezJobVersion:
    """Tell one version of a job, by its UUID or by its revision."""
    found = jobs.versions(store(engine), namespace, job) or []
    one = next((version for version in found if key in (version.version, version.driftline_version)), None)
    return there(one, f"{names.job_id(namespace, job)}#{key}")


def list_runs(engine: Engine, namespace: str, job: str, query: MarquezPageQuery) -> MarquezRuns:
    """List the runs of a job, newest first."""
    line = there(hidden.line(store(engine), "JOB", namespace, job), names.job_id(namespace, job))
    return runs.page(store(engine), line.id, query.size, query.offset)


def put_job(engine: Engine, namespace: str, job: str, body: MarquezNewJob) -> MarquezJob:
    """Say something of a job, as an event; with a run id also that this run reads and writes what it names."""
    named(namespace, job)
    tell(engine, events.job(namespace, job, body, engine.house.now()))
    if body.run_id:
        row = there(store(engine).reading.run(body.run_id), names.run_id(body.run_id))
        if (row[9], row[10]) != (namespace, job):
            raise BadInput(f"run {body.run_id} is one of {row[10]!r}")
        state = "RUNNING" if row[4] in ("START", "RUNNING") else "OTHER"
        sides = (events.places(body.inputs), events.places(body.outputs))
        held = events.job_facets(body)
        tell(
            engine,
            events.told(
                namespace, job, row[1], state, engine.house.now(), job_facets=held, inputs=sides[0], outputs=sides[1]
            ),
        )
    return get_job(engine, namespace, job)


def delete_job(engine: Engine, namespace: str, job: str) -> MarquezJob:
    """Hide a job until an event speaks of it again. What events said of it stays."""
    found = get_job(engine, namespace, job)
    hide(engine, "JOB", namespace, job)
    return found


def create_run(engine: Engine, namespace: str, job: str, body: MarquezNewRun) -> MarquezRun:
    """Announce a run, as an event."""
    there(hidden.line(store(engine), "JOB", namespace, job), names.job_id(namespace, job))
    moment = engine.house.now()
    run = ids.repair_run_id(body.id) if body.id else ids.uuid7(moment)
    if store(engine).reading.run(run) is not None:
        raise BadInput(f"run {run} is there already")
    for text in (body.nominal_start_time, body.nominal_end_time):
        _check(text)
    tell(engine, events.created(namespace, job, run, body, moment))
    return there(runs.one(store(engine), run), names.run_id(run))


def _check(text: str | None) -> None:
    try:
        clock.parse(text or "2000-01-01")
    except ValueError as error:
        raise BadInput(f"{text!r} is not a date and time") from error


def tag_job(engine: Engine, namespace: str, job: str, tag: str) -> MarquezJob:
    """Put a tag on a job."""
    get_job(engine, namespace, job)
    named(namespace, tag)
    engine.tag(names.job_id(namespace, job), tag)
    return get_job(engine, namespace, job)


def untag_job(engine: Engine, namespace: str, job: str, tag: str) -> MarquezJob:
    """Take a tag from a job."""
    get_job(engine, namespace, job)
    engine.untag(names.job_id(namespace, job), tag)
    return get_job(engine, namespace, job)


OPERATIONS = (
    reading(f"{ROOT}/jobs", list_all_jobs, lenient=True),
    reading(ALL, list_jobs, lenient=True),
    reading(ONE, get_job),
    writing(ONE, put_job, method="PUT"),
    writing(ONE, delete_job, method="DELETE"),
    reading(f"{ONE}/versions", list_versions, lenient=True),
    reading(f"{ONE}/versions/{{key}}", get_version),
    reading(f"{ONE}/runs", list_runs, lenient=True),
    writing(f"{ONE}/runs", create_run, status=201),
    writing(f"{ONE}/tags/{{tag}}", tag_job),
    writing(f"{ONE}/tags/{{tag}}", untag_job, method="DELETE"),
)
