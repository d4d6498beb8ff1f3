"""Which columns lie side by side, and as what."""

import numpy as np
import pyarrow as pa

from driftline.profile import sheet

TABLE = pa.table({
    "i": pa.array([1, None, -3], pa.int16()), "f": [0.5, float("nan"), -0.0], "h": [2**53, 1, 2], "b": [True] * 3,
    "s": pa.chunked_array([["a", None], ["a"]]), "n": pa.nulls(3, pa.string()), "inf": [1.0, float("inf"), 2.0],
    "u": pa.array([2**53 - 1, 0, 1], pa.uint64()),
})  # fmt: skip


def test_numbers_are_the_lines_of_a_matrix_where_doubles_hold_them():
    found = sheet.of(TABLE).numbers
    assert [TABLE.column_names[place] for place in found.places] == ["i", "f", "u"]
    assert np.array_equal(found.values, [[1, np.nan, -3], [0.5, np.nan, 0], [2**53 - 1, 0, 1]], equal_nan=True)
    assert not np.signbit(found.values[1, 2])


def test_texts_are_known_by_their_different_values():
    found = sheet.of(TABLE).texts
    assert ([TABLE.column_names[place] for place in found.places], found.words.data) == (["s"], b"a")
    ((cells, there),) = found.cells
    assert (cells[there].tolist(), there.tolist(), found.words.counts.tolist()) == ([0, 0], [True, False, True], [2])


def test_of_a_long_sheet_nothing_lies_side_by_side():
    found = sheet.of({"a": np.arange(sheet.SHORT + 1), "b": np.arange(sheet.SHORT + 1)})
    assert (found.short, found.numbers.places, found.texts.places) == (False, [], [])
    part = found.part(5, 8)
    assert (part.short, part.numbers.values.tolist()) == (True, [[5.0, 6.0, 7.0]] * 2)


def test_a_sheet_is_itself_and_so_are_all_of_its_rows():
    found = sheet.of(TABLE)
    assert sheet.of(found) is found
    assert found.part(0, 3) is found
