"""Questions about the shape: names as people type them, marks, the catalogue, one dataset. Counted by hand."""

from typing import Any

import pytest

from driftline.engine import questions
from driftline.errors import Ambiguous, NotFound
from driftline.event.lineage import Link, Node, Subgraph


def marks(graph: Any) -> dict[str, str]:
    return {node.id: node.status for node in graph.nodes if node.status}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("features", "dataset:file:features"),
        ("feed/flights", "dataset:file:feed/flights"),
        ("dataset:file:features#x0", "dataset:file:features#x0"),
        ("features.delay", "datasetField:file:features:delay"),
        ("join", "job:desk:join"),
        ("file:feed/flights", "dataset:file:feed/flights"),  # a node id without its type
        ("desk:join", "job:desk:join"),
        ("flights.delay", "datasetField:file:feed/flights:delay"),  # a column, its dataset by the last part
        ("file:features.delay", "datasetField:file:features:delay"),
        ("file:features#x0", "dataset:file:features#x0"),
    ],
)
def test_a_name_is_resolved_to_the_node_that_is_meant(town: Any, said: str, meant: str) -> None:
    town.live(0, 0)
    assert town.engine.resolve(said) == meant


def test_an_unknown_name_is_answered_with_near_ones(town: Any) -> None:
    town.live(0, 0)
    with pytest.raises(NotFound) as caught:
        town.engine.resolve("featuers")
    assert "near are features" in caught.value.message


def test_an_unknown_version_is_answered_with_those_that_there_are(town: Any) -> None:
    town.live(0, 0)
    with pytest.raises(NotFound) as caught:
        town.engine.resolve("features#x7")
    assert "near are dataset:file:features#x0" in caught.value.message


def test_near_names_of_two_namespaces_are_told_apart(town: Any, say: Any, told_of: Any) -> None:
    say("load", "01", "", "shop.orders")
    town.engine.ingest(told_of("load", "02", "", "shop.orders").replace(b'"lake"', b'"sea"'))
    with pytest.raises(NotFound) as caught:
        town.engine.resolve("ordres")
    assert "near are dataset:lake:shop.orders, dataset:sea:shop.orders" in caught.value.message


def test_a_name_near_to_nothing_is_simply_not_found(town: Any) -> None:
    with pytest.raises(NotFound) as caught:
        town.engine.resolve("qqq")
    assert "near" not in caught.value.message


def test_a_name_of_two_things_is_ambiguous_and_both_are_listed(town: Any) -> None:
    town.live(0, 0)
    with pytest.raises(Ambiguous) as caught:
        town.engine.resolve("carrier")  # a column of three tables
    for dataset in (town.flights, town.features, town.archive):
        assert town.column(dataset, "carrier") in caught.value.message


def test_of_a_job_and_a_dataset_of_one_name_the_dataset_is_meant(town: Any) -> None:
    town.live(0, 0)
    assert town.engine.resolve("refund-desk") == town.desk.node


def test_lineage_can_be_asked_in_one_direction(town: Any) -> None:
    town.live(0, 0)
    node = town.features.node
    up = {one.id for one in town.engine.lineage(node, down=False).nodes}
    down = {one.id for one in town.engine.lineage(node, up=False).nodes}
    assert up == {node, "job:desk:join", town.flights.node}
    assert down == {node, "job:desk:refund-desk", town.desk.node}
    assert {one.id for one in town.engine.lineage(node).nodes} == up | down


def test_lineage_of_columns_follows_the_money(town: Any) -> None:
    town.live(0, 0)
    graph = town.engine.lineage(town.column(town.desk, "money"), columns=True)
    fields = {one.id for one in graph.nodes if one.type == "FIELD"}
    assert fields == {
        town.column(town.desk, "money"), town.column(town.features, "delay"), town.column(town.flights, "delay"),
    }  # fmt: skip


def test_lineage_as_of_a_moment_before_the_desk_opened_has_no_desk(town: Any) -> None:
    town.live(0, 0)
    graph = town.engine.lineage(town.features.node, as_of_us=town.time(0, 5))
    assert town.desk.node not in {one.id for one in graph.nodes}
    assert town.flights.node in {one.id for one in graph.nodes}


def test_a_graph_is_marked_where_it_drifted_is_held_or_was_changed(healthy: Any) -> None:
    healthy.live(30, 30, healthy.seconds, code="2")
    graph = healthy.engine.lineage(healthy.features.node, depth=9)
    said = marks(graph)
    assert said[healthy.features.node] == "quarantined"
    assert said[healthy.flights.node] == "drift"
    assert said["job:desk:join"] == "changed"
    assert "job:desk:keep" not in said


def test_marks_go_when_the_incident_is_over(ill: Any) -> None:
    (incident,), _ = ill.engine.incidents()
    ill.engine.resolve_incident(incident.id)
    assert marks(ill.engine.lineage(ill.features.node, depth=9)) == {}


def test_a_node_in_two_parts_keeps_the_nearer_place() -> None:
    def node(depth: int) -> Node:
        return Node(id="a", type="DATASET", label="a", depth=depth)

    link = Link(source="a", target="b", kind="READ")
    graph = questions.joined([Subgraph(nodes=(node(-3),), edges=(link,)), Subgraph(nodes=(node(1),), edges=(link,))])
    assert graph == Subgraph(nodes=(node(1),), edges=(link,))


def test_search_finds_by_a_part_of_the_name(town: Any) -> None:
    town.live(0, 0)
    assert "dataset:file:feed/flights" in [node.id for node in town.engine.search("light")]
    assert len(town.engine.search("e", limit=2)) == 2


def test_the_catalogue_is_paged_and_can_be_searched(town: Any) -> None:
    town.live(0, 0)
    page, total = town.engine.datasets(limit=2)
    assert ([one.dataset.name for one in page], total) == (["archive", "features"], 4)
    rest, _ = town.engine.datasets(limit=2, offset=2)
    assert [one.dataset.name for one in rest] == ["feed/flights", "refund-desk"]
    found, count = town.engine.datasets(query="desk")
    assert ([one.dataset.name for one in found], count) == (["refund-desk"], 1)


def test_one_dataset_is_told_with_columns_versions_and_findings(ill: Any) -> None:
    report = ill.engine.dataset(ill.features.node)
    assert (report.summary.versions, report.summary.latest, report.summary.rows) == (31, "x30", 150)
    assert len(report.versions) == 30  # the newest thirty
    assert report.versions[0].version == "x30"
    assert [field.name for field in report.fields] == ["delay", "distance", "carrier"]
    delay, _, carrier = report.columns
    assert delay.maximum == pytest.approx(3_900)  # 65 minutes, in seconds
    assert delay.histogram is not None
    assert sum(delay.histogram.shares) == pytest.approx(1.0, abs=1e-3)
    assert len(delay.histogram.edges) == len(delay.histogram.shares) + 1
    assert carrier.histogram is not None
    assert set(carrier.histogram.labels) == {"AA", "B6", "UA"}
    assert {finding.column for finding in report.findings if finding.severity == "alarm"} == {"delay"}


def test_a_version_is_told_as_the_dataset_that_it_is_of(town: Any) -> None:
    town.live(0, 1)
    assert town.engine.dataset(f"{town.features.node}#x0").summary.node == town.features.node


def test_a_column_of_one_value_or_none_has_no_histogram(town: Any) -> None:
    def empty(table: Any) -> None:
        table["delay"] *= float("nan")
        table["distance"] = table["distance"] * 0 + 5

    town.live(0, 0, empty)
    delay, distance, _ = town.engine.dataset(town.features.node).columns
    assert (delay.null_share, delay.histogram) == (1.0, None)
    assert (distance.minimum, distance.maximum, distance.histogram) == (5, 5, None)


def test_what_is_no_dataset_is_not_found_as_one(town: Any) -> None:
    town.live(0, 0)
    for node in ("dataset:file:nothing", "job:desk:join"):
        with pytest.raises(NotFound):
            town.engine.dataset(node)
