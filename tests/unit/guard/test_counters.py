"""Counting from many threads loses nothing, and each process counts for itself."""

import subprocess
import sys
import threading

from driftline.guard import counters

DECISIONS = "driftline_guard_decisions_total"


def test_counts_from_many_threads_add_up() -> None:
    def count() -> None:
        for _ in range(5000):
            counters.add(DECISIONS, "desk", "allow", "enforce")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.total(DECISIONS, action="allow") == 20_000
    assert len(counters._counts.pending) < counters._FOLD_AT


def test_a_sample_names_its_labels() -> None:
    counters.add("driftline_guard_money_avoided_total", "desk", by=300.0)
    counters.add("driftline_guard_money_avoided_total", "desk", by=0.5)
    (sample,) = counters.samples()
    assert (sample.labels, sample.value) == ({"endpoint": "desk"}, 300.5)


def test_a_forked_child_starts_at_zero() -> None:
    code = """
import os
from driftline.guard import counters
counters.add("driftline_guard_money_avoided_total", "desk")
child = os.fork()
if child == 0:
    os._exit(len(counters.samples()))
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=20, check=False).returncode == 0
