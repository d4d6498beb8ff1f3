"""``driftline path``: how one thing leads to another."""

import click

from driftline.cli import opened, show
from driftline.cli.lineage import AS_OF, whole
from driftline.event import names
from driftline.graph import drawn


@click.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option("--columns", is_flag=True, help="From column to column.")
@click.option("--as-of", metavar="MOMENT", help=AS_OF)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def path(ctx: click.Context, start: str, end: str, columns: bool, as_of: str | None, as_json: bool) -> None:
    """Show one shortest way from FROM down to TO.

    Two columns are joined by columns, two versions by versions and runs, all else by datasets and jobs.
    """
    with opened.engine(ctx) as engine:
        ends = opened.node(engine, start), opened.node(engine, end)
        graph = engine.path(*ends, as_of_us=engine.moment(as_of), columns=columns)
    if as_json:
        show.as_json(whole(graph))
        return
    called = {node.id: show.name(node) for node in graph.nodes}
    first, last = (called.get(end) or names.label(end) for end in ends)
    if not graph.nodes:
        sure = "was found; there is too much upstream of it to be sure" if graph.truncated else "is known"
        show.say(f"No way from {first} to {last} {sure}.")
        return
    show.say(f"{first} leads to {last} in {show.count(len(graph.nodes) - 1, 'step')}:", "bold")
    kinds = {link.target: link for link in drawn.plainly(graph).edges}
    rows = []
    for node in graph.nodes:
        link = kinds.get(node.id)
        sure = show.sure(link) if link else ""
        rows.append((link.kind if link else "", node.type.lower(), show.name(node), sure))
    show.table(("", "type", "name", ""), rows)
