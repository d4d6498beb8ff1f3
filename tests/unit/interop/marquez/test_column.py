import pytest

from driftline.errors import BadInput
from driftline.interop.marquez import column
from driftline.store import Store

BASE = "postgres://h:5432"
ID, ORDER = f"datasetField:{BASE}:shop.raw:id", f"datasetField:{BASE}:shop.mart:order_id"


def test_a_column_with_what_it_is_made_from(store: Store) -> None:
    found = {node.id: node for node in column.around(store, ORDER, 20, downstream=False).graph}
    assert set(found) == {ID, ORDER}
    data = found[ORDER].data
    assert (data.namespace, data.dataset, data.field, data.field_type) == (BASE, "shop.mart", "order_id", "INT")
    [made] = data.input_fields
    assert (made.dataset, made.field, made.transformation_type) == ("shop.raw", "id", "DIRECT:IDENTITY")
    assert {node.type for node in found.values()} == {"DATASET_FIELD"}


def test_edges_of_both_kinds_begin_at_the_node_itself(store: Store) -> None:
    found = {node.id: node for node in column.around(store, ORDER, 20, downstream=False).graph}
    assert [(edge.origin, edge.destination) for edge in found[ORDER].in_edges] == [(ORDER, ID)]
    assert [(edge.origin, edge.destination) for edge in found[ID].out_edges] == [(ID, ORDER)]
    assert (found[ORDER].out_edges, found[ID].in_edges) == ([], [])


def test_what_is_downstream_is_told_when_asked_for(store: Store) -> None:
    assert {node.id for node in column.around(store, ID, 20, downstream=False).graph} == {ID}
    assert {node.id for node in column.around(store, ID, 20, downstream=True).graph} == {ID, ORDER}


def test_a_dataset_stands_for_its_columns_and_a_job_for_those_that_it_writes(store: Store) -> None:
    for node in (f"dataset:{BASE}:shop.mart", "job:etl:etl.mart"):
        assert {found.id for found in column.around(store, node, 20, downstream=False).graph} == {ID, ORDER}


def test_a_version_has_no_downstream(store: Store) -> None:
    node = f"dataset:{BASE}:shop.mart#run:0194a1b2-0000-7000-8000-000000000001"
    assert {found.id for found in column.around(store, node, 20, downstream=False).graph} == {ID, ORDER}
    with pytest.raises(BadInput):
        column.around(store, node, 20, downstream=True)


def test_a_run_has_no_columns(store: Store) -> None:
    with pytest.raises(BadInput):
        column.around(store, "run:0194a1b2-0000-7000-8000-000000000001", 20, downstream=False)
