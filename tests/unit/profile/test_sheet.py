"""Which columns lie side by side, and as what."""

import numpy as np
import pyarrow as pa

from driftline.profile import sheet

TABLE = pa.table({
    "i": pa.array([1, None, -3], pa.int16()), "f": [0.5, float("nan"), -0.0], "h": [2**53, 1, 2], "b": [True] * 3,
    "s": pa.chunked_array([["a", None], ["a"]]), "n": pa.nulls(3, pa.string()), "inf": [1.0, float("inf"), 2.0],
    "u": pa.array([2**53 - 1, 0, 1], pa.uint64()),
})  # fmt: skip


def test_numbers_lie_end_to_end_where_doubles_hold_them():
    found = sheet.of(TABLE).numbers
    assert ([TABLE.column_names[place] for place in found.places], found.bounds) == (["i", "f", "u"], [0, 3, 6, 9])
    lines = [[1, np.nan, -3], [0.5, np.nan, 0], [2**53 - 1, 0, 1]]
    assert np.array_equal(found.values.reshape(3, 3), lines, equal_nan=True)
    assert not np.signbit(found.values[5])


def test_texts_are_known_by_their_different_values():
    found = sheet.of(TABLE).texts
    assert ([TABLE.column_names[place] for place in found.places], found.words.data) == (["s"], b"a")
    ((cells, there),) = found.cells
    assert (cells[there].tolist(), there.tolist(), found.words.counts.tolist()) == ([0, 0], [True, False, True], [2])


def test_of_a_long_sheet_nothing_lies_side_by_side():
    found = sheet.of({"a": np.arange(sheet.SHORT + 1), "b": np.arange(sheet.SHORT + 1)})
    assert (found.short, found.numbers.places, found.texts.places) == (False, [], [])
    part = found.part(5, 8)
    assert (part.short, part.numbers.values.tolist()) == (True, [5.0, 6.0, 7.0] * 2)


def test_a_sheet_is_itself_and_so_are_all_of_its_rows():
    found = sheet.of(TABLE)
    assert sheet.of(found) is found
    assert found.part(0, 3) is found


def test_tables_together_are_one_sheet_with_the_columns_of_all():
    found = sheet.together([sheet.of({"a": [1, 2], "s": ["x", "y"]}), sheet.of({}), sheet.of({"b": [3]})])
    assert found.tables == [(2, 0, 2), (0, 2, 2), (1, 2, 3)]
    assert ([column.name for column in found.columns], found.lengths, found.rows) == (["a", "s", "b"], [2, 2, 1], 3)
    assert (found.numbers.places, found.numbers.values.tolist(), found.texts.places) == ([0, 2], [1.0, 2.0, 3.0], [1])


def test_groups_are_short_sheets_as_long_as_there_are_any():
    rows = sheet.SHORT // sheet.FEWEST  # a column counts for eight: so many fill a short sheet
    sheets = [sheet.of({"a": np.arange(count)}) for count in (rows // 2, rows // 2, 1, rows + 1, 2, 0)]
    assert list(sheet.groups(sheets)) == [[0, 1], [2], [3], [4, 5]]
    assert [sheet.together([sheets[place] for place in group]).short for group in sheet.groups(sheets)] == [
        True, True, False, True,
    ]  # fmt: skip
    assert list(sheet.groups([])) == []
