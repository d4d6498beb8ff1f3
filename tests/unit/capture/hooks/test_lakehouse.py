"""Delta and Iceberg through their own libraries, on real tables in a folder; versions are what these libraries say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import driftline
from driftline import profile
from driftline.event.lineage import Touched
from driftline.testing import MemorySink

ROWS = {"id": [1, 2, 3], "price": [1.0, 2.0, 3.5]}


def said(found: tuple[Touched, ...]) -> list[tuple[str, str]]:
    return [(one.dataset.name, one.version) for one in found]


@pytest.fixture
def table(watched: MemorySink) -> Iterator[Any]:
    """Return an empty Iceberg table, made before anything is recorded."""
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    here = Path.cwd()
    catalog = sql.SqlCatalog("shop", uri=f"sqlite:///{here}/catalog.db", warehouse=f"file://{here}/house")
    catalog.create_namespace("shop")
    yield catalog.create_table("shop.orders", schema=pa.table(ROWS).schema)
    catalog.close()


def test_each_commit_to_a_delta_table_is_a_version(watched: MemorySink) -> None:
    delta = pytest.importorskip("deltalake")
    with driftline.run("fill") as fill:
        delta.write_deltalake("orders", pa.table(ROWS), mode="overwrite")
    with driftline.run("correct") as correct:
        orders = delta.DeltaTable("orders")
        orders.update(updates={"price": "price * 2"}, predicate="id = 2")
        more = pa.table({"id": [3, 4], "price": [9.0, 8.0]})
        merge = orders.merge(more, predicate="t.id = s.id", source_alias="s", target_alias="t")
        merge.when_matched_update_all().when_not_matched_insert_all().execute()
        orders.delete("id = 1")
        orders.delete("id = 100")  # which none has
    assert said(fill.outputs) == [("orders", "delta:0")]
    assert said(correct.inputs) == [("orders", "delta:0")]  # the others it has written itself
    assert said(correct.outputs) == [("orders", f"delta:{number}") for number in (1, 2, 3)]
    assert {one.kind for one in (*fill.outputs, *correct.outputs)} == {"table"}


def test_what_is_written_to_delta_and_read_from_it_keeps_its_columns(watched: MemorySink) -> None:
    delta = pytest.importorskip("deltalake")
    with driftline.run("copy"):
        delta.write_deltalake("orders", pa.table(ROWS), mode="overwrite")
        parquet.write_table(delta.DeltaTable("orders", version=0).to_pyarrow_table(), "copy.parquet")
    driftline.flush()
    event = json.loads(watched.raw[-1])
    by_name = {one["name"]: one for one in event["outputs"]}
    fields = by_name["copy.parquet"]["facets"]["columnLineage"]["fields"]
    assert fields["price"]["inputFields"][0]["name"] == "orders"
    assert by_name["orders"]["outputFacets"]["outputStatistics"]["rowCount"] == 3


@pytest.mark.filterwarnings("ignore:Delete operation did not match")
def test_an_iceberg_table_goes_by_its_place_and_snapshot(watched: MemorySink, table: Any) -> None:
    with driftline.run("fill") as fill:
        assert table.scan().to_arrow().num_rows == 0  # there is no snapshot to have read
        table.append(pa.table(ROWS))
    first = f"iceberg:{table.current_snapshot().snapshot_id}"
    with driftline.run("correct") as correct:
        table.delete("id = 1")
        table.delete("id = 100")  # which none has
    second = f"iceberg:{table.current_snapshot().snapshot_id}"
    with driftline.run("use") as use:
        table.scan(snapshot_id=int(first.partition(":")[2])).to_pandas()
        parquet.write_table(table.scan(row_filter="id > 1").to_arrow(), "chosen.parquet")
    place = "house/shop/orders"
    assert (said(fill.inputs), said(fill.outputs)) == ([], [(place, first)])
    assert (said(correct.inputs), said(correct.outputs)) == ([(place, first)], [(place, second)])
    assert said(use.inputs) == [(place, first), (place, second)]
    assert [name for name, _ in said(use.outputs)] == ["chosen.parquet"]


def test_a_transaction_of_iceberg_is_one_version(watched: MemorySink, table: Any) -> None:
    with driftline.run("fill") as run, table.transaction() as both:
        both.append(pa.table(ROWS))
        both.append(pa.table(ROWS))
    assert said(run.outputs) == [("house/shop/orders", f"iceberg:{table.refresh().current_snapshot().snapshot_id}")]
    assert table.scan().to_arrow().num_rows == 6


def test_only_what_is_all_of_a_table_is_measured_for_it(watched: MemorySink, table: Any) -> None:
    with driftline.run("fill"):
        table.append(pa.table(ROWS))
        table.append(pa.table(ROWS))
    driftline.flush()
    found = [json.loads(bytes(one.facets["driftline_state"])) for one in watched.decoded()[-1].outputs]
    assert [one.get("fingerprint", "") for one in found] == [profile.fingerprint(pa.table(ROWS)).value, ""]


def test_a_failing_commit_is_the_users_own(watched: MemorySink) -> None:
    delta = pytest.importorskip("deltalake")
    with driftline.run("fill") as run, pytest.raises(Exception, match="nowhere"):
        delta.DeltaTable("nowhere").delete("id = 1")
    assert not run.outputs
