"""``driftline lineage``: where data comes from and where it goes, as a tree or as JSON."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from driftline.cli import opened, show, tree
from driftline.engine import disagreements, runs
from driftline.engine.engine import Engine
from driftline.errors import Ambiguous, BadInput
from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.event.report import Disagreement

LISTED = 1_000
_WIDE = 40  # rows of a table
AS_OF = "As it was then: a time, run:ID, a version such as features@previous, or the id of an answer."


@click.command()
@click.argument("node", required=False)
@click.option("--up", is_flag=True, help="Only where it comes from.")
@click.option("--down", is_flag=True, help="Only where it goes.")
@click.option("--depth", type=click.IntRange(1, 100), default=5, show_default=True, help="Steps to walk.")
@click.option("--columns", is_flag=True, help="Walk from column to column.")
@click.option("--as-of", metavar="MOMENT", help=AS_OF)
@click.option("--view", metavar="VIEW", default="union", show_default=True,
    help="union: over all runs; last: what the last run of each job did; or the id of one run.")  # fmt: skip
@click.option("--roll-up", type=click.Choice(["task", "parent", "root"]), default="task", show_default=True,
    help="Show jobs as they are, or the DAG (parent) or application (root) that they ran for.")  # fmt: skip
@click.option("--hide-inner", is_flag=True, help="Leave out datasets that one job alone writes and reads.")
@click.option("--select", metavar="SELECTOR", help="In place of NODE: what a selector selects, and the jobs between.")
@click.option("--exclude", metavar="SELECTOR", default="", help="Leave this out of --select.")
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True, help="Nodes in each direction.")
@click.option("--all", "every", is_flag=True, help="Draw every neighbour of a node, however many there are.")
@click.option("--list", "listing", is_flag=True, help="List the datasets that are known; NODE narrows the list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def lineage(ctx: click.Context, /, node: str | None, listing: bool, as_json: bool, **asked: Any) -> None:
    """Show where NODE comes from and where it goes.

    NODE is a name such as features, a column such as features.arr_delay, or a node id such as
    dataset:file:features. With --view and the id of a run it may be left out: the run itself is shown.
    """
    with opened.engine(ctx) as engine:
        if listing:
            _list(engine, node or "", as_json)
            return
        moment = engine.moment(asked["as_of"])
        start, graph = _ask(engine, node or "", asked, moment)
        unsure = disagreements.of(engine.house, graph, moment) if asked["columns"] else ()
        near = {word: engine.near(word) for word in graph.unmatched}
        failing = {} if as_json else runs.failing(engine.house, [one.id for one in graph.nodes if one.type == "JOB"])
    show.unmatched(near)
    if as_json:
        show.as_json(whole(graph) | ({"disagreements": unsure} if unsure else {}))
    elif start:
        both = asked["up"] == asked["down"]
        graph = tree.with_failures(graph, failing)
        tree.draw(
            start, graph, up=asked["up"] or both, down=asked["down"] or both, depth=asked["depth"], as_of_us=moment,
            what="column lineage" if asked["columns"] else "lineage", every=asked["every"],
        )  # fmt: skip
    else:
        tree.flow(graph)
    if not as_json:
        _disagree(unsure)
    for job, run in failing.items():
        said = f"Note: the newest run of {names.label(job)}, {names.short(run.run)}, has failed"
        click.echo(f"{said}{f': {run.error}' if run.error else ''}. 'driftline runs' tells more.", err=True)
    if graph.truncated:
        cut = show.count(asked["limit"], "node")
        click.echo(f"Note: the answer was cut at {cut} in each direction; --limit takes more.", err=True)


def _disagree(found: Sequence[Disagreement]) -> None:
    """Print where what was declared of columns is not what was observed."""
    if not found:
        return
    show.heading("Declared and observed do not agree")
    rows = (
        (
            names.label(one.source),
            names.label(one.target),
            _ways(one.declared),
            _ways(one.observed),
            one.by,
            one.run[:8],
        )
        for one in found[:_WIDE]
    )
    show.table(("from", "to", "declared", "observed", "by", "run"), rows)
    if len(found) > _WIDE:
        show.say(f"+{len(found) - _WIDE} more; --json lists them all.")


def _ways(said: Sequence[str]) -> str:
    return ", ".join(said) or "nothing"


def _ask(engine: Engine, node: str, asked: dict[str, Any], moment: int | None) -> tuple[str, Subgraph]:
    """Return the node to begin a tree at ("": none) and the graph."""
    if asked["select"]:
        if node:
            raise BadInput("a node and --select are both given", hint="Give one of them.")
        found = engine.among(asked["select"], exclude=asked["exclude"], as_of_us=moment, limit=asked["limit"])
        return "", found
    if not node and asked["view"] in ("union", "last"):
        hint = "Name one, or several with --select, or list what is known with --list."
        raise BadInput("no node was named", hint=hint)
    start = opened.node(engine, node) if node else ""
    if asked["view"] not in ("union", "last"):
        asked["view"] = _run(engine, asked["view"])
    both = asked["up"] == asked["down"]
    graph = engine.lineage(
        start,
        up=asked["up"] or both,
        down=asked["down"] or both,
        as_of_us=moment,
        **{key: asked[key] for key in ("depth", "columns", "view", "roll_up", "hide_inner", "limit")},
    )
    drawn = any(one.id == start or (asked["columns"] and one.type == "FIELD" and not one.depth) for one in graph.nodes)
    return start if drawn or not graph.nodes else "", graph


def _run(engine: Engine, view: str) -> str:
    """Return the run that is meant, by whichever end of its id; the text itself where there is none."""
    found = [one for one in engine.house.store.lineage.find(view) if one.startswith("run:")]
    if len(found) > 1:
        raise Ambiguous(f"{view!r} is {', '.join(found[:6])}")
    return found[0] if found else view


def whole(graph: Subgraph) -> dict[str, Any]:
    """Return ``graph`` with its fields spelt out, also those that hold their default.

    ``via`` is there where a link goes through a job, ``no_upstream`` where an event says that a node has no source,
    ``truncated`` where the graph was cut, ``unmatched`` where words of a selector fit nothing.
    """
    found: dict[str, Any] = {
        "nodes": [_all(node) for node in graph.nodes],
        "edges": [_all(link) for link in graph.edges],
    }
    found |= {"truncated": True} if graph.truncated else {}
    return found | ({"unmatched": graph.unmatched} if graph.unmatched else {})


def _all(record: Node | Link) -> dict[str, Any]:
    fields = (field for field in msgspec.structs.fields(record) if field.name != "through")
    said = {field.encode_name: getattr(record, field.name) for field in fields}
    return {name: value for name, value in said.items() if value or name not in ("via", "no_upstream")}


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
