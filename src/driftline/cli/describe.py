"""``driftline describe``: what a dataset, a column or a job is, in words."""

import click

from driftline.cli import labels_page, opened, person, show
from driftline.event import names


@click.command()
@click.argument("node")
@click.argument("text", required=False)
@click.option("--remove", is_flag=True, help="Take away what people said.")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def describe(ctx: click.Context, node: str, text: str | None, remove: bool, by: str | None, as_json: bool) -> None:
    """Say what NODE is, in place of what people said before; without TEXT, tell all that is said of it."""
    if remove and text:
        raise click.UsageError("--remove takes no TEXT.")
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        if text or remove:
            engine.catalogue.describe(place, text or "", by=person.name(by))
        found = engine.catalogue.labels(place)
    if as_json:
        show.as_json(found)
    elif text:
        show.say(f"{names.label(place)} is described.", "bold")
    elif remove:
        show.say(f"What people said of {names.label(place)} is taken away.", "bold")
    else:
        labels_page.page(found)
