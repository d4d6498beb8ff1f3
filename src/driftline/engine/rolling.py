"""Which job or run stands for which when a graph is rolled up.

Enters: a graph, a level, a moment. Leaves: the graph rolled up. Jobs follow what was first heard of them, runs their
own parent; a parent that was never heard of itself stands by its name alone.
"""

from driftline.engine.house import House
from driftline.event import names
from driftline.event.lineage import Node, RollUp, Subgraph
from driftline.graph import roll
from driftline.store import weave
from driftline.store.walks import NOW

_LEVELS = 8  # of parents that are asked for


def up(
    house: House, graph: Subgraph, level: RollUp, *, as_of_us: int | None = None, hide_inner: bool = False
) -> Subgraph:
    """Return ``graph`` with jobs and runs replaced by those on whose behalf they ran."""
    if level != "task":
        moment = NOW if as_of_us is None else as_of_us
        graph = roll.rolled(graph, {**_jobs(house, graph, level, moment), **_runs(house, graph, level)})
    return roll.folded(graph) if hide_inner else graph


def _jobs(house: House, graph: Subgraph, level: RollUp, as_of_us: int) -> dict[str, Node]:
    views = house.store.views
    ids = {row[4]: row[0] for row in views.named(node.id for node in graph.nodes if node.type == "JOB")}
    parents: dict[int, tuple[int, int]] = {}
    asked: set[int] = set()
    waiting = set(ids.values())
    for _ in range(_LEVELS if level == "root" else 1):
        found = views.parents(sorted(waiting), as_of_us) if waiting else {}
        asked |= waiting
        parents |= found
        waiting = {place for pair in found.values() for place in pair} - asked
    places = roll.tops(parents, level)
    rows = house.store.walks.nodes(places.values())
    return {
        node: Node(id=row[4], type="JOB", label=row[3])
        for node, id_ in ids.items()
        if (row := rows.get(places.get(id_, 0))) is not None
    }


def _runs(house: House, graph: Subgraph, level: RollUp) -> dict[str, Node]:
    texts = {node.id: node.id.removeprefix("run:").partition("#")[0] for node in graph.nodes if node.type == "RUN"}
    labels: dict[str, str] = {}
    parents: dict[str, tuple[str, str]] = {}
    waiting = set(texts.values())
    for _ in range(_LEVELS if level == "root" else 1):
        near: set[str] = set()
        for row in house.store.views.runs_named(sorted(waiting)) if waiting else ():
            shape = weave.shape(row)
            if not shape.parent:
                continue
            parents[shape.run] = (shape.parent, shape.root or shape.parent)
            labels.setdefault(shape.parent, shape.parent_job.name if shape.parent_job else "")
            labels.setdefault(shape.root or shape.parent, shape.root_job.name if shape.root_job else "")
            near |= set(parents[shape.run])
        waiting = near - parents.keys()
    places = roll.tops(parents, level)
    return {
        node: Node(id=names.run_id(places[text]), type="RUN", label=labels.get(places[text], ""))
        for node, text in texts.items()
        if text in places
    }
