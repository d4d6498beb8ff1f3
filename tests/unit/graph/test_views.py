"""Two runs of build: the first fed a into out, the second b; a wide word about their pairs is a guess."""

from collections.abc import Iterator

import msgspec
import pytest

from driftline.event.lineage import Dataset, Edge, Job, Link, Node, RunShape, Subgraph, Touched, Version
from driftline.graph import views
from driftline.store import Store, open_store
from driftline.store.walks import NOW

A, B, OUT, LOG = (Dataset("f", name) for name in ("a", "b", "out", "log"))
BUILD = Job("j", "build")


def run(id_: str, time_us: int, reads: list[Dataset], writes: list[Dataset], *, known: bool = False) -> RunShape:
    pairs = [Edge(Version(a, ""), Version(b, ""), id_, "explicit") for a in reads for b in writes] if known else []
    return RunShape(
        run=id_,
        job=BUILD,
        state="COMPLETE",
        started_us=time_us,
        ended_us=time_us,
        inputs=tuple(Touched(dataset=one) for one in reads),
        outputs=tuple(Touched(dataset=one) for one in writes),
        informed=tuple(Version(one, "") for one in writes) if known else (),
        edges=tuple(pairs),
    )


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def last(store: Store, node: str, direction: str = "up", as_of_us: int = NOW) -> Subgraph:
    found = store.lineage.lookup(node)
    assert found is not None
    return views.last(store, found, direction, 5, as_of_us, 100)


def test_the_last_view_goes_through_the_last_run_alone(store: Store) -> None:
    store.lineage.put_shape(run("r1", 10, [A], [OUT]))
    store.lineage.put_shape(run("r2", 20, [B], [OUT, LOG]))
    assert {node.label for node in last(store, OUT.node).nodes} == {"out", "build", "b"}
    assert {node.label for node in last(store, OUT.node, as_of_us=15).nodes} == {"out", "build", "a"}
    assert {node.label for node in last(store, A.node, "down").nodes} == {"a"}
    assert {node.label for node in last(store, B.node, "down").nodes} == {"b", "build", "out", "log"}


def test_what_the_run_knows_of_its_pairs_is_believed(store: Store) -> None:
    told = run("r1", 10, [A, B], [OUT, LOG])
    pair = Edge(Version(A, ""), Version(OUT, ""), "r1", "sql", 0.9)
    store.lineage.put_shape(msgspec.structs.replace(told, informed=(Version(OUT, ""),), edges=(pair,)))
    (derived,) = [link for link in last(store, OUT.node).edges if link.kind == "DERIVED"]
    assert (derived.source, derived.provenance, derived.confidence, derived.via) == (A.node, "sql", 0.9, BUILD.node)
    guessed = {link.source for link in last(store, LOG.node).edges if link.kind == "DERIVED"}
    assert guessed == {A.node, B.node}


def test_a_last_run_that_only_reads_is_an_end(store: Store) -> None:
    store.lineage.put_shape(run("r1", 10, [A], []))
    graph = last(store, A.node, "down")
    assert [(link.source, link.target, link.kind) for link in graph.edges] == [(A.node, BUILD.node, "READ")]


def test_a_view_of_one_run_counts_depth_from_the_run(store: Store) -> None:
    store.lineage.put_shape(run("r1", 10, [A], [OUT], known=True))
    found = store.lineage.lookup("run:r1")
    assert found is not None
    graph = views.execution(store, found, NOW, 100)
    assert {node.id: node.depth for node in graph.nodes} == {"run:r1": 0, A.node: -1, OUT.node: 1}
    assert {(link.source, link.target, link.kind, link.via) for link in graph.edges} == {
        (A.node, "run:r1", "READ", ""), ("run:r1", OUT.node, "WRITE", ""), (A.node, OUT.node, "DERIVED", "run:r1"),
    }  # fmt: skip
    assert graph.truncated is False
    assert views.execution(store, found, NOW, 1).truncated is True


def test_around_a_node_only_what_lies_up_or_down_of_it_is_left() -> None:
    nodes = tuple(Node(id=name, type="DATASET", label=name) for name in "abcde")
    links = tuple(Link(source=a, target=b, kind="READ") for a, b in ("ab", "bc", "cd", "ec"))
    graph = views.around(Subgraph(nodes=nodes, edges=links), ["c"], up=True, down=True, depth=1)
    assert {node.id: node.depth for node in graph.nodes} == {"b": -1, "c": 0, "d": 1, "e": -1}
    down = views.around(Subgraph(nodes=nodes, edges=links), ["a"], up=False, down=True, depth=9)
    assert {node.id: node.depth for node in down.nodes} == {"a": 0, "b": 1, "c": 2, "d": 3}
