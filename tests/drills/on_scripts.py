"""Scripts whose text is read when their run is reported: what they compute, and with what."""

import functools
import os
import runpy
import tempfile
import threading
from pathlib import Path
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


BOOKS = """
import openpyxl
import pandas as pd


def main(folder, kit):
    rows = pd.read_csv(folder / "train.csv")
    book = openpyxl.Workbook()
    sheet, other = book.active, book.create_sheet("other")
    spare = book.create_sheet("spare")
    sheet.append(["id", "x", "g"])
    for one in rows.itertuples():
        sheet.append([one.id, one.x, one.g])
    sheet["D1"] = "twice"
    for number, value in enumerate(rows.x, start=2):
        sheet.cell(row=number, column=4).value = value * 2
    other["A1"] = rows.x.sum()
    other.cell(2, 1, "=A1*2")
    for word, line in zip("BC", rows.g, strict=False):
        other[f"{word}1"] = line
    sheet.move_range("D1:D3", cols=1)
    del book["spare"]
    book.remove(other)
    book.save(folder / "made.xlsx")
    made = openpyxl.load_workbook(folder / "made.xlsx")
    first = made[made.sheetnames[0]]
    taken = [(line[0].value, line[1].value) for line in first.iter_rows(min_row=2)]
    pd.DataFrame(taken, columns=["id", "x"]).to_csv(folder / "taken.csv", index=False)
    cells = [first["B2"].value, first.cell(3, 2).value, *(cell.value for cell in first["A"][:3])]
    (folder / "cells.txt").write_text(repr(cells))
    return len(taken), made.sheetnames, spare.title, pd.read_excel(folder / "made.xlsx").shape


result.append(main(folder, kit))
"""
SUNDRIES = """
import argparse
import asyncio
import functools
import itertools
import operator
import os
from collections import Counter, defaultdict, deque, namedtuple
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

Pair = namedtuple("Pair", "left right")


@dataclass
class Part:
    name: str
    rows: object
    limit: int = 3

    def some(self):
        return self.rows.head(self.limit)


def tried(rows, name):
    try:
        return rows[name]
    except KeyError:
        return rows["x"] * 0
    finally:
        rows.attrs.clear()


async def later(rows, number):
    await asyncio.sleep(0)
    return rows.x * number


async def together(rows):
    first, second = await asyncio.gather(later(rows, 1), later(rows, 2))
    return first + second + (await later(rows, 3))


def kinds(rows):
    for word, one in rows.groupby("g"):
        yield word, one
    yield from ()


def matched(value):
    match value:
        case {"kind": kind, "rows": rows}:
            return rows.assign(kind=kind)
        case [first, *_]:
            return first
        case _:
            return None


def main(folder, kit):
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int, default=3)
    limit = parser.parse_args([]).limit
    rows = pd.read_csv(folder / "train.csv")
    rows["home"] = os.environ.get("NOT_THERE", "none")
    if (wide := len(rows)) > limit:
        rows["wide"] = rows.id / wide
    rows["both"], rows["none"] = asyncio.run(together(rows)), tried(rows, "nope")
    part = Part("one", rows, limit)
    part.some().to_csv(folder / "some.csv", index=False)
    found = matched({"kind": "late", "rows": rows})
    matched([found, rows]).to_parquet(folder / "found.parquet")
    with ThreadPoolExecutor(2) as pool:
        tasks = [pool.submit(tried, rows, name) for name in ("x", "id")]
        done = sorted(task.result().sum() for task in as_completed(tasks))
        mapped = list(pool.map(functools.partial(tried, rows), ["x", "b"]))
    pd.concat(mapped, axis=1).to_csv(folder / "mapped.csv", index=False)
    sums, counts, queue = defaultdict(float), Counter(rows.g), deque(maxlen=2)
    for word, one in kinds(rows):
        sums[word] += one.x.sum()
        queue.append(Pair(word, one))
    listed = [*counts.items()]
    listed.sort(key=operator.itemgetter(1))
    listed.insert(0, ("first", 1))
    listed.extend(reversed(listed[:2]))
    listed.remove(("first", 1))
    listed.pop(), listed.reverse()
    pd.DataFrame(listed, columns=["g", "n"]).to_json(folder / "listed.json")
    pd.DataFrame.from_dict(dict(sums), orient="index", columns=["x"]).T.to_csv(folder / "sums.csv")
    last = queue.pop()
    last.right.melt(id_vars="id", value_vars=["x", "wide"]).to_csv(folder / "long.csv", index=False)
    pairs = list(itertools.chain.from_iterable(zip(rows.id, rows.x, strict=True)))
    with open(folder / "pairs.txt", "w") as file:
        print(*pairs[:4], sep="|", file=file)
    table = pa.Table.from_pandas(rows[["id", "x"]]).append_column("y", pa.array(rows.x * 2))
    table.to_pandas().to_csv(folder / "arrow.csv", index=False)
    del rows["home"], last
    rows.transpose().to_csv(folder / "turned.csv")
    most = max(counts, key=counts.get) if any(counts.values()) else None
    total = functools.reduce(lambda one, other: one + other, rows.x)
    return done, most, round(total, 6), sorted(sums), [*{*rows.g} - {"g1"}].sort(), len(found)


result.append(main(folder, kit))
"""


_prepared_below = tempfile.TemporaryDirectory(prefix="scripts-")


@functools.cache
def _prepared(name: str, text: str) -> Path:
    """Return a folder with a script and its source, made before anything is watched: they are nobody's work."""
    folder = Path(tempfile.mkdtemp(dir=_prepared_below.name))
    frame().to_csv(folder / "train.csv", index=False)
    (folder / f"{name}.py").write_text(text)
    return folder


def _script(kit: Kit, name: str, text: str) -> list[Any]:
    """Run a script on a thread, below which it begins; the drill opens no file, else its own text is followed."""
    for path in _prepared(name, text).iterdir():
        os.link(path, kit.folder / path.name)
    result: list[Any] = []
    names = {"folder": kit.folder, "kit": kit, "result": result}
    thread = threading.Thread(target=runpy.run_path, args=(str(kit.folder / f"{name}.py"), names))
    thread.start()
    thread.join()
    return result


def computed(kit: Kit) -> Any:
    """With pandas, csv, json, DuckDB and scikit-learn."""
    return _script(kit, "plain", TEXT)


def computed_books(kit: Kit) -> Any:
    """With openpyxl, cell by cell."""
    return _script(kit, "books", BOOKS)


def computed_sundries(kit: Kit) -> Any:
    """With what the language and its library offer, once each."""
    return _script(kit, "sundries", SUNDRIES)
