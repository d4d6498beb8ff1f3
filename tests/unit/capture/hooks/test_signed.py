"""Signatures that are worked out when somebody asks; what they have to be is what ``inspect`` says of the function."""

import copy
import functools
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.hooks import signed


def function(first: int, *rest: str, last: float = 1.5) -> list[str]:
    return [*rest, str(first), str(last)]


@functools.wraps(function)
def wrapper(*args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


LOOKS: dict[str, Callable[[Any], object]] = {
    "text": str,
    "spelled": repr,
    "hash": hash,
    "parameters": lambda one: list(one.parameters.items()),
    "returns": lambda one: one.return_annotation,
    "replaced": lambda one: one.replace(return_annotation=int),
    "bound": lambda one: one.bind(1, "a").arguments,
    "its class": lambda one: one.__class__,
    "copied": copy.copy,
    "pickled": pickle.dumps,
}


@pytest.mark.parametrize("given", [function, wrapper])
@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_whatever_is_asked_first_is_answered_like_the_signature(given: Any, look: Callable[[Any], object]) -> None:
    found = signed.signature(given)
    assert look(found) == look(inspect.signature(function))
    assert type(found) is inspect.Signature


def test_it_is_equal_to_the_signature_from_either_side() -> None:
    assert signed.signature(function) == inspect.signature(function)
    assert inspect.signature(function) == signed.signature(function)
    assert signed.signature(function) != inspect.signature(lambda: None)


def test_nothing_is_worked_out_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    found = inspect.signature

    def counted(given: Any) -> inspect.Signature:
        asked.append(given)
        return found(given)

    monkeypatch.setattr(inspect, "signature", counted)
    one = signed.signature(function)
    assert asked == []
    assert (list(one.parameters), list(one.parameters)) == (["first", "rest", "last"],) * 2
    assert asked == [function]


def test_what_may_have_none_is_asked_at_once() -> None:
    with pytest.raises(ValueError, match="no signature found"):
        signed.signature(dict.fromkeys.__self__)
    assert type(signed.signature(functools.partial(function, 1))) is inspect.Signature
