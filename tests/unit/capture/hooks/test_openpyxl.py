"""openpyxl: workbooks that are loaded and saved by the user's code, and those that pandas handles."""

from pathlib import Path

import pytest
from tests.recorded import names

import driftline
from driftline.capture.tables import measure
from driftline.testing import MemorySink

openpyxl = pytest.importorskip("openpyxl")


def test_a_workbook_is_read_when_it_is_loaded_and_written_when_it_is_saved(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        book = openpyxl.Workbook()
        book.active.append(["a", "b"])
        book.active.append([1, 2])
        book.save("x.xlsx")
    with driftline.run("read") as other:
        assert openpyxl.load_workbook(Path("x.xlsx")).active["A2"].value == 1
    assert (names(one), names(other)) == (([], ["x.xlsx"]), (["x.xlsx"], []))
    assert one.outputs[0].version == other.inputs[0].version == measure.of_file("x.xlsx").version


def test_the_second_name_of_load_workbook_is_the_same_function(watched: MemorySink, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save("x.xlsx")
    with driftline.run("read") as one:
        openpyxl.open("x.xlsx")
    assert names(one) == (["x.xlsx"], [])
    assert openpyxl.open is openpyxl.load_workbook  # as it is without hooks


def test_a_workbook_of_pandas_is_recorded_once(watched: MemorySink, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    with driftline.run("write") as one:
        pandas.DataFrame({"a": [1]}).to_excel("x.xlsx", index=False)
    with driftline.run("copy") as other, pandas.ExcelWriter("y.xlsx") as writer:
        pandas.read_excel("x.xlsx").to_excel(writer, index=False)
    assert (names(one), names(other)) == (([], ["x.xlsx"]), (["x.xlsx"], ["y.xlsx"]))
    assert [field.name for field in other.inputs[0].fields or ()] == ["a"]
