import pytest

from driftline.errors import BadInput, NotFound
from driftline.interop.marquez import graph, naming
from driftline.store import Store

BASE = "postgres://h:5432"
RAW, MART, OUT = f"dataset:{BASE}:shop.raw", f"dataset:{BASE}:shop.mart", "dataset:s3://out:report"
BUILD, REPORT = "job:etl:etl.mart", "job:etl:report"


def drawn(store: Store, node: str, depth: int) -> dict[str, tuple[str, list[str], list[str]]]:
    """Return of each node its type, where its edges come from and where they lead."""
    return {
        node.id: (node.type, [edge.origin for edge in node.in_edges], [edge.destination for edge in node.out_edges])
        for node in graph.lineage(store, node, depth).graph
    }


def test_the_whole_way_from_the_first_dataset_to_the_last(store: Store) -> None:
    assert drawn(store, MART, 20) == {
        MART: ("DATASET", [BUILD], [REPORT]),
        RAW: ("DATASET", [], [BUILD]),
        OUT: ("DATASET", [REPORT], []),
        BUILD: ("JOB", [RAW], [MART]),
        REPORT: ("JOB", [MART], [OUT]),
    }
    assert drawn(store, BUILD, 20) == drawn(store, MART, 20) == drawn(store, OUT, 20)


def test_depth_counts_jobs(store: Store) -> None:
    assert set(drawn(store, BUILD, 0)) == {BUILD, RAW, MART}
    assert set(drawn(store, OUT, 0)) == {OUT, REPORT, MART}
    assert set(drawn(store, OUT, 1)) == {OUT, REPORT, MART, BUILD, RAW}


def test_the_node_that_was_asked_for_comes_first_with_its_data(store: Store) -> None:
    first = graph.lineage(store, BUILD, 1).graph[0]
    assert (first.id, first.data.name, first.data.latest_run.state) == (BUILD, "etl.mart", "FAILED")


def test_a_version_may_be_named_by_its_uuid(store: Store) -> None:
    uuid = naming.dataset_version(BASE, "shop.mart", "run:0194a1b2-0000-7000-8000-000000000001")
    assert set(drawn(store, f"{MART}#{uuid}", 20)) == {RAW, MART, OUT, BUILD, REPORT}


def test_what_is_not_known_is_not_found(store: Store) -> None:
    for node in ("job:etl:none", f"dataset:{BASE}:none", f"{MART}#0194a1b2-0000-7000-8000-00000000ffff"):
        with pytest.raises(NotFound):
            graph.lineage(store, node, 20)


def test_what_is_no_dataset_or_job_cannot_be_drawn(store: Store) -> None:
    for node in ("shop.mart", f"datasetField:{BASE}:shop.mart:order_id", "run:0194a1b2-0000-7000-8000-000000000001"):
        with pytest.raises(BadInput):
            graph.lineage(store, node, 20)
