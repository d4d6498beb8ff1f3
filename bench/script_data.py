"""The source files of the scripts in ``bench/scripts``, and the writing of them with other values in a column.

Enters: the name of a file of the catalogues in ``script_tables.py`` and ``script_samples.py``, or tables. Leaves: its
tables; the file itself, in the format that its name says. Never looks at a script.
"""

import csv
import json
import random
import sqlite3
from pathlib import Path

import pandas as pd

import script_tables
from script_samples import SAMPLES
from script_tables import Table

CATALOGUE = {**script_tables.CATALOGUE, **SAMPLES}
DATES = frozenset({"order_date", "signup_date", "ts", "time", "hired", "date", "posted", "opened", "booked"})


def tables(file: str) -> dict[str, Table]:
    """Return the tables in ``file``, by name (``""``: the file is the table), columns in order."""
    return {name: maker(random.Random(f"{file}:{name}")) for name, maker in CATALOGUE[file].items()}


def write(path: Path, held: dict[str, Table]) -> None:
    """Write tables into a file of the format that its name says."""
    kind = path.suffix
    if kind == ".db":
        _database(path, held)
        return
    table = held[""]
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    if kind == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table))
            writer.writeheader()
            writer.writerows(rows)
    elif kind == ".json":
        path.write_text(json.dumps(rows), "utf-8")
    elif kind == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        _frame(path, table)


def _frame(path: Path, table: Table) -> None:
    frame = pd.DataFrame(table)
    for name in frame.columns:
        if name in DATES and path.suffix != ".xlsx":
            frame[name] = pd.to_datetime(frame[name])
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_pickle(path)


def _database(path: Path, held: dict[str, Table]) -> None:
    with sqlite3.connect(path) as connection:
        for name, table in held.items():
            connection.execute(f"CREATE TABLE {name} ({', '.join(table)})")
            marks = ", ".join("?" * len(table))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", zip(*table.values(), strict=True))
    connection.close()
