"""Pointers are those that the systems themselves tell, read from what their own libraries wrote.

The fixtures come from ``tools/table_layouts.py``. Hudi and DVC are laid out by hand, after their documentation: Hudi's
writer needs Spark, and DVC's files are a few lines of YAML.
"""

import gzip
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from driftline.capture.tables import native as module
from driftline.capture.tables.native import Pointer, native

TABLES = Path(__file__).parents[3] / "fixtures" / "tables"
NEWEST = json.loads((TABLES / "newest.json").read_text())
HASH = "a304afb96060aad90176268345e10355"
RUN = "0123456789abcdef0123456789abcdef"


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_delta_table_is_at_its_newest_commit() -> None:
    assert native(TABLES / "delta") == Pointer("delta", str(NEWEST["delta"]))
    assert native(f"file://{TABLES / 'delta'}") == Pointer("delta", "3")


def test_a_delta_log_that_was_cleaned_up_is_read_by_its_checkpoint(tmp_path: Path) -> None:
    shutil.copytree(TABLES / "delta", tmp_path / "t")
    log = tmp_path / "t" / "_delta_log"
    for path in log.glob("*.json"):
        path.unlink()
    assert native(tmp_path / "t") == Pointer("delta", "2")
    touch(log / f"{12:020}.checkpoint.0000000001.0000000003.parquet")  # a checkpoint in parts
    assert native(tmp_path / "t") == Pointer("delta", "12")
    touch(log / f"{13:020}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json")  # of the second kind
    assert native(tmp_path / "t") == Pointer("delta", "13")
    touch(log / f"{14:020}.json.tmp", log / "_commits" / f"{15:020}.x.json", log / f"{1:020}.{16:020}.compacted.json")
    assert native(tmp_path / "t") == Pointer("delta", "13")


def test_an_iceberg_table_is_at_the_snapshot_of_its_newest_metadata(tmp_path: Path) -> None:
    found = native(TABLES / "iceberg")
    assert found is not None
    assert (found.system, found.version, len(found.table)) == ("iceberg", str(NEWEST["iceberg"]), 36)
    first = next((TABLES / "iceberg" / "metadata").glob("00000-*"))
    assert native(first) is None  # nothing was written yet
    newest = next((TABLES / "iceberg" / "metadata").glob("00002-*"))
    assert native(newest) == found


def test_hadoop_tables_and_packed_metadata_of_iceberg_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "metadata"
    folder.mkdir()
    (folder / "v9.metadata.json").write_text('{"current-snapshot-id": 9, "table-uuid": "u"}')
    packed = gzip.compress(b'{"current-snapshot-id": 10, "table-uuid": "u", "snapshots": []}')
    (folder / "v10.gz.metadata.json").write_bytes(packed)
    assert native(tmp_path) == Pointer("iceberg", "10", "u")
    (folder / "v11.metadata.json").write_text('{"current-snapshot-id": -1}')
    assert native(tmp_path) is None
    (folder / "v12.metadata.json").write_text("{")
    assert native(tmp_path) is None


def test_a_hudi_table_is_at_the_instant_that_was_completed_last(tmp_path: Path) -> None:
    old, new = tmp_path / "old" / ".hoodie", tmp_path / "new" / ".hoodie" / "timeline"
    touch(old / "20240601120000000.commit", old / "20240601130000000.deltacommit")
    touch(old / "20240601140000000.commit.requested", old / "20240601140000000.inflight", old / "hoodie.properties")
    touch(old / "20240601150000000.clean")
    assert native(tmp_path / "old") == Pointer("hudi", "20240601130000000")
    touch(new / "20240601120000000_20240601160000000.commit", new / "20240601130000000_20240601140000000.deltacommit")
    touch(new / "20240601170000000.deltacommit.inflight")
    assert native(tmp_path / "new") == Pointer("hudi", "20240601120000000")


def test_a_plain_folder_and_a_plain_file_have_no_pointer(tmp_path: Path) -> None:
    touch(tmp_path / "x.parquet", tmp_path / "metadata" / "notes.json", tmp_path / "_delta_log" / "readme")
    assert native(tmp_path) is None
    assert native(tmp_path / "x.parquet") is None
    assert native(tmp_path / "missing") is None


def test_dvc_says_the_hash_of_a_file_as_long_as_its_size_is_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data.xml"
    data.write_text("12345")
    said = f"outs:\n- md5: {HASH}\n  size: 5\n  hash: md5\n  path: data.xml\n"
    (tmp_path / "data.xml.dvc").write_text(said)
    assert native(data) == Pointer("dvc", f"md5:{HASH}")
    data.write_text("123456")
    assert native(data) is None


def test_a_file_of_dvc_that_was_replaced_by_one_of_the_same_size_and_time_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "data.xml").write_text("12345")
    beside, later = tmp_path / "data.xml.dvc", tmp_path / "later"
    for number in "12":
        later.write_text(f"outs: [{{md5: {number * 32}, size: 5, path: data.xml}}]")
        os.utime(later, ns=(1, 1))
        later.replace(beside)
        assert native(tmp_path / "data.xml") == Pointer("dvc", f"md5:{number * 32}")


def test_what_dvc_says_at_length_is_not_read_while_the_program_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data.xml").write_text("12345")
    said = f"outs: [{{md5: {HASH}, size: 5, path: data.xml}}]"
    (tmp_path / "data.xml.dvc").write_text(said)
    monkeypatch.setattr(module, "_LONG", len(said) - 1)
    assert native(tmp_path / "data.xml") is None
    monkeypatch.setattr(module, "_LONG", len(said))
    module._outs.cache_clear()
    assert native(tmp_path / "data.xml") == Pointer("dvc", f"md5:{HASH}")


def test_dvc_pipelines_say_it_in_their_lock(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    data = tmp_path / "out" / "model.pkl"
    touch(data)
    outs = f"    - path: out/model.pkl\n      hash: md5\n      md5: {HASH}\n      size: 0\n"
    lock = f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n{outs}"
    (tmp_path / "dvc.lock").write_text(lock)
    assert native(data) == Pointer("dvc", f"md5:{HASH}")
    touch(tmp_path / "out" / "other.pkl")
    assert native(tmp_path / "out" / "other.pkl") is None
    (tmp_path / "dvc.lock").write_text("stages: [")
    assert native(data) is None


@pytest.mark.parametrize(
    "said",
    ["outs: [data.xml]", "outs: 5", "outs: [{path: 5, md5: a}]", "stages: {a: {outs: [b]}}", "a: 2024-13-45",
     "a: !!int b", "[" * 10_000],
)  # fmt: skip
@pytest.mark.parametrize("name", ["data.xml.dvc", "dvc.lock"])
def test_what_is_no_file_of_dvc_says_nothing_and_hinders_nothing(tmp_path: Path, name: str, said: str) -> None:
    data = tmp_path / "data.xml"
    data.write_text("<a/>")
    (tmp_path / name).write_text(said)
    assert native(data) is None


def test_where_locks_of_dvc_lie_is_known_for_half_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("driftline.capture.tables.native.time.monotonic", lambda: now)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "deep").mkdir()
    data = tmp_path / "deep" / "data.csv"
    data.write_text("a\n1\n")
    lock = tmp_path / "dvc.lock"
    said = f"stages:\n  one:\n    outs:\n    - {{path: deep/data.csv, md5: {HASH}, size: 4}}\n"
    assert native(data) is None
    lock.write_text(said)
    assert native(data) is None
    now = 0.6
    assert native(data) == Pointer("dvc", f"md5:{HASH}")
    lock.unlink()
    assert native(data) is None  # gone, though it is known to lie there


@pytest.mark.parametrize(
    ("address", "pointer"),
    [
        ("models:/churn/3", Pointer("mlflow", "3")),
        (f"models:/m-{RUN}", Pointer("mlflow", f"m-{RUN}")),
        ("models:/churn@champion", None),
        ("models:/churn/Production", None),
        ("models:/churn/latest", None),
        (f"runs:/{RUN}/model", Pointer("mlflow", RUN)),
        (f"mlflow-artifacts:/7/{RUN}/artifacts/model", Pointer("mlflow", RUN)),
        (f"mlflow-artifacts://host:5000/mlartifacts/7/{RUN}/artifacts/model", Pointer("mlflow", RUN)),
        (f"lakefs://repo/{'ab' * 32}/x.parquet", Pointer("lakefs", "ab" * 32)),
        ("lakefs://repo/main/x.parquet", None),
        ("lakefs://repo/v1.2/x.parquet", None),
        ("s3://bucket/key?versionId=3sL4kqtJlcpXroD+rmSp", Pointer("s3", "3sL4kqtJlcpXroD+rmSp")),
        ("gs://bucket/key#1360887697105000", Pointer("gcs", "1360887697105000")),
        ("s3://bucket/key", None),
        ("https://example.org/x.csv", None),
    ],
)  # fmt: skip
def test_addresses_that_name_a_state_are_pointers(address: str, pointer: Pointer | None) -> None:
    assert native(address) == pointer


def test_files_of_an_mlflow_run_point_at_the_run(tmp_path: Path) -> None:
    path = tmp_path / "mlruns" / "0" / RUN / "artifacts" / "model.pkl"
    touch(path)
    assert native(path) == Pointer("mlflow", RUN)


@pytest.mark.parametrize(
    ("info", "pointer"),
    [
        ({"name": "b/k", "size": 1, "ETag": '"9b2cf"', "VersionId": None}, Pointer("etag", "9b2cf")),
        ({"name": "b/k", "ETag": '"9b2cf"', "VersionId": "null"}, Pointer("etag", "9b2cf")),
        ({"name": "b/k", "ETag": '"9b2cf"', "VersionId": "3sL4"}, Pointer("s3", "3sL4")),
        ({"name": "b/k", "generation": "1360887697105000", "etag": "CLj="}, Pointer("gcs", "1360887697105000")),
        ({"name": "c/k", "etag": "0x8D", "version_id": "2024-01-01T00:00Z"}, Pointer("azure", "2024-01-01T00:00Z")),
        ({"name": "https://e.org/x", "ETag": 'W/"67ab"'}, Pointer("etag", "67ab")),
        ({"name": "/x", "size": 1, "ino": 5, "mtime": 1.0}, None),
    ],
)  # fmt: skip
def test_what_object_stores_say_of_an_object_is_a_pointer(info: dict[str, object], pointer: Pointer | None) -> None:
    assert native(info) == pointer


def test_nothing_but_metadata_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(TABLES / "delta", tmp_path / "delta")
    (tmp_path / "delta" / "part-0.parquet").write_bytes(b"x")
    listed: list[str] = []
    real = os.listdir
    monkeypatch.setattr(module.os, "listdir", lambda folder: listed.append(str(folder)) or real(folder))
    monkeypatch.setattr("builtins.open", None)
    assert native(tmp_path / "delta") == Pointer("delta", "3")
    assert listed == [str(tmp_path / "delta" / "_delta_log")]


def test_a_table_that_deltalake_writes_now_is_read(tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    for commit in range(12):
        deltalake.write_deltalake(str(tmp_path / "t"), pa.table({"a": [commit]}), mode="append")
        assert native(tmp_path / "t") == Pointer("delta", str(commit))
    table = deltalake.DeltaTable(str(tmp_path / "t"))
    table.create_checkpoint()
    assert native(tmp_path / "t") == Pointer("delta", str(table.version()))


def test_a_table_that_pyiceberg_writes_now_is_read(tmp_path: Path) -> None:
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    catalog = sql.SqlCatalog("t", uri=f"sqlite:///{tmp_path}/c.db", warehouse=f"file://{tmp_path}")
    catalog.create_namespace("db")
    table = catalog.create_table("db.t", schema=pa.schema({"a": pa.int64()}))
    for _ in range(12):
        table.append(pa.table({"a": [1]}))
        found = native(tmp_path / "db" / "t")
        assert found == Pointer("iceberg", str(table.current_snapshot().snapshot_id), str(table.metadata.table_uuid))
    catalog.close()


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("s3://bucket/key?versionId=3sL4", "s3://bucket/key"),
        ("gs://bucket/key#1712", "gs://bucket/key"),
        ("gs://bucket/key#part", "gs://bucket/key#part"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("data/x?versionId=1", "data/x?versionId=1"),
    ],
)
def test_the_version_of_an_object_is_no_part_of_its_name(address: str, bare: str) -> None:
    assert module.bare(address) == bare
