"""A process that forks while a thread of ours loads a module: its child can load the same one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from driftline.capture.ground import loading

SLOW = "import time\ntime.sleep(1)\nDONE = True\n"
SCRIPT = """
import faulthandler, os, sys, time
import driftline
from driftline.capture.ground import own
driftline.record_answer("desk")

def load():
    import slow

thread = own.thread("loads", load)
while "slow" not in sys.modules:
    time.sleep(0.01)
if os.fork() == 0:
    faulthandler.dump_traceback_later(20, exit=True)
    import slow
    os.write(1, b"loaded" if slow.DONE else b"")
    os._exit(0)
_, status = os.wait()
thread.join()
sys.exit(status)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")
def test_a_child_can_load_what_a_thread_of_ours_was_loading(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "main.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "loaded"), done.stderr


def test_who_waits_does_so_for_a_bounded_time_and_for_threads_of_ours_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loading.wait(0.0)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "asks_whether_it_is_loaded.py").write_text(
        "import threading\n"
        "from driftline.capture.ground import loading\n"
        "def ask(ours):\n"
        "    thread = threading.Thread(target=lambda: found.append(loading.wait(0.01)))\n"
        "    if ours:\n"
        "        loading.begin()\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "    loading.end()\n"
        "found = []\n"
        "ask(ours=True)\n"
        "ask(ours=False)\n"
    )
    assert __import__("asks_whether_it_is_loaded").found == [False, True]


USERS = """
import faulthandler, importlib.machinery, os, sys, threading, time
import driftline
from driftline.capture.ground import loading  # without it nobody waits
driftline.record_answer("desk")
begun, name = threading.Event(), sys.argv[1]
sound = importlib.machinery.SourceFileLoader.exec_module

def slowly(self, module):
    if module.__name__ == name:
        begun.set()
        time.sleep(1)
    sound(self, module)

importlib.machinery.SourceFileLoader.exec_module = slowly
thread = threading.Thread(target=__import__, args=(name,))
thread.start()
begun.wait(20)
before = time.monotonic()
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(20, exit=True)
    if name.startswith("driftline"):
        __import__(name)
    os._exit(0)
waited = time.monotonic() - before
_, status = os.waitpid(child, 0)
thread.join()
print(waited > 0.5)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")
@pytest.mark.parametrize(("module", "waits"), [("driftline.thrift", True), ("wave", False)])
def test_a_child_can_load_what_of_ours_a_thread_of_the_users_was_loading(
    tmp_path: Path, module: str, waits: bool
) -> None:
    """A fork does not wait for modules of the user's: without Driftline it would not, either."""
    (tmp_path / "main.py").write_text(USERS)
    done = subprocess.run([sys.executable, "main.py", module], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, f"{waits}\n"), done.stderr
