"""Changes inside WITH. Expected edges by hand from PostgreSQL's manual, "Data-Modifying Statements in WITH"."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]


def test_rows_that_are_moved_are_deleted_and_inserted(tell: Tell) -> None:
    deleted, inserted = tell(
        "WITH moved AS (DELETE FROM a USING b WHERE a.id = b.id RETURNING a.id, a.v) "
        "INSERT INTO old (id, v) SELECT id, v FROM moved",
        "postgres",
    )
    rows = ["a.id FILTER", "b.id FILTER"]
    assert (deleted.target, deleted.columns, deleted.rows) == ("a", {}, rows)
    assert (inserted.target, inserted.rows) == ("old", rows)
    assert inserted.columns == {"id": ["a.id IDENTITY"], "v": ["a.v IDENTITY"]}
    assert inserted.doubts == []


def test_a_change_sees_what_stands_before_it_in_the_same_with(tell: Tell) -> None:
    deleted, inserted, read = tell(
        "WITH gone AS (DELETE FROM a RETURNING v), kept AS (INSERT INTO b (v) SELECT v FROM gone RETURNING v) "
        "SELECT v FROM kept",
        "postgres",
    )
    assert (deleted.target, inserted.target, read.target) == ("a", "b", None)
    assert inserted.columns == {"v": ["a.v IDENTITY"]}
    assert read.columns == {"v": ["b.v IDENTITY"]}


def test_a_query_in_with_is_no_statement(tell: Tell) -> None:
    (one,) = tell("WITH q AS (SELECT v FROM a) INSERT INTO b (v) SELECT v FROM q", "postgres")
    assert one.target == "b"


def test_the_merge_whose_output_is_read_is_a_statement_of_its_own(tell: Tell) -> None:
    merge, insert = tell(
        "INSERT INTO h (act, id) SELECT act, id FROM (MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN "
        "UPDATE SET t.v = s.v OUTPUT $action, s.id) AS c (act, id)",
        "tsql",
    )
    assert (merge.target, merge.columns, merge.rows) == ("t", {"v": ["s.v IDENTITY"]}, ["s.k JOIN", "t.k JOIN"])
    assert (insert.target, insert.columns) == ("h", {"act": [], "id": ["s.id IDENTITY"]})


@pytest.mark.parametrize("dialect", ["tsql", "fabric", "duckdb", "postgres"])
def test_a_merge_in_from_is_found_wherever_the_parser_takes_one(tell: Tell, dialect: str) -> None:
    merge, query = tell(
        "SELECT id FROM (WITH w AS (SELECT 1 AS one) MERGE INTO t USING s ON t.k = s.k "
        "WHEN MATCHED THEN UPDATE SET v = s.v) AS c",
        dialect,
    )
    assert (merge.target, merge.columns) == ("t", {"v": ["s.v IDENTITY"]})
    assert query.target is None
