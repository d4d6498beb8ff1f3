"""PREPARE and EXECUTE in one text. Expected statements by hand from the manuals of PostgreSQL, MySQL and Trino."""

from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import words
from driftline.capture.sql.prepared import executed


def said(text: str, dialect: str) -> str:
    """Return the statements that a text comes to, with a space between their words."""
    grammar = sqlglot.Dialect.get_or_raise(dialect)
    tokens: list[Any] = executed(words.split(grammar, text, 1, frozenset(["PREPARE", "EXECUTE"])), dialect)
    return " ".join(token.text for token in tokens)


@pytest.mark.parametrize(
    ("dialect", "text", "found"),
    [
        ("postgres", "PREPARE p (int, numeric(3, 1)) AS DELETE FROM t; EXECUTE p(1, 2)", "DELETE FROM t"),
        (
            "postgres",
            "PREPARE p AS DELETE FROM t; EXECUTE P; EXECUTE p; DEALLOCATE p",
            "DELETE FROM t ; DELETE FROM t ;",
        ),
        ("postgres", 'PREPARE "P" AS DELETE FROM t; EXECUTE "P"', "DELETE FROM t"),
        ("postgres", "PREPARE p AS SELECT a FROM t; CREATE TABLE n AS EXECUTE p", "CREATE TABLE n AS SELECT a FROM t"),
        ("duckdb", "PREPARE p AS FROM t; EXECUTE p", "FROM t"),
        ("mysql", "PREPARE s FROM 'DELETE FROM t'; SET @x = 1; EXECUTE s USING @x", "SET @ x = 1 ; DELETE FROM t"),
        ("trino", "PREPARE p FROM DELETE FROM t; EXECUTE p USING 1", "DELETE FROM t"),
        # the newest of a name
        ("postgres", "PREPARE p AS SELECT 1; EXECUTE p; PREPARE p AS SELECT 2; EXECUTE p", "SELECT 1 ; SELECT 2"),
        # what stays as it is
        ("postgres", "PREPARE p AS DELETE FROM t", "PREPARE p AS DELETE FROM t"),
        ("postgres", "PREPARE p AS DELETE FROM t; EXECUTE q", "PREPARE p AS DELETE FROM t ; EXECUTE q"),
        ("postgres", "PREPARE TRANSACTION 'x'; SELECT 1", "PREPARE  ; SELECT 1"),
        ("mysql", "PREPARE s FROM @q; EXECUTE s", "PREPARE  ; EXECUTE s"),
        ("mysql", "PREPARE s FROM ''; EXECUTE s", "PREPARE  ; EXECUTE s"),
        ("postgres", "SELECT prepare FROM t; EXECUTE", "SELECT prepare FROM t ; EXECUTE"),
    ],
)
def test_what_is_executed_stands_where_it_is_run(dialect: str, text: str, found: str) -> None:
    assert said(text, dialect) == found


def test_what_is_executed_very_often_is_not_spelled_out_each_time() -> None:
    """A text of 30 kB would come to 25 million words."""
    body = f"DELETE FROM t WHERE a IN ({', '.join('1' * 5_000)});"
    text = said(f"PREPARE p AS {body}" + "EXECUTE p;" * 2_500, "postgres")
    assert 1 < text.count("DELETE") < 10
    assert text.count("DELETE") + text.count("EXECUTE") == 2_500
