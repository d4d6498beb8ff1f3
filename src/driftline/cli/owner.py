"""``driftline owner``: who answers for a dataset, a column or a job."""

import click

from driftline.cli import labels_page, opened, person, show
from driftline.event import names


@click.group()
def owner() -> None:
    """Say who owns what."""


@owner.command()
@click.argument("node")
@click.argument("name")
@click.option("--type", "sort", default="", help="In what sense, such as STEWARD.")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def add(ctx: click.Context, node: str, name: str, sort: str, by: str | None, as_json: bool) -> None:
    """Say that NAME owns NODE."""
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        made = engine.catalogue.own(place, name, type=sort, by=person.name(by))
    if as_json:
        show.as_json({"node": place, "owner": made})
    else:
        show.say(f"{made.name} owns {names.label(place)}.", "bold")


@owner.command()
@click.argument("node")
@click.argument("name")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def remove(ctx: click.Context, node: str, name: str, by: str | None, as_json: bool) -> None:
    """Say that NAME does not own NODE any more."""
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        engine.catalogue.disown(place, name, by=person.name(by))
    if as_json:
        show.as_json({"node": place, "removed": name})
    else:
        show.say(f"{name} does not own {names.label(place)} any more.", "bold")


@owner.command("list")
@click.argument("node")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def listing(ctx: click.Context, node: str, as_json: bool) -> None:
    """List who owns NODE, with all else that is said of it."""
    with opened.engine(ctx) as engine:
        found = engine.catalogue.labels(node)
    if as_json:
        show.as_json({"node": found.node, "owners": found.owners})
    else:
        labels_page.page(found)
