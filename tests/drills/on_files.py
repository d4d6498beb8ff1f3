"""Work on files and databases, as users write it; nothing depends on the clock, on chance or on the folder's name."""

import contextlib
import csv
import inspect
import io
import json
import pickle
import sqlite3
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import fsspec
import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as pads
import pyarrow.feather as paf
import pyarrow.ipc
import pyarrow.parquet as pq
import sqlalchemy
from sklearn.linear_model import LinearRegression
from tests.drills.kit import ROWS, Custom, Kit, frame


def pandas_files(kit: Kit) -> Any:
    made = frame()
    made.to_csv(kit.folder / "a.csv", index=False)
    made.to_json(kit.folder / "a.json", orient="records", lines=True)
    made.to_pickle(kit.folder / "a.pkl")
    read = pd.read_csv(str(kit.folder / "a.csv"))
    read["y"] = read.x * 2
    read.groupby("g").y.sum().to_csv(kit.folder / "sums.csv")
    with (kit.folder / "open.csv").open("w") as file:
        read.to_csv(file, index=False)
    chunks = sum(len(part) for part in pd.read_csv(kit.folder / "a.csv", chunksize=7))
    again = pd.read_pickle(kit.folder / "a.pkl")
    buffer = io.StringIO()
    read.to_csv(buffer)
    text = read.to_csv()
    missing = kit.caught(lambda: pd.read_csv(kit.folder.name + "/none.csv"))
    return read.to_dict("list"), chunks, again.equals(made), buffer.getvalue(), text, missing[0], again.attrs


def pandas_parquet(kit: Kit) -> Any:
    made = frame()
    made.to_parquet(kit.folder / "a.parquet", index=False)
    made.to_feather(kit.folder / "a.feather")
    read = pd.read_parquet(kit.folder / "a.parquet", columns=["id", "x"])
    bad = kit.caught(lambda: pd.read_parquet(kit.folder / "a.parquet", columns=["nope"]))
    return read.sum().to_dict(), pd.read_feather(kit.folder / "a.feather").x.tolist(), bad[0]


def polars_files(kit: Kit) -> Any:
    made = pl.DataFrame({"id": list(range(ROWS)), "x": [n / 7 for n in range(ROWS)], "g": [n % 4 for n in range(ROWS)]})
    made.write_parquet(kit.folder / "p.parquet")
    made.write_csv(kit.folder / "p.csv")
    lazy = pl.scan_parquet(kit.folder / "p.parquet").filter(pl.col("x") > 2).with_columns(y=pl.col("x") * 2)
    other = pl.scan_csv(kit.folder / "p.csv").group_by("g").agg(pl.col("x").sum().alias("total"))
    joined = lazy.join(other, on="g").sort("id")
    joined.sink_parquet(kit.folder / "joined.parquet")
    plan = joined.explain().replace(str(kit.folder), "")
    bad = kit.caught(lambda: lazy.select("nope").collect())
    return joined.collect().rows(), pl.read_csv(kit.folder / "p.csv").height, len(plan), bad[0]


def duckdb_files(kit: Kit) -> Any:
    con = duckdb.connect(":memory:", config={"threads": 1})
    local = frame()
    pq.write_table(pa.table({"id": list(range(ROWS)), "v": list(range(ROWS))}), kit.folder / "v.parquet")
    con.execute("CREATE TABLE t AS SELECT id, x, g FROM local WHERE x > 0")
    path = kit.folder / "v.parquet"
    joined = con.execute(f"SELECT t.id, v, x FROM t JOIN '{path}' p ON t.id = p.id ORDER BY t.id").fetchall()
    con.execute(f"COPY (SELECT g, count(*) AS n FROM t GROUP BY g ORDER BY g) TO '{kit.folder / 'out.csv'}' (HEADER)")
    relation = con.sql("SELECT id + ? AS one FROM t", params=[1])
    one = relation.order("one").limit(3).fetchall()
    counted = con.execute("SELECT count(*) FROM local").fetchone()
    bad = kit.caught(lambda: con.execute("SELECT nope FROM t"))
    worse = kit.caught(lambda: con.execute("SELEC 1"))
    rest = con.execute("SELECT 1 UNION ALL SELECT 2 ORDER BY 1")
    first = rest.fetchone()
    con.close()
    return joined, one, counted, bad[:2], worse[:2], first, len(local)


def pyarrow_files(kit: Kit) -> Any:
    table = pa.table({"id": list(range(ROWS)), "s": [str(n) for n in range(ROWS)]})
    pq.write_table(table, kit.folder / "a.parquet")
    pacsv.write_csv(table, kit.folder / "a.csv")
    paf.write_feather(table, kit.folder / "a.feather")
    pads.write_dataset(table, kit.folder / "set", format="parquet", basename_template="part-{i}.parquet")
    with pq.ParquetWriter(kit.folder / "w.parquet", table.schema) as writer:
        writer.write_table(table)
    with pa.OSFile(str(kit.folder / "w.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with pq.ParquetFile(kit.folder / "a.parquet") as file:
        batches = [batch.num_rows for batch in file.iter_batches(batch_size=25)]
    sizes = pads.dataset(kit.folder / "set").to_table().num_rows, pacsv.read_csv(kit.folder / "a.csv").num_rows
    bad = kit.caught(lambda: pq.read_table(kit.folder / "none.parquet"))
    return batches, sizes, pq.read_table(kit.folder / "w.parquet").equals(table), bad[0]


class Rows(sqlite3.Connection):
    """A connection of the user's own class."""

    def total(self) -> int:
        return self.execute("SELECT sum(n) FROM t").fetchone()[0]


def sqlite_statements(kit: Kit) -> Any:
    con = sqlite3.connect(kit.folder / "a.db", factory=Rows)
    with con:
        con.execute("CREATE TABLE t (n INTEGER, s TEXT)")
        con.executemany("INSERT INTO t VALUES (?, ?)", ((n, f"s{n}") for n in range(20)))
    cursor = con.cursor()
    cursor.execute("SELECT n FROM t WHERE n > ? ORDER BY n", (10,))
    lazy = cursor.fetchone(), cursor.fetchmany(2), cursor.description, cursor.rowcount
    bad = kit.caught(lambda: con.execute("INSERT INTO nope VALUES (1)"))
    con.executescript("CREATE TABLE u AS SELECT n * 2 AS m FROM t; DELETE FROM u WHERE m > 20;")
    frame_ = pd.read_sql("SELECT m FROM u ORDER BY m", con)
    frame_.to_sql("v", con, index=False)
    out = lazy, bad[:3], con.total(), frame_.m.tolist(), con.in_transaction, con.total_changes, type(con).__name__
    con.close()
    return out


def sqlalchemy_statements(kit: Kit) -> Any:
    engine = sqlalchemy.create_engine(f"sqlite:///{kit.folder / 'b.db'}")
    with engine.begin() as con:
        con.execute(sqlalchemy.text("CREATE TABLE t (n INTEGER)"))
        con.execute(sqlalchemy.text("INSERT INTO t VALUES (:n)"), [{"n": n} for n in range(9)])
        rows = con.execute(sqlalchemy.text("SELECT n FROM t WHERE n > :low"), {"low": 4}).scalars().all()
    bad = kit.caught(lambda: pd.read_sql("SELECT nope FROM t", engine))
    with contextlib.suppress(Custom), engine.begin() as con:
        con.execute(sqlalchemy.text("INSERT INTO t VALUES (99)"))
        raise Custom(3)
    total = pd.read_sql("SELECT sum(n) AS s FROM t", engine).s.tolist()
    engine.dispose()
    return rows, bad[0], total


def objects_in_files(kit: Kit) -> Any:
    made = frame()
    model = LinearRegression().fit(made[["id", "x"]], made.x * 3 + 1)
    joblib.dump(model, kit.folder / "m.joblib")
    with (kit.folder / "m.pkl").open("wb") as file:
        pickle.dump({"model": model, "n": 1}, file)
    with (kit.folder / "m.pkl").open("rb") as file:
        loaded = pickle.load(file)
    np.save(kit.folder / "a.npy", made.x.to_numpy())
    np.savez(kit.folder / "a.npz", x=made.x.to_numpy())
    np.savetxt(kit.folder / "a.txt", made.x.to_numpy())
    predicted = joblib.load(kit.folder / "m.joblib").predict(made[["id", "x"]]).round(9).tolist()
    bad = kit.caught(lambda: np.load(kit.folder / "m.pkl", allow_pickle=False))
    unpicklable = kit.caught(lambda: pickle.dumps(lambda: 0))
    named = pickle.loads(pickle.dumps(pickle.load)) is pickle.load
    same = pickle.loads(pickle.dumps(pd.read_csv)) is pd.read_csv, inspect.signature(pd.read_csv).parameters.keys()
    return (
        predicted,
        loaded["n"],
        np.load(kit.folder / "a.npy").sum(),
        bad[0],
        unpicklable[0],
        len(same[1]),
        same[0],
        named,
    )


def files_of_the_standard_library(kit: Kit) -> Any:
    rows = [{"id": n, "text": f"t{n}"} for n in range(9)]
    with (kit.folder / "s.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    with (kit.folder / "s.csv").open(newline="") as file, (kit.folder / "s.json").open("w") as target:
        json.dump(list(csv.DictReader(file, delimiter=";")), target)
    with (kit.folder / "s.json").open() as file:
        read = json.load(file)
    ET.ElementTree(ET.fromstring("<a><b>1</b></a>")).write(kit.folder / "s.xml")
    tree = ET.parse(kit.folder / "s.xml")
    (kit.folder / "bad.json").write_text("{")
    with (kit.folder / "bad.json").open() as file:
        bad = kit.caught(lambda: json.load(file))
    lines, buffer = list(csv.reader(["a,b", "1,2"])), io.StringIO()
    csv.writer(buffer).writerow([1, "x"])
    wrong = kit.caught(lambda: csv.reader(3))
    return read, tree.getroot()[0].text, bad[0], lines, buffer.getvalue(), wrong[0], csv.reader([]).dialect.delimiter


def files_by_address(kit: Kit) -> Any:
    with fsspec.open("memory://drill/a.csv", "w") as file:
        frame().to_csv(file, index=False)
    with fsspec.open("memory://drill/a.csv") as file:
        head = file.readline()
    read = pd.read_csv("memory://drill/a.csv")
    fs = fsspec.filesystem("memory")
    bad = kit.caught(lambda: fs.open("/drill/none.csv"))
    fs.rm("/drill", recursive=True)
    return head, read.x.sum(), bad[0]
