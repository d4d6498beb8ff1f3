"""``driftline term``: the glossary, and what stands for its terms."""

import click

from driftline.cli import labels_page, opened, person, show
from driftline.event import names


@click.group()
def term() -> None:
    """Keep the glossary, and say what stands for its terms."""


@term.command()
@click.argument("name")
@click.argument("definition")
@click.option("--synonym", "synonyms", multiple=True, help="Another word for it; may be repeated.")
@click.option("--related", "related", multiple=True, help="A term that belongs to it; may be repeated.")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def define(
    ctx: click.Context,
    name: str,
    definition: str,
    synonyms: tuple[str, ...],
    related: tuple[str, ...],
    by: str | None,
    as_json: bool,
) -> None:
    """Put the term NAME into the glossary, in place of one of that name."""
    with opened.engine(ctx) as engine:
        made = engine.catalogue.define(name, definition, synonyms=synonyms, related=related, by=person.name(by))
    if as_json:
        show.as_json(made)
    else:
        show.say(f"{made.name} is in the glossary.", "bold")


@term.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def listing(ctx: click.Context, name: str | None, as_json: bool) -> None:
    """List the glossary, or tell what the term NAME means and what stands for it."""
    with opened.engine(ctx) as engine:
        if name is None:
            found = engine.catalogue.terms()
            if as_json:
                show.as_json({"terms": found})
            else:
                labels_page.terms(found)
            return
        one, nodes = engine.catalogue.term(name), engine.catalogue.standing_for(name)
    if as_json:
        show.as_json({"term": one, "nodes": nodes})
    else:
        labels_page.term(one, nodes)


@term.command()
@click.argument("name")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def remove(ctx: click.Context, name: str, by: str | None, as_json: bool) -> None:
    """Take the term NAME out of the glossary, and off everything that stands for it."""
    with opened.engine(ctx) as engine:
        engine.catalogue.forget_term(name, by=person.name(by))
    if as_json:
        show.as_json({"removed": name})
    else:
        show.say(f"{name} is not in the glossary any more.", "bold")


@term.command()
@click.argument("node")
@click.argument("name")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def attach(ctx: click.Context, node: str, name: str, by: str | None, as_json: bool) -> None:
    """Say that NODE stands for the term NAME."""
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        made = engine.catalogue.attach(place, name, by=person.name(by))
    if as_json:
        show.as_json({"node": place, "term": made})
    else:
        show.say(f"{names.label(place)} stands for {made.name}.", "bold")


@term.command()
@click.argument("node")
@click.argument("name")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def detach(ctx: click.Context, node: str, name: str, by: str | None, as_json: bool) -> None:
    """Say that NODE does not stand for the term NAME any more."""
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        engine.catalogue.detach(place, name, by=person.name(by))
    if as_json:
        show.as_json({"node": place, "removed": name})
    else:
        show.say(f"{names.label(place)} does not stand for {name} any more.", "bold")
