"""Tables in odd shapes, and files that change their names: what is measured and followed less often.

Enters: a kit. Leaves: what the user sees, of a child as well: its exit code, and the files that it writes.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import csv as arrow_csv
from pyarrow import feather
from pyarrow import parquet as pq
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder
from sklearn.tree import DecisionTreeClassifier
from tests.drills.kit import Kit, frame


def texts_of_all_kinds(kit: Kit) -> Any:
    """Words for nothing, separators of thousands, other encodings, no header, ragged lines, compressed, nested."""
    at = kit.folder
    (at / "words.csv").write_text("id;n;t\n1;NA;-\n2;1.234,5;x\n3;7,5;NULL\n")
    (at / "latin.csv").write_bytes("näme,n\nä,0x1F\nb,17\n".encode("latin-1"))
    (at / "wide.csv").write_bytes("a,b\nü,1\n".encode("utf-16"))
    (at / "bare.csv").write_text("1,2.5,x\n2,3.5,y\n")
    (at / "ragged.csv").write_text("a,b,c\n1,2\n3\n4,5,6\n")
    (at / "fixed.txt").write_text("a   b\n1   2\n33  44\n")
    found = [
        pd.read_csv(at / "words.csv", sep=";", decimal=",", thousands=".", na_values=["NA", "-"]),
        pd.read_csv(at / "latin.csv", encoding="latin-1"),
        pd.read_csv(at / "wide.csv", encoding="utf-16"),
        pd.read_csv(at / "bare.csv", header=None),
        pd.read_csv(at / "bare.csv", names=["a", "b", "c"], usecols=["a", "c"]),
        pd.read_csv(at / "ragged.csv"),
        pd.read_fwf(at / "fixed.txt"),
        pl.read_csv(at / "bare.csv", has_header=False).to_pandas(),
    ]
    frame().to_csv(at / "packed.csv.gz", index=False, compression={"method": "gzip", "mtime": 0})
    found.append(pd.read_csv(at / "packed.csv.gz", nrows=3))
    frame().to_json(at / "lines.jsonl", orient="records", lines=True)
    found.append(pd.read_json(at / "lines.jsonl", lines=True).head(2))
    (at / "deep.json").write_text(json.dumps([{"a": {"b": [1, {"c": 2}]}, "d": None}, {"a": {}, "d": "x"}]))
    found.append(pd.json_normalize(json.loads((at / "deep.json").read_text())))
    np.savez(at / "held.npz", one=np.arange(4.0), two=np.ones((2, 3)), odd=np.array(["a", "b"]))
    with np.load(at / "held.npz") as held:
        sums = [held[name].shape for name in held.files]
    return [one.to_csv() for one in found], sums, kit.caught(lambda: pd.read_csv(at / "none.csv"))[:2]


def arrow_folders(kit: Kit) -> Any:
    """Datasets in parts, some columns of a file, streams of it, and what stands in no file at all."""
    at = kit.folder
    table = pa.Table.from_pandas(frame()).append_column("day", pa.array(["mon", "tue"] * 30))
    by_day = ds.partitioning(flavor="hive", schema=pa.schema([("day", pa.string())]))
    ds.write_dataset(table, at / "parts", format="parquet", partitioning=by_day)
    held = ds.dataset(at / "parts", partitioning="hive")
    some = held.to_table(columns=["id", "x"], filter=ds.field("day") == "mon")
    rows = held.count_rows(), held.head(2).num_rows, sum(batch.num_rows for batch in held.to_batches())
    pq.write_table(table, at / "t.parquet", row_group_size=16)
    with pq.ParquetFile(at / "t.parquet") as file:
        groups = file.read_row_group(1).num_rows, [batch.num_rows for batch in file.iter_batches(20, columns=["id"])]
    with pq.ParquetWriter(at / "w.parquet", some.schema) as writer:
        writer.write_table(some)
        writer.write_batch(some.to_batches()[0])
    feather.write_feather(table, at / "t.feather", compression="uncompressed")
    fed = feather.read_table(at / "t.feather", columns=["g"]).num_rows
    arrow_csv.write_csv(some, at / "t.csv")
    with arrow_csv.open_csv(at / "t.csv") as stream:
        streamed = stream.read_all().num_rows
    with pa.OSFile(str(at / "s.arrow"), "wb") as target, pa.ipc.new_file(target, some.schema) as opened:
        opened.write_table(some)
    with pa.memory_map(str(at / "s.arrow")) as mapped:
        again = pa.ipc.open_file(mapped).read_all().num_rows
    missing = kit.caught(lambda: pq.read_table(at / "no.parquet"))[0]
    return rows, groups, fed, streamed, again, missing, pq.read_schema(at / "w.parquet").names


def polars_sundries(kit: Kit) -> Any:
    """Lists, structs, windows, frames side by side and below each other, SQL, several queries at once."""
    at = kit.folder
    pl.from_pandas(frame()).write_parquet(at / "p.parquet")
    lazy = pl.scan_parquet(at / "p.parquet")
    nested = lazy.select("id", pl.struct("x", "g").alias("s"), pl.concat_list("id", "id").alias("l"))
    flat = nested.unnest("s").explode("l").unique().with_row_index("n").cast({"id": pl.Float64}).rename({"g": "word"})
    other = lazy.select(
        pl.col("id"), pl.col("x").rank().over("g").alias("place"), pl.sum_horizontal("id", "x").alias("t")
    )
    merged = lazy.sort("id").merge_sorted(lazy.sort("id"), key="id").group_by("g").agg(pl.all().sum())
    one, two = pl.collect_all([flat.sort("n").drop("n"), other])
    beside = (
        pl.concat([two.select("place"), two.select("t")], how="horizontal")
        .hstack([two["id"]])
        .vstack(two.select("place", "t", "id"))
    )
    beside.write_csv(at / "beside.csv")
    asked = pl.SQLContext(lazy=lazy).execute("select g, max(x) as m from lazy group by g order by g", eager=True)
    asked.write_ndjson(at / "asked.jsonl")
    best = lazy.top_k(3, by="x").collect()
    lazy.filter(pl.col("b")).sink_parquet(at / "sunk.parquet")
    return one.height, beside.shape, round(asked["m"].sum(), 6), best.height, merged.collect().height


def models_of_words(kit: Kit) -> Any:
    """Trees over words, bins and columns that were selected: which features a model stands on."""
    at = kit.folder
    frame().to_csv(at / "train.csv", index=False)
    read = pd.read_csv(at / "train.csv")
    columns = [
        ("words", OneHotEncoder(), ["g"]),
        ("bins", KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), ["x", "id"]),
    ]
    made = Pipeline(
        [
            ("columns", ColumnTransformer(columns)),
            ("few", SelectKBest(k=3)),
            ("tree", DecisionTreeClassifier(random_state=1)),
        ]
    )
    made.fit(read[["g", "x", "id"]], read["b"])
    wood = RandomForestClassifier(3, random_state=1).fit(read[["x", "id"]], read["b"])
    served = kit.api.serve(made, "words")
    found = [
        int(served.predict(read.head(2)[["g", "x", "id"]]).sum()),
        int(wood.predict(read.tail(3)[["x", "id"]]).sum()),
    ]
    read.assign(y=made.predict(read[["g", "x", "id"]])).to_csv(at / "told.csv", index=False)
    return found, made[:-1].get_feature_names_out().tolist()


def renamed_by_children(kit: Kit) -> Any:
    """Files that are written under one name and go by another one, copies with their times, in a child as well."""
    at = kit.folder
    frame().to_csv(at / "a.csv", index=False)

    def moved(name: str) -> None:
        with (at / f"{name}.tmp").open("w") as file:
            for one in pd.read_csv(at / "a.csv").x:
                file.write(f"{one * 2}\n")
        os.replace(at / f"{name}.tmp", at / f"{name}.csv")  # noqa: PTH105 - it is what people write

    moved("here")
    codes = [
        kit.apart(lambda: moved("there")),
        kit.apart(lambda: os._exit(4) if (at / "left.txt").write_text("x") else None),
    ]
    shutil.copy2(at / "a.csv", at / "b.csv")
    shutil.copyfile(at / "b.csv", at / "c.csv")
    shutil.move(at / "c.csv", at / "d.csv")
    (at / "new").mkdir()
    pd.read_csv(at / "b.csv").head(3).to_csv(at / "new" / "e.csv", index=False)
    Path(at / "new").rename(at / "done")
    missing = kit.caught(lambda: os.rename(at / "no", at / "nor"))[0]  # noqa: PTH104 - the same
    return codes, missing, len(pd.read_csv(at / "done" / "e.csv")), len(pd.read_csv(at / "d.csv"))
