"""``driftline select``: which datasets a selector in dbt's syntax means."""

import click

from driftline.cli import opened, show
from driftline.cli.lineage import AS_OF


@click.command()
@click.argument("selector", nargs=-1, required=True)
@click.option("--exclude", metavar="SELECTOR", default="", help="Leave these out.")
@click.option("--as-of", metavar="MOMENT", help=AS_OF)
@click.option("--limit", type=click.IntRange(1), default=10_000, show_default=True, help="Datasets to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def select(
    ctx: click.Context, selector: tuple[str, ...], exclude: str, as_of: str | None, limit: int, as_json: bool
) -> None:
    """List the datasets that SELECTOR selects.

    Words are a union, commas an intersection: '+features tag:money,kind:table'. A plus before or after a word adds
    what is upstream or downstream, with a number so many datasets far; @ adds all that is downstream and what that is
    made from. Methods are tag:, kind:, namespace:, job:, path: and source:; * and ? stand for signs.
    """
    with opened.engine(ctx) as engine:
        found = engine.select(" ".join(selector), exclude=exclude, as_of_us=engine.moment(as_of), limit=limit)
        near = {word: engine.near(word) for word in found.unmatched}
    show.unmatched(near)
    if as_json:
        show.as_json({"nodes": found.nodes, "total": found.total, "unmatched": found.unmatched})
        return
    show.say(f"{show.count(found.total, 'dataset is', 'datasets are')} selected{':' if found.nodes else '.'}")
    show.table(("name", "kind", "node"), ((node.label, node.kind, node.id) for node in found.nodes))
    if found.total > len(found.nodes):
        click.echo(f"Note: the list was cut at {limit:,}; --limit takes more.", err=True)
