"""Loops that run again. Expected edges by hand: what decides about the next turn decides about all that is in it."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
FILLS, BEHIND = "INSERT INTO u (a) SELECT o.id FROM o;", "INSERT INTO t (a) SELECT p.id FROM p;"
ASKS = "SELECT max(c.f) INTO v FROM c;"


def mysql(inner: str) -> tuple[str, str]:
    return "mysql", f"CREATE PROCEDURE q() BEGIN DECLARE v INT; {inner} {BEHIND} END"


def oracle(inner: str) -> tuple[str, str]:
    return "oracle", f"DECLARE v NUMBER; BEGIN {inner} {BEHIND} END;"


def tsql(inner: str) -> tuple[str, str]:
    return "tsql", f"DECLARE @v INT = 1; {inner} {BEHIND}"


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        mysql(f"REPEAT {ASKS} {FILLS} UNTIL v > 3 END REPEAT;"),
        mysql(f"REPEAT {FILLS} {ASKS} UNTIL v > 3 END REPEAT;"),
        mysql(f"l: LOOP {FILLS} {ASKS} IF v > 3 THEN LEAVE l; END IF; END LOOP;"),
        mysql(f"WHILE v > 0 DO {FILLS} {ASKS} END WHILE;"),
        mysql(f"WHILE v > 0 DO {FILLS} SET v = (SELECT max(c.f) FROM c); END WHILE;"),
        oracle(f"LOOP {FILLS} {ASKS} EXIT WHEN v > 3; END LOOP;"),
        oracle(f"LOOP {FILLS} {ASKS} IF v > 3 THEN EXIT; END IF; END LOOP;"),
        oracle(f"WHILE v > 0 LOOP {FILLS} {ASKS} END LOOP;"),
        oracle(f"v := 1; WHILE v > 0 LOOP IF 1 = 2 THEN NULL; ELSE {FILLS} END IF; {ASKS} END LOOP;"),
        ("postgres", f"CREATE FUNCTION q() RETURNS void LANGUAGE plpgsql AS $$ DECLARE v int; BEGIN "
                     f"WHILE v > 0 LOOP {FILLS} {ASKS} END LOOP; {BEHIND} END $$"),
        ("bigquery", f"DECLARE v INT64 DEFAULT 1; WHILE v > 0 DO {FILLS} SET v = (SELECT max(c.f) FROM c); END WHILE; "
                     f"{BEHIND}"),
        tsql(f"WHILE @v > 0 BEGIN {FILLS} SELECT @v = max(c.f) FROM c; END;"),
        tsql(f"WHILE 1 = 1 BEGIN {FILLS} SELECT @v = max(c.f) FROM c; IF @v > 3 BREAK; END;"),
    ],
)  # fmt: skip
def test_what_a_loop_is_left_by_decides_about_all_of_it_and_not_behind_it(tell: Tell, dialect: str, text: str) -> None:
    found = {one.target: one.rows for one in tell(text, dialect) if one.target is not None}
    assert found == {"u": ["c.f CONDITIONAL"], "t": []}


def test_what_passes_over_the_rest_of_a_turn_decides_nothing_before_it(tell: Tell) -> None:
    inner = f"LOOP {FILLS} {ASKS} CONTINUE WHEN v > 3; INSERT INTO w (a) SELECT o.id FROM o; END LOOP;"
    found = {one.target: one.rows for one in tell(oracle(inner)[1], "oracle") if one.target is not None}
    assert found == {"u": [], "w": ["c.f CONDITIONAL"], "t": []}


def test_a_value_that_a_statement_itself_uses_is_not_that_of_the_next_turn(tell: Tell) -> None:
    inner = (
        "SELECT d.g INTO v FROM d; WHILE v > 0 LOOP INSERT INTO u (a) VALUES (v); SELECT c.f INTO v FROM c; END LOOP;"
    )
    found = {one.target: (one.rows, one.columns) for one in tell(oracle(inner)[1], "oracle") if one.target is not None}
    assert found["u"] == (["c.f CONDITIONAL", "d.g CONDITIONAL"], {"a": ["d.g IDENTITY"]})
    assert found["t"] == ([], {"a": ["p.id IDENTITY"]})


def test_loops_within_each_other_decide_both_for_what_is_inside(tell: Tell) -> None:
    inner = (
        "WHILE v > 0 LOOP INSERT INTO w (a) SELECT o.id FROM o; "
        f"LOOP {FILLS} SELECT d.g INTO y FROM d; EXIT WHEN y > 1; END LOOP; {ASKS} END LOOP;"
    )
    found = {one.target: one.rows for one in tell(oracle(inner)[1], "oracle") if one.target is not None}
    assert found == {"w": ["c.f CONDITIONAL"], "u": ["c.f CONDITIONAL", "d.g CONDITIONAL"], "t": []}
