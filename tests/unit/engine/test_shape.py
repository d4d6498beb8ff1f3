"""Views and names. build reads a and writes out on day 1, reads b and writes out on day 2; serve reads out daily."""

import json
from typing import Any

import pytest

from driftline.errors import BadInput, NotFound
from driftline.event.lineage import Dataset, Subgraph


def labels(graph: Subgraph) -> dict[str, int]:
    return {node.label: node.depth for node in graph.nodes}


def ends(graph: Subgraph, kind: str) -> set[tuple[str, str]]:
    names = {node.id: node.label for node in graph.nodes}
    return {(names[link.source], names[link.target]) for link in graph.edges if link.kind == kind}


@pytest.fixture
def days(say: Any) -> tuple[str, str]:
    first = say("build", "01", "a", "out")
    say("serve", "01T08:00:00", "out", "answers")
    second = say("build", "02", "b", "out")
    say("serve", "02T08:00:00", "out", "answers")
    return first, second


def test_the_union_shows_all_that_any_run_read(town: Any, days: Any) -> None:
    graph = town.engine.lineage("dataset:lake:out", down=False)
    assert labels(graph) == {"out": 0, "build": -1, "a": -2, "b": -2}


def test_the_last_view_shows_what_the_last_run_read(town: Any, days: Any) -> None:
    graph = town.engine.lineage("dataset:lake:answers", down=False, view="last")
    assert labels(graph) == {"answers": 0, "serve": -1, "out": -2, "build": -3, "b": -4}
    assert ends(graph, "READ") == {("out", "serve"), ("b", "build")}
    assert ends(graph, "WRITE") == {("serve", "answers"), ("build", "out")}
    assert ends(graph, "DERIVED") == {("b", "out"), ("out", "answers")}


def test_the_last_view_as_of_a_moment_takes_the_run_that_was_the_last_then(town: Any, days: Any) -> None:
    graph = town.engine.lineage("dataset:lake:out", down=False, view="last", as_of_us=town.time(0, 12))
    assert labels(graph) == {"out": 0, "build": -1, "a": -2}


def test_downstream_the_last_view_leaves_out_who_read_it_once(town: Any, days: Any) -> None:
    assert labels(town.engine.lineage("dataset:lake:a", up=False, view="last")) == {"a": 0}
    assert labels(town.engine.lineage("dataset:lake:b", up=False, view="last")) == {
        "b": 0, "build": 1, "out": 2, "serve": 3, "answers": 4,
    }  # fmt: skip


def test_a_job_in_the_last_view_has_what_its_last_run_touched(town: Any, days: Any) -> None:
    graph = town.engine.lineage("job:flow:build", view="last", depth=1)
    assert labels(graph) == {"build": 0, "b": -1, "out": 1}


def test_a_run_on_its_way_at_the_moment_was_the_last(town: Any, say: Any, days: Any) -> None:
    say("build", "03", "c", "out", state="RUNNING", run="slow")
    say("build", "09", "c", "out", run="slow")  # it ends on day 9
    graph = town.engine.lineage("dataset:lake:out", down=False, view="last", as_of_us=town.time(4, 0))
    assert labels(graph) == {"out": 0, "build": -1, "c": -2}


def test_a_run_that_named_no_dataset_yet_is_not_the_last(town: Any, say: Any, days: Any) -> None:
    say("build", "03", state="START")
    assert "b" in labels(town.engine.lineage("dataset:lake:out", down=False, view="last"))


def test_one_run_is_that_execution_and_nothing_else(town: Any, days: Any) -> None:
    graph = town.engine.lineage("", view=f"run:{days[0]}")
    assert {node.type for node in graph.nodes} == {
        "DATASET",
        "VERSION",
        "RUN",
    }  # nobody says which version of a it read
    assert sorted(label.partition("#")[0] for label in labels(graph)) == ["a", "build", "out"]
    assert {link.kind for link in graph.edges} >= {"READ", "WRITE"}
    assert town.engine.lineage(f"run:{days[0]}", view=days[0]) == graph


def test_one_run_comes_with_the_runs_that_it_started(town: Any, say: Any) -> None:
    parent = say("dag", "01T09:00:00", run="d1")
    say("dag.one", "01T01:00:00", "a", "mid", parent=("dag", "d1"))
    say("dag.two", "01T02:00:00", "mid", "out", parent=("dag", "d1"))
    say("dag.one", "02T01:00:00", "z", "mid", parent=("dag", "d2"))
    graph = town.engine.lineage("", view=parent)
    assert {node.label for node in graph.nodes if node.type == "RUN"} == {"dag", "dag.one", "dag.two"}
    assert ends(graph, "PARENT") == {("dag", "dag.one"), ("dag", "dag.two")}
    assert not any(label.startswith("z") for label in labels(graph))
    up = town.engine.lineage("dataset:lake:mid", view=parent, down=False)
    assert {label.partition("#")[0] for label, depth in labels(up).items() if depth < 0} == {"dag.one", "a"}


def test_columns_of_one_run_are_those_that_it_said(town: Any) -> None:
    town.live(0, 0)
    run = next(
        node.id for node in town.engine.lineage("dataset:file:features#x0", down=False).nodes if node.type == "RUN"
    )
    graph = town.engine.lineage("", view=run, columns=True)
    assert len(graph.edges) == 3
    one = town.engine.lineage(town.column(town.features, "delay"), view=run, columns=True)
    assert {node.label: node.depth for node in one.nodes} == {"features.delay": 0, "feed/flights.delay": -1}


def test_what_was_no_part_of_a_run_is_told(town: Any, days: Any) -> None:
    with pytest.raises(BadInput, match="no part"):
        town.engine.lineage("dataset:lake:b", view=days[0])
    with pytest.raises(NotFound):
        town.engine.lineage("", view="run:00000000-0000-7000-8000-000000000000")
    with pytest.raises(BadInput, match="view"):
        town.engine.lineage("dataset:lake:b", view="lately")


def test_a_graph_that_was_cut_says_so(town: Any, days: Any) -> None:
    assert town.engine.lineage("dataset:lake:out", limit=2).truncated is True
    assert town.engine.lineage("dataset:lake:out").truncated is False
    assert town.engine.lineage("dataset:lake:out", view="last", limit=1).truncated is True


def test_a_number_that_is_too_small_is_refused(town: Any, days: Any) -> None:
    for wrong in ({"depth": -1}, {"limit": 0}):
        with pytest.raises(BadInput, match="depth"):
            town.engine.lineage("dataset:lake:out", **wrong)
    assert labels(town.engine.lineage("dataset:lake:out", depth=0)) == {"out": 0}


def test_the_nodes_of_each_direction_are_counted_whatever_the_beginning(town: Any, run_of_many: Any) -> None:
    for view in ("union", "last"):
        graph = town.engine.lineage("job:flow:many", limit=10, view=view)
        assert graph.truncated is True
        assert len(graph.nodes) == 19  # ten in each direction, the job in both
        assert {len([node for node in graph.nodes if node.depth * sign > 0]) for sign in (-1, 1)} == {9}
    assert len(town.engine.lineage("job:flow:many", limit=100).nodes) == 61


@pytest.fixture
def run_of_many(town: Any) -> None:
    """Let a job read 20 datasets and write 40."""
    sides = {"inputs": 20, "outputs": 40}
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2013-01-01T08:00:00Z",
        "run": {"runId": "0194a1b2-0000-7000-8000-000000000077"},
        "job": {"namespace": "flow", "name": "many"},
        **{side: [{"namespace": "lake", "name": f"{side}{at}"} for at in range(many)] for side, many in sides.items()},
    }
    town.engine.ingest(json.dumps(event).encode())


def test_the_columns_of_another_name_are_reached_at_no_distance(town: Any, say: Any) -> None:
    def schema(column: str) -> dict[str, Any]:
        return {"schema": {"fields": [{"name": column, "type": "int"}]}}

    def lineage(source: str) -> dict[str, Any]:
        inputs = [{"namespace": "lake", "name": source, "field": "x", "transformations": [
            {"type": "DIRECT", "subtype": "IDENTITY"}]}]  # fmt: skip
        return {"columnLineage": {"fields": {"x": {"inputFields": inputs}}}}

    also = {"symlinks": {"identifiers": [{"namespace": "lake", "name": "db.t", "type": "TABLE"}]}}
    say("load", "01", "src", "path/t", on={"path/t": {**also, **schema("x"), **lineage("src")}, "src": schema("x")})
    say("use", "02", "db.t", "out", on={"out": lineage("db.t"), "db.t": schema("x")})
    graph = town.engine.lineage("datasetField:lake:out:x", columns=True, down=False)
    assert labels(graph) == {"out.x": 0, "db.t.x": -1, "path/t.x": -1, "src.x": -2}
    assert ends(graph, "ALIAS") == {("path/t.x", "db.t.x"), ("db.t.x", "path/t.x")}
    down = town.engine.lineage("datasetField:lake:src:x", columns=True, up=False)
    assert labels(down) == {"src.x": 0, "path/t.x": 1, "db.t.x": 1, "out.x": 2}
    early = town.engine.lineage("datasetField:lake:src:x", columns=True, up=False, as_of_us=town.time(0, 12))
    assert labels(early) == {"src.x": 0, "path/t.x": 1}  # nobody had spoken of its columns under the other name


def test_a_version_of_another_name_is_the_same_version(town: Any, say: Any) -> None:
    also = {"symlinks": {"identifiers": [{"namespace": "lake", "name": "db.t", "type": "TABLE"}]}}
    say("load", "01", "src#s1", "path/t#v1", on={"path/t": also})
    say("use", "02", "db.t#v1", "out#o1")
    graph = town.engine.lineage("dataset:lake:out#o1", down=False)
    assert {node.id.removeprefix("dataset:lake:"): node.depth for node in graph.nodes if node.type == "VERSION"} == {
        "out#o1": 0, "db.t#v1": -2, "path/t#v1": -2, "src#s1": -4,
    }  # fmt: skip


def test_a_run_leads_to_the_versions_that_it_read_and_wrote_and_on(town: Any, say: Any, days: Any) -> None:
    build = say("build", "03", "out", "next")  # out as serve read it: the version of day 2, by its time
    say("serve", "04", "next", "answers")
    graph = town.engine.lineage(f"run:{build}", depth=2)
    assert {(node.type, node.depth) for node in graph.nodes} == {
        ("RUN", -2), ("VERSION", -1), ("RUN", 0), ("VERSION", 1), ("RUN", 2)}  # fmt: skip
    known = {(link.kind, link.provenance, link.confidence) for link in graph.edges}
    assert {("READ", "explicit", 0.9), ("WRITE", "explicit", 1.0)} <= known
    assert labels(town.engine.lineage(f"run:{build}", depth=1, as_of_us=1)) == {build: 0}


def test_a_version_that_was_read_under_another_name_without_saying_which_is_found(town: Any, say: Any) -> None:
    link = {"symlinks": {"identifiers": [{"namespace": "lake", "name": "logical", "type": "TABLE"}]}}
    say("load", "01", "", "phys", on={"phys": link})
    say("train", "02", "logical", "model")
    (phys,) = (one.node for one in town.engine.house.store.lineage.versions(Dataset("lake", "phys")))
    (model,) = (one.node for one in town.engine.house.store.lineage.versions(Dataset("lake", "model")))
    above, below = town.engine.lineage(model, down=False), town.engine.lineage(phys, up=False)
    assert (phys in {node.id for node in above.nodes}, model in {node.id for node in below.nodes}) == (True, True)
    assert "load" in labels(above)


def test_in_a_circle_each_link_is_shown_once(town: Any, say: Any) -> None:
    say("there", "01", "a", "b")
    say("back", "02", "b", "a")
    links = [(link.source, link.target, link.kind) for link in town.engine.lineage("dataset:lake:a").edges]
    assert len(links) == len(set(links)) == 6  # two READ, two WRITE, two DERIVED


def test_tasks_are_rolled_up_into_their_dag_and_their_application(town: Any, say: Any) -> None:
    say("dag.one", "01", "a", "mid", parent=("dag", "d1"), root=("app", "p1"))
    say("dag.two", "01", "mid", "out", parent=("dag", "d1"), root=("app", "p1"))
    say("lone", "01", "out", "far")
    node = "dataset:lake:a"
    task = labels(town.engine.lineage(node))
    assert {"dag.one", "dag.two", "lone"} <= task.keys()
    dag = town.engine.lineage(node, roll_up="parent")
    assert labels(dag) == {"a": 0, "dag": 1, "mid": 2, "out": 4, "lone": 5}
    assert labels(town.engine.lineage(node, roll_up="root", depth=6)) == {
        "a": 0, "app": 1, "mid": 2, "out": 4, "lone": 5, "far": 6,
    }  # fmt: skip
    folded = town.engine.lineage(node, roll_up="parent", hide_inner=True)
    assert labels(folded) == {"a": 0, "dag": 1, "out": 4, "lone": 5}
    assert ends(folded, "DERIVED") == {("a", "out")}
    before = town.engine.lineage(node, roll_up="parent", as_of_us=town.time(0, 0) - 1)
    assert before == Subgraph()


def test_a_path_may_begin_and_end_at_jobs_runs_and_columns(town: Any, days: Any) -> None:
    path = town.engine.path
    assert [n.label for n in path("dataset:lake:a", "dataset:lake:answers").nodes] == [
        "a",
        "build",
        "out",
        "serve",
        "answers",
    ]
    assert [n.label for n in path("job:flow:build", "job:flow:serve").nodes] == ["build", "out", "serve"]
    assert [n.depth for n in path("job:flow:build", "job:flow:serve").nodes] == [0, 1, 2]
    assert [n.label for n in path(f"run:{days[0]}", "dataset:lake:answers").nodes] == [
        "build",
        "out",
        "serve",
        "answers",
    ]
    assert path("dataset:lake:answers", "dataset:lake:a") == Subgraph()
    assert path("dataset:lake:b", "dataset:lake:out", as_of_us=town.time(0, 12)) == Subgraph()


def test_a_path_of_columns_joins_any_columns_of_two_datasets(town: Any) -> None:
    town.live(0, 0)
    found = town.engine.path(town.flights.node, town.desk.node, columns=True)
    assert [node.label for node in found.nodes] == ["feed/flights.delay", "features.delay", "refund-desk.decision"]
