"""A function that stands for a built-in one behaves like one where a class holds it and where it is pickled."""

import functools
import inspect
import pickle
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.ground.unbound import Standing, Unbound


@Unbound
def size(given: str) -> int:
    return len(given)


def test_a_class_that_holds_it_calls_it_without_the_object() -> None:
    class Holder:
        own, python = size, len

    assert Holder().own("abc") == Holder().python("abc") == 3
    assert Holder.own("abc") == 3


def test_it_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(size)) is size


def around(original: Callable[..., Any]) -> Any:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return original(*args, **kwargs)

    return Unbound(call)


@pytest.mark.parametrize("original", [len, pickle.dumps, around(len)])
def test_it_says_the_signature_of_the_original_whoever_asks(original: Callable[..., Any]) -> None:
    made = around(original)
    assert inspect.signature(made) == inspect.signature(original)
    assert inspect.getfullargspec(made) == inspect.getfullargspec(original)


def test_an_original_that_says_none_leaves_it_without_one() -> None:
    """``iter`` has two ways to be called, which a signature cannot say."""
    made = around(iter)
    assert not hasattr(made, "__signature__")
    with pytest.raises(TypeError):
        inspect.getfullargspec(iter)


def test_a_class_that_nothing_can_be_put_on_is_asked_through_what_stands_for_it() -> None:
    def make(*args: object) -> deque[object]:
        return deque(*args)

    make.__wrapped__ = deque  # as ``functools.wraps`` says it
    stands: Any = Standing(make)
    assert stands([1, 2]) == deque([1, 2])
    assert isinstance(deque(), stands)
    assert not isinstance([], stands)
    assert (isinstance(None, stands | None), isinstance(None, None | stands)) == (True, True)
    assert ({deque: 1}[stands], {stands: 1}[deque]) == (1, 1)
    assert stands.append is deque.append

    class Longer(stands):
        pass

    assert Longer.__mro__[1] is deque
    assert issubclass(Longer, stands)
    assert not issubclass(list, stands)
