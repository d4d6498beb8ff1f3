"""Features as values: exact, read at once, from whatever shape. Hashes are computed with xxhash over the bytes."""

import array
import dataclasses
import math
import sqlite3
from collections import UserDict, namedtuple
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xxhash

from driftline.capture.answering import values
from driftline.capture.answering.making import of_features
from driftline.capture.ground import fault

Row = namedtuple("Row", "a b")  # noqa: PYI024 - as users have them


def spelled(value: Any) -> Any:
    return values.plain({"v": value})["v"]


def test_values_become_what_can_be_kept() -> None:
    odd = {
        "numpy": np.int64(3), "array": np.array(2.5), "list": [1], "long": "x" * 300, "wide": 2**70, "none": None,
        "half": "a\ud800", "nan": math.nan, "true": np.bool_(True),
    }  # fmt: skip
    found = values.plain(odd)
    assert math.isnan(found.pop("nan"))
    assert found == {
        "numpy": 3, "array": 2.5, "list": "[1]", "long": "x" * 300, "wide": str(2**70), "none": None,
        "half": "a\\ud800", "true": True,
    }  # fmt: skip


def test_a_value_that_cannot_be_read_costs_itself_only() -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError("on purpose")

    fault.reset()
    assert values.values_of({"a": 1, "odd": Odd(), "b": 2}) == {"a": 1, "b": 2}
    assert fault.counts() == {"answer": 2}  # all at once, then the one
    fault.reset()


def test_a_small_array_is_spelled_in_full() -> None:
    assert spelled(np.array([0.1234567891, 2.0])) == "[0.1234567891, 2.0]"
    assert spelled(np.array([[1, 2], [3, 4]])) == "[[1, 2], [3, 4]]"
    assert spelled(np.array(["2020-01-01"], dtype="datetime64[ns]")) == "['2020-01-01T00:00:00.000000000']"
    assert spelled(np.array([1, "a", None], dtype=object)) == "[1, 'a', None]"


def test_a_large_array_is_its_beginning_its_type_its_shape_and_the_hash_of_its_bytes() -> None:
    given = np.arange(3000.0)
    text = spelled(given)
    assert text.startswith("[0.0, 1.0, 2.0, ")
    assert text.endswith(f"… float64[3000] xxh3:{xxhash.xxh3_64_hexdigest(given.tobytes())}")
    assert len(text) <= 200
    assert spelled(given.reshape(3, 1000)).endswith(f"float64[3,1000]{text[text.index(' xxh3:') :]}")


def changed(value: Any) -> Any:
    """Return a copy that differs in one value in the midst."""
    found = value.copy()
    found[len(found) // 2] = -1
    return found


LARGE = np.arange(3000.0)
ROWS = LARGE.tolist()
OTHER = changed(LARGE).tolist()
PAIRS = [
    (LARGE, changed(LARGE)),
    (np.array([0.1234567891]), np.array([0.1234567892])),
    (LARGE.astype(object), changed(LARGE.astype(object))),
    (LARGE.astype("datetime64[ns]"), changed(LARGE.astype("datetime64[ns]"))),
    (LARGE[::2], changed(LARGE[::2])),
    (pd.Series(LARGE), pd.Series(OTHER)),
    (pd.Series(LARGE), pd.Series(LARGE, index=LARGE + 1)),
    (pd.Series(ROWS, dtype="Int64"), pd.Series(OTHER, dtype="Int64")),
    (pd.Series(map(str, ROWS)), pd.Series(map(str, OTHER))),
    (pd.Index(ROWS), pd.Index(OTHER)),
    (pd.DataFrame({"a": ROWS}), pd.DataFrame({"a": OTHER})),
    (pd.DataFrame({"a": ROWS}), pd.DataFrame({"b": ROWS})),
    (pl.Series(ROWS), pl.Series(OTHER)),
    (pl.DataFrame({"a": ROWS}), pl.DataFrame({"a": OTHER})),
    (pa.array(ROWS), pa.array(OTHER)),
    (pa.chunked_array([ROWS]), pa.chunked_array([OTHER])),
    (array.array("d", ROWS), array.array("d", OTHER)),
    ([LARGE], [changed(LARGE)]),
    ({"a": (1, LARGE)}, {"a": (1, changed(LARGE))}),
    ([pa.array(ROWS)], [pa.array(OTHER)]),
    (Row(1, LARGE), Row(1, changed(LARGE))),
    (ROWS, OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda value: type(value).__name__)
def test_the_hash_differs_wherever_a_value_differs(one: Any, other: Any) -> None:
    hashes = [of_features(values.values_of({"v": value})) for value in (one, other, one)]
    assert hashes[0] == hashes[2] != hashes[1]


@dataclasses.dataclass
class Record:
    a: int
    b: str


class Struct(msgspec.Struct):
    a: int
    b: str


def stored() -> sqlite3.Row:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("SELECT 1 AS a, 'x' AS b").fetchone()
    connection.close()
    return row


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
RECORDS = [
    {"a": 1, "b": "x"}, UserDict(a=1, b="x"), FRAME.iloc[0], FRAME.iloc[:1], pl.DataFrame(FRAME[:1].to_dict("list")),
    pa.table({"a": [1], "b": ["x"]}), Row(1, "x"), Record(1, "x"), Struct(1, "x"), stored(),
    np.array([(1, "x")], dtype=[("a", int), ("b", "U1")])[0],
]  # fmt: skip


@pytest.mark.parametrize("given", RECORDS, ids=lambda value: type(value).__name__)
def test_a_record_or_a_row_is_its_fields(given: Any) -> None:
    assert values.values_of(values.taken(given)) == {"a": 1, "b": "x"}


SEQUENCES = [
    [1.5, 2.0], (1.5, 2.0), np.array([1.5, 2.0]), np.array([[1.5, 2.0]]), pl.Series([1.5, 2.0]), pa.array([1.5, 2.0]),
    pd.Index([1.5, 2.0]), array.array("d", [1.5, 2.0]),
]  # fmt: skip


@pytest.mark.parametrize("given", SEQUENCES, ids=lambda value: type(value).__name__)
def test_a_sequence_is_its_values_by_their_places(given: Any) -> None:
    assert values.values_of(values.taken(given)) == {"0": 1.5, "1": 2.0}


def test_labels_of_a_series_hide_nothing() -> None:
    given = pd.Series([1, 2, 3], index=["columns", "keys", "values"])
    assert values.values_of(values.taken(given)) == {"columns": 1, "keys": 2, "values": 3}


@pytest.mark.parametrize(
    "given", [3, "text", b"bytes", {1}, iter([1]), object(), FRAME, np.array(3)], ids=lambda value: type(value).__name__
)
def test_what_has_no_features_is_a_counted_failure(given: Any) -> None:
    fault.reset()
    assert values.taken(given) == {}
    assert fault.counts() == {"answer": 1}
    fault.reset()


def test_what_can_change_is_read_at_once_and_what_cannot_is_left_as_it_is() -> None:
    given = {"delay": 1.5, "stops": np.int64(2)}
    found = values.taken(given)
    assert found is not given
    assert found["stops"] is given["stops"]  # read later, on the sender's thread
    for value in (np.arange(2), np.array(1), np.zeros(1), bytearray(b"a"), [1], {"a": 1}):
        assert not isinstance(values.taken({"v": value})["v"], type(value))


def test_numbers_are_left_as_they_are_and_an_array_among_them_is_not_whatever_came_before() -> None:
    for others in ({"x": 1.5}, {"x": "text"}, {"x": None}, {"x": np.float64(1)}, {"x": 10**400}, {"x": 1.5}):
        given = {"a": 1.5, "b": 2, "c": True, **others}
        assert values.settled(given) is given
        for kept in (np.array([1.5]), np.array(1.5), bytearray(b"a")):
            held = {**given, "kept": kept}
            assert type(values.settled(held)["kept"]) in (str, float)


def test_looking_at_features_warns_nobody() -> None:
    said: list[Any] = []
    with np.errstate(all="call", call=lambda *what: said.append(what)):
        _ = np.float64(1e308) + np.float64(1e308)  # more than a number can hold; below infinity less infinity, too
        assert len(said) == 1
        for given in ({"a": math.inf, "b": -math.inf}, {"a": 1e308, "b": 1e308}):
            for kind in (float, np.float64):
                held = {name: kind(value) for name, value in given.items()}
                values._habit.rest = 0
                assert values.settled(held) is held
        assert len(said) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((1.0, "a"), {"0": 1.0, "1": "a"}),
        ([1.0, [2.0]], {"0": 1.0, "1": "[2.0]"}),
        ((), {}),
        ([0.5] * 70, {str(place): 0.5 for place in range(70)}),
        (np.array([1, 2]), {"0": 1, "1": 2}),
        (np.array([[1.5, 2.5]]), {"0": 1.5, "1": 2.5}),
        (np.array([("AA", 1)], dtype=[("carrier", "U2"), ("delay", int)])[0], {"carrier": "AA", "delay": 1}),
    ],
)
def test_a_row_without_names_goes_by_its_places(given: Any, expected: dict[str, Any]) -> None:
    found = values.taken(given)
    assert found == expected
    assert [type(value) for value in found.values()] == [type(value) for value in expected.values()]


def test_an_array_of_several_rows_is_as_many_values() -> None:
    assert values.taken(np.array([[1.0, 2.0], [3.0, 4.0]])) == {"0": "[1.0, 2.0]", "1": "[3.0, 4.0]"}
    assert values.taken(np.array(1.0)) == {}  # which is none, as a counted failure says
