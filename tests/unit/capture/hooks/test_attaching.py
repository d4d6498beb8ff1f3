"""What texts say of databases; what SQLite makes of the same texts, ``test_attached`` shows."""

from typing import Any

import pytest

from driftline.capture.hooks import attaching


@pytest.mark.parametrize(
    ("text", "begins", "changes", "lasting"),
    [
        ("attach 'a.db' as s", True, True, False),
        ("-- first\n/* and ; */ ATTACH ? AS s", True, True, False),
        ("select 1; create temp table t (a)", True, True, False),
        ('create table "temp".t (a)', True, True, True),
        ("create table t (a)", False, True, True),
        ("drop table t; detach s", False, True, True),
        ("insert into t values ('attach')", False, False, False),
        ("select attach from t", False, False, False),
    ],
)
def test_statements_are_known_by_how_they_begin(text: str, begins: bool, changes: bool, lasting: bool) -> None:
    for says in (attaching.says, attaching.said):
        found = says(attaching.FIRST, text), says(attaching.CHANGES, text), attaching.lasting(text)
        assert found == (begins, changes, lasting)


@pytest.mark.parametrize(
    ("text", "values", "turns"),
    [
        ("attach 'a''b.db' as S", (), [("s", "a'b.db")]),
        ('attach database "a.db" as "two words"; detach [two words]', (), [("two words", "a.db"), ("two words", None)]),
        ("attach '' as s", (), [("s", "")]),
        ("attach ? as s", ("a.db",), [("s", "a.db")]),
        ("attach ?2 as s", ["b.db", "a.db"], [("s", "a.db")]),
        ("attach :file as s", {"file": "a.db"}, [("s", "a.db")]),
        ("attach ?3 as s", ("a.db",), [("s", None)]),
        ("attach ? as s", (b"a.db",), [("s", None)]),
        ("attach 'a' || '.db' as s", (), []),
        ("select 'attach' as s", (), []),
    ],
)
def test_databases_come_and_go_by_name(text: str, values: Any, turns: list[tuple[str, str | None]]) -> None:
    assert attaching.turns(text, values) == turns


def test_what_a_text_makes_is_known_by_name() -> None:
    text = "create table A (x); create temp view if not exists `b` as select 1; create unique index c on a (x)"
    assert attaching.made(text) == {"a", "b"}
    assert attaching.made(text, temporary=True) == {"b"}
