from typing import Any

from driftline.event.lineage import (
    Dataset,
    History,
    Job,
    Link,
    Node,
    Place,
    RunShape,
    State,
    Subgraph,
    Tie,
    Touched,
    Version,
)
from driftline.graph import walk
from driftline.graph.drawn import Drawing, plainly
from driftline.store import facts as facts_
from driftline.store import open_store
from driftline.store.walks import Line

A, B, OUT = (Dataset("n", name) for name in ("a", "b", "out"))
J, K = Job("n", "j"), Job("n", "k")


def line(provenance: str, confidence: float) -> Line:
    return Line(1, 2, 0, 1, "", provenance, confidence)


def node(name: str) -> Node:
    return Node(id=name, type="DATASET", label=name)


def test_a_node_is_kept_once_at_its_nearest_and_upstream_is_negative() -> None:
    drawing = Drawing("up")
    for far in (4, 2, 6):
        assert drawing.node(node("a"), far) == "a"
    assert [(one.id, one.depth) for one in drawing.graph(False).nodes] == [("a", -2)]


def test_of_several_words_on_a_link_the_surest_is_shown_whatever_their_order() -> None:
    said = [line("cartesian", 0.5), line("column", 1.0), line("explicit", 1.0), line("cartesian", 0.8)]
    for order in (said, said[::-1]):
        drawing = Drawing("down")
        drawing.node(node("a"), 0)
        drawing.node(node("b"), 1)
        for one in order:
            drawing.link("a", "b", "DERIVED", one)
        (link,) = drawing.graph(False).edges
        assert (link.provenance, link.confidence) == ("explicit", 1.0)


def test_a_link_to_what_is_not_shown_is_left_out() -> None:
    drawing = Drawing("down")
    drawing.node(node("a"), 0)
    drawing.link("a", "b", "DERIVED", line("column", 1.0))
    assert drawing.graph(True).edges == ()
    assert drawing.graph(True).truncated


def drawn(
    shapes: list[RunShape], start: str, direction: str = "up", **options: Any
) -> tuple[set[str], set[tuple[str, ...]]]:
    """Return nodes with their depth, and links, of a walk over some runs."""
    store = open_store(":memory:")
    for moment, shape in enumerate(shapes, 1):
        store.lineage.put([History("run", (State(moment, shape),))])
    step = walk.upstream if direction == "up" else walk.downstream
    graph = step(store, start, **options)
    store.close()

    def short(id_: str) -> str:
        return id_.removeprefix("dataset:n:").removeprefix("job:n:")

    links = {(short(one.source), short(one.target), one.kind) for one in graph.edges}
    return {f"{short(one.id)} {one.type} {one.depth}" for one in graph.nodes}, links


def run(job: Job, reads: tuple[Dataset, ...], writes: tuple[Dataset, ...], **more: Any) -> RunShape:
    inputs, outputs = (tuple(Touched(dataset=one) for one in side) for side in (reads, writes))
    return RunShape(run=f"{job.name}1", job=job, state="COMPLETE", **{"inputs": inputs, "outputs": outputs, **more})


def test_a_line_through_a_job_is_read_and_written_and_derived() -> None:
    nodes, links = drawn([run(J, (A,), (OUT,))], OUT.node)
    assert nodes == {"out DATASET 0", "j JOB -1", "a DATASET -2"}
    assert links == {("a", "j", "READ"), ("j", "out", "WRITE"), ("a", "out", "DERIVED")}


def test_a_job_that_only_writes_or_only_reads_is_shown() -> None:
    shapes = [run(J, (), (A,)), run(K, (A,), ())]
    assert drawn(shapes, A.node) == ({"a DATASET 0", "j JOB -1"}, {("j", "a", "WRITE")})
    assert drawn(shapes, A.node, "down") == ({"a DATASET 0", "k JOB 1"}, {("a", "k", "READ")})


def test_two_names_of_a_dataset_are_an_alias_at_no_distance() -> None:
    named = run(J, (), (), inputs=(Touched(dataset=A, aliases=(B,)),))
    nodes, links = drawn([named, run(K, (B,), (OUT,))], OUT.node, depth=2)
    assert nodes == {"out DATASET 0", "k JOB -1", "b DATASET -2", "a DATASET -2"}
    assert {("a", "b", "ALIAS"), ("b", "a", "ALIAS")} <= links


def test_jobs_that_feed_jobs_and_datasets_are_tied_directly() -> None:
    j, k = Place("JOB", "n", "j"), Place("JOB", "n", "k")
    ties = (Tie(j, k), Tie(k, Place("DATASET", "n", "out")), Tie(Place("DATASET", "n", "a"), j))
    nodes, links = drawn([run(J, (), (), ties=ties)], OUT.node)
    assert nodes == {"out DATASET 0", "k JOB -1", "j JOB -2", "a DATASET -3"}
    assert links == {("k", "out", "WRITE"), ("j", "k", "DERIVED"), ("a", "j", "READ")}


def test_a_very_wide_run_is_shown_as_its_job(monkeypatch: Any) -> None:
    monkeypatch.setattr(facts_, "WIDE", 1)
    nodes, links = drawn([run(J, (A, B), (OUT,))], OUT.node)
    assert nodes == {"out DATASET 0", "j JOB -1", "a DATASET -2", "b DATASET -2"}
    assert links == {("a", "j", "READ"), ("b", "j", "READ"), ("j", "out", "WRITE")}


def test_versions_are_shown_with_the_runs_between_them() -> None:
    wrote = run(J, (), (), inputs=(Touched(dataset=A, version="1"),), outputs=(Touched(dataset=OUT, version="v"),))
    nodes, links = drawn([wrote], Version(OUT, "v").node)
    assert nodes == {"out#v VERSION 0", "run:j1 RUN -1", "a#1 VERSION -2"}
    assert links == {("a#1", "run:j1", "READ"), ("run:j1", "out#v", "WRITE"), ("a#1", "out#v", "DERIVED")}


def test_drawn_plainly_a_link_that_sums_up_others_is_left_out() -> None:
    nodes = tuple(Node(id=name, type="DATASET", label=name) for name in ("a", "b", "view"))
    direct = Link(source="b", target="view", kind="DERIVED")
    links = (
        Link(source="a", target="job", kind="READ"),
        Link(source="job", target="b", kind="WRITE"),
        Link(source="a", target="b", kind="DERIVED", via="job"),
        direct,
    )
    graph = plainly(Subgraph(nodes=nodes, edges=links, truncated=True))
    assert [link.kind for link in graph.edges] == ["READ", "WRITE", "DERIVED"]
    assert direct in graph.edges
    assert graph.truncated is True
