"""Where statements begin and end, and where others are called. Expected places by hand."""

import pytest
import sqlglot

from driftline.capture.sql.marks import marks


@pytest.mark.parametrize(
    ("text", "starts", "cuts", "calls"),
    [
        ("BEGIN DELETE FROM t END", [1], [0, 4], []),
        ("SELECT CASE WHEN a THEN b END FROM t", [0], [], []),
        ("DROP TABLE IF EXISTS t", [], [], []),
        ("SET NOCOUNT ON DELETE FROM t", [3], [], []),
        ("CREATE TABLE t (k INT) ON DELETE CASCADE", [0], [], []),
        ("BEGIN EXEC p END", [], [0, 1, 3], [1]),
        ("EXEC p WITH RECOMPILE", [], [0], [0]),
        ("CREATE PROC p WITH EXECUTE AS OWNER AS", [0], [4], []),
        ("GRANT EXECUTE ON p TO q", [], [1], []),
        ("CREATE TRIGGER g EXECUTE FUNCTION f()", [0], [3], []),
    ],
)
def test_words_outside_of_parentheses_mark_statements(
    text: str, starts: list[int], cuts: list[int], calls: list[int]
) -> None:
    found = marks(sqlglot.tokenize(text, read="tsql"))
    assert (found.starts, [place for place, _ in found.cuts], found.calls) == (starts, cuts, calls)


def test_what_asks_about_an_update_is_none() -> None:
    found = marks(sqlglot.tokenize("IF UPDATE(a) OR NOT UPDATE(b) UPDATE t SET c = 1", read="tsql"))
    assert len(found.starts) == 1
