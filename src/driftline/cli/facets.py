"""``driftline facets``: what was said of a dataset, a job or a run, by name and byte for byte."""

import click
import msgspec

from driftline.cli import opened, show


@click.command()
@click.argument("node")
@click.argument("name", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, the facets in it as they came.")
@click.pass_context
def facets(ctx: click.Context, node: str, name: str, as_json: bool) -> None:
    """Print the facets of NODE that stand, or only the one called NAME.

    NODE is a name such as features, or a node id such as dataset:file:features, job:etl:load or run:UUID.
    """
    with opened.engine(ctx) as engine:
        found = engine.facets(node if node.startswith("run:") else opened.node(engine, node), name)
    if as_json:
        show.as_json(found)
        return
    show.say(found.node, "bold")
    _list(found.facets, "  ")
    for side, held in (("reads", found.inputs), ("writes", found.outputs)):
        for dataset, said in held.items():
            show.say(f"  {side} {dataset}")
            _list(said, "    ")
    if not (found.facets or found.inputs or found.outputs):
        show.say("  no facets", "dim")


def _list(held: dict[str, msgspec.Raw], indent: str) -> None:
    for key, facet in sorted(held.items()):
        text = msgspec.json.format(bytes(facet), indent=2).decode(errors="replace")
        show.say(f"{indent}{key}: " + text.replace("\n", f"\n{indent}"))
