"""Two tasks of one DAG: src -> t1 -> mid -> t2 -> out; another DAG's job reads out: out -> x -> far."""

from driftline.event.lineage import Link, Node, Subgraph
from driftline.graph import roll


def data(name: str, depth: int) -> Node:
    return Node(id=name, type="DATASET", label=name, depth=depth)


def job(name: str, depth: int = 0) -> Node:
    return Node(id=name, type="JOB", label=name, depth=depth)


def through(source: str, via: str, target: str, sure: float = 1.0) -> list[Link]:
    return [
        Link(source=source, target=via, kind="READ", confidence=sure),
        Link(source=via, target=target, kind="WRITE", confidence=sure),
        Link(source=source, target=target, kind="DERIVED", via=via, confidence=sure, provenance="sql"),
    ]


GRAPH = Subgraph(
    nodes=(data("src", 0), job("t1", 1), data("mid", 2), job("t2", 3), data("out", 4), job("x", 5), data("far", 6)),
    edges=(*through("src", "t1", "mid"), *through("mid", "t2", "out", 0.8), *through("out", "x", "far")),
    truncated=True,
)
DAG = {"t1": job("dag"), "t2": job("dag")}


def pairs(graph: Subgraph, kind: str) -> set[tuple[str, str]]:
    return {(link.source, link.target) for link in graph.edges if link.kind == kind}


def test_tasks_become_their_dag_at_the_nearest_distance() -> None:
    graph = roll.rolled(GRAPH, DAG)
    assert {node.id: node.depth for node in graph.nodes} == {"src": 0, "dag": 1, "mid": 2, "out": 4, "x": 5, "far": 6}
    assert pairs(graph, "READ") == {("src", "dag"), ("mid", "dag"), ("out", "x")}
    assert pairs(graph, "WRITE") == {("dag", "mid"), ("dag", "out"), ("x", "far")}
    assert {link.via for link in graph.edges if link.kind == "DERIVED"} == {"dag", "x"}
    assert graph.truncated is True


def test_of_links_that_come_to_lie_on_each_other_the_surest_stays() -> None:
    twice = Subgraph(
        nodes=GRAPH.nodes,
        edges=(
            Link(source="src", target="t1", kind="READ", confidence=0.5, provenance="cartesian"),
            Link(source="src", target="t2", kind="READ", confidence=0.9, provenance="sql"),
        ),
    )
    (link,) = roll.rolled(twice, DAG).edges
    assert link == Link(source="src", target="dag", kind="READ", confidence=0.9, provenance="sql")


def test_a_link_within_one_place_is_gone() -> None:
    graph = Subgraph(nodes=(job("t1"), job("t2")), edges=(Link(source="t1", target="t2", kind="DERIVED"),))
    assert roll.rolled(graph, DAG).edges == ()


def test_a_dataset_that_one_job_alone_writes_and_reads_is_folded_and_the_flow_across_it_kept() -> None:
    graph = roll.folded(roll.rolled(GRAPH, DAG))
    assert [node.id for node in graph.nodes] == ["src", "dag", "out", "x", "far"]
    assert pairs(graph, "DERIVED") == {("src", "out"), ("out", "far")}
    (across,) = [link for link in graph.edges if (link.source, link.target) == ("src", "out")]
    assert (across.confidence, across.via) == (0.8, "dag")  # as sure as its weaker half


def test_what_was_asked_for_is_never_folded() -> None:
    nodes = (data("mid", 0), job("t1", -1), job("t2", 1))
    graph = roll.rolled(Subgraph(nodes=nodes, edges=GRAPH.edges[:6]), DAG)
    assert "mid" in {node.id for node in roll.folded(graph).nodes}


def test_a_parent_stands_for_its_children_and_stays_itself() -> None:
    parents = {1: (10, 20), 2: (10, 20), 10: (20, 20)}  # two tasks, their DAG, its application
    assert roll.tops(parents, "task") == {}
    assert roll.tops(parents, "parent") == {1: 10, 2: 10}
    assert roll.tops(parents, "root") == {1: 20, 2: 20, 10: 20}


def test_roots_are_followed_where_a_sender_named_the_parent_only() -> None:
    assert roll.tops({1: (2, 2), 2: (3, 3), 3: (4, 4)}, "root") == {1: 4, 2: 4, 3: 4}


def test_a_circle_of_parents_comes_to_an_end() -> None:
    assert roll.tops({1: (2, 2), 2: (1, 1)}, "root") == {1: 2, 2: 1}
    assert roll.tops({1: (1, 1)}, "root") == {}
    assert roll.tops({1: (1, 1)}, "parent") == {}
