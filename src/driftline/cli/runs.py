"""``driftline runs``: executions, the newest first, with what came of them."""

from collections.abc import Sequence

import click

from driftline.cli import opened, show
from driftline.engine import runs as executions
from driftline.event import names
from driftline.event.report import RunSummary

_SECOND = 1_000_000


@click.command()
@click.argument("job", required=False)
@click.option("--state", type=click.Choice(list(executions.STATES)), help="Only runs in this state.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def runs(ctx: click.Context, job: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """List runs, newest first: of JOB or of all jobs.

    'driftline facets RUN' tells everything that was said of one, 'driftline lineage --view RUN' what it read and wrote.
    """
    with opened.engine(ctx) as engine:
        node = opened.job(engine, job) if job else ""
        found = executions.newest(
            engine.house, job=node, states=executions.STATES[state] if state else (), limit=limit + 1
        )
    more, found = len(found) > limit, found[:limit]
    if as_json:
        show.as_json({"runs": found})
        return
    kind = f"{state} run" if state else "run"
    show.say(show.newest(len(found), kind, more=more) if found else f"No {kind}s are known.")
    table(found)


def table(found: Sequence[RunSummary]) -> None:
    """Print runs, a line each."""
    failed = any(one.error for one in found)
    headings = ("id", "job", "state", "when", "took", "read", "wrote", *(("failed of",) if failed else ()))
    show.table(
        headings,
        (
            (
                names.short(one.run) + (f"#{one.attempt}" if one.attempt > 1 else ""),
                one.job,
                show.sign(one.state),
                show.when(one.ended_us or one.started_us),
                took(one),
                f"{one.inputs:,}",
                f"{one.outputs:,}",
                *((one.error,) if failed else ()),
            )
            for one in found
        ),
        right=("took", "read", "wrote"),
    )


def took(run: RunSummary) -> str:
    """Return how long a run took; ``""`` where that is not known."""
    if not run.started_us or run.ended_us < run.started_us:
        return ""
    if run.ended_us - run.started_us < _SECOND:
        return f"{(run.ended_us - run.started_us) / 1_000:,.0f} ms"
    seconds = (run.ended_us - run.started_us) / _SECOND
    return f"{seconds:,.1f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
