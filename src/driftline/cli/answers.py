"""``driftline answers``: answers by what they retrieved, what they stood on, and when they were given."""

from collections.abc import Sequence

import click

from driftline.cli import opened, show
from driftline.cli.lineage import AS_OF
from driftline.event.answer import Answer


@click.command()
@click.option("--endpoint", default="", metavar="NAME", help="Of this deployment only.")
@click.option(
    "--document",
    default="",
    metavar="DOCUMENT",
    help="That retrieved it: a content hash, an id, or the file that it was taken from.",
)
@click.option("--node", default="", metavar="NODE", help="That stood on this version, or on any of this dataset.")
@click.option("--since", metavar="MOMENT", help=f"From then on. {AS_OF}")
@click.option("--until", metavar="MOMENT", help="Before then.")
@click.option("--before", default="", metavar="ANSWER", help="Older than this answer only.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def answers(
    ctx: click.Context,
    endpoint: str,
    document: str,
    node: str,
    since: str | None,
    until: str | None,
    before: str,
    limit: int,
    as_json: bool,
) -> None:
    """List answers, newest first; 'driftline why ANSWER' explains one."""
    with opened.engine(ctx) as engine:
        found = engine.answers(
            endpoint=endpoint,
            document=document,
            node=engine.resolve(opened.typed(engine, node)) if node else "",
            since_us=engine.moment(since),
            until_us=engine.moment(until),
            limit=limit + 1,
            before=before,
        )
    narrowed = any((endpoint, document, node, since, until, before))
    told(found, limit, as_json=as_json, narrowed=narrowed)


def told(found: Sequence[Answer], limit: int, *, as_json: bool, narrowed: bool = False) -> None:
    """Print at most ``limit`` answers; ``narrowed``: only some were asked for."""
    more, found = len(found) > limit, found[:limit]
    if as_json:
        show.as_json({"answers": found})
        return
    none = "No answer fits; others may be recorded." if narrowed else "No answers are recorded."
    show.say(show.newest(len(found), "answer", more=more) if found else none)
    show.table(
        ("id", "endpoint", "when", "decision", "money", "guard"),
        (
            (
                answer.id,
                answer.endpoint,
                answer.partition or show.when(answer.time_us),
                show.decided(answer),
                show.paid(answer.money, answer.currency) if answer.money else "–",
                show.verdict(answer.verdict),
            )
            for answer in found
        ),
        right=("money",),
    )
