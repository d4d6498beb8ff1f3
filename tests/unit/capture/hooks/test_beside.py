"""What is remembered beside an object goes with it."""

import gc

import pytest

from driftline.capture.hooks.beside import Beside


class Unhashable:
    __hash__ = None  # type: ignore[assignment]


def test_it_goes_with_the_object() -> None:
    held: Beside[str] = Beside()
    one, two = Unhashable(), Unhashable()
    held.put(one, "one")
    assert (held.get(one), held.get(two), bool(held)) == ("one", None, True)
    held.put(one, "other")
    assert held.get(one) == "other"
    del one
    gc.collect()
    assert not held


def test_what_cannot_be_referenced_weakly_is_refused() -> None:
    with pytest.raises(TypeError):
        Beside[int]().put(3, 1)
