import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.described import describe

from driftline.event.label import Block, Tag, TagKind
from driftline.event.lineage import ColumnEdge, Dataset, Edge, Job, RunShape, Touched, Version
from driftline.graph import inherit
from driftline.graph.inherit import Moment, Tagged
from driftline.store import Store, open_store

START = 1_700_000_000_000_000
A, B, C, D = (Dataset("db", name) for name in "abcd")
CLEAN, SERVE = Job("jobs", "clean"), Job("jobs", "serve")


@pytest.fixture
def store() -> Iterator[Store]:
    """a -> clean -> b -> serve -> c, with a column edge ``a.x -> b.x -> c.x`` and a join on ``a.k``."""
    found = open_store(":memory:")
    columns = (
        ColumnEdge(A, "x", B, "x", "DIRECT", "IDENTITY"),
        ColumnEdge(A, "k", B, "", "INDIRECT", "JOIN"),
        ColumnEdge(B, "x", C, "x", "DIRECT", "IDENTITY"),
    )
    run(found, 1, CLEAN, [A], B, columns[:2])
    run(found, 2, SERVE, [B], C, columns[2:])
    yield found
    found.close()


def run(
    store: Store, number: int, job: Job, read: list[Dataset], wrote: Dataset, columns: tuple[Any, ...] = ()
) -> None:
    id_ = f"0190{number:04d}-0000-7000-8000-000000000000"
    edges = tuple(Edge(Version(one, ""), Version(wrote, "v1"), id_, "explicit") for one in read)
    shape = RunShape(
        run=id_,
        job=job,
        state="COMPLETE",
        started_us=START,
        ended_us=START + number,
        inputs=tuple(Touched(dataset=one) for one in read),
        outputs=(Touched(dataset=wrote, version="v1"),),
        edges=edges,
        columns=columns,
    )
    store.lineage.put_shape(shape)
    store.index.follow()


def asked(store: Store, node: str, at_us: int | None = None, *, columns: bool = False) -> Tagged:
    found = store.lineage.lookup(node)
    assert found is not None
    return inherit.tags(store, found, Moment(START + 1_000, at_us), columns=columns)


def inherited(store: Store, node: str, at_us: int | None = None) -> list[tuple[str, str]]:
    return [(one.tag.name, one.source) for one in asked(store, node, at_us).inherited]


def put(store: Store, node: str, name: str = "pii", **more: Any) -> None:
    store.labels.tag(node, Tag(name=name, **{"at_us": START, **more}))


def tell(store: Store, name: str, *tags: dict[str, str]) -> None:
    facet = json.dumps({"tags": tags}).encode()
    describe(store, "DATASET", "db", name, (START + 9, 0, b"e"), {"tags": facet})
    store.lineage.put([])
    store.index.follow()


def test_a_dataset_inherits_along_edges_with_the_way(store: Store) -> None:
    put(store, A.node)
    (one,) = asked(store, C.node).inherited
    assert (one.source, one.path) == (A.node, (A.node, B.node, C.node))
    assert asked(store, A.node) == Tagged(own=asked(store, A.node).own)
    assert [tag.name for tag in asked(store, A.node).own] == ["pii"]


def test_a_job_inherits_what_it_reads_and_hands_on_what_stands_at_it(store: Store) -> None:
    put(store, A.node)
    put(store, CLEAN.node, "gdpr")
    assert inherited(store, SERVE.node) == [("gdpr", CLEAN.node), ("pii", A.node)]
    assert inherited(store, C.node) == [("gdpr", CLEAN.node), ("pii", A.node)]
    assert inherited(store, CLEAN.node) == [("pii", A.node)]


def test_a_version_has_what_its_dataset_has(store: Store) -> None:
    put(store, A.node)
    put(store, B.node, "gold")
    found = asked(store, f"{B.node}#v1")
    assert [(one.tag.name, one.path[-1]) for one in found.inherited] == [
        ("gold", f"{B.node}#v1"),
        ("pii", f"{B.node}#v1"),
    ]


def test_when_the_source_loses_its_tag_so_does_everything(store: Store) -> None:
    put(store, A.node)
    store.labels.remove(A.node, "TAG", "pii", "ann", START + 5)
    assert inherited(store, C.node) == []
    assert inherited(store, C.node, START + 4) == [("pii", A.node)]


def test_an_expired_tag_counts_nowhere_but_in_the_past(store: Store) -> None:
    put(store, A.node, expires_us=START + 10)
    assert inherited(store, C.node) == []
    assert asked(store, A.node).own == ()
    assert inherited(store, C.node, START + 9) == [("pii", A.node)]


def test_as_of_a_moment_only_the_edges_of_then_carry(store: Store) -> None:
    put(store, A.node, at_us=1)
    assert inherited(store, C.node, START + 1) == []  # serve had not run
    assert inherited(store, C.node, START + 2) == [("pii", A.node)]


@pytest.mark.parametrize(("source", "target"), [(A.node, B.node), (A.node, CLEAN.node), (CLEAN.node, B.node)])
def test_a_block_stops_a_tag_between_datasets_and_at_either_side_of_the_job(
    store: Store, source: str, target: str
) -> None:
    put(store, A.node)
    put(store, A.node, "gold")
    store.labels.block(Block(source=source, target=target, tag="pii", at_us=START))
    assert inherited(store, C.node) == [("gold", A.node)]


def test_a_tag_takes_another_way_round_a_block(store: Store) -> None:
    put(store, A.node)
    store.labels.block(Block(source=A.node, target=B.node, at_us=START))
    run(store, 3, Job("jobs", "side"), [A], D)
    run(store, 4, Job("jobs", "back"), [D], C)
    assert [one.path for one in asked(store, C.node).inherited] == [(A.node, D.node, C.node)]


def test_a_column_inherits_from_columns_and_passes_joins_only_where_the_tag_says_so(store: Store) -> None:
    put(store, "datasetField:db:a:x")
    put(store, "datasetField:db:a:k", "key")
    put(store, "datasetField:db:a:k", "law", indirect=True)
    assert inherited(store, "datasetField:db:c:x") == [
        ("law", "datasetField:db:a:k"),
        ("pii", "datasetField:db:a:x"),
    ]
    assert asked(store, C.node, columns=True).columns == {"x": ("law", "pii")}
    assert asked(store, C.node).columns == {}


def test_a_block_between_datasets_holds_for_their_columns(store: Store) -> None:
    put(store, "datasetField:db:a:x")
    store.labels.block(Block(source=A.node, target=B.node, tag="pii", at_us=START))
    assert inherited(store, "datasetField:db:c:x") == []


def test_a_tag_of_an_event_spreads_where_its_kind_says_so(store: Store) -> None:
    tell(store, "a", {"key": "daily"}, {"key": "PII"}, {"key": "gold", "field": "x"}, {"key": "phi", "field": "x"})
    assert inherited(store, C.node) == [("PII", A.node)]
    assert inherited(store, "datasetField:db:c:x") == [("phi", "datasetField:db:a:x")]
    store.labels.put_kind(TagKind(name="daily"))
    store.labels.put_kind(TagKind(name="PII", propagates=False))
    assert inherited(store, C.node) == [("daily", A.node)]


def test_a_wide_run_hands_on_tags_through_its_hub_which_is_not_shown(store: Store) -> None:
    many = [Dataset("db", f"in{number}") for number in range(40)]
    outs = [Dataset("db", f"out{number}") for number in range(40)]
    id_ = "01900009-0000-7000-8000-000000000000"
    shape = RunShape(
        run=id_,
        job=Job("jobs", "wide"),
        state="COMPLETE",
        started_us=START,
        ended_us=START + 9,
        inputs=tuple(Touched(dataset=one) for one in many),
        outputs=tuple(Touched(dataset=one) for one in outs),
    )
    store.lineage.put_shape(shape)
    put(store, many[3].node)
    put(store, many[4].node)
    assert [one.path for one in asked(store, outs[7].node).inherited] == [
        (many[3].node, outs[7].node),
        (many[4].node, outs[7].node),
    ]
    store.labels.block(Block(source=many[3].node, target=outs[7].node, at_us=START))
    assert inherited(store, outs[7].node) == [("pii", many[4].node)]
    assert len(inherited(store, outs[8].node)) == 2
