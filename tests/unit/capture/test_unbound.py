"""A function that stands for a built-in one behaves like one where a class holds it and where it is pickled."""

import pickle

from driftline.capture.unbound import Unbound


@Unbound
def size(given: str) -> int:
    return len(given)


def test_a_class_that_holds_it_calls_it_without_the_object() -> None:
    class Holder:
        own, python = size, len

    assert Holder().own("abc") == Holder().python("abc") == 3  # type: ignore[arg-type, call-arg]
    assert Holder.own("abc") == 3


def test_it_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(size)) is size
