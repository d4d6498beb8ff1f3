"""A process that forks with the embedded store open: parent and child write to it as two strangers would.

Source: https://www.sqlite.org/howtocorrupt.html, "Carrying an open database connection across a fork()".
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = """
import os, sys, threading, time
import driftline
from driftline.capture.sending import client
driftline.record_answer("desk")
assert driftline.flush()
def answered(number):
    for _ in range(number):
        driftline.record_answer("desk")
    return driftline.flush()
"""
PARENT_ENDS_FIRST = """
ready, written = os.pipe()
if os.fork():
    os.read(ready, 1)
    sys.exit()  # closes the store, which the child has open
parent = os.getppid()
print(answered(3))
os.write(written, b"x")
while os.getppid() == parent:
    time.sleep(0.01)
print(answered(3))
"""
LONG_WRITE = """
client._FORK_SECONDS = 0.0
delivery, inside, done = client.current().sender.delivery, threading.Event(), threading.Event()
def write():  # as a thread of ours does that works out a long backlog
    with delivery._alone:
        inside.set()
        done.wait(20)
threading.Thread(target=write).start()
inside.wait(20)
if not os.fork():
    print(answered(6))
    sys.exit()
os.wait()
done.set()
"""


@pytest.mark.parametrize(
    ("way", "delivered"), [(PARENT_ENDS_FIRST, ["True", "True"]), (LONG_WRITE, ["False"])], ids=["ends", "writes"]
)
def test_what_a_child_records_is_there_whatever_its_parent_does(tmp_path: Path, way: str, delivered: list[str]) -> None:
    """By hand: one answer of the parent and six of the child; what was not delivered waits for the next command."""
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false", "DRIFTLINE_HOME": str(tmp_path / "home")}

    def ran(*command: str) -> str:
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, timeout=60, check=True, stdout=subprocess.PIPE
        ).stdout.decode()  # read to its end, which the child keeps open

    assert ran("-c", BEGIN + way).split() == delivered
    assert ran("-m", "driftline", "answers", "--json").count('"endpoint":') == 7
