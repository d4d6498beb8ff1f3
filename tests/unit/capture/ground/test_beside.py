"""What is remembered beside an object goes with it."""

import gc

from driftline.capture.ground.beside import Beside


class Unhashable:
    __hash__ = None


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


def test_what_cannot_be_referenced_weakly_is_passed_over() -> None:
    held: Beside[int] = Beside()
    held.put(3, 1)
    assert held.get(3) is None


def test_values_come_in_the_order_in_which_they_were_put() -> None:
    held: Beside[int] = Beside()
    one, two = Unhashable(), Unhashable()
    held.put(one, 1)
    held.put(two, 2)
    held.put(one, 3)
    assert held.values() == [2, 3]
    held.drop(two)
    assert held.values() == [3]
