"""INSERT ALL, INSERT FIRST and Hive's several INSERTs. Expected edges by hand from what each dialect's manual says."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("ALL", {"a": ["t.x FILTER"], "b": ["t.x FILTER"], "c": ["t.y FILTER"]}),
        ("FIRST", {"a": ["t.x FILTER"], "b": ["t.x FILTER"], "c": ["t.x FILTER", "t.y FILTER"]}),
    ],
)
def test_a_when_decides_about_all_targets_behind_it(tell: Tell, kind: str, rows: dict[str, list[str]]) -> None:
    said = (
        f"INSERT {kind} WHEN x > 1 THEN INTO a (p) VALUES (v) INTO b (p) VALUES (w) WHEN y > 1 THEN INTO c (p) VALUES "
        "(v) ELSE INTO d (p) VALUES (v) INTO e (p) VALUES (v) SELECT x, y, v, w FROM t"
    )
    found = {one.target: one for one in tell(said, "snowflake")}
    either = ["t.x FILTER", "t.y FILTER"]
    assert {name: one.rows for name, one in found.items()} == {**rows, "d": either, "e": either}
    assert found["b"].columns == {"p": ["t.w IDENTITY"]}


def test_without_a_condition_every_target_gets_every_row(tell: Tell) -> None:
    found = tell("INSERT ALL INTO a (p) VALUES (v) INTO b (q) VALUES (w) SELECT v, w FROM t", "oracle")
    assert [(one.target, one.columns, one.rows) for one in found] == [
        ("a", {"p": ["t.v IDENTITY"]}, []),
        ("b", {"q": ["t.w IDENTITY"]}, []),
    ]


def test_inserts_behind_one_from_have_conditions_of_their_own(tell: Tell) -> None:
    first, second = tell("FROM t INSERT INTO TABLE a SELECT v WHERE x = 1 INSERT INTO TABLE b SELECT w", "hive")
    assert (first.target, first.rows) == ("a", ["t.x FILTER"])
    assert (second.target, second.rows) == ("b", [])
