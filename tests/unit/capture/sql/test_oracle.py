"""Words of Oracle that the parser does not know. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
TWICE = "FUNCTION f(x NUMBER) RETURN NUMBER IS BEGIN RETURN CASE x WHEN 1 THEN 2 ELSE x * 2 END; END f;"
ASKS = "FUNCTION g(x NUMBER) RETURN NUMBER IS v NUMBER; BEGIN BEGIN SELECT p INTO v FROM q; END; RETURN v; END;"


@pytest.mark.parametrize("before", ["", "DELETE FROM z; "])
def test_functions_within_with_stand_before_their_statement(tell: Tell, before: str) -> None:
    *_, one = tell(f"{before}WITH {TWICE} SELECT f(a) AS b FROM t", "oracle")
    assert (one.columns, one.problem) == ({"b": ["t.a TRANSFORMATION"]}, "")
    *_, query, one = tell(
        f"{before}INSERT INTO m (b) WITH {TWICE} {ASKS} c AS (SELECT a FROM t) SELECT f(a) FROM c", "oracle"
    )
    assert (query.columns, query.target) == ({"p": ["q.p IDENTITY"]}, None)
    assert (one.columns, one.target) == ({"b": ["t.a TRANSFORMATION"]}, "m")


def test_a_model_gives_each_measure_from_what_its_rules_name(tell: Tell) -> None:
    (one,) = tell(
        "INSERT INTO m SELECT c, y, s, k, n FROM t WHERE z = 1 MODEL RETURN UPDATED ROWS PARTITION BY (c) "
        "DIMENSION BY (d.y AS y, w) MEASURES (amt s, 0 AS k, n) IGNORE NAV "
        "RULES UPSERT ORDER (s[2002, ANY] = s[2001, 1] + n[CV(y), 2], k['a', w > 1] = SUM(s)[ANY, ANY]) ORDER BY c",
        "oracle", {"t": ("c", "w", "amt", "n", "z")},
    )  # fmt: skip
    assert one.columns["c"] == ["t.c IDENTITY"]
    assert one.columns["n"] == ["t.n IDENTITY"]
    assert {edge for edge in one.columns["s"] if edge.startswith(("t.a", "t.n"))} == {
        "t.amt TRANSFORMATION", "t.n TRANSFORMATION",
    }  # fmt: skip
    assert one.columns["k"] == ["t.amt TRANSFORMATION", "t.w TRANSFORMATION"]
    assert "t.z FILTER" in one.rows


def test_a_model_without_the_word_rules_and_one_in_parentheses(tell: Tell) -> None:
    sql = "SELECT y, s FROM (SELECT y, s FROM t MODEL DIMENSION BY (y) MEASURES (amt s) (s[1] = s[2])) u"
    (one,) = tell(sql, "oracle")
    assert one.columns == {"y": ["t.y IDENTITY"], "s": ["t.amt TRANSFORMATION"]}


def test_a_model_that_is_no_clause_stays(tell: Tell) -> None:
    (one,) = tell("SELECT model, measures FROM t", "oracle")
    assert one.columns == {"model": ["t.model IDENTITY"], "measures": ["t.measures IDENTITY"]}
    sql = "SELECT s FROM t MODEL REFERENCE r ON (SELECT a, b FROM u) DIMENSION BY (a) MEASURES (b) " \
          "DIMENSION BY (y) MEASURES (amt s) (s[1] = r.b[2])"  # fmt: skip
    (one,) = tell(sql, "oracle")
    assert one.problem


def test_all_clauses_of_one_statement_are_followed_in_linear_time(tell: Tell, growth: Callable[..., float]) -> None:
    one = "SELECT s FROM t MODEL DIMENSION BY (y) MEASURES (amt s) (s[1] = s[2]) UNION ALL "
    sql = f"INSERT INTO m {one * 40} SELECT s FROM u"
    (found,) = tell(sql, "oracle")
    assert found.columns == {"s": ["t.amt TRANSFORMATION", "u.s IDENTITY"]}
    assert growth(lambda text: tell(f"INSERT INTO m {text} SELECT s FROM u", "oracle"), one, 600) < 24
