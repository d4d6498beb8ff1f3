"""How benchmarks measure and print: CPU time, the median of several runs, and ratios to a named floor.

Wall time depends on what else the machine does; CPU time and ratios within one run hold better.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any


def of_process(arguments: Sequence[str], runs: int = 7) -> float:
    """Return the median CPU seconds of a Python process with ``arguments``."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)

    once()  # the first one fills the caches
    return statistics.median(once() for _ in range(runs))


def of_call(prepare: Callable[[], Callable[[], Any]], runs: int = 5) -> float:
    """Return the median CPU seconds of what ``prepare`` returns; preparing is not counted."""
    taken = []
    for _ in range(runs):
        work = prepare()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def show(title: str, unit: str, values: dict[str, float], floor: str) -> None:
    """Print ``values`` as a Markdown table, with their ratio to ``values[floor]``."""
    print(f"\n{title}\n\n| what | {unit} | ratio |\n| --- | ---: | ---: |")
    for name, value in values.items():
        print(f"| {name} | {value:.1f} | {value / values[floor]:.2f} |")
