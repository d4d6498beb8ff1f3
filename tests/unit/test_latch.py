"""Latches that threads wait for; expected values follow from what ``threading.Event`` does."""

import subprocess
import sys
import threading
import time

import pytest

from driftline.latch import Latch


def test_who_waits_goes_on_once_it_is_set_and_waits_again_once_it_is_cleared() -> None:
    latch = Latch()
    assert not latch.is_set()
    assert latch.wait(0.0) is latch.wait(-5.0) is False
    latch.set()
    latch.set()
    assert latch.is_set()
    assert latch.wait(0.0)
    assert latch.wait(float("inf"))
    latch.clear()
    latch.clear()
    assert not latch.is_set()
    assert not latch.wait(0.01)


@pytest.mark.parametrize("waiting", [1, 8])
def test_all_threads_that_wait_go_on(waiting: int) -> None:
    latch, gone = Latch(), []
    threads = [threading.Thread(target=lambda: gone.append(latch.wait(60))) for _ in range(waiting)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    assert gone == []
    latch.set()
    for thread in threads:
        thread.join(60)
    assert gone == [True] * waiting


def test_a_thread_that_sets_it_while_another_clears_it_is_not_missed() -> None:
    asked, answered, heard = Latch(), Latch(), []

    def answer() -> None:
        for _ in range(2000):
            heard.append(asked.wait(60))
            asked.clear()
            answered.set()

    thread = threading.Thread(target=answer)
    thread.start()
    for _ in range(2000):
        asked.set()
        while not answered.wait(60):
            """It may end early."""
        answered.clear()
    thread.join(60)
    assert len(heard) == 2000


def test_it_may_be_set_at_any_place_of_its_own_methods() -> None:
    """An event of Python's hangs there: a profile function is called inside of what ``wait`` and ``set`` call."""
    script = (
        "import sys, threading\n"
        "from driftline.latch import Latch\n"
        "latch, again = Latch(), []\n"
        "def amid(frame, event, arg):\n"
        "    if frame.f_code.co_filename.endswith(('latch.py', 'threading.py')) and not again:\n"
        "        again.append(event)\n"
        "        latch.set()\n"
        "        again.pop()\n"
        "sys.setprofile(amid)\n"
        "for _ in range(3):\n"
        "    latch.clear()\n"
        "    latch.wait(0.01)\n"
        "    latch.set()\n"
        "sys.setprofile(None)\n"
        "print(latch.is_set())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "True\n", done.stderr
    hanging = script.replace("from driftline.latch import Latch", "from threading import Event as Latch")
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", hanging], capture_output=True, timeout=3)


def test_who_waits_is_let_go_where_it_is_set_in_the_midst_of_being_cleared() -> None:
    """The lock is free when it is set, and taken by what clears it then: nobody else would let go of it."""

    class Amid:
        def __init__(self) -> None:
            self.lock = threading.Lock()
            self.locked, self.release = self.lock.locked, self.lock.release

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
            if not blocking:
                latch.set()
            return self.lock.acquire(blocking, timeout)

    latch = Latch()
    latch.set()
    latch._lock = Amid()
    latch.clear()
    assert latch.is_set()
    assert not latch._lock.locked()
