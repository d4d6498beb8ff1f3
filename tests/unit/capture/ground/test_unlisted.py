"""A program that joins all threads, or waits until only its own are left, ends as it does without Driftline."""

import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from driftline.capture.ground import own, unlisted


@pytest.mark.parametrize("watch", ["", "import driftline; driftline.watch('job')\n"], ids=["without", "with"])
def test_all_threads_that_are_listed_can_be_joined(tmp_path: Path, watch: str) -> None:
    """As in many a program, and long in the documentation of Python and in its translations."""
    script = (
        f"{watch}import csv, threading, time\n"
        "open('a.csv', 'w').write('a')\n"
        "list(csv.reader(open('a.csv')))\n"
        "for _ in range(3): threading.Thread(target=time.sleep, args=(0.05,)).start()\n"
        "print(threading.active_count(), threading.activeCount())\n"
        "for one in threading.enumerate():\n"
        "    if one is not threading.main_thread(): one.join()\n"
        "while threading.active_count() > 1: time.sleep(0.01)\n"
        "print([one.name for one in threading.enumerate()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert done.stdout == "4 4\n['MainThread']\n"  # one and three, counted by hand
    assert (tmp_path / ".driftline").exists() is bool(watch)


def test_a_thread_of_ours_runs_and_the_functions_stay_what_they_were() -> None:
    before, go = threading.active_count(), threading.Event()
    thread = own.thread("ours", go.wait)
    assert isinstance(thread, unlisted.Unlisted)
    assert thread.is_alive()
    assert thread not in threading.enumerate()
    assert threading.active_count() == before == len(threading.enumerate())
    go.set()
    thread.join()
    assert pickle.loads(pickle.dumps(threading.enumerate)) is threading.enumerate
    with pytest.raises(TypeError, match=r"enumerate\(\) takes 0 positional arguments but 1 was given"):
        threading.enumerate(1)
