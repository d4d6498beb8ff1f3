"""How text tables are written, as the arguments of their readers and writers say it."""

from typing import Any

import pytest

from driftline.capture import form
from driftline.capture.form import BEYOND, Form


# Expected: worked out by hand from the documentation of pandas.read_csv.
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Form()),
        ({"sep": ";"}, Form(";")),
        ({"delimiter": "|"}, Form("|")),
        ({"sep": ", "}, Form(",")),
        ({"sep": " "}, Form(" ")),
        ({"sep": None}, BEYOND),
        ({"sep": r"\s+"}, BEYOND),
        ({"header": None}, Form(bare=True)),
        ({"header": 2}, Form(skip=2)),
        ({"header": [0, 1]}, BEYOND),
        ({"names": ["a", 1]}, Form(names=("a", "1"))),
        ({"names": ["a"], "header": 0, "skiprows": 3}, Form(names=("a",), skip=4)),
        ({"skiprows": [1]}, BEYOND),
        ({"comment": "#"}, BEYOND),
        ({"encoding": "latin-1", "decimal": ","}, Form(encoding="latin-1", decimal=",")),
    ],
)
def test_pandas_says_how_a_file_is_written(given: dict[str, Any], expected: Form) -> None:
    assert form.pandas_csv(given) == expected


def test_a_table_of_pandas_has_tabs() -> None:
    assert form.pandas_table({}) == Form("\t")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Form()),
        ({"separator": ";", "decimal_comma": True}, Form(";", decimal=",")),
        ({"has_header": False}, Form(bare=True)),
        ({"has_header": True, "new_columns": ["a"], "skip_rows": 2}, Form(names=("a",), skip=3)),
        ({"comment_prefix": "#"}, BEYOND),
    ],
)
def test_polars_says_how_a_file_is_written(given: dict[str, Any], expected: Form) -> None:
    assert form.polars_csv(given) == expected


def test_writers_say_it_too() -> None:
    assert form.pandas_written({"sep": ";", "index": False}) == Form(";")
    assert form.pandas_written({"header": False}) == BEYOND
    assert form.pandas_written({"header": False, "mode": "a"}) == Form()
    assert form.polars_written({"separator": "|"}) == Form("|")
    assert form.polars_written({"include_header": False}) == Form(bare=True)


def test_archives_are_not_read() -> None:
    assert form.readable("a.csv.gz", form.Form())
    assert not form.readable("A.CSV.ZIP", form.Form())
    assert not form.readable("a.csv", form.BEYOND)


def test_a_file_without_a_header_has_the_names_that_were_made_up_for_it() -> None:
    assert form.named(Form(bare=True), {}, ("0", "1")) == Form(names=("0", "1"))
    assert form.named(Form(bare=True), {"usecols": [1]}, ("1",)) == BEYOND
    assert form.named(Form(";"), {}, ("a",)) == Form(";")
