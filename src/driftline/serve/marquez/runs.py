"""One run: its facets, and how it goes on. A run that is started or ended here is told as an event."""

from typing import Annotated, Literal

import msgspec

from driftline import clock
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event import names
from driftline.interop.marquez import run as runs
from driftline.interop.marquez import writing as events
from driftline.interop.marquez.run import MarquezFacets, MarquezRun
from driftline.serve.marquez.asking import ROOT, store, tell, there
from driftline.serve.operation import Operation, reading, writing

ONE = f"{ROOT}/jobs/runs/{{run}}"


class MarquezFacetsQuery(msgspec.Struct, frozen=True):
    """Which facets."""

    type: Literal["run", "job", "RUN", "JOB"] = "run"


class MarquezMomentQuery(msgspec.Struct, frozen=True):
    """When it happened."""

    at: Annotated[str, msgspec.Meta(description="ISO 8601. Empty: now.")] = ""


def get_run(engine: Engine, run: str) -> MarquezRun:
    """Tell one run; of several attempts the last."""
    return there(runs.one(store(engine), run), names.run_id(run))


def get_facets(engine: Engine, run: str, query: MarquezFacetsQuery) -> MarquezFacets:
    """Tell the facets of a run, or of its job as the run told them."""
    return there(runs.facets(store(engine), run, query.type.lower()), names.run_id(run))


def _go_on(engine: Engine, run: str, at: str, state: str) -> MarquezRun:
    row = there(store(engine).reading.run(run), names.run_id(run))
    try:
        moment = clock.parse(at.replace(" ", "+")) if at else engine.house.now()
    except ValueError as error:
        raise BadInput(f"at={at!r} is not a date and time") from error
    tell(engine, events.told(row[9], row[10], row[1], state, moment))
    return get_run(engine, run)


def start_run(engine: Engine, run: str, query: MarquezMomentQuery) -> MarquezRun:
    """Say that a run started."""
    return _go_on(engine, run, query.at, "START")


def complete_run(engine: Engine, run: str, query: MarquezMomentQuery) -> MarquezRun:
    """Say that a run came to a good end."""
    return _go_on(engine, run, query.at, "COMPLETE")


def fail_run(engine: Engine, run: str, query: MarquezMomentQuery) -> MarquezRun:
    """Say that a run failed."""
    return _go_on(engine, run, query.at, "FAIL")


def abort_run(engine: Engine, run: str, query: MarquezMomentQuery) -> MarquezRun:
    """Say that a run was broken off."""
    return _go_on(engine, run, query.at, "ABORT")


OPERATIONS: tuple[Operation, ...] = (
    reading(ONE, get_run),
    reading(f"{ONE}/facets", get_facets, lenient=True),
    writing(f"{ONE}/start", start_run, lenient=True),
    writing(f"{ONE}/complete", complete_run, lenient=True),
    writing(f"{ONE}/fail", fail_run, lenient=True),
    writing(f"{ONE}/abort", abort_run, lenient=True),
)
