"""Dicts that several threads fill; by hand."""

import sys
import threading

from driftline.capture.ground import bounded


def test_what_came_first_goes() -> None:
    held = dict.fromkeys(range(5), "x")
    bounded.room(held, 6)
    assert list(held) == [0, 1, 2, 3, 4]
    bounded.room(held, 4)
    assert list(held) == [2, 3, 4]


def test_threads_that_fill_one_dict_do_not_make_each_other_fail() -> None:
    """With ``del held[next(iter(held))]`` some of them do: that the dict has changed, or that the key is gone."""
    held: dict[int, int] = {}
    failed: list[BaseException] = []

    def fill(first: int) -> None:
        try:
            for number in range(first, first + 3_000):
                bounded.room(held, 4)
                held[number] = number
        except BaseException as error:
            failed.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=fill, args=(place * 10_000,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert failed == []
    assert len(held) <= 4 + len(threads)
