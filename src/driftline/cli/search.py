"""``driftline search``: find datasets, columns, jobs and terms by what is said of them."""

import click

from driftline.cli import opened, show
from driftline.event import names
from driftline.event.label import Matches
from driftline.store.finder import Wanted

LISTED = 6  # values of a facet that are shown


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "--type", "sort", type=click.Choice(["dataset", "version", "field", "job", "run", "term"]), help="Only such things."
)
@click.option("--kind", default="", help="Only datasets of this kind, such as table.")
@click.option("--namespace", default="", help="Only of this namespace.")
@click.option("--tag", default="", help="Only what has this tag itself.")
@click.option("--owner", default="", help="Only what has this owner.")
@click.option("--term", default="", help="Only what stands for this term.")
@click.option("--status", type=click.Choice(["quarantined", "drift", "changed"]), help="Only what is in such trouble.")
@click.option(
    "--sort", "order", type=click.Choice(["best", "use", "risk", "name"]), default="best", show_default=True,
    help="What comes first.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Matches to list.")
@click.option("--offset", type=click.IntRange(0, 100_000), default=0, help="Matches to pass over.")
@click.option("--reindex", is_flag=True, help="Make the index anew before.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def search(
    ctx: click.Context,
    text: tuple[str, ...],
    sort: str | None,
    kind: str,
    namespace: str,
    tag: str,
    owner: str,
    term: str,
    status: str | None,
    order: str,
    limit: int,
    offset: int,
    reindex: bool,
    as_json: bool,
) -> None:
    """Find what has all words of TEXT in its name, columns, descriptions, tags, owners or terms.

    A beginning of a word is enough. Without TEXT, list what is used most.
    """
    wanted = Wanted(" ".join(text), (sort or "").upper(), kind, namespace, tag, owner, term, status or "", order)
    with opened.engine(ctx) as engine:
        if reindex:
            engine.catalogue.reindex()
        found = engine.catalogue.search(wanted, limit=limit, offset=offset)
    if as_json:
        show.as_json(found)
    else:
        _page(found, sort or "")


def _page(found: Matches, sort: str) -> None:
    if not found.total and sort == "run":
        show.say("No run that people tagged or described was found so; 'driftline runs' lists all.")
        return
    if not found.total:
        show.say("Nothing was found. Fewer words, or the beginning of one, find more.")
        return
    shown = f"; these are {len(found.hits):,}" if len(found.hits) < found.total else ""
    more = "more than " if found.more else ""
    show.say(f"{more}{show.count(found.total, 'thing was', 'things were')} found{shown}.".capitalize(), "bold")
    show.table(
        ("name", "type", "tags", "owners", "use", "", "node"),
        (
            (
                names.label(hit.node) if hit.type != "TERM" else hit.name,
                hit.kind or hit.type.lower(),
                ", ".join(hit.tags),
                ", ".join(hit.owners),
                f"{hit.used:,}" if hit.used else "",
                show.sign(hit.status),
                hit.node,
            )
            for hit in found.hits
        ),
        right=("use",),
    )
    for name, counts in found.facets.items():
        if len(counts) > 1 or (counts and name in ("tag", "owner", "term", "status")):
            listed = [f"{value} {number:,}" for value, number in list(counts.items())[:LISTED]]
            show.say(f"{name}: {', '.join(listed)}{' …' if len(counts) > LISTED else ''}", "dim")
