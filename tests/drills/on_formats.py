"""Files of many formats, files that move, values of all types, and large files, whose limits the drill lowers."""

import datetime as dt
import gzip
import json
import os
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as pads
import pyarrow.feather as paf
import pyarrow.ipc as paipc
import pyarrow.json as pajson
import pyarrow.orc as paorc
import pyarrow.parquet as pq
from tests.drills.kit import Kit, frame

LIMITS = {  # what the drill sets lower while it runs a workload, so that small files are large ones
    "large_files": {
        "driftline.capture.tables.formats": {"WHOLE": 100, "PROFILE_LIMIT": 4_000},
        "driftline.capture.tables.parquet_table": {"_BATCH": 16, "_CELLS": 10},
        "driftline.capture.tables.text": {"_BLOCK": 512},
        "driftline.capture.tables.measure": {"BUDGET": 1, "HASH_LIMIT": 60_000},
    },
    "typed_tables": {"driftline.capture.tables.parquet_table": {"_CELLS": 10}},
}  # fmt: skip


def _typed() -> pa.Table:
    moments = [dt.datetime(2024, 1, day, 3, 4, 5, 678, dt.UTC) for day in range(1, 4)]
    return pa.table({
        "whole": pa.array([1, None, -3], pa.int64()), "small": pa.array([1, 2, 3], pa.uint8()),
        "huge": pa.array([2**63 + 1, 0, None], pa.uint64()), "real": [0.5, float("nan"), None],
        "half": pa.array(np.array([1, 2, 3], np.float16)), "flag": [True, None, False], "text": ["a", None, "ä"],
        "bytes": [b"a", b"", None], "fixed": pa.array([b"ab", b"cd", None], pa.binary(2)),
        "day": pa.array([m.date() for m in moments]), "at": pa.array(moments, pa.timestamp("us", "UTC")),
        "time": pa.array([m.time() for m in moments], pa.time64("us")),
        "span": pa.array([dt.timedelta(days=n) for n in range(3)]), "null": pa.nulls(3),
        "money": pa.array([Decimal("1.10"), None, Decimal("-2.00")], pa.decimal128(12, 2)),
        "much": pa.array([Decimal("1.10"), None, Decimal("-2.00")], pa.decimal256(40, 2)),
        "list": [[1, 2], [], None], "struct": [{"a": 1, "b": [{"c": "x"}]}, None, {"a": 2, "b": []}],
        "fixed_list": pa.array([[1, 2], [3, 4], None], pa.list_(pa.int32(), 2)),
        "map": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())),
        "word": pa.array(["x", "y", "x"]).dictionary_encode(), "large": pa.array(["x", "y", None], pa.large_string()),
        "view": pa.array(["x", "y" * 20, None], pa.string_view()),
    })  # fmt: skip


def typed_tables(kit: Kit) -> Any:
    table = _typed()
    pq.write_table(table, kit.folder / "typed.parquet")
    paf.write_feather(table, kit.folder / "typed.feather")
    arrow = pl.from_arrow(table.select(["whole", "money", "at", "list", "struct", "text"]))
    arrow.select("whole", "money", "at", "list").write_parquet(kit.folder / "polars.parquet")
    odd = pd.DataFrame({
        "mixed": [1, "a", None], "when": pd.to_datetime(["2024-01-01", None, "2024-01-03"], utc=True),
        "kind": pd.Categorical(["a", "b", "a"]), "num": pd.array([1, None, 3], "Int64"),
        "dec": [Decimal("1.5"), None, Decimal(2)],
        "lists": [[1], None, [2, 3]], "spans": pd.to_timedelta([1, 2, 3], "s"), "cplx": [1j, 2j, 3j],
    })  # fmt: skip
    odd.to_pickle(kit.folder / "odd.pkl")
    with kit.api.run("held") as run:
        run.write("odd", data=odd)
        run.write("records", data=[{"a": 1, "b": "x"}, {"a": None, "b": "y"}])
        run.write(
            "columns",
            data={"a": np.arange(3), "b": ["x", "y", "z"], "c": np.array(["2024-01-01"] * 3, "datetime64[D]")},
        )
        run.write("arrow", data=table)
        run.write("polars", data=arrow)
    back = pq.read_table(kit.folder / "typed.parquet")
    return back.schema.names, back.num_rows, pd.read_pickle(kit.folder / "odd.pkl").shape, arrow.height


def many_formats(kit: Kit) -> Any:
    made, at = frame().head(8), kit.folder
    made.to_json(at / "lines.jsonl", orient="records", lines=True)
    for orient in ("records", "split", "columns", "table", "values", "index"):
        made.to_json(at / f"{orient}.json", orient=orient)
    made.to_orc(at / "a.orc")
    made.to_excel(at / "a.xlsx", index=False)
    with pd.ExcelWriter(at / "b.xlsx") as writer:
        made.to_excel(writer, sheet_name="one")
    made.to_csv(at / "a.tsv", sep="\t", index=False)
    made.to_csv(at / "semi.csv", sep=";", decimal=",", index=False)
    made.to_csv(at / "a.csv.gz", index=False, compression={"method": "gzip", "mtime": 1})
    made.to_html(at / "a.html")
    (at / "fixed.txt").write_text("ab  1\ncd  2\n")
    (at / "huge.csv").write_text("n,m\n18446744073709551615,1.5\n1,2.5\n")
    (at / "huge.jsonl").write_text('{"n": 18446744073709551615}\n{"n": 1}\n')
    (at / "records.data").write_text('{"a": 1}\n{"a": 2}\n')
    np.savez(at / "a.npz", x=np.arange(3.0), y=np.ones((3, 2)))
    np.save(at / "s.npy", np.array([(1, 2.0), (3, 4.0)], dtype=[("p", "i4"), ("q", "f8")]))
    np.save(at / "wide.npy", np.zeros((2, 2, 2)))
    read = [
        pd.read_json(at / "lines.jsonl", lines=True).shape, pd.read_json(at / "split.json", orient="split").shape,
        *(pd.read_json(at / f"{orient}.json", orient=orient).shape for orient in ("records", "columns", "index")),
        json.loads((at / "table.json").read_text())["schema"]["fields"][0]["name"],
        pd.read_orc(at / "a.orc").shape, pd.read_excel(at / "a.xlsx").shape,
        pd.read_excel(at / "b.xlsx", sheet_name=None).keys(),
        pd.read_table(at / "a.tsv").shape, pd.read_csv(at / "semi.csv", sep=";", decimal=",").x.sum().round(9),
        pd.read_csv(at / "a.csv.gz", usecols=["id"], dtype={"id": "int32"}).shape,
        pd.read_csv(at / "a.tsv", sep="\t", header=None, names=list("abcd"), skiprows=1, encoding="utf-8").shape,
        pd.read_fwf(at / "fixed.txt").shape, pd.read_csv(at / "huge.csv").n.tolist(),
        pajson.read_json(at / "huge.jsonl").num_rows,
        np.load(at / "a.npz")["y"].sum(), np.load(at / "s.npy")["q"].sum(), np.load(at / "wide.npy").shape,
        paorc.read_table(at / "a.orc").num_rows, openpyxl.load_workbook(at / "a.xlsx").sheetnames,
    ]  # fmt: skip
    paorc.write_table(pa.table({"n": [1]}), at / "b.orc")
    with kit.api.run("by hand") as run:
        for name in ("values.json", "table.json", "records.data", "huge.jsonl", "huge.csv", "a.html", "nowhere.csv"):
            run.read(at / name)
    return read


def large_files(kit: Kit) -> Any:
    """Large, where the drill lowers what counts as such."""
    table = pa.table(
        {"n": list(range(600)), "s": [f"text {n % 7}" for n in range(600)], "d": [n / 7 for n in range(600)]}
    )
    at = kit.folder
    for name, rows in (("much", 600), ("more", 60)):
        part = table.slice(0, rows)
        pq.write_table(part, at / f"{name}.parquet", row_group_size=50)
        paf.write_feather(part, at / f"{name}.feather", compression="uncompressed", chunksize=40)
        pacsv.write_csv(part, at / f"{name}.csv")
        with paipc.new_stream(at / f"{name}.arrow", part.schema) as writer:
            writer.write_table(part, max_chunksize=40)
    pads.write_dataset(table, at / "set", format="parquet", partitioning=["s"], basename_template="p-{i}.parquet")
    pl.read_parquet(at / "much.parquet").write_ndjson(at / "much.jsonl")
    found = [
        pq.read_table(at / f"{name}.parquet").num_rows
        + paf.read_table(at / f"{name}.feather").num_rows
        + pacsv.read_csv(at / f"{name}.csv").num_rows
        + paipc.open_stream(pa.OSFile(str(at / f"{name}.arrow"))).read_all().num_rows
        for name in ("much", "more")
    ]
    with pa.memory_map(str(at / "much.feather")) as mapped:
        mapped_rows = paipc.open_file(mapped).read_all().num_rows
    with kit.api.run("by hand") as run:
        run.read(at / "much.jsonl")
        run.read(at / "more.arrow")
        run.read(at / "much.arrow")
    return found, mapped_rows, pl.scan_parquet(at / "set" / "**" / "*.parquet").select(pl.len()).collect().item()


def moved_files(kit: Kit) -> Any:
    at = kit.folder
    frame().to_csv(at / "part.csv", index=False)
    (at / "part.csv").replace(at / "whole.csv")
    shutil.copy(at / "whole.csv", at / "copied.csv")
    shutil.copyfile(at / "whole.csv", at / "again.csv")
    (at / "folder").mkdir()
    shutil.move(str(at / "again.csv"), at / "folder" / "again.csv")
    frame().to_parquet(at / "folder" / "x.parquet")
    (at / "plain.txt").write_text("text")
    (at / "plain.txt").rename(at / "other.txt")
    (at / "folder").rename(at / "renamed")
    (at / "set").mkdir()
    frame().to_parquet(at / "set" / "part-0.parquet")
    os.rename(str(at / "set").encode(), str(at / "moved").encode())  # noqa: PTH104 - bytes are no Path
    os.link(at / "whole.csv", at / "linked.csv")
    (at / "pointed.csv").symlink_to(at / "whole.csv")
    handle = os.open(at, os.O_RDONLY)
    os.rename("linked.csv", "last.csv", src_dir_fd=handle, dst_dir_fd=handle)
    os.close(handle)
    bad = kit.caught(lambda: Path(kit.folder.name, "nowhere").rename(kit.folder.name + "/there"))
    worse = kit.caught(lambda: shutil.copyfile(at / "whole.csv", at / "whole.csv"))
    sizes = [
        len(pd.read_csv(at / name))
        for name in ("whole.csv", "copied.csv", "pointed.csv", "last.csv", "renamed/again.csv")
    ]
    return (
        sizes,
        bad[0],
        worse[0],
        len(pd.read_parquet(at / "moved")),
        len(pd.read_parquet(at / "renamed" / "x.parquet")),
    )


def stores(kit: Kit) -> Any:
    """Files that other systems keep versions of: their own names for these are looked for beside them."""
    at = kit.folder
    (at / "delta" / "_delta_log").mkdir(parents=True)
    (at / "delta" / "_delta_log" / f"{3:020d}.json").write_text("{}")
    frame().to_parquet(at / "delta" / "part-0.parquet")
    (at / "ice" / "metadata").mkdir(parents=True)
    said = json.dumps({"current-snapshot-id": 7, "table-uuid": "u"}).encode()
    (at / "ice" / "metadata" / "v1.gz.metadata.json").write_bytes(gzip.compress(said, mtime=0))
    frame().to_parquet(at / "ice" / "part-0.parquet")
    (at / "hudi" / ".hoodie").mkdir(parents=True)
    (at / "hudi" / ".hoodie" / "20240101010101.commit").write_text("")
    frame().to_parquet(at / "hudi" / "part-0.parquet")
    frame().to_csv(at / "kept.csv", index=False)
    size = (at / "kept.csv").stat().st_size
    (at / "kept.csv.dvc").write_text(f"outs:\n- md5: {'a' * 32}\n  size: {size}\n  path: kept.csv\n")
    frame().to_csv(at / "locked.csv", index=False)
    (at / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  one:\n    cmd: x\n    outs:\n    - path: locked.csv\n"
        f"      md5: {'b' * 32}\n      size: {size}\n"
    )
    (at / "dvc.yaml").write_text("stages: {}\n")
    found = [len(pd.read_csv(at / name)) for name in ("kept.csv", "locked.csv")]
    found += [len(pd.read_parquet(at / name / "part-0.parquet")) for name in ("delta", "ice", "hudi")]
    with kit.api.run("by hand") as run:
        for place in ("delta", "ice", "hudi", "ice/metadata/v1.gz.metadata.json", "kept.csv", "locked.csv"):
            run.read(at / place)
        for address in (
            "s3://b/k?versionId=1",
            "gs://b/k#12",
            "models:/m/3",
            "lakefs://r/" + "a" * 16 + "/x",
            "https://u:p@h/x.csv",
        ):
            run.read(address)
    return found
