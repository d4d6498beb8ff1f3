"""What is inside workbooks, measured as any other file."""

from pathlib import Path

import pandas as pd
import pytest

from driftline.capture.tables import contents, formats, measure


def written(path: Path) -> contents.Contents | None:
    state = measure.of_file(str(path))
    return formats.of_file(str(path), f"{path}:{state.version}", state.size, state.modified_ns)


def test_a_workbook_has_the_columns_of_all_its_sheets(tmp_path: Path) -> None:
    """By hand: the first sheet has two rows and two columns of one name, the second three rows and none without one."""
    openpyxl = pytest.importorskip("openpyxl")
    hashes = []
    for cell in (7, 8):
        book = openpyxl.Workbook()
        for row in (("n", "n", None), (1, 2, "x"), (3, 4, None)):
            book.active.append(row)
        second = book.create_sheet("more")
        for row in (("n", "s"), (5, "y"), (6, "z"), (cell, "w")):
            second.append(row)
        book.create_sheet("empty")
        book.save(tmp_path / "x.xlsx")
        found = written(tmp_path / "x.xlsx")
        assert found is not None
        assert found.prints is not None
        assert [field.name for field in found.fields] == ["n", "n.1", "column 2", "more!n", "more!s"]
        assert found.rows == 3
        hashes.append(found.prints.columns)
    assert [name for name, hashed in hashes[0].items() if hashed != hashes[1][name]] == ["more!n"]


def test_a_workbook_without_a_header_is_a_table_and_an_empty_one_is_none(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pd.DataFrame([[1, 1], [2, 3]]).to_excel(tmp_path / "x.xlsx", header=False, index=False)
    found = written(tmp_path / "x.xlsx")
    assert found is not None
    assert ([field.name for field in found.fields], found.rows) == (["1", "1.1"], 1)
    openpyxl.Workbook().save(tmp_path / "y.xlsx")
    assert written(tmp_path / "y.xlsx") is None
