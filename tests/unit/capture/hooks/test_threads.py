"""What a thread or a pool's task does belongs to the run that it was started in."""

import threading
from concurrent.futures import ThreadPoolExecutor

import driftline
from driftline.testing import MemorySink


class Work(threading.Thread):
    """A thread in the old manner."""

    def run(self) -> None:
        self.done = "worked"


def test_a_thread_goes_on_in_its_run(watched: MemorySink) -> None:
    from driftline.capture.runs import around

    found: list[object] = []
    with driftline.run("job") as run:
        thread = threading.Thread(target=lambda: found.append(around.active()))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(1) as pool:
            found.append(pool.submit(around.active).result())
    assert found == [run, run]


def test_a_pool_that_outlives_a_run_forgets_it(watched: MemorySink) -> None:
    from driftline.capture.runs import around

    with ThreadPoolExecutor(1) as pool:
        with driftline.run("job"):
            pool.submit(lambda: None).result()
        assert pool.submit(around.active).result() is None


def test_threads_are_as_before(watched: MemorySink) -> None:
    with driftline.run("job"):
        thread = Work()
        thread.start()
        thread.join()
        failing = ThreadPoolExecutor(1).submit(lambda: 1 / 0)
        assert isinstance(failing.exception(), ZeroDivisionError)
    assert thread.done == "worked"
    assert "run" not in vars(thread)
