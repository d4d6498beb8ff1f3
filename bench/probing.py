"""What probing costs the user's thread: CPU time of a call of a step, by what is asked for and what is known.

Run: ``python bench/probing.py``. The function itself does nothing, so that what is left is ours; the child's work is
not on this thread.
"""

import functools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import driftline
from driftline.capture.probe import background, cache
from driftline.testing import MemorySink, use_sink

ROUNDS = 40
ROWS = (1_000, 100_000, 1_000_000)


def nothing(frame: Any) -> Any:
    return frame


def cost(act: Callable[[], Any], before: Callable[[], Any] = lambda: None) -> float:
    taken = []
    for _ in range(ROUNDS):
        before()
        begin = time.thread_time()
        act()
        taken.append(time.thread_time() - begin)
    return statistics.median(taken) * 1e3


def main() -> None:
    random = np.random.default_rng(0)
    background.put = lambda _: True  # only the user's thread is measured
    print("milliseconds of CPU on the user's thread per call of a step, 20 columns:")
    for rows in ROWS:
        frame = pd.DataFrame({f"c{place}": random.normal(size=rows) for place in range(20)})
        with tempfile.TemporaryDirectory() as folder, use_sink(MemorySink(), home=str(Path(folder) / ".driftline")):
            plain = cost(functools.partial(driftline.step(nothing), frame))
            first = cost(functools.partial(driftline.step(probe=True)(nothing), frame), cache.forget)
        print(f"  {rows:>9,} rows: not asked {plain:.3f}; asked, unknown +{first - plain:.2f}", file=sys.stdout)


if __name__ == "__main__":
    main()
