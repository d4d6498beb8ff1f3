"""What remembering plans costs a polars user: CPU time of four operations on a lazy frame, with hooks and without.

Run: ``python bench/polars_plans.py``. The anchor is 48 to 64 microseconds for wrapping four operations, measured with
``root_names`` and ``output_name`` asked for at once; here expressions are looked at when what is written is reported.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

import driftline
from driftline.testing import MemorySink, use_sink

ROUNDS, CALLS = 15, 400


def plan(path: str) -> Callable[[], Any]:
    scan = pl.scan_parquet(path)

    def four() -> Any:
        return (
            scan.filter(pl.col("a") > 1)
            .with_columns(c=pl.col("a") + pl.col("b"))
            .group_by("k")
            .agg(pl.col("c").sum())
            .sort("k")
        )

    return four


def cost(act: Callable[[], Any]) -> float:
    begin = time.process_time()
    for _ in range(CALLS):
        act()
    return (time.process_time() - begin) / CALLS * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "t.parquet")
        pl.DataFrame({"k": [1, 2], "a": [1, 2], "b": [3, 4]}).write_parquet(path)
        plain, hooked, off = [], [], []
        with use_sink(MemorySink(), home=str(Path(folder) / ".driftline")):
            for _ in range(ROUNDS):
                plain.append(cost(plan(path)))
                driftline.watch()
                off.append(cost(plan(path)))  # no run: nothing is known of the frame
                with driftline.run("bench"):
                    hooked.append(cost(plan(path)))
                driftline.unwatch()
    base = statistics.median(plain)
    print("four operations and a sort (6 calls), median CPU microseconds:")
    print(f"  plain {base:.1f}; watched without a run +{statistics.median(off) - base:.1f}; ", end="")
    print(f"in a run +{statistics.median(hooked) - base:.1f}")


if __name__ == "__main__":
    main()
