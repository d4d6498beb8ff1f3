"""The graph here, per day: flights, weather -> build -> features -> desk -> answers; planes -> build from day 2."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftline.event.lineage import ColumnEdge, Dataset, Edge, Field, Job, RunShape, Subgraph, Touched, Version
from driftline.graph import walk
from driftline.store import Store, open_store

FLIGHTS, WEATHER, PLANES, FEATURES, ANSWERS = (
    Dataset("file", name) for name in ("flights", "weather", "planes", "features", "answers")
)
BUILD, DESK = Job("demo", "build"), Job("demo", "desk")
COLUMNS = (
    ColumnEdge(FLIGHTS, "arr", FEATURES, "delay", "DIRECT", "TRANSFORMATION"),
    ColumnEdge(FLIGHTS, "tail", FEATURES, "", "INDIRECT", "JOIN"),
)
MONEY = (ColumnEdge(FEATURES, "delay", ANSWERS, "money", "INDIRECT", "CONDITIONAL"),)


def run(job: Job, time_us: int, reads: list[Version], writes: Version, columns: tuple[ColumnEdge, ...]) -> RunShape:
    id_ = f"{job.name}-{time_us}"
    return RunShape(
        run=id_,
        job=job,
        state="COMPLETE",
        ended_us=time_us,
        inputs=tuple(Touched(dataset=read.dataset, version=read.version, kind="file") for read in reads),
        outputs=(Touched(dataset=writes.dataset, version=writes.version, partition=f"day {time_us // 10}"),),
        informed=(writes,),
        edges=tuple(Edge(read, writes, id_, "explicit") for read in reads),
        columns=columns,
    )


def day(number: int) -> list[RunShape]:
    version = f"v{number}"
    reads = [Version(FLIGHTS, version), Version(WEATHER, version)]
    if number >= 2:
        reads.append(Version(PLANES, "p"))
    features = Version(FEATURES, version)
    return [
        run(BUILD, number * 10, reads, features, COLUMNS),
        run(DESK, number * 10 + 5, [features], Version(ANSWERS, version), MONEY),
    ]


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    for number in (1, 2, 3):
        for shape in day(number):
            opened.lineage.put_shape(shape)
    yield opened
    opened.close()


def depths(graph: Subgraph) -> dict[str, int]:
    return {node.id.split(":", 2)[2]: node.depth for node in graph.nodes}


def test_datasets_and_jobs_upstream_carry_negative_depth(store: Store) -> None:
    graph = walk.upstream(store, ANSWERS.node)
    assert depths(graph) == {
        "answers": 0, "desk": -1, "features": -2, "build": -3, "flights": -4, "planes": -4, "weather": -4,
    }  # fmt: skip
    assert {(link.source, link.target, link.kind) for link in graph.edges} == {
        (FLIGHTS.node, BUILD.node, "READ"),
        (PLANES.node, BUILD.node, "READ"),
        (WEATHER.node, BUILD.node, "READ"),
        (BUILD.node, FEATURES.node, "WRITE"),
        (FEATURES.node, DESK.node, "READ"),
        (DESK.node, ANSWERS.node, "WRITE"),
        (FLIGHTS.node, FEATURES.node, "DERIVED"),
        (PLANES.node, FEATURES.node, "DERIVED"),
        (WEATHER.node, FEATURES.node, "DERIVED"),
        (FEATURES.node, ANSWERS.node, "DERIVED"),
    }
    assert {link.via for link in graph.edges if link.kind == "DERIVED"} == {BUILD.node, DESK.node}
    assert graph.truncated is False


def test_depth_counts_links(store: Store) -> None:
    assert depths(walk.downstream(store, FLIGHTS.node, 2)) == {"flights": 0, "build": 1, "features": 2}
    assert depths(walk.upstream(store, BUILD.node, 0)) == {"build": 0}


def test_a_walk_as_of_a_moment_meets_only_what_there_was(store: Store) -> None:
    assert "planes" not in depths(walk.upstream(store, FEATURES.node, as_of_us=19))
    assert "planes" in depths(walk.upstream(store, FEATURES.node, as_of_us=20))
    assert depths(walk.downstream(store, FLIGHTS.node, as_of_us=12)) == {"flights": 0, "build": 1, "features": 2}


def test_versions_are_linked_through_the_runs_between_them(store: Store) -> None:
    graph = walk.upstream(store, Version(ANSWERS, "v1").node)
    assert {node.id: (node.type, node.depth, node.time_us) for node in graph.nodes} == {
        Version(ANSWERS, "v1").node: ("VERSION", 0, 15),
        "run:desk-15": ("RUN", -1, 15),
        Version(FEATURES, "v1").node: ("VERSION", -2, 10),
        "run:build-10": ("RUN", -3, 10),
        Version(FLIGHTS, "v1").node: ("VERSION", -4, 10),
        Version(WEATHER, "v1").node: ("VERSION", -4, 10),
    }
    assert (Version(FEATURES, "v1").node, "run:desk-15", "READ") in {
        (link.source, link.target, link.kind) for link in graph.edges
    }
    labels = {node.id: node.label for node in graph.nodes}
    assert labels[Version(FEATURES, "v1").node] == "features#day 1"
    assert labels["run:build-10"] == "build"


def test_a_version_that_several_runs_read_leads_to_each_of_them(store: Store) -> None:
    graph = walk.downstream(store, Version(PLANES, "p").node, 2)
    assert {node.id for node in graph.nodes if node.depth == 2} == {Version(FEATURES, v).node for v in ("v2", "v3")}
    early = walk.downstream(store, Version(PLANES, "p").node, 2, as_of_us=29)
    assert {node.id for node in early.nodes if node.depth == 2} == {Version(FEATURES, "v2").node}


def test_a_version_did_not_exist_before_it_was_written(store: Store) -> None:
    assert walk.upstream(store, Version(FEATURES, "v3").node, as_of_us=29) == Subgraph()


def test_columns_upstream_name_how_they_reach(store: Store) -> None:
    graph = walk.upstream(store, "datasetField:file:answers:money")
    assert {(link.source, link.target, link.kind) for link in graph.edges} == {
        ("datasetField:file:features:delay", "datasetField:file:answers:money", "INDIRECT:CONDITIONAL"),
        ("datasetField:file:flights:arr", "datasetField:file:features:delay", "DIRECT:TRANSFORMATION"),
        ("datasetField:file:flights:tail", "datasetField:file:features:delay", "INDIRECT:JOIN"),
    }
    assert {node.type for node in graph.nodes} == {"FIELD"}


def test_a_column_that_shapes_a_row_set_reaches_all_that_follows_from_it(store: Store) -> None:
    graph = walk.downstream(store, "datasetField:file:flights:tail")
    assert {(link.source, link.target, link.kind) for link in graph.edges} == {
        ("datasetField:file:flights:tail", FEATURES.node, "INDIRECT:JOIN"),
        (FEATURES.node, "datasetField:file:answers:money", "INDIRECT:CONDITIONAL"),
    }


def test_a_dataset_walks_all_its_columns_when_asked_to(store: Store) -> None:
    graph = walk.upstream(store, FEATURES.node, 1, columns=True)
    assert {node.label for node in graph.nodes} == {"features", "features.delay", "flights.arr", "flights.tail"}
    assert walk.upstream(store, Version(FEATURES, "v1").node, 1, columns=True) == graph


def test_a_walk_that_was_cut_says_so_and_keeps_the_jobs_between_what_it_shows(store: Store) -> None:
    graph = walk.upstream(store, ANSWERS.node, limit=2)
    assert [node.id for node in graph.nodes if node.type == "DATASET"] == [ANSWERS.node, FEATURES.node]
    assert graph.truncated is True
    assert {(link.source, link.target) for link in graph.edges} >= {
        (FEATURES.node, DESK.node),
        (DESK.node, ANSWERS.node),
    }
    assert walk.upstream(store, ANSWERS.node, limit=5).truncated is False


def test_an_unknown_node_has_no_surroundings(store: Store) -> None:
    assert walk.upstream(store, "dataset:file:nothing") == Subgraph()
    assert walk.path(store, "dataset:file:nothing", ANSWERS.node) == Subgraph()


def test_a_path_leads_from_one_node_to_the_other_in_order(store: Store) -> None:
    graph = walk.path(store, FLIGHTS.node, ANSWERS.node)
    assert [node.id for node in graph.nodes] == [
        FLIGHTS.node, BUILD.node, FEATURES.node, DESK.node, ANSWERS.node,
    ]  # fmt: skip
    assert [node.depth for node in graph.nodes] == [0, 1, 2, 3, 4]
    assert walk.path(store, ANSWERS.node, FLIGHTS.node) == Subgraph()
    assert [node.id for node in walk.path(store, FLIGHTS.node, FLIGHTS.node).nodes] == [FLIGHTS.node]


def test_a_path_of_versions_and_one_of_columns_stay_at_their_level(store: Store) -> None:
    versions = walk.path(store, Version(PLANES, "p").node, Version(ANSWERS, "v3").node)
    assert [node.id for node in versions.nodes] == [
        Version(PLANES, "p").node,
        "run:build-30",
        Version(FEATURES, "v3").node,
        "run:desk-35",
        Version(ANSWERS, "v3").node,
    ]
    columns = walk.path(store, "datasetField:file:flights:arr", "datasetField:file:answers:money")
    assert [node.label for node in columns.nodes] == ["flights.arr", "features.delay", "answers.money"]
    assert walk.path(store, Version(PLANES, "p").node, Version(ANSWERS, "v1").node) == Subgraph()
    mixed = walk.path(store, "datasetField:file:flights:arr", ANSWERS.node)
    assert [node.id for node in mixed.nodes][::4] == [FLIGHTS.node, ANSWERS.node]


def test_a_path_across_another_name_of_a_dataset_is_in_the_order_of_the_way(store: Store) -> None:
    """A job writes a file that a catalogue calls a table; the next job reads the table."""
    base, file, table, end = (Dataset("s", name) for name in ("base", "wh/t1", "db.t1", "end"))
    for job, read, written in (
        ("w", Touched(dataset=base), Touched(dataset=file, aliases=(table,))),
        ("r", Touched(dataset=table), Touched(dataset=end)),
    ):
        store.lineage.put_shape(
            RunShape(run=job, job=Job("s", job), state="COMPLETE", ended_us=1, inputs=(read,), outputs=(written,))
        )
    graph = walk.path(store, base.node, end.node)
    assert [node.label for node in graph.nodes] == ["base", "w", "wh/t1", "db.t1", "r", "end"]
    assert [node.depth for node in graph.nodes] == [0, 1, 2, 2, 3, 4]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20), st.integers(0, 7), st.integers(0, 6))
def test_a_walk_reaches_what_a_plain_search_reaches(pairs: set[tuple[int, int]], start: int, depth: int) -> None:
    """The reference is a breadth-first search over the same pairs; graphs may have cycles."""
    store = open_store(":memory:")
    data = [Dataset("n", str(number)) for number in range(8)]
    store.lineage.put_shape(run(Job("j", "start"), 1, [], Version(data[start], "v"), ()))
    for place, (a, b) in enumerate(sorted(pairs)):
        store.lineage.put_shape(
            run(Job("j", f"{a}-{b}"), 2 + place, [Version(data[a], "v")], Version(data[b], "v"), ())
        )
    expected, frontier = {start: 0}, [start]
    for step in range(1, depth + 1):
        frontier = [b for a, b in sorted(pairs) if a in frontier and b not in expected]
        expected.update(dict.fromkeys(frontier, 2 * step))
    graph = walk.downstream(store, data[start].node, 2 * depth)
    assert {int(n.label): n.depth for n in graph.nodes if n.type == "DATASET"} == expected
    store.close()


def test_what_is_known_of_no_single_column_is_found_from_the_dataset(store: Store) -> None:
    """Columns of ``x`` reach a file without columns; which columns of ``a`` reach ``y.c`` is not known."""
    x, file, a, y = (Dataset("f", name) for name in ("x", "r.pdf", "a", "y"))
    shape = RunShape(
        run="r-pdf",
        job=Job("j", "pdf"),
        state="COMPLETE",
        started_us=1,
        inputs=(Touched(dataset=x), Touched(dataset=a, fields=(Field("p"),))),
        outputs=(Touched(dataset=file), Touched(dataset=y)),
        columns=(ColumnEdge(x, "A", file, "", "INDIRECT"), ColumnEdge(a, "", y, "c")),
    )
    store.lineage.put_shape(shape)
    up = walk.upstream(store, file.node, columns=True)
    assert {(link.source, link.target) for link in up.edges} == {("datasetField:f:x:A", file.node)}
    down = walk.downstream(store, a.node, columns=True)
    assert {(link.source, link.target) for link in down.edges} == {(a.node, "datasetField:f:y:c")}
    assert {node.id for node in walk.upstream(store, a.node, columns=True).nodes} == {"datasetField:f:a:p"}
