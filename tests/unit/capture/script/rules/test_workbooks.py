"""openpyxl: what is read from sheets, and what the file that is saved has been given. Expected columns by hand."""

from collections.abc import Callable

import pytest
from tests.unit.capture.script.conftest import Told, told

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import Table

Follows = Callable[..., Followed]
LOAD = 'from openpyxl import Workbook, load_workbook\nbook = load_workbook("users")\nsheet = book.active\n'


def saved(follows: Follows, text: str) -> dict[str, set[str]]:
    found = follows(LOAD + text)
    assert found.complete, found.problem
    line = 5 + len((LOAD + text).splitlines())
    (path,) = (one for one in found.paths() if one[-1].line == line)
    table: Table | None = found.given(path)
    assert table is not None
    told = {name: {one.column for one in cames if one.type == "DIRECT"} for name, cames in table.columns.items()}
    return told | ({"rows": {one.column for one in table.rows}} if table.rows else {})


def test_rows_of_values_are_put_under_the_names_of_the_first_row(follows: Follows) -> None:
    text = """\
out = Workbook()
page = out.active
page.append(["n", "old"])
for k, name, age in sheet.iter_rows(min_row=2, values_only=True):
    if k:
        page.append([name.upper(), age * 2])
out.save("o.xlsx")
"""
    assert saved(follows, text) == {"n": {"name"}, "old": {"age"}, "rows": {"k"}}


def test_cells_have_a_value_and_a_place(follows: Follows) -> None:
    text = """\
out = Workbook()
page = out.active
page.cell(row=1, column=1, value="n")
page.cell(row=1, column=2, value="old")
for i, row in enumerate(sheet.iter_rows(min_row=2), start=2):
    page.cell(row=i, column=1, value=row[1].value)
    page.cell(row=i, column=2, value=sheet.cell(row=i, column=3).value + 1)
out.save("o.xlsx")
"""
    assert saved(follows, text) == {"n": {"name"}, "old": {"age"}}


def test_a_loaded_sheet_is_changed_and_saved(follows: Follows) -> None:
    text = """\
for i in range(2, sheet.max_row + 1):
    sheet.cell(row=i, column=2, value=sheet.cell(row=i, column=1).value)
book.save("o.xlsx")
"""
    assert saved(follows, text) == {"k": {"k"}, "name": {"name", "k"}, "age": {"age"}}


def test_each_sheet_has_columns_of_its_own(follows: Follows) -> None:
    text = """\
names = [cell.value for cell in sheet[1]]
people = [dict(zip(names, row)) for row in sheet.iter_rows(min_row=2, values_only=True)]
out = Workbook()
more = out.create_sheet("More")
out.active.append(["n"])
more.append(["n", "k"])
for one in people:
    out.active.append([one["name"]])
    more.append([one["age"], one["k"]])
out.save("o.xlsx")
"""
    assert saved(follows, text) == {"n": {"name"}, "More!n": {"age"}, "More!k": {"k"}}


OUT = 'out = Workbook()\npage = out.active\npage.append(["n"])\n'
ROWS = "for row in {}:\n    page.append([row[0].value])\n"
SAVE = 'out.save("o.xlsx")\n'


def words(follows: Follows, text: str, load: str = LOAD) -> Told:
    found = follows(load + text)
    assert found.complete, found.problem
    (path,) = (one for one in found.paths() if one[-1].line == 5 + len((load + text).splitlines()))
    table: Table | None = found.given(path)
    assert table is not None
    return told(table)


@pytest.mark.parametrize(
    ("before", "rows"),
    [
        ("first = int(input())\n", "sheet.iter_rows(min_row=2, min_col=first)"),
        ("sheet.delete_cols(1)\n", "sheet.iter_rows(min_row=2)"),
        ("sheet.insert_cols(1)\n", "sheet.iter_rows(min_row=2)"),
    ],
)
def test_where_columns_may_stand_elsewhere_none_is_sure(follows: Follows, before: str, rows: str) -> None:
    every = "age transformation ?, k transformation ?, name transformation ?"
    assert words(follows, OUT + before + ROWS.format(rows) + SAVE) == {"n": every}


def test_a_slice_of_a_sheet_is_rows(follows: Follows) -> None:
    assert words(follows, OUT + ROWS.format("sheet[2:9]").replace("[0]", "[1]") + SAVE) == {"n": "name"}


SEVERAL = LOAD.replace("users", "sheets")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("sheet.iter_rows(min_row=2)", "a transformation ?"),  # whichever was shown last
        ("book.worksheets[0].iter_rows(min_row=2)", "a"),
        ("book.worksheets[1].iter_rows(min_row=2)", "Two!x"),
        ('book["Two"].iter_rows(min_row=2)', "Two!x"),
        ("(row for one in book.worksheets for row in one.iter_rows(min_row=2))", "Two!x, a"),
        (
            "book[book.sheetnames[-1]].iter_rows(min_row=2)",
            "Two!x transformation ?, Two!y transformation ?, a transformation ?, b transformation ?",
        ),
    ],
)
def test_a_file_of_several_sheets_has_each_and_which_was_shown_last_is_not_sure(
    follows: Follows, rows: str, expected: str
) -> None:
    assert words(follows, OUT + ROWS.format(rows) + SAVE, SEVERAL) == {"n": expected}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ('out.remove(out.active)\npage = out.create_sheet("Data")\n', "n"),
        ('del out["Sheet"]\npage = out.create_sheet("Data")\n', "n"),
        ('page = out.create_sheet("Data", 0)\n', "n"),
        ('page = out.create_sheet("Data")\n', "Data!n"),
        ('out.create_sheet("Data")\npage = out["Data"]\n', "Data!n"),
        ("page = out.create_sheet()\n", "Sheet1!n"),
    ],
)
def test_columns_are_called_by_the_place_of_their_sheet(follows: Follows, make: str, expected: str) -> None:
    text = f'out = Workbook()\n{make}page.append(["n"])\n' + ROWS.format("sheet.iter_rows(min_row=2)") + SAVE
    assert words(follows, text) == {expected: "k"}


def test_a_place_that_begins_to_count_elsewhere_is_the_place_of_a_cell(follows: Follows) -> None:
    text = """\
out = Workbook()
page = out.active
for i, name in enumerate(["p", "q"], 1):
    page.cell(row=1, column=i, value=name)
for row in sheet.iter_rows(min_row=2, values_only=True):
    page.cell(row=2, column=1, value=row[2])
    page.cell(row=2, column=2, value=row[0])
out.save("o.xlsx")
"""
    assert words(follows, text) == {"p": "age", "q": "k"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'page["B1"] = "m"\npage["A2"] = sheet["C2"].value\npage["B2"] = sheet.cell(2, 1).value\n',
            {"n": "age", "m": "k"},
        ),
        ('page["B1"].value = "m"\npage.cell(2, 2).value = sheet["C2"].value\n', {"m": "age"}),
        ('for i in range(int(input())):\n    page[f"A{i}"] = sheet.cell(i, 1).value\n', {"...": "k transformation ?"}),
        ("page.cell(2, int(input()), sheet.cell(2, 1).value)\n", {"...": "k transformation ?"}),
    ],
)
def test_cells_are_written_by_name_and_by_place_and_where_none_is_known_it_may_be_any(
    follows: Follows, text: str, expected: Told
) -> None:
    assert words(follows, 'out = Workbook()\npage = out.active\npage["A1"] = "n"\n' + text + SAVE) == expected


def test_a_cell_of_a_loaded_sheet_is_written_by_name(follows: Follows) -> None:
    text = 'sheet["A2"] = sheet["C2"].value\nbook.save("o.xlsx")\n'
    assert words(follows, text) == {"k": "age, k", "name": "name", "age": "age"}
