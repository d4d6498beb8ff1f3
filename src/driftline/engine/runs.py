"""Executions in a list: the newest of all jobs or of one, with what came of them.

Enters: a job, states. Leaves: one line per execution, the newest first; of those that failed with what they failed of.
"""

from collections.abc import Iterable, Sequence

from driftline.engine.house import House
from driftline.event import facets, names, openlineage
from driftline.event.lineage import TERMINAL, Job, RunShape
from driftline.event.report import RunSummary
from driftline.graph import datasets

FAILED = ("FAIL", "ABORT")
STATES = {"failed": FAILED, "complete": ("COMPLETE",), "running": ("START", "RUNNING", "OTHER", "")}
_ERROR = 200  # characters of a message


def newest(house: House, *, job: str = "", states: Sequence[str] = (), limit: int = 20) -> list[RunSummary]:
    """Return the newest executions.

    Args:
        house: the house.
        job: node id of a job; "" = of all.
        states: OpenLineage's; none = in any.
        limit: at most so many.
    """
    line = house.store.reading.lines_by_node([job]).get(job) if job else None
    if job and line is None:
        return []
    rows = house.store.reading.newest(line.id if line else 0, states, limit)
    return [_summary(house, house.store.lineage.bare(row)) for row in rows]


def failed_since(house: House, since_us: int) -> int:
    """Return how many executions failed since a moment."""
    return house.store.reading.counted(FAILED, since_us)


def ended(house: House, run: str) -> bool:
    """Whether the last attempt of a run (by its run id) has told its end."""
    row = house.store.reading.run(run)
    return row is None or row[4] in TERMINAL


def failing(house: House, jobs: Iterable[str]) -> dict[str, RunSummary]:
    """Return those of some jobs (node ids) whose newest execution failed, with that execution."""
    lines = house.store.reading.lines_by_node(jobs)
    newest_ = house.store.reading.newest_runs([line.id for line in lines.values()], 1)
    rows = house.store.walks.run_rows(run for runs in newest_.values() for run in runs)
    failed = [row for row in rows.values() if row[4] in FAILED]
    found = [_summary(house, house.store.lineage.bare(row)) for row in failed]
    return {one.job_node: one for one in found}


def _summary(house: House, shape: RunShape) -> RunSummary:
    job = shape.job or Job("", "")
    return RunSummary(
        node=names.run_id(shape.run) + (f"#{shape.attempt}" if shape.attempt > 1 else ""),
        run=shape.run,
        job=job.name,
        job_node=job.node,
        attempt=shape.attempt,
        state=shape.state,
        started_us=shape.started_us,
        ended_us=shape.ended_us,
        nominal_us=shape.nominal_us,
        inputs=len(shape.inputs),
        outputs=len(shape.outputs),
        error=_error(house, shape.run) if shape.state in FAILED else "",
    )


def _error(house: House, run: str) -> str:
    events = [openlineage.decode(raw) for raw in house.store.log.of_run(run)]
    said = datasets.merged(event.run.facets for event in events if event.run)
    facet = facets.unpack(said, "errorMessage", facets.ErrorMessageFacet)
    return facet.message.strip().partition("\n")[0][:_ERROR] if facet is not None else ""
