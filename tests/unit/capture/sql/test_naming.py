"""What names mean after statements that change that; expected edges by hand, as each database has it."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql import known

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("dialect", "before", "edge"),
    [
        ("snowflake", "USE SCHEMA d.s", "d.s.t.a IDENTITY"),
        ("postgres", "SET search_path TO mart", "mart.t.a IDENTITY"),
        ("mysql", "USE shop", "shop.t.a IDENTITY"),
    ],
)
def test_a_table_lies_where_the_script_has_said(tell: Tell, dialect: str, before: str, edge: str) -> None:
    *_, made = tell(f"{before}; CREATE TABLE u AS SELECT a FROM t", dialect)
    assert [list(edges) for edges in made.columns.values()] == [[edge]]


def test_a_query_in_a_setting_reads_its_table(tell: Tell) -> None:
    (asked,) = tell("SET x = (SELECT max(a) FROM t)", "snowflake")
    assert [list(edges) for edges in asked.columns.values()] == [["t.a AGGREGATION"]]


def test_a_temporary_table_that_was_dropped_is_another_one_under_that_name(tell: Tell) -> None:
    before = "CREATE TEMP TABLE m AS SELECT a FROM t"
    after = "CREATE TABLE u AS SELECT a FROM m"
    assert tell(f"{before}; {after}", "postgres", through=True)[-1].columns == {"a": ["t.a IDENTITY"]}
    assert tell(f"{before}; DROP TABLE m; {after}", "postgres", through=True)[-1].columns == {"a": ["m.a IDENTITY"]}


def test_a_declared_table_leads_on_to_what_fills_it(tell: Tell) -> None:
    fill = "INSERT INTO @v SELECT a FROM t; INSERT INTO u (y) SELECT x FROM @v"
    *_, made = tell(f"DECLARE @v TABLE (x INT); {fill}", "tsql", through=True)
    assert made.columns == {"y": ["t.a IDENTITY"]}


def test_a_text_says_after_which_statements_nothing_is_left_of_what_it_wrote() -> None:
    text = "INSERT INTO t SELECT a FROM u; INSERT INTO v SELECT a FROM t; DROP TABLE t; CREATE TABLE t (a); TRUNCATE v"
    for _ in range(2):  # the second time it is remembered
        found = known.analyse(text, lambda *_: None, "postgres")
        assert found is not None
        assert [(number, source.names) for number, source in found.emptied] == [(2, ("t",)), (2, ("v",))]
        assert (len(found.statements), found.begun) == (2, ())
