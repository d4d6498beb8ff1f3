"""``driftline impact``: everything downstream of something, and the money that stood on it."""

import click

from driftline.cli import opened, show, tree
from driftline.engine import windows
from driftline.engine.reports import DEPTH
from driftline.event import names

_ROOTS = 3
_WINDOW = names.dataset_id(windows.NAMESPACE, "predictions/")


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
        show.say(f"Served endpoints: {', '.join(map(_endpoint, found.endpoints))}.")
    if found.perhaps and found.perhaps.endpoints:
        show.say(f"Perhaps also: {', '.join(found.perhaps.endpoints)}.")
    if found.graph.edges:
        roots = [node.id for node in found.graph.nodes if not node.depth]  # of a document, the versions that hold it
        for root in [found.node] if found.node in roots else roots[:_ROOTS]:
            show.say()
            tree.draw(root, found.graph, up=False, down=True, depth=DEPTH)
        if len(roots) > _ROOTS:
            show.say(f"+{len(roots) - _ROOTS} more versions; --json lists all.", "dim")


def _endpoint(node: str) -> str:
    """Return the name of an endpoint; a window of its answers is a dataset below ``predictions``."""
    return node.removeprefix(_WINDOW) if node.startswith(_WINDOW) or ":" not in node else names.label(node)
