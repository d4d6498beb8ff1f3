"""``driftline findings``: what was measured to have moved, whether it reached people or not."""

import click

from driftline.cli import opened, show
from driftline.cli.lineage import AS_OF
from driftline.drift.judge import WARM_UP

NONE = (
    f"No findings are known. Distributions are judged from the version after the first {WARM_UP} healthy ones; "
    "'driftline diff' compares any two."
)


@click.command()
@click.argument("node", required=False)
@click.option("--since", metavar="MOMENT", help=f"From then on. {AS_OF}")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def findings(ctx: click.Context, node: str | None, since: str | None, limit: int, as_json: bool) -> None:
    """List findings, newest first: of the dataset NODE or of all.

    A finding is a measured difference, or a version that is missing because a run failed. Those that matter to
    somebody belong to an incident; the others are kept here. Distributions are judged once a dataset has had
    21 healthy versions; 'driftline diff' compares any two.
    """
    with opened.engine(ctx) as engine:
        place = opened.node(engine, node).partition("#")[0] if node else ""
        found = engine.house.store.incidents.findings(place, since_us=engine.moment(since) or 0, limit=limit)
    if as_json:
        show.as_json({"findings": found})
        return
    show.say(f"{show.count(len(found), 'finding')}, newest first:" if found else NONE)
    show.table(
        ("", "when", "where", "kind", "what"),
        (
            (
                show.sign(one.severity),
                one.partition or show.when(one.time_us),
                f"{one.dataset.name}.{one.column}".strip("."),
                one.kind,
                one.sentence,
            )
            for one in found
        ),
    )
