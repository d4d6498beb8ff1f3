"""Which sheet of a workbook a call reads or writes; expected edges are read off the scripts."""

from pathlib import Path

import pytest
from tests.told_by_code import BEGIN, Script, edges

from driftline.capture.tables import workbook

BOOK = """\
one = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
with pd.ExcelWriter("book.xlsx") as book:
    one.to_excel(book, sheet_name="One", index=False)
    (one * 7).rename(columns={"a": "x"}).to_excel(book, sheet_name="Two", index=False)
"""


@pytest.mark.parametrize(
    "given", ['"book.xlsx", sheet_name="Two"', '"book.xlsx", 1', 'pd.ExcelFile("book.xlsx"), "Two"']
)
def test_a_sheet_that_is_read_by_its_name_or_place_has_columns_of_its_own(script: Script, given: str) -> None:
    pytest.importorskip("openpyxl")
    events = script(BEGIN + BOOK + (
        f"two = pd.read_excel({given})\n"
        'two.assign(y=two.x * 2)[["b", "y"]].to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    found = edges(events, "out.csv")
    assert found["b"] == {("book.xlsx", "Two!b", "IDENTITY", 0.9)}
    assert found["y"] == {("book.xlsx", "Two!x", "TRANSFORMATION", 0.9)}


@pytest.mark.filterwarnings("ignore:ExcelFile.parse")
def test_a_sheet_that_an_open_workbook_parses_has_columns_of_its_own(script: Script) -> None:
    pytest.importorskip("openpyxl")
    events = script(BEGIN + BOOK + (
        'with pd.ExcelFile("book.xlsx") as book:\n'
        '    book.parse("Two")[["x", "b"]].to_csv("two.csv", index=False)\n'
        "    for name in book.sheet_names:\n"
        '        book.parse(name)[["b"]].to_csv(f"{name}.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "two.csv")["x"] == {("book.xlsx", "Two!x", "IDENTITY", 0.9)}
    assert {one[:3] for one in edges(events, "One.csv")["b"]} == {("book.xlsx", "b", "IDENTITY")}
    assert {one[:3] for one in edges(events, "Two.csv")["b"]} == {("book.xlsx", "Two!b", "IDENTITY")}


def test_the_first_sheet_that_is_read_by_its_name_has_the_plain_names(script: Script) -> None:
    pytest.importorskip("openpyxl")
    events = script(
        BEGIN + BOOK + 'pd.read_excel("book.xlsx", sheet_name="One")[["b"]].to_csv("out.csv", index=False)\n'
    )
    assert {one[:3] for one in edges(events, "out.csv")["b"]} == {("book.xlsx", "b", "IDENTITY")}


def test_a_sheet_behind_an_empty_one_is_the_first_that_is_a_table(script: Script) -> None:
    pytest.importorskip("openpyxl")
    events = script(BEGIN + (
        "import openpyxl\n"
        "book = openpyxl.Workbook()\n"
        'sheet = book.create_sheet("Two")\n'
        'for row in (("a", "b"), (1, 2), (3, 4)):\n'
        "    sheet.append(row)\n"
        'book.save("book.xlsx")\n'
        'pd.read_excel("book.xlsx", sheet_name="Two")[["b"]].to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    assert {(name, column) for name, column, *_ in edges(events, "out.csv")["b"]} == {("book.xlsx", "b")}


@pytest.mark.parametrize(("sheets", "sure"), [("None", 0.54), ('["One", "Two"]', 0.9)])
def test_sheets_that_are_read_together_are_tables_by_their_titles(script: Script, sheets: str, sure: float) -> None:
    """Of all sheets the title of the first is not told, so that it may be among those that are taken: less sure."""
    pytest.importorskip("openpyxl")
    events = script(BEGIN + BOOK + (
        f'held = pd.read_excel("book.xlsx", sheet_name={sheets})\n'
        'held["Two"][["x", "b"]].to_csv("two.csv", index=False)\n'
        'pd.concat([part.assign(of=name) for name, part in held.items() if name != "One"]).to_csv("rest.csv")\n'
    ))  # fmt: skip
    assert edges(events, "two.csv")["x"] == {("book.xlsx", "Two!x", "IDENTITY", 0.9)}
    assert edges(events, "two.csv")["b"] == {("book.xlsx", "Two!b", "IDENTITY", 0.9)}
    assert edges(events, "rest.csv")["x"] == {("book.xlsx", "Two!x", "IDENTITY", sure)}


def test_titles_are_told_in_order_and_of_what_is_no_workbook_none(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Jan & Feb"
    book.create_sheet("Mar")
    book.save(tmp_path / "x.xlsx")
    assert workbook.titles(str(tmp_path / "x.xlsx")) == ("Jan & Feb", "Mar")
    (tmp_path / "y.xlsx").write_text("no")
    assert workbook.titles(str(tmp_path / "y.xlsx")) == ()
    assert workbook.titles(str(tmp_path / "z.xlsx")) == ()
    book.create_chartsheet("Drawn", 0)
    book.save(tmp_path / "x.xlsx")
    assert workbook.titles(str(tmp_path / "x.xlsx")) == ()  # places among tables are not those among all
