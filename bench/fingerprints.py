"""What a fingerprint costs, beside md5 and xxh3 of the same bytes, pandas' and polars' own row hashes in the same run.

The data: 2,000,000 rows of an integer, a double, a text of 3,000 levels and a timestamp, 68 MB, seeded. Then single
cells are changed at random places, and what names the column and the group of rows is counted. Polars is left out where
it is not installed. ``--file MEGABYTES`` writes a Parquet file of about that size and says how much memory its
fingerprint takes in Arrow's pool.
"""

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import xxhash
from pyarrow import parquet

import ratios
from driftline import profile
from driftline.capture.tables import formats
from driftline.profile.fingerprint import GROUP

ROWS = 2_000_000
EDITS = 200
FLOOR = "md5 of the same bytes"


def made(rows: int, rng: np.random.Generator) -> pa.Table:
    """Return the table."""
    return pa.table({
        "i": rng.integers(0, 1 << 40, rows),
        "f": rng.normal(size=rows),
        "s": pa.array([f"K{value:05d}" for value in range(3_000)]).take(pa.array(rng.integers(0, 3_000, rows))),
        "t": pa.array(rng.integers(0, 1 << 50, rows), pa.timestamp("us")),
    })  # fmt: skip


def buffers(table: pa.Table) -> list[Any]:
    """Return the bytes of a table as they lie in memory."""
    chunks = [chunk for column in table.columns for chunk in column.chunks]
    return [buffer for chunk in chunks for buffer in chunk.buffers() if buffer is not None]


def hashed(make: Callable[[], Any], parts: list[Any]) -> Callable[[], Any]:
    """Return a call that hashes ``parts`` with what ``make`` makes."""

    def work() -> str:
        state = make()
        for part in parts:
            state.update(part)
        return str(state.hexdigest())

    return work


def works(table: pa.Table, folder: Path) -> dict[str, Callable[[], Any]]:
    """Return what is measured, by name."""
    frame = table.to_pandas()
    parts = buffers(table)
    path = folder / "t.parquet"
    parquet.write_table(table, path)
    found = {
        FLOOR: hashed(hashlib.md5, parts),
        "xxh3-128 of the same bytes": hashed(xxhash.xxh3_128, parts),
        "fingerprint, Arrow": lambda: profile.fingerprint(table),
        "fingerprint, Arrow in 100 chunks": lambda: profile.fingerprint(chunked),
        "fingerprint, pandas": lambda: profile.fingerprint(frame),
        "row set, any order": lambda: profile.row_set(table),
        "fingerprint with row set": lambda: profile.fingerprint(table, rows=True),
        "pandas hash_pandas_object": lambda: pd.util.hash_pandas_object(frame, index=False),
        "read_parquet of the file": lambda: parquet.read_table(path, use_threads=False),
        "file read and fingerprinted in batches": lambda: in_batches(path),
    }
    chunked = pa.concat_tables([table.slice(start, ROWS // 100) for start in range(0, ROWS, ROWS // 100)])
    if importlib.util.find_spec("polars"):
        import polars as pl

        own = pl.from_arrow(table)
        found["polars hash_rows"] = own.hash_rows
    return found


def in_batches(path: Path) -> profile.Fingerprint:
    """Return the fingerprint of a file, read a batch at a time."""
    with parquet.ParquetFile(path, pre_buffer=False) as file:
        prints = profile.Prints(file.schema_arrow)
        for batch in file.iter_batches(GROUP, use_threads=False):
            prints.add(batch)
        return prints.finish()


def edits(table: pa.Table, rng: np.random.Generator) -> None:
    """Change one cell at a time and count how often the column and the group are named."""
    before, named = profile.fingerprint(table), 0
    for _ in range(EDITS):
        name, place = rng.choice(table.column_names), int(rng.integers(0, len(table)))
        column = table[name]
        cell = pa.array([None], column.type)
        edited = pa.chunked_array([*column.slice(0, place).chunks, cell, *column.slice(place + 1).chunks])
        after = profile.fingerprint(table.set_column(table.column_names.index(name), name, edited))
        found = profile.compare(before, after)
        first = place // GROUP * GROUP
        spans = ((first, min(first + GROUP, len(table)) - 1),)
        named += found is not None and found.columns == {name: spans}
    print(f"\nSingle cells changed: {EDITS}; named by column and group of rows: {named}")


def of_file(megabytes: int, folder: Path) -> None:
    """Write a large file and fingerprint it in another process."""
    rng, path = np.random.default_rng(2), folder / "large.parquet"
    with parquet.ParquetWriter(path, made(1, rng).schema) as writer:
        while not path.exists() or path.stat().st_size < megabytes << 20:
            writer.write_table(made(ROWS, rng))
    subprocess.run([sys.executable, __file__, "--read", str(path)], check=True)


def of_path(path: Path) -> None:
    """Fingerprint a file as capture does and print the memory that it took."""
    found = path.stat()
    read = formats.of_file(str(path), "large", found.st_size, found.st_mtime_ns)
    peak = pa.default_memory_pool().max_memory()
    assert read is not None
    done = "fingerprinted and profiled" if read.profile else "fingerprinted"
    print(f"\n{found.st_size >> 20:,} MB, {read.rows:,} rows {done}: at most {peak >> 20:,} MB of Arrow")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=int, default=0, metavar="MEGABYTES")
    parser.add_argument("--read", type=Path, metavar="PATH")
    given = parser.parse_args()
    if given.read:
        of_path(given.read)
        return
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.file:
            of_file(given.file, folder)
            return
        table = made(ROWS, rng)
        size = sum(len(part) for part in buffers(table))
        taken = {name: 1e3 * ratios.of_call(lambda work=work: work) for name, work in works(table, folder).items()}
        ratios.show(f"Fingerprints, {ROWS:,} rows, {size / 1e6:,.0f} MB", "CPU ms", taken, floor=FLOOR)
        for what in ("fingerprint, Arrow", FLOOR, "row set, any order"):
            print(f"{what}: {size / 1e6 / taken[what]:.1f} GB/s")
        edits(table, rng)


if __name__ == "__main__":
    main()
