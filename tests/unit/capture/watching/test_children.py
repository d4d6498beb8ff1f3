"""A spawned child knows whose run it belongs to; the function that it runs is called once."""

import pickle
from typing import Any

import driftline
from driftline.capture.watching import children
from driftline.testing import MemorySink


def double(number: int, *, more: int = 0) -> int:
    return 2 * number + more


def test_without_a_run_a_child_is_left_alone(watched: MemorySink) -> None:
    assert children.child(double) is None


def test_a_child_carries_its_run_and_calls_the_function(watched: MemorySink) -> None:
    with driftline.run("job"):
        made = children.child(double)
        assert made is not None
        assert children.child(made) is None  # once is enough
        sent: Any = pickle.loads(pickle.dumps(made))
        assert sent(3, more=1) == 7
