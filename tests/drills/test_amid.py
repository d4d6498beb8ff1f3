"""What interrupts us on our own threads or on the user's may record something itself, wherever that is.

A finalizer, the callback of a weak reference or a signal handler runs between any two steps. A profile function stands
in for them, which Python calls at each call and each return, also of its own functions.
"""

import subprocess
import sys

import pytest

_SCRIPT = """
import collections, faulthandler, sys, threading, time
import driftline
from driftline.testing import MemorySink, use_sink
faulthandler.dump_traceback_later(90, exit=True)
busy, times, recorded = threading.local(), collections.Counter(), collections.deque()
WAITING = ("threading.py", "latch.py", "sender.py")  # many times: not all of it at the first turn of the thread
OURS = ("driftline/", "threading.py", "logging/", "contextlib.py", "tempfile.py")
def amid(frame, event, arg):
    name = frame.f_code.co_filename
    if getattr(busy, "on", False) or not any(part in name for part in OURS):
        return
    site = (threading.current_thread().name, frame.f_code, frame.f_lineno, event)
    if times[site] < (25 if name.endswith(WAITING) else 2):
        times[site] += 1
        busy.on = True
        recorded.append(1)
        record()
        busy.on = False
def run():
    with driftline.run("inner") as run:
        run.read("left", version="1")
def answer():
    driftline.record_answer("inner", text="left")
record = globals()[sys.argv[1]]
with use_sink(MemorySink()) as sink:
    record()
    driftline.flush(30)
    threading.setprofile(amid)
with use_sink(MemorySink()) as sink:
    sys.setprofile(amid)
    for number in range(20):
        record()
        time.sleep(0.1)
    recorded.extend([1] * 20)
    threads = {name for name, *_ in times}
    sys.setprofile(None)
    OURS = ()  # no more; what is under way by then is queued before the second of these is
    flushed = driftline.flush(30) and driftline.flush(30)
    print(flushed, len(sink.raw) + len(sink.recorded) - len(recorded), sorted(threads))
"""


@pytest.mark.parametrize("what", ["run", "answer"])
def test_what_is_recorded_amid_our_own_calls_neither_hangs_nor_is_lost(what: str) -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT, what], capture_output=True, text=True, timeout=120)
    assert done.stdout == "True 0 ['MainThread', 'driftline-sender']\n", done.stderr
