from typing import Any

from driftline.engine import rolling
from driftline.event.lineage import Node, Subgraph


def test_runs_are_rolled_up_into_the_run_that_started_them(town: Any, say: Any) -> None:
    say("dag.one", "01", "a#1", "mid#1", parent=("dag", "d1"), root=("app", "p1"))
    say("dag.two", "01", "mid#1", "out#1", parent=("dag", "d1"), root=("app", "p1"))
    graph = town.engine.lineage("dataset:lake:out#1", down=False)
    runs = {node.label for node in rolling.up(town.engine.house, graph, "parent").nodes if node.type == "RUN"}
    assert runs == {"dag"}  # it was never heard of itself, but for its name
    roots = {node.label for node in rolling.up(town.engine.house, graph, "root").nodes if node.type == "RUN"}
    assert roots == {"app"}


def test_a_task_stays_a_task(town: Any, say: Any) -> None:
    say("dag.one", "01", "a", "b", parent=("dag", "d1"))
    graph = town.engine.lineage("dataset:lake:b")
    assert rolling.up(town.engine.house, graph, "task") is graph


def test_parents_of_parents_lead_to_the_root(town: Any, say: Any) -> None:
    say("task", "01", "a", "b", parent=("group", "g1"))  # each sender names its parent only
    say("group", "01", parent=("dag", "d1"), run="g1")
    say("dag", "01", run="d1")
    graph = town.engine.lineage("dataset:lake:b", roll_up="root")
    assert {node.label for node in graph.nodes} == {"a", "b", "dag"}
    parent = town.engine.lineage("dataset:lake:b", roll_up="parent")
    assert {node.label for node in parent.nodes} == {"a", "b", "group"}


def test_jobs_that_started_each_other_are_no_endless_way(town: Any, say: Any) -> None:
    say("x", "01", "a", "b", parent=("y", "y1"))
    say("y", "02", "b", "c", parent=("x", "x1"))
    for level in ("parent", "root"):
        graph = town.engine.lineage("dataset:lake:b", roll_up=level)
        assert {node.label for node in graph.nodes if node.type == "DATASET"} == {"a", "b", "c"}


def test_before_a_job_was_heard_to_have_a_parent_it_has_none(town: Any, say: Any) -> None:
    say("task", "01", "a", "b")
    say("task", "05", "a", "b", parent=("dag", "d1"))
    then = town.engine.lineage("dataset:lake:b", roll_up="parent", as_of_us=town.time(1, 0))
    assert {node.label for node in then.nodes} == {"a", "b", "task"}


def test_a_graph_without_jobs_stays_as_it_is(town: Any) -> None:
    graph = Subgraph(nodes=(Node(id="dataset:lake:a", type="DATASET", label="a"),))
    assert rolling.up(town.engine.house, graph, "root", hide_inner=True) == graph
