"""Columns of files for statements that need them: only what is sure."""

from pathlib import Path

from driftline.capture import headers
from driftline.capture.form import Form


def test_files_that_agree_have_columns_and_others_do_not(tmp_path: Path) -> None:
    for name, text in (("a.csv", "x,y\n1,2\n"), ("b.csv", "x,y\n3,4\n"), ("c.csv", "x\n1\n")):
        (tmp_path / name).write_text(text)
    assert headers.columns([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == ("x", "y")
    assert headers.columns([str(tmp_path / "*.csv")]) is None
    assert headers.columns([str(tmp_path / "nothing.csv")]) is None


def test_the_keys_of_a_folder_are_columns_too(tmp_path: Path) -> None:
    folder = tmp_path / "year=2013" / "x=1"
    folder.mkdir(parents=True)
    (folder / "part-0.csv").write_text("x,y\n1,2\n")
    assert headers.columns([str(tmp_path)]) == ("x", "y", "year")


def test_a_text_table_has_the_columns_of_its_form(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n")
    path = str(tmp_path / "a.csv")
    assert headers.columns([path]) == ("1", "2")
    assert headers.columns([path], lambda *_: Form(bare="duckdb")) == ("column0", "column1")
    assert headers.columns([path], lambda name, file: Form(names=("x", "y")) if name == file else None) == ("x", "y")
