"""openpyxl: what is read from sheets, and what the file that is saved has been given. Expected columns by hand."""

from collections.abc import Callable

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
