"""``driftline tag``: tags of datasets, columns and jobs, those that they inherit, and where a tag does not pass."""

import click

from driftline.cli import labels_page, opened, person, show
from driftline.event import names


@click.group()
def tag() -> None:
    """Put tags on nodes, list them with what is inherited, and say where they do not pass."""


@tag.command()
@click.argument("node")
@click.argument("name")
@click.argument("value", default="")
@click.option("--set", "attributes", multiple=True, metavar="KEY=VALUE", help="Say more of the tag; may be repeated.")
@click.option("--expires", metavar="TIME", help="From when on it does not count: 2013-01-31 or 2013-01-31T08:00:00Z.")
@click.option("--spread/--stay", default=None, help="Whether what derives from NODE inherits it.  [default: spread]")
@click.option("--indirect", is_flag=True, help="It also passes joins, filters and groupings of columns.")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def add(
    ctx: click.Context,
    node: str,
    name: str,
    value: str,
    attributes: tuple[str, ...],
    expires: str | None,
    spread: bool | None,
    indirect: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Put the tag NAME on NODE, with a VALUE if it has one.

    NODE is a dataset, a column such as features.arr_delay, or a job; a tag on a version or a run stays there. A tag of
    the same name is replaced.
    """
    until = person.moment("--expires", expires)
    said = person.pairs(attributes)
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        made = engine.catalogue.tag(
            place,
            name,
            value=value,
            attributes=said,
            propagates=spread,
            indirect=indirect,
            expires_us=until or 0,
            by=person.name(by),
        )
    if as_json:
        show.as_json({"node": place, "tag": made})
        return
    how = "what derives from it inherits it" if made.propagates else "it stays there"
    ends = f", until {show.when(made.expires_us)}" if made.expires_us else ""
    show.say(f"{names.label(place)} is tagged {made.name}; {how}{ends}.", "bold")


@tag.command()
@click.argument("node")
@click.argument("name")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def remove(ctx: click.Context, node: str, name: str, by: str | None, as_json: bool) -> None:
    """Take the tag NAME off NODE, and with it off everything that inherits it from there.

    What an event says goes only with a newer event.
    """
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        place = opened.also(engine, node, engine.catalogue.node(node))
        engine.catalogue.untag(place, name, by=person.name(by))
    if as_json:
        show.as_json({"node": place, "removed": name})
    else:
        show.say(f"{names.label(place)} is not tagged {name} any more.", "bold")


@tag.command("list")
@click.argument("node", required=False)
@click.option("--as-of", metavar="TIME", help="As it was then: 2013-01-31 or 2013-01-31T08:00:00Z.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def listing(ctx: click.Context, node: str | None, as_of: str | None, as_json: bool) -> None:
    """List everything that is said of NODE, with the tags that it inherits and how they came; or the tags in use."""
    moment = person.moment("--as-of", as_of)
    with opened.engine(ctx) as engine:
        if node is None:
            kinds = engine.catalogue.tag_kinds()
            if as_json:
                show.as_json({"tags": kinds})
            else:
                labels_page.kinds(kinds)
            return
        found = engine.catalogue.labels(node, as_of_us=moment)
    if as_json:
        show.as_json(found)
    else:
        labels_page.page(found)


@tag.command()
@click.argument("name")
@click.argument("description", default="")
@click.option("--spread/--stay", default=True, help="Whether it spreads where an event puts it.")
@click.option("--sensitive", is_flag=True, help="What has it is handled with care, and found first by risk.")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def explain(
    ctx: click.Context, name: str, description: str, spread: bool, sensitive: bool, by: str | None, as_json: bool
) -> None:
    """Say what the tag NAME means."""
    with opened.engine(ctx) as engine:
        kind = engine.catalogue.explain_tag(
            name, description, propagates=spread, sensitive=sensitive, by=person.name(by)
        )
    if as_json:
        show.as_json(kind)
    else:
        show.say(f"{kind.name} {'spreads' if kind.propagates else 'stays'} where an event puts it.", "bold")


@tag.command()
@click.argument("source")
@click.argument("target")
@click.argument("name", default="")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def block(ctx: click.Context, source: str, target: str, name: str, by: str | None, as_json: bool) -> None:
    """Let the tag NAME (or any) not pass from SOURCE to TARGET.

    Both are datasets, columns or a job and a dataset, one step apart. Between two datasets it holds for their columns,
    too.
    """
    with opened.engine(ctx) as engine:
        made = engine.catalogue.block(source, target, name, by=person.name(by))
        below = engine.lineage(made.source, up=False, depth=2, limit=10_000)
    if not below.truncated and all(node.id != made.target for node in below.nodes):
        click.echo("Note: no step from the one to the other is known; the block waits for one.", err=True)
    if as_json:
        show.as_json(made)
    else:
        what = made.tag or "No tag"
        passes = "does not pass" if made.tag else "passes"
        show.say(f"{what} {passes} from {names.label(made.source)} to {names.label(made.target)}.", "bold")


@tag.command()
@click.argument("source")
@click.argument("target")
@click.argument("name", default="")
@click.option("--by", help="Who says so.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def unblock(ctx: click.Context, source: str, target: str, name: str, by: str | None, as_json: bool) -> None:
    """Let the tag NAME (or any) pass from SOURCE to TARGET again."""
    with opened.engine(ctx) as engine:
        engine.catalogue.unblock(source, target, name, by=person.name(by))
    if as_json:
        show.as_json({"source": source, "target": target, "tag": name})
    else:
        show.say(f"{name or 'Every tag'} passes again.", "bold")


@tag.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def blocks(ctx: click.Context, as_json: bool) -> None:
    """List where tags do not pass."""
    with opened.engine(ctx) as engine:
        found = engine.catalogue.blocks()
    if as_json:
        show.as_json({"blocks": found})
    else:
        labels_page.blocks(found)
