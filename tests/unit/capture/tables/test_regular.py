"""Which columns number the rows; expected by looking at them."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.capture.tables import regular
from driftline.profile import build, sheet

DAY = dt.date(2013, 1, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([7, 8, 9, 10]), True),
        (pa.array([9, 6, 3, 0], pa.uint8()), True),
        (pa.array([1, 2, 3, 5]), False),
        (pa.array([1, 2, None, 4]), False),
        (pa.array([0.5, 1.0, 1.5, 2.0]), True),
        (pa.array([0.5, 1.0, 1.5, float("nan")]), False),
        (pa.array([DAY + dt.timedelta(place) for place in range(4)]), True),
        (pa.array(["N7", "N8", "N9", "N10"]), True),
        (pa.array(["N7", "N8", "N9", "x"]), False),
        (pa.array([True, False, True, False]), False),
        (pa.array([2**60, 2**60 + 1, 2**60 + 2, 2**60 + 3]), True),
    ],
)
def test_what_goes_on_in_equal_steps_numbers_the_rows(values: Any, expected: bool) -> None:
    table = pa.table({"c": values})
    assert regular.columns(table) == (frozenset({"c"}) if expected else frozenset())


def test_two_rows_tell_nothing() -> None:
    assert regular.columns(pa.table({"c": [1, 2]})) == frozenset()


COLUMNS = st.sampled_from([
    pa.array([1, 2, 3, 4, 5]), pa.array([1, 2, 4, 5, 6]), pa.array([1.5, None, 2.5, 3.0, 3.5]),
    pa.array([0.1, 0.2, 0.3, 0.4, 0.5], pa.float32()), pa.array([0.1, 0.2, 0.3, 0.4, 0.5]),
    pa.array(["a1", "a2", "a3", "a4", "a5"]), pa.array(["a", "b", "c", "d", "e"]),
    pa.array([2**60 + k for k in range(5)]),
    pa.array([-64, 64, -64, 64, -64], pa.int8()), pa.array([1, 1, 1, 1, 2]), pa.array(range(5), pa.timestamp("s")),
])  # fmt: skip


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.lists(COLUMNS, max_size=5), max_size=4), st.integers(1, 5))
def test_of_tables_together_it_is_what_it_is_of_each(drawn: list[list[Any]], rows: int) -> None:
    tables = [pa.table({f"c{place}": column[:rows] for place, column in enumerate(columns)}) for columns in drawn]
    built = [build(table) for table in tables]
    whole = sheet.together([sheet.of(table) for table in tables])
    assert regular.of_each(whole, built) == [
        regular.columns(table, one.columns) for table, one in zip(tables, built, strict=True)
    ]
