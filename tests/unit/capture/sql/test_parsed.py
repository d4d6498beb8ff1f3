"""What the parser makes of one statement. Expected answers by hand."""

import pytest
import sqlglot

from driftline.capture.sql import parsed


@pytest.mark.parametrize(
    ("sql", "expected"), [("SELECT 1", False), ("DELETE FROM t", False), ("f(1)", False), ("a + b", True), ("a", True)]
)
def test_a_statement_begins_with_a_verb_or_is_a_call(sql: str, expected: bool) -> None:
    assert parsed.is_no_statement(sqlglot.parse_one(sql)) is expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [("SELECT 2 DELETE FROM n", True), ("SELECT 2 AS [DELETE] FROM n", False), ("SELECT a FROM n", False)],
)
def test_a_verb_of_tsql_is_no_alias(sql: str, expected: bool) -> None:
    assert parsed.runs_on(sqlglot.parse_one(sql, dialect="tsql")) is expected


def test_how_deep_parentheses_stand_in_each_other_is_counted() -> None:
    assert parsed.nesting(sqlglot.tokenize("f((a) + (b + (c)))")) == 3


def test_how_deep_types_stand_in_each_other_is_counted_by_itself() -> None:
    words = sqlglot.tokenize("SELECT f((struct(array[1], struct(2, (3))))), array[struct(4)]")
    assert parsed.nesting(words, types=True) == 2


def test_an_insert_without_rows_is_cut_off() -> None:
    assert parsed.is_cut_off(sqlglot.parse_one("INSERT INTO t"))
    assert not parsed.is_cut_off(sqlglot.parse_one("INSERT INTO t SELECT 1"))


def test_of_an_error_the_place_is_said() -> None:
    with pytest.raises(sqlglot.ParseError) as caught:
        sqlglot.parse_one("SELECT (1")
    assert parsed.short(caught.value) == "Expecting ) at line 1, column 9"
