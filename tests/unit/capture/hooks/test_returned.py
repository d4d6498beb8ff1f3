"""Rows that a change gives back; the queries are written by hand. Edges of programs: ``test_inserted``."""

import pytest

from driftline.capture.hooks import returned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t (a) VALUES (?) RETURNING id, a AS b;", "SELECT id, a AS b FROM t"),
        ("delete from t where a > 1 returning *", "SELECT * FROM t where a > 1"),
        ("UPDATE t SET a = a + 1 WHERE b = ? RETURNING a", "SELECT a FROM t WHERE b = ?"),
        ("UPDATE t SET a = u.a FROM u WHERE t.b = u.b RETURNING t.a", "SELECT t.a FROM t"),  # u is no part of it
        ("DELETE FROM t USING u WHERE t.b = u.b RETURNING t.a", "SELECT t.a FROM t"),
        ("INSERT INTO t SELECT a FROM u WHERE a > 1 RETURNING a", "SELECT a FROM t"),
        ("DELETE FROM t WHERE a > 1", ""),
    ],
)
def test_a_change_that_gives_rows_back_gives_what_a_query_would(text: str, expected: str) -> None:
    assert returned.query(text, "t") == expected


def test_of_a_table_whose_name_is_not_plain_nothing_is_said() -> None:
    assert returned.query('DELETE FROM "a b" RETURNING x', "a b") == ""
    assert returned.query("DELETE FROM main.t RETURNING x", "main.t") == "SELECT x FROM main.t"
