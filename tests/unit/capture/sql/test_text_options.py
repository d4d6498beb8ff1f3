"""Options of text tables in SQL. Expected values by hand, from DuckDB's documentation."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql.text_options import Said, said


@pytest.mark.parametrize(
    ("text", "path", "options"),
    [
        ("FROM read_csv('a.csv')", "a.csv", {}),
        ("from read_csv_auto('it''s.csv', HEADER=false, delim := ';')", "it's.csv", {"header": False, "delim": ";"}),
        ("select (1), read_csv('a.csv', skip = 3, x = 1 + 2, y = f('z'))", "a.csv", {"skip": 3, "x": 1}),
        ("from read_csv('a', names = ['p', 'q,r'], types = {'p': 'INT', q: 'VARCHAR'})", "a",
         {"names": ["p", "q,r"], "types": {"p": "INT", "q": "VARCHAR"}}),
        ("-- csv 'no'\nfrom read_csv('a' /* ( */, nullstr => null)", "a", {"nullstr": None}),
        ("from read_csv('a', columns = {'p': f('x')}, header = true)", "a", {"header": True}),
    ],
)  # fmt: skip
def test_what_a_reader_is_told(text: str, path: str, options: dict[str, Any]) -> None:
    assert said(text) == [Said(path, writes=False, options=options)]


@pytest.mark.parametrize(
    ("text", "writes", "options"),
    [
        ("COPY t TO 'a.csv'", True, {}),
        ("copy (select a to_b, 'x' from t where a in (1, 2)) to 'a.csv' (header false, delimiter ';')", True,
         {"header": False, "delimiter": ";"}),
        ("COPY t FROM 'a.csv' WITH (FORMAT csv, HEADER, QUOTE '\"')", False,
         {"format": "csv", "header": True, "quote": '"'}),
    ],
)  # fmt: skip
def test_what_a_copy_is_told(text: str, writes: bool, options: dict[str, Any]) -> None:
    assert said(text) == [Said("a.csv", writes, options)]


def test_files_of_a_list_and_statements_of_a_text_are_told_one_by_one() -> None:
    found = said("copy t to 'o.csv' (header 0); from read_csv(['a', 'b'], header=false); copy t")
    assert [(one.path, one.writes) for one in found] == [("o.csv", True), ("a", False), ("b", False)]


def test_other_texts_say_nothing() -> None:
    assert said("select * from t") == said("copy t") == said("from read_csv(") == said("copy t to x") == []


@pytest.mark.parametrize("part", ["read_csv('a', ", "copy (", "read_csv([", "copy t to 'x' (", "/* read_csv "])
def test_what_is_not_closed_is_not_looked_through_again_and_again(part: str, growth: Callable[..., float]) -> None:
    assert growth(said, part, 3_000) < 24


def test_the_end_of_a_copy_is_that_of_its_own_statement() -> None:
    """By hand: the first has no path, the second is within brackets of its own."""
    found = said("COPY t; COPY (SELECT a FROM u COPY) TO 'x.csv' (header false); COPY v FROM 'y.csv'")
    assert [(one.path, one.writes, dict(one.options)) for one in found] == [
        ("x.csv", True, {"header": False}),
        ("y.csv", False, {}),
    ]


def test_brackets_that_nobody_writes_are_no_value() -> None:
    (one,) = said(f"FROM read_csv('a.csv', names = {'[' * 5_000}'b'{']' * 5_000}, header = true)")
    assert (one.path, dict(one.options)) == ("a.csv", {"header": True})
