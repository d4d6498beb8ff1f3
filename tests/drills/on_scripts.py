"""A script whose text is read when its run is reported: what it computes with pandas, csv, json and DuckDB."""

import runpy
import threading
from typing import Any

from tests.drills.kit import Kit, frame

TEXT = """
import csv
import json

import duckdb
import pandas as pd
from sklearn.linear_model import LinearRegression


def load(folder, name):
    return pd.read_csv(folder / name)


def main(folder, kit):
    raw = load(folder, "train.csv")
    raw["y"] = raw.x * 2 + raw["id"]
    parts = []
    for word in sorted(set(raw.g)):
        one = raw[raw.g == word].assign(word=word)
        one.to_csv(folder / f"{word}.csv", index=False)
        parts.append(one)
    pd.concat(parts).groupby("g", as_index=False).agg(y=("y", "sum")).to_parquet(folder / "sums.parquet")
    with open(folder / "train.csv") as source, open(folder / "rows.csv", "w", newline="") as target:
        writer = csv.DictWriter(target, ["id", "twice"])
        writer.writeheader()
        writer.writerows({"id": row["id"], "twice": float(row["x"]) * 2} for row in csv.DictReader(source))
    with open(folder / "ids.json", "w") as file:
        json.dump([{"key": one} for one in raw.id.tolist()], file)
    with duckdb.connect() as con:
        taken = con.sql(f"select id, x as z from '{folder / 'train.csv'}' where id > 2").df()
        rows = con.execute(f"select count(*) from '{folder / 'train.csv'}'").fetchall()
    taken["w"] = taken.z + 1
    taken.to_parquet(folder / "taken.parquet")
    model = LinearRegression().fit(raw[["y"]], raw["x"])
    with kit.api.run("keep") as run:
        run.write("model", data=model)
        run.write("table", data=taken)
    return raw.y.sum().round(6), taken.w.sum().round(6), rows, model.coef_.round(6).tolist()


result.append(main(folder, kit))
"""


def computed(kit: Kit) -> Any:
    """On a thread, below which the script begins."""
    frame().to_csv(kit.folder / "train.csv", index=False)
    file = kit.folder / "script.py"
    file.write_text(TEXT)
    result: list[Any] = []
    names = {"folder": kit.folder, "kit": kit, "result": result}
    thread = threading.Thread(target=runpy.run_path, args=(str(file), names))
    thread.start()
    thread.join()
    file.unlink()
    return result, (kit.folder / "rows.csv").read_text(), (kit.folder / "ids.json").read_text()
