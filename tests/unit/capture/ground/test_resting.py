"""The collector of garbage rests only where nobody can notice. Expected: what Python's own collector says of itself."""

import gc
import subprocess
import sys
import threading

import pytest

from driftline.capture.ground import resting


def test_nothing_is_collected_meanwhile_and_the_collector_goes_on_after() -> None:
    """In a process of its own: what tests here listens to the collector."""
    script = (
        "import gc; from driftline.capture.ground import resting, unlisted; unlisted.pass_over()\n"
        "with resting.collector(): print(gc.isenabled())\n"
        "print(gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_it_goes_on_after_a_failure_too() -> None:
    with pytest.raises(ImportError), resting.collector():
        raise ImportError
    assert gc.isenabled()


def test_a_collector_that_the_program_has_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with resting.collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_who_listens_to_the_collector_hears_all_of_it() -> None:
    def listen(phase: str, info: dict[str, int]) -> None: ...

    gc.callbacks.append(listen)
    try:
        with resting.collector():
            assert gc.isenabled()
    finally:
        gc.callbacks.remove(listen)


def test_it_is_left_alone_where_another_thread_may_switch_it_meanwhile() -> None:
    found: list[bool] = []

    def ask() -> None:
        with resting.collector():
            found.append(gc.isenabled())

    other = threading.Thread(target=ask)
    other.start()
    other.join()
    done = threading.Event()
    waiting = threading.Thread(target=done.wait)
    waiting.start()
    ask()
    done.set()
    waiting.join()
    assert found == [True, True]
