"""Polars: eager files, and lazy frames that are recorded when they are collected, not when they are scanned."""

import gc
import inspect
import json
import sqlite3
import weakref
from pathlib import Path
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline import profile
from driftline.testing import MemorySink

pl = pytest.importorskip("polars")


@pytest.mark.parametrize(
    ("ending", "write", "read"),
    [
        ("csv", "write_csv", "read_csv"),
        ("parquet", "write_parquet", "read_parquet"),
        ("json", "write_json", "read_json"),
        ("ndjson", "write_ndjson", "read_ndjson"),
        ("arrow", "write_ipc", "read_ipc"),
        ("avro", "write_avro", "read_avro"),
    ],
)
def test_every_format_is_written_and_read(
    watched: MemorySink, tmp_path: Path, ending: str, write: str, read: str
) -> None:
    frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    with driftline.run("write") as one:
        getattr(frame, write)(f"x.{ending}")
    with driftline.run("read") as other:
        assert getattr(pl, read)(f"x.{ending}").equals(frame)
    assert names(one) == ([], [f"x.{ending}"])
    assert names(other) == ([f"x.{ending}"], [])
    assert one.outputs[0].version == other.inputs[0].version
    assert [field.name for field in one.outputs[0].fields or ()] == ["a", "b"]


def test_a_scan_alone_reads_nothing(watched: MemorySink, tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_csv("x.csv")
    with driftline.run("job") as run:
        pl.scan_csv("x.csv").filter(pl.col("a") > 0)
    assert names(run) == ([], [])


def test_what_a_frame_was_scanned_from_goes_with_it(watched: MemorySink, tmp_path: Path) -> None:
    from driftline.capture.hooks import polars as hook

    for name in ("a", "b", "c"):
        pl.DataFrame({"id": [1, 2], name: [1, 2]}).write_parquet(f"{name}.parquet")
    with driftline.run("job") as run:
        joined = pl.scan_parquet("a.parquet").join(pl.scan_parquet("b.parquet").filter(pl.col("b") > 0), on="id")
        assert hook.origins(joined) == ("a.parquet", "b.parquet")
        assert joined.select("id").collect().height == 2
        both = pl.concat([pl.scan_parquet("c.parquet"), pl.scan_parquet("c.parquet")])
        both.group_by("id").agg(pl.len()).sink_parquet("out.parquet")
    assert names(run) == (["a.parquet", "b.parquet", "c.parquet"], ["out.parquet"])


def test_frames_are_collected_together(watched: MemorySink, tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_csv("x.csv")
    pl.DataFrame({"a": [1]}).write_csv("y.csv")
    with driftline.run("job") as run:
        one, two = pl.collect_all([pl.scan_csv("x.csv"), pl.scan_csv("y.csv").select("a")])
    assert (one.height, two.height) == (1, 1)
    assert names(run) == (["x.csv", "y.csv"], [])


def test_frames_are_not_kept(watched: MemorySink, tmp_path: Path) -> None:
    from driftline.capture.hooks import polars as hook

    pl.DataFrame({"a": [1]}).write_csv("x.csv")
    gc.collect()
    with driftline.run("job"):
        frame = pl.scan_csv("x.csv").select("a")
        assert hook.origins(frame) == ("x.csv",)
        held = weakref.ref(frame)
        del frame
        gc.collect()
    assert held() is None


def test_methods_look_as_before_and_come_back(watched: MemorySink) -> None:
    patched = inspect.signature(pl.LazyFrame.filter), inspect.signature(pl.scan_csv)
    assert hasattr(pl.LazyFrame.filter, "__wrapped__")
    driftline.unwatch()
    assert (inspect.signature(pl.LazyFrame.filter), inspect.signature(pl.scan_csv)) == patched
    ours = str(Path(driftline.__file__).parent)
    assert not hasattr(pl.scan_parquet, "__wrapped__") or ours not in pl.scan_parquet.__code__.co_filename


def test_tables_are_read_and_written_through_a_connection(watched: MemorySink, tmp_path: Path) -> None:
    import sqlite3

    pytest.importorskip("sqlalchemy")
    pytest.importorskip("pandas")
    frame = pl.DataFrame({"a": [1, 2]})
    with driftline.run("write") as one:
        frame.write_database("orders", "sqlite:///shop.db", engine="sqlalchemy")
    connection = sqlite3.connect("shop.db")
    with driftline.run("read") as other:
        assert pl.read_database("select a from orders", connection).equals(frame)
    connection.close()
    assert names(one) == ([], ["orders"])
    assert other.inputs[0].version == one.outputs[0].version


def test_a_delta_table_has_a_fingerprint_where_all_of_a_version_is_read_or_written(
    watched: MemorySink, tmp_path: Path
) -> None:
    pytest.importorskip("deltalake")
    frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
    once, twice = (profile.fingerprint(one).value for one in (frame, pl.concat([frame, frame])))
    acts: dict[str, tuple[Any, str, str]] = {
        "write": (lambda: frame.write_delta("t"), "delta:0", once),
        "append": (lambda: frame.write_delta("t", mode="append"), "delta:1", ""),
        "read": (lambda: pl.read_delta("t"), "delta:1", twice),
        "read as it was": (lambda: pl.read_delta("t", version=0), "delta:0", once),
        "read some": (lambda: pl.read_delta("t", columns=["a"]), "delta:1", ""),
        "scan": (lambda: pl.scan_delta("t").collect(), "delta:1", twice),
        "scan as it was": (lambda: pl.scan_delta("t", version=0).collect(), "delta:0", once),
        "scan some as it was": (lambda: pl.scan_delta("t", version=0).select("a").collect(), "delta:0", ""),
        "scan some": (lambda: pl.scan_delta("t").filter(pl.col("a") > 1).collect(), "delta:1", ""),
    }
    for name, (act, version, fingerprint) in acts.items():
        with driftline.run(name):
            act()
        driftline.flush()
        event = watched.decoded()[-1]
        (part,) = (*event.inputs, *event.outputs)
        state = json.loads(bytes(part.facets["driftline_state"]))
        assert (name, state["version"], state["kind"]) == (name, version, "table")
        assert (name, state.get("fingerprint", "")) == (name, fingerprint)


@pytest.mark.parametrize(
    "collect", [lambda sinks: pl.collect_all(sinks), lambda sinks: [one.collect() for one in sinks]]
)
def test_a_lazy_sink_is_written_when_it_is_collected(watched: MemorySink, tmp_path: Path, collect: Any) -> None:
    Path("in.csv").write_text("a,b\n1,2\n")
    with driftline.run("job") as run:
        scanned = pl.scan_csv("in.csv")
        sinks = [
            scanned.select("a").sink_csv("a.csv", lazy=True),
            scanned.select(c=pl.col("b") * 2).sink_parquet("c.parquet", lazy=True),
        ]
        assert names(run) == ([], [])
        collect(sinks)
    assert names(run) == (["in.csv"], ["a.csv", "c.parquet"])
    assert driftline.flush()
    lineage = {part.name: bytes(part.facets["columnLineage"]) for part in watched.decoded()[-1].outputs}
    assert b'"c":{"inputFields":[{"namespace":"file","name":"in.csv","field":"b"' in lineage["c.parquet"]
    assert b'"b"' not in lineage["a.csv"]


def test_a_text_table_without_a_header_has_the_names_that_polars_gives_it(watched: MemorySink) -> None:
    Path("a.csv").write_text("1;x\n2;y\n")
    with driftline.run("job"):
        frame = pl.read_csv("a.csv", separator=";", has_header=False)
        frame.write_csv("b.csv", separator="|")
    driftline.flush()
    (event,) = watched.decoded()
    for part in (*event.inputs, *event.outputs):
        fields = json.loads(bytes(part.facets["schema"]))["fields"]
        assert [field["name"] for field in fields] == frame.columns


# Expected: by hand; the first line is a row, and what is written without a header has the names of the frame.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [f"column_{place}" for place in ((0, 1) if pl.__version__ >= "2" else (1, 2))]),
        ({"new_columns": ["n", "s"]}, ["n", "s"]),
    ],
)
@pytest.mark.parametrize("lazy", [False, True])
def test_a_scan_without_a_header_is_sunk_without_one(
    watched: MemorySink, given: dict[str, Any], expected: list[str], lazy: bool
) -> None:
    Path("a.csv").write_text("1;x\n2;y\n")
    with driftline.run("job"):
        scanned = pl.scan_csv("a.csv", separator=";", has_header=False, **given)
        sunk = scanned.select(pl.all()).sink_csv("b.csv", include_header=False, lazy=lazy)
        if sunk is not None:
            sunk.collect()
        pl.read_csv("a.csv", separator=";", has_header=False, **given).write_csv("c.csv", include_header=False)
    driftline.flush()
    (event,) = watched.decoded()
    for part in (*event.inputs, *event.outputs):
        fields = json.loads(bytes(part.facets["schema"]))["fields"]
        assert [field["name"] for field in fields] == expected, part.name
        assert json.loads(bytes(part.facets["driftline_state"]))["rows"] == 2
    for part in event.outputs:
        lineage = json.loads(bytes(part.facets["columnLineage"]))["fields"]
        assert {name: [one["field"] for one in found["inputFields"]] for name, found in lineage.items()} == {
            name: [name] for name in expected
        }


def test_a_column_that_polars_reads_as_text_is_one(watched: MemorySink) -> None:
    Path("a.csv").write_text("zip,n\n01234,1\n")
    with driftline.run("job"):
        pl.scan_csv("a.csv", schema_overrides={"zip": pl.String}).collect()
    driftline.flush()
    (event,) = watched.decoded()
    fields = json.loads(bytes(event.inputs[0].facets["schema"]))["fields"]
    assert [(field["name"], field["type"]) for field in fields] == [("zip", "string"), ("n", "int64")]


def test_a_table_object_that_polars_is_given_says_its_own_version(watched: MemorySink) -> None:
    deltalake = pytest.importorskip("deltalake")
    frame = pl.DataFrame({"a": [1, 2, 3]})
    frame.write_delta("t")
    frame.write_delta("t", mode="append")
    with driftline.run("use") as run:
        pl.read_delta(deltalake.DeltaTable("t", version=0))
        pl.scan_delta(deltalake.DeltaTable("t")).collect()
    assert [(one.dataset.name, one.version) for one in run.inputs] == [("t", "delta:0"), ("t", "delta:1")]


def test_an_iceberg_table_is_scanned_at_its_snapshot(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = pytest.importorskip("pyiceberg.catalog.sql")
    monkeypatch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")
    rows = pl.DataFrame({"a": [1, 2, 3]}).to_arrow()
    catalog = sql.SqlCatalog("shop", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/house")
    catalog.create_namespace("shop")
    table = catalog.create_table("shop.orders", schema=rows.schema)
    table.append(rows)
    first = table.current_snapshot().snapshot_id
    table.append(rows)
    with driftline.run("use") as run:
        pl.scan_iceberg(table).collect().write_csv("all.csv")
        assert pl.scan_iceberg(table).collect().height == 6
        assert pl.scan_iceberg(table, snapshot_id=first).collect().height == 3
    assert [one.version for one in run.inputs] == [
        f"iceberg:{table.current_snapshot().snapshot_id}", f"iceberg:{first}",
    ]  # fmt: skip
    assert {one.dataset.name for one in run.inputs} == {"house/shop/orders"}
    driftline.flush()
    catalog.close()
    held = json.loads(bytes(watched.decoded()[-1].outputs[0].facets["columnLineage"]))  # and no manifest of the table
    assert [one["name"] for one in held["fields"]["a"]["inputFields"]] == ["house/shop/orders"]


def test_the_columns_of_a_query_are_behind_those_of_the_file_that_its_frame_is_written_to(
    watched: MemorySink, tmp_path: Path
) -> None:
    """By hand: ``double`` is made of ``amount``, and ``more`` of that."""
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.executescript("create table orders (id int, amount int); insert into orders values (1, 20), (2, 30);")
    with driftline.run("export"):
        frame = pl.read_database("select id, amount * 2 as double from orders", connection)
        frame.with_columns(more=pl.col("double") + 1).write_parquet("out.parquet")
    connection.close()
    assert driftline.flush(timeout=20)
    (output,) = (one for event in watched.decoded() for one in event.outputs)
    fields = json.loads(bytes(output.facets["columnLineage"]))["fields"]
    found = {name: [(one["field"], one["transformations"]) for one in it["inputFields"]] for name, it in fields.items()}
    computed = [("amount", [{"type": "DIRECT", "subtype": "TRANSFORMATION"}])]
    same = [("id", [{"type": "DIRECT", "subtype": "IDENTITY"}])]
    assert found == {"id": same, "double": computed, "more": computed}


@pytest.mark.parametrize(
    "read",
    [
        lambda: pl.read_csv("in.csv", new_columns=["day", "paid"]),
        lambda: pl.scan_csv("in.csv", new_columns=["day", "paid"]).collect(),
        lambda: pl.scan_csv("in.csv", with_column_names=lambda _: ["day", "paid"]).collect(),
    ],
)
def test_columns_that_a_reader_names_otherwise_are_those_of_the_file(
    watched: MemorySink, tmp_path: Path, read: Any
) -> None:
    """By hand: the header says date and amount; the reader calls them day and paid."""
    (tmp_path / "in.csv").write_text("date,amount\n2026-01-01,1\n2026-01-02,2\n")
    with driftline.run("job"):
        read().select("day", double=pl.col("paid") * 2).write_parquet("out.parquet")
    assert driftline.flush(timeout=20)
    events = watched.decoded()
    (output,) = (one for event in events for one in event.outputs)
    fields = json.loads(bytes(output.facets["columnLineage"]))["fields"]
    assert {name: [one["field"] for one in it["inputFields"]] for name, it in fields.items()} == {
        "day": ["date"],
        "double": ["amount"],
    }
    (read_from,) = {one.name: one for event in events for one in event.inputs}.values()
    assert [one["name"] for one in json.loads(bytes(read_from.facets["schema"]))["fields"]] == ["date", "amount"]
