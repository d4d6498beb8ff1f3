"""What profiles and fingerprints cost, beside numpy's sort, pandas' describe and pandas' own hash in the same run.

The data: 14 lognormal columns with 5 % missing and 8 text columns with 3 to 3,000 levels, seeded. The floor is numpy
sorting the number columns, without counting, moments or text.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

import ratios
from driftline import profile
from driftline.capture.tables import contents

LEVELS = (3, 10, 30, 100, 300, 1_000, 2_000, 3_000)
SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
FLOOR = "numpy sort, numbers"
TABLES = 60  # small ones
READ = "read from Parquet"


def numbers(rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the number columns."""
    return {f"n{k}": np.where(rng.random(rows) < 0.05, np.nan, rng.lognormal(size=rows)) for k in range(14)}


def texts(rows: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the text columns."""
    return {f"s{top}": np.array([f"K{value:05d}" for value in rng.integers(0, top, rows)]) for top in LEVELS}


def works(rows: int) -> dict[str, Callable[[], Any]]:
    """Return what is measured, by name."""
    rng = np.random.default_rng(1)
    values = numbers(rows, rng)
    frame = pd.DataFrame(values | texts(rows, rng))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    built = profile.build(table)
    data = profile.encode(built)
    print(f"\n{rows:,} rows, {table.num_columns} columns: an encoded profile has {len(data):,} bytes")
    return {
        FLOOR: lambda: [np.sort(column) for column in values.values()],
        "numpy unique with counts, numbers": lambda: [np.unique(v, return_counts=True) for v in values.values()],
        "numpy mean, std and 7 quantiles, numbers": lambda: [
            (np.nanmean(column), np.nanstd(column), np.nanquantile(column, SHARES)) for column in values.values()
        ],
        "pandas describe": lambda: frame.describe(include="all"),
        "profile.build, numbers": lambda: profile.build(values),
        "profile.build, Arrow": lambda: profile.build(table),
        "profile.build, pandas": lambda: profile.build(frame),
        "profile.encode": lambda: profile.encode(built),
        "profile.decode": lambda: profile.decode(data),
        "profile.merge of 30": lambda: profile.merge([built] * 30),
        "profile.fingerprint, Arrow": lambda: profile.fingerprint(table),
        "profile.fingerprint, pandas": lambda: profile.fingerprint(frame),
        "pandas hash_pandas_object": lambda: pd.util.hash_pandas_object(frame),
    }


def small(rows: int) -> dict[str, Callable[[], Any]]:
    """Return what is measured of ``TABLES`` small tables, by name."""
    rng = np.random.default_rng(2)
    files = []
    for _ in range(TABLES):
        columns = dict(list(numbers(rows, rng).items())[:9]) | dict(list(texts(rows, rng).items())[:4])
        file = pa.BufferOutputStream()
        parquet.write_table(pa.table(columns), file)
        files.append(file.getvalue())

    def read() -> list[pa.Table]:
        return [parquet.ParquetFile(pa.BufferReader(file)).read(use_threads=False) for file in files]

    def anew(work: Callable[[list[pa.Table]], Any]) -> Any:
        contents._columns.clear()  # what is known of columns that were there before
        return work(read())

    return {
        READ: read,
        "and measured one by one": lambda: anew(lambda tables: [contents.of_arrow(table) for table in tables]),
        "and measured together": lambda: anew(contents.of_tables),
    }


def often(work: Callable[[], Any], times: int) -> Callable[[], Callable[[], Any]]:
    """Return a preparation that warms ``work`` up and hands out ``times`` calls of it."""

    def prepare() -> Callable[[], Any]:
        work()
        return lambda: [work() for _ in range(times)]

    return prepare


def main() -> None:
    """Measure and print, for each number of rows given."""
    for rows in [int(text) for text in sys.argv[1:]] or [900, 100_000, 1_000_000]:
        times = max(1, 20_000 // rows)
        taken = {name: 1e3 / times * ratios.of_call(often(work, times)) for name, work in works(rows).items()}
        ratios.show(f"Profiles, {rows:,} rows", "CPU ms", taken, floor=FLOOR)
    for rows in (30, 200, 900):
        taken = {name: 1e3 / TABLES * ratios.of_call(often(work, 1)) for name, work in small(rows).items()}
        ratios.show(f"A table of {rows} rows and 13 columns, one of {TABLES}", "CPU ms", taken, floor=READ)


if __name__ == "__main__":
    main()
