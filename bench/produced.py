"""What a script has written, as columns of comparable texts.

Enters: a folder, and the names in it that were there before. Leaves: of each written file the columns by name, each
cell as a text: numbers to nine digits, so that the order of a sum does not count. A table of a database goes by
``file:table``, a further sheet of a workbook by ``sheet!column``, a name that comes again by ``name#2``. What is no
table is one column, ``*``, with one cell. Columns without a name (an index) are left out.
"""

import csv
import importlib.metadata
import json
import math
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import joblib
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq

Cells = dict[str, list[str]]  # the cells of each column
WHOLE = "*"


def versions() -> list[str]:
    """Return the versions of libraries that decide what a script writes."""
    return [importlib.metadata.version(name) for name in ("numpy", "pandas", "pyarrow", "scikit-learn", "duckdb")]


def tables(folder: Path, given: set[str]) -> dict[str, Cells]:
    """Return what was written in ``folder`` and is not among the names ``given``."""
    found: dict[str, Cells] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        read = READERS.get(path.suffix)
        if read is not None and path.is_file() and (name not in given or path.suffix == ".db"):
            found.update({f"{name}:{table}" if table else name: cells for table, cells in read(path).items()})
    return {name: cells for name, cells in found.items() if name not in given}


def cell(value: Any) -> str:
    """Return a value as text: equal for what is equal but for rounding."""
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | float | np.number):
        number = float(value)
        return "" if math.isnan(number) else "0" if abs(number) < 1e-10 else f"{number:.9g}"
    return str(value)


def _columns(names: Iterable[Any], rows: Iterable[Sequence[Any]]) -> Cells:
    held = list(rows)
    seen: dict[str, int] = {}
    found: Cells = {}
    for place, name in enumerate(str(one) if one is not None else "" for one in names):
        seen[name] = seen.get(name, 0) + 1
        if name and not name.startswith("__index_level"):
            number = f"{name}#{seen[name]}" if seen[name] > 1 else name
            found[number] = [cell(row[place]) if place < len(row) else "" for row in held]
    return found


def _csv(path: Path) -> dict[str, Cells]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
    return {"": _columns(rows[0], rows[1:])} if rows else {}


def _frame(frame: pd.DataFrame) -> Cells:
    named = frame.reset_index() if any(frame.index.names) else frame
    return _columns(named.columns, named.itertuples(index=False, name=None))


def _records(records: Any) -> Cells:
    if isinstance(records, list) and records and all(isinstance(one, dict) for one in records):
        names = list(dict.fromkeys(name for one in records for name in one))
        return _columns(names, [[one.get(name) for name in names] for one in records])
    return {WHOLE: [json.dumps(records, sort_keys=True)]}


def _lines(path: Path) -> dict[str, Cells]:
    return {"": _records([json.loads(line) for line in path.read_text("utf-8").splitlines()])}


def _workbook(path: Path) -> dict[str, Cells]:
    book = openpyxl.load_workbook(path, read_only=True)
    found: Cells = {}
    for place, sheet in enumerate(book.worksheets):
        rows = list(sheet.iter_rows(values_only=True))
        cells = _columns(rows[0], rows[1:]) if rows else {}
        found |= {f"{sheet.title}!{name}" if place else name: column for name, column in cells.items()}
    return {"": found}


def _object(path: Path) -> dict[str, Cells]:
    held = joblib.load(path) if path.suffix == ".joblib" else pickle.loads(path.read_bytes())
    return {"": _frame(held) if isinstance(held, pd.DataFrame) else {WHOLE: [joblib.hash(held)]}}


def _array(path: Path) -> dict[str, Cells]:
    held = np.load(path)
    wide = held.reshape(len(held), -1)
    return {"": _columns(range(wide.shape[1]), wide.tolist())}


def _database(path: Path) -> dict[str, Cells]:
    connection = sqlite3.connect(path)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: _query(connection, name) for name in names}


def _query(connection: Any, name: str) -> Cells:
    cursor = connection.execute(f'SELECT * FROM "{name}"')
    return _columns([one[0] for one in cursor.description], cursor.fetchall())


def _duckdb(path: Path) -> dict[str, Cells]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return {name: _query(connection, name) for (name,) in connection.execute("SHOW TABLES").fetchall()}


READERS: dict[str, Callable[[Path], dict[str, Cells]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": lambda path: {"": _frame(pq.read_table(path).to_pandas())},
    ".json": lambda path: {"": _records(json.loads(path.read_text("utf-8")))},
    ".jsonl": _lines,
    ".xlsx": _workbook,
    ".pkl": _object,
    ".pickle": _object,
    ".joblib": _object,
    ".npy": _array,
    ".db": _database,
    ".duckdb": _duckdb,
}
