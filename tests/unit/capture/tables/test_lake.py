"""Where tables of Delta and Iceberg lie and at which version, on real ones; what is none is nothing."""

from pathlib import Path

import pyarrow as pa
import pytest

from driftline.capture.tables import lake


def test_a_delta_table_says_its_folder_and_commit(tmp_path: Path) -> None:
    delta = pytest.importorskip("deltalake")
    for _ in range(2):
        delta.write_deltalake(tmp_path / "t", pa.table({"a": [1]}), mode="append")
    found = lake.state(delta.DeltaTable(tmp_path / "t", version=0))
    assert found is not None
    assert (Path(found.place.removeprefix("file://")), found.version) == (tmp_path / "t", "delta:0")


def test_an_iceberg_table_without_rows_has_no_version(tmp_path: Path) -> None:
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    rows = pa.table({"a": [1]})
    catalog = sql.SqlCatalog("shop", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/house")
    catalog.create_namespace("shop")
    table = catalog.create_table("shop.orders", schema=rows.schema)
    place = f"file://{tmp_path}/house/shop/orders"
    assert lake.state(table) == lake.State(place, "")
    table.append(rows)
    assert lake.state(table) == lake.State(place, f"iceberg:{table.current_snapshot().snapshot_id}")
    catalog.close()


def test_everything_else_is_no_table() -> None:
    assert [lake.state(one) for one in (None, "t", Path("t"), pa.table({"a": [1]}), lake)] == [None] * 5
