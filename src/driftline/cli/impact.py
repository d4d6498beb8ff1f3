"""``driftline impact``: everything downstream of something, and the money that stood on it."""

import click

from driftline.cli import opened, show, tree
from driftline.engine.reports import DEPTH
from driftline.event import names


@click.command()
@click.argument("node")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def impact(ctx: click.Context, node: str, as_json: bool) -> None:
    """Tell what is downstream of NODE: datasets, jobs, served endpoints, answers and money."""
    with opened.engine(ctx) as engine:
        node = opened.typed(engine, node)
        found = engine.touched_by(node)
        opened.also(engine, node, found.node)
    if as_json:
        show.as_json(found)
        return
    show.say(found.sentence or f"Nothing is known downstream of {names.label(found.node)}.", "bold")
    if found.endpoints:
        show.say(f"Served endpoints: {', '.join(map(names.label, found.endpoints))}.")
    if found.graph.edges:
        show.say()
        tree.draw(found.node, found.graph, up=False, down=True, depth=DEPTH)
