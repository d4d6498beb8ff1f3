"""Calls in a script. Expected values by hand."""

import pytest
import sqlglot

from driftline.capture.sql import calling

DYNAMIC = "dynamic SQL, which is not followed: "
PROCEDURE = "runs a procedure, which is not followed: "


@pytest.mark.parametrize(
    ("text", "said", "constant"),
    [
        ("EXEC dbo.p 'delete from t'", PROCEDURE, False),
        ("EXEC (@sql)", DYNAMIC, False),
        ("EXEC ('delete from t')", DYNAMIC, True),
        ("EXECUTE IMMEDIATE 'delete from t' USING x", DYNAMIC, True),
        ("EXECUTE 'delete from ' + @t", DYNAMIC, False),
        ("EXEC sp_executesql N'delete from t', N'@p int', 1", DYNAMIC, True),
    ],
)
def test_a_call_says_what_it_runs_as_it_is_written(text: str, said: str, *, constant: bool) -> None:
    tokens = sqlglot.tokenize(text, read="tsql")
    assert calling.problem(tokens, text, "tsql") == said + text
    assert calling.constant(tokens) is constant


def test_a_name_is_a_procedure_only_where_names_are_executed() -> None:
    tokens = sqlglot.tokenize("EXECUTE way", read="tsql")
    assert calling.problem(tokens, "EXECUTE way", "postgres") == f"{DYNAMIC}EXECUTE way"
    assert calling.problem(tokens, "EXECUTE way", "tsql") == f"{PROCEDURE}EXECUTE way"


def test_a_long_call_is_cut_and_stands_on_one_line() -> None:
    text = "EXEC p\n  " + "1, " * 100 + "1"
    said = calling.problem(sqlglot.tokenize(text, read="tsql"), text, "tsql")
    assert said == f"{PROCEDURE}EXEC p {'1, ' * 31}…"  # 7 + 93 characters


def test_the_texts_of_a_call_are_those_that_it_runs() -> None:
    joined = sqlglot.tokenize("EXECUTE ('delete from ' + @t + ' where k = 1')", read="tsql")
    assert [token.text for token in calling.texts(joined)] == ["delete from ", " where k = 1"]
    given = sqlglot.tokenize("EXECUTE 'delete from t' USING 'a'", read="tsql")
    assert [token.text for token in calling.texts(given)] == ["delete from t"]
