"""A function that stands for a built-in one behaves like one where a class holds it and where it is pickled."""

import copy
import functools
import inspect
import pickle
import pydoc
import typing
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from fractions import Fraction
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


def standing() -> Any:
    def deque_(*args: object) -> deque[object]:
        return deque(*args)

    deque_.__wrapped__ = deque  # as ``functools.wraps`` says it
    deque_.__module__, deque_.__qualname__ = __name__, "deque_"
    return Standing(deque_)


def test_a_class_that_nothing_can_be_put_on_is_asked_through_what_stands_for_it() -> None:
    stands = standing()
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


def test_who_asks_what_kind_of_thing_it_is_hears_that_it_is_a_class() -> None:
    stands = standing()
    match deque([1]):
        case stands():
            found = "a deque"
        case _:
            found = "none"
    assert found == "a deque"
    assert inspect.isclass(stands)
    assert (inspect.isroutine(stands), inspect.isfunction(stands)) == (False, False)
    assert repr(stands) == str(stands) == "<class 'collections.deque'>"
    assert (stands.__mro__, stands.__doc__, dir(stands)) == (deque.__mro__, deque.__doc__, dir(deque))
    assert "class deque" in pydoc.render_doc(stands, renderer=pydoc.plaintext)
    assert inspect.getattr_static(stands, "append") is deque.append


def test_a_class_with_a_signature_has_it_and_one_without_has_none() -> None:
    def make(*args: Any) -> Fraction:
        return Fraction(*args)

    make.__wrapped__ = Fraction
    assert inspect.signature(Standing(make)) == inspect.signature(Fraction)
    assert not hasattr(standing(), "__signature__")


def test_classes_without_code_and_functions_for_classes_take_it_as_one() -> None:
    stands = standing()

    class Sorted(ABC):
        """What a deque is said to be."""

        @abstractmethod
        def sort(self) -> None: ...

    assert (issubclass(stands, Iterable), issubclass(stands, AbstractContextManager)) == (True, False)
    assert issubclass(stands, stands)
    Sorted.register(stands)
    assert isinstance(deque(), Sorted)

    @functools.singledispatch
    def kind(one: object) -> str:
        return "another"

    kind.register(stands)(lambda one: "a deque")
    assert (kind(deque()), kind([])) == ("a deque", "another")

    def hinted(one: stands) -> stands: ...

    assert typing.get_type_hints(hinted) == {"one": deque, "return": deque}
    assert isinstance(deque(), stands | None)


def test_it_is_copied_pickled_and_held_as_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    stands = standing()
    stands.__qualname__ = "deque_"
    monkeypatch.setitem(globals(), "deque_", stands)
    assert copy.copy(stands) is copy.deepcopy(stands) is stands
    assert pickle.loads(pickle.dumps(stands)) is stands

    class Holder:
        made = stands

    assert Holder().made([1]) == deque([1])


def test_no_frame_of_ours_lies_around_its_call() -> None:
    stands = standing()
    with pytest.raises(TypeError) as raised:
        stands(1)
    assert [one.name for one in raised.traceback] == [
        "test_no_frame_of_ours_lies_around_its_call", "deque_"
    ]  # fmt: skip
