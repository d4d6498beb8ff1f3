"""``driftline lineage``: where data comes from and where it goes, as a tree or as JSON."""

from typing import Any

import click
import msgspec

from driftline import clock
from driftline.cli import opened, show, tree
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.lineage import Link, Node, Subgraph

LISTED = 1_000


@click.command()
@click.argument("node", required=False)
@click.option("--up", is_flag=True, help="Only where it comes from.")
@click.option("--down", is_flag=True, help="Only where it goes.")
@click.option("--depth", type=click.IntRange(1, 100), default=5, show_default=True, help="Steps to walk.")
@click.option("--columns", is_flag=True, help="Walk from column to column.")
@click.option("--as-of", metavar="TIME", help="As it was then: 2013-01-31 or 2013-01-31T08:00:00Z.")
@click.option("--list", "listing", is_flag=True, help="List the datasets that are known; NODE narrows the list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def lineage(
    ctx: click.Context,
    node: str | None,
    up: bool,
    down: bool,
    depth: int,
    columns: bool,
    as_of: str | None,
    listing: bool,
    as_json: bool,
) -> None:
    """Show where NODE comes from and where it goes.

    NODE is a name such as features, a column such as features.arr_delay, or a node id such as
    dataset:file:features.
    """
    if node is None and not listing:
        raise BadInput("no node was named", hint="Name one, or list what is known with --list.")
    moment = _moment(as_of)
    with opened.engine(ctx) as engine:
        if listing:
            _list(engine, node or "", as_json)
            return
        asked = engine.resolve(node or "")
        both = up == down
        graph = engine.lineage(asked, up=up or both, down=down or both, depth=depth, columns=columns, as_of_us=moment)
    if as_json:
        show.as_json(whole(graph))
    else:
        tree.draw(asked, graph, up=up or both, down=down or both, depth=depth)


def whole(graph: Subgraph) -> dict[str, list[dict[str, Any]]]:
    """Return ``graph`` with every field spelt out, also those that hold their default."""
    return {"nodes": [_all(node) for node in graph.nodes], "edges": [_all(link) for link in graph.edges]}


def _all(record: Node | Link) -> dict[str, Any]:
    return {field.encode_name: getattr(record, field.name) for field in msgspec.structs.fields(record)}


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return clock.parse(text)
    except ValueError as error:
        raise BadInput(f"--as-of {text!r} is not a moment") from error


def _list(engine: Engine, query: str, as_json: bool) -> None:
    found, total = engine.datasets(query=query, limit=LISTED)
    if as_json:
        show.as_json({"datasets": found, "total": total})
        return
    shown = f"; the first {len(found):,} are" if total > len(found) else ""
    show.say(f"{show.count(total, 'dataset is', 'datasets are')} known{shown}{':' if found else '.'}")
    show.table(
        ("name", "kind", "versions", "rows", "newest", "", "node"),
        (
            (
                entry.dataset.name,
                entry.kind,
                f"{entry.versions:,}",
                "" if entry.rows is None else f"{entry.rows:,}",
                entry.partition or show.when(entry.updated_us),
                show.sign(entry.status),
                entry.node,
            )
            for entry in found
        ),
        right=("versions", "rows"),
    )
