"""Ids of answers, against the layout of RFC 9562, section 5.7."""

import multiprocessing
import threading
import time
import uuid
from collections import deque
from itertools import islice

import driftline
from driftline.capture.answering.mint import _Process, mint, process, spelt
from driftline.testing import MemorySink


def test_an_id_is_a_uuid_of_version_seven_with_the_moment_in_it() -> None:
    before = time.time_ns() // 1000
    id_, moment = mint()
    read = uuid.UUID(id_)
    assert (str(read), read.version, read.variant) == (id_, 7, uuid.RFC_4122)
    assert read.int >> 80 == moment // 1000
    assert before <= moment <= time.time_ns() // 1000


def test_ids_rise_in_the_order_in_which_they_were_made_and_are_never_the_same() -> None:
    made = [mint()[0] for _ in range(20_000)]  # across many milliseconds and a carry of the last three digits
    assert len(set(made)) == len(made)
    assert made == sorted(made)


def test_threads_make_different_ids() -> None:
    made: list[str] = []

    def work() -> None:
        made.extend([mint()[0] for _ in range(2_000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000


def _made(_: int) -> str:
    return mint()[0]


def test_a_forked_process_makes_ids_of_its_own() -> None:
    parent = mint()[0]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        children = pool.map(_made, range(2))
    assert len({one[15:30] for one in (parent, *children)}) >= 2  # what the ids of one process share
    assert all(child[15:30] != parent[15:30] for child in children)


def test_an_id_may_be_spelt_later_and_is_the_same_each_time() -> None:
    first, second = ((time.time_ns() // 1000, process.next()) for _ in "ab")
    between = mint()[0]
    ids = [spelt(*first), spelt(*second), between]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3
    assert (spelt(*second), spelt(*first)) == (ids[1], ids[0])
    assert uuid.UUID(ids[0]).int >> 80 == first[0] // 1000


def test_the_id_of_a_block_is_the_one_that_is_recorded_whenever_it_is_asked_for(sink: MemorySink) -> None:
    with driftline.answer("early") as early:
        asked = early.id
    with driftline.answer("late") as late:
        pass
    with driftline.answer("never"):
        pass
    assert driftline.flush()
    recorded = {answer.endpoint: answer.id for answer in sink.recorded}
    assert (recorded["early"], recorded["late"]) == (asked, late.id)
    assert early.id == asked
    assert list(recorded.values()) == sorted(recorded.values())


def test_digits_begin_anew_when_all_have_been_given() -> None:
    one = _Process()
    first = [one.next() for _ in range(4_097)]
    assert first[:2] == ["000000", "000001"]
    assert first[-2:] == ["000fff", "001000"]
    deque(islice(iter(one.next, ""), 4_096 * 4_096 - 4_098), maxlen=0)
    assert (one.next(), one.next()) == ("ffffff", "000000")
