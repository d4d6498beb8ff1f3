"""How text tables are written: names where no file says them, and which files can be read as they stand."""

from driftline.capture.tables import form
from driftline.capture.tables.form import BEYOND, Form


def test_archives_of_many_files_are_not_read() -> None:
    assert form.readable("a.csv.gz", Form())
    assert form.readable("A.CSV.ZIP", Form())
    assert form.readable("a.tar.csv", Form())
    for name in ("a.tar", "a.csv.tar.gz", "A.TAR.BZ2", "a.tar.xz", "a.tgz"):
        assert not form.readable(name, Form())
    assert not form.readable("a.csv", BEYOND)


def test_a_file_without_a_header_has_the_names_of_the_frame_that_is_all_of_it() -> None:
    assert form.named(Form(bare="pandas"), {}, ("0", "1")) == Form(names=("0", "1"))
    assert form.named(Form(bare="pandas"), {"usecols": [1]}, ("1",)) == Form(bare="pandas")
    assert form.named(Form(";"), {}, ("a",)) == Form(";")


def test_each_library_makes_up_names_of_its_own() -> None:
    """By hand, from what pandas 3, Polars 1 and 2, pyarrow 26 and DuckDB 2 call the columns of such a file."""
    assert form.made_up("pandas", 2) == ["0", "1"]
    assert form.made_up("polars", 2) == ["column_0", "column_1"]
    assert form.made_up("polars 1", 2) == ["column_1", "column_2"]
    assert form.made_up("arrow", 2) == ["f0", "f1"]
    assert form.made_up("duckdb", 2) == ["column0", "column1"]
    assert form.made_up("duckdb", 12)[:2] == ["column00", "column01"]


def test_lines_are_left_out_where_the_form_says_so() -> None:
    assert Form(comment="#").leaves_out
    assert Form(omitted=(1,)).leaves_out
    assert Form(footer=1).leaves_out
    assert not Form(skip=3).leaves_out
