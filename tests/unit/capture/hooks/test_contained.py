"""What lies in containers; the expected names and ways are read off the literals."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import pandas as pd
import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.hooks import contained
from driftline.capture.script.steps import DICT, EACH, FRAME, HELD, KEY, LIST, MODEL, OBJECT, TUPLE, VALUE, steps_of

FRAME_OF_TWO = pd.DataFrame({"a": [1], "b": [2]})


class Model:
    def predict(self) -> None:
        """What makes it one."""


def told(data: Any) -> dict[str, list[tuple[str, str]]] | None:
    found = contained.fields(data)
    return None if found is None else {one.name: steps_of(one.type) for one in found}


def test_each_column_and_value_has_a_field_with_the_way_to_it() -> None:
    assert told({"x": FRAME_OF_TWO, "n": 3, "inner": {"m": 4}}) == {
        "x.a": [(DICT, "x"), (FRAME, "a")],
        "x.b": [(DICT, "x"), (FRAME, "b")],
        "n": [(DICT, "n"), (VALUE, "")],
        "inner.m": [(DICT, "inner"), (DICT, "m"), (VALUE, "")],
    }


def test_keys_that_are_values_are_no_names_of_fields() -> None:
    assert told({"n": 1, "by_customer": {"a@example.org": 1, "b@example.org": 2}}) == {
        "n": [(DICT, "n"), (VALUE, "")],
        "by_customer.key": [(DICT, "by_customer"), (EACH, KEY), (VALUE, "")],
        "by_customer.value": [(DICT, "by_customer"), (EACH, HELD), (VALUE, "")],
    }
    assert told({25: {"n": 1, "day": "x"}, 31: {"n": 2}}) == {
        "key": [(EACH, KEY), (VALUE, "")],
        "n": [(EACH, ""), (DICT, "n"), (VALUE, "")],
        "day": [(EACH, ""), (DICT, "day"), (VALUE, "")],
    }
    assert sorted(told({7: FRAME_OF_TWO, 8: FRAME_OF_TWO}) or ()) == ["a", "b", "key"]
    assert told({7: FRAME_OF_TWO, 8: 3}) is None


def test_records_of_a_list_are_told_as_one_with_the_keys_of_all() -> None:
    assert told([{"a": 1}, {"a": 2, "b": 3}]) == {
        "a": [(LIST, ""), (DICT, "a"), (VALUE, "")],
        "b": [(LIST, ""), (DICT, "b"), (VALUE, "")],
    }
    assert told([(1, "x"), (2, "y")]) == {
        "0": [(LIST, ""), (TUPLE, "0"), (VALUE, "")],
        "1": [(LIST, ""), (TUPLE, "1"), (VALUE, "")],
    }


def test_tables_are_told_by_place_in_a_tuple_and_in_a_list_of_unlike_ones() -> None:
    other = FRAME_OF_TWO[["b"]]
    for data in ((FRAME_OF_TWO, other), [FRAME_OF_TWO, other]):
        assert sorted(told(data) or ()) == ["0.a", "0.b", "1.b"]
    assert sorted(told([FRAME_OF_TWO, FRAME_OF_TWO]) or ()) == ["a", "b"]


def test_a_model_is_told_as_one() -> None:
    assert told({"model": Model(), "names": ["a", "b"]}) == {
        "model": [(DICT, "model"), (MODEL, "")],
        "names": [(DICT, "names"), (LIST, ""), (VALUE, "")],
    }


@pytest.mark.parametrize("data", [3, "text", FRAME_OF_TWO, Model(), [1, 2], {}, None])
def test_of_other_things_nothing_is_told(data: Any) -> None:
    assert contained.fields(data) is None


def test_a_dict_of_many_keys_is_told_by_what_is_under_each_of_them() -> None:
    data = {"by_id": {f"id{one}": one for one in range(contained.WIDTH + 1)}, "n": 1}
    assert sorted(told(data) or ()) == ["by_id.key", "by_id.value", "n"]


def test_what_is_read_again_by_its_key_comes_from_what_was_kept_under_it(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import pickle\n"
        'raw = pd.read_csv("customers.csv")\n'
        'with open("state.pkl", "wb") as file:\n'
        '    pickle.dump({"a": raw[["id", "spend"]], "b": raw[["id", "tenure"]]}, file)\n'
        'with open("state.pkl", "rb") as file:\n'
        "    state = pickle.load(file)\n"
        'out = state["a"].assign(half=state["a"].spend / 2)\n'
        'out.to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "state.pkl")["a.spend"] == {("customers.csv", "spend", "IDENTITY", 0.9)}
    assert edges(events, "out.csv")["half"] == {("state.pkl", "a.spend", "TRANSFORMATION", 0.9)}


@dataclass
class Item:
    sku: str
    prices: list[float]
    _hidden: int = 3

    @property
    def total(self) -> float:
        raise AssertionError  # the user's code, which must not be asked


@dataclass(slots=True)
class Slotted:
    sku: str


class Asked:
    """Whose own code answers for its attributes."""

    __slots__ = ("_held",)

    @property
    def __dict__(self) -> dict[str, Any]:  # as classes do that compute theirs
        raise AssertionError("it was asked")


@dataclass(slots=True)
class Priced(Slotted):
    price: float


class Kind(Enum):
    A = 1


def test_objects_of_the_user_s_own_classes_have_their_attributes_as_fields() -> None:
    item = [(OBJECT, "Item"), (DICT, "sku"), (VALUE, "")]
    prices = [(OBJECT, "Item"), (DICT, "prices"), (LIST, ""), (VALUE, "")]
    assert told(Item("a", [1.0])) == {"sku": item, "prices": prices}
    assert told([Item("a", [1.0]), Item("b", [2.0])]) == {"sku": [(LIST, ""), *item], "prices": [(LIST, ""), *prices]}
    of_both = {name: [(OBJECT, "Priced"), (DICT, name), (VALUE, "")] for name in ("sku", "price")}
    assert told(Priced("a", 1.0)) == of_both
    assert told({"one": Slotted("a")}) == {"one.sku": [(DICT, "one"), (OBJECT, "Slotted"), (DICT, "sku"), (VALUE, "")]}
    assert told({"kind": Kind.A, "day": date(2024, 1, 1)}) == {
        "kind": [(DICT, "kind"), (VALUE, "")],
        "day": [(DICT, "day"), (VALUE, "")],
    }


def test_a_class_that_answers_for_its_attributes_itself_is_not_asked() -> None:
    assert told({"one": Asked()}) == {"one": [(DICT, "one"), (VALUE, "")]}


@pytest.mark.parametrize("around", [lambda one: dict.fromkeys(range(100), one), lambda one: [one] * 100])
def test_no_more_is_looked_at_than_can_be_told(around: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    below = contained._below
    monkeypatch.setattr(contained, "_below", lambda data, steps: looked.append(1) or below(data, steps))
    names = [f"a{place}" for place in range(64)]
    wide = {one: {two: dict.fromkeys(names, 1) for two in names} for one in names}  # 262,144 values
    assert told(around(wide)) is None
    assert len(looked) < 8 * 2 * contained.MOST
