"""Values in WITH, MERGE, COPY and queries in FROM. Expected pairs by hand: each value where the statement puts it."""

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.hooks import inserted, valued
from driftline.capture.program.sites import COMPUTED, DECIDES
from driftline.capture.sql import known

BOTH = [
    (
        "WITH c AS (SELECT ? AS x, b FROM s WHERE a > ?) INSERT INTO t SELECT x, b FROM c",
        [("k", "0"), (f"{DECIDES}1", "1")],
    ),
    (
        "INSERT INTO t WITH c AS (SELECT b, upper(?) AS x FROM s) SELECT x, ? FROM c",
        [("k", f"{COMPUTED}0"), ("v", "1")],
    ),
    ("INSERT INTO t SELECT x, b FROM (SELECT ? AS x, b FROM s) WHERE b > ?", [("k", "0"), (f"{DECIDES}1", "1")]),
    ("INSERT INTO t WITH c AS (SELECT *, ? AS x FROM s) SELECT b, x FROM c", [("v", "0")]),
    ("WITH c AS (SELECT ? AS v) UPDATE t SET v = c.v FROM c WHERE k = ?", [("v", "0"), (f"{DECIDES}1", "1")]),
    ("WITH c AS (SELECT a FROM s WHERE a > ?) DELETE FROM t WHERE k IN (SELECT a FROM c)", [(f"{DECIDES}0", "0")]),
    (
        "WITH c AS (SELECT ? AS x) INSERT INTO t SELECT x, 'a ?' FROM c WHERE true ON CONFLICT (k) DO NOTHING",
        [("k", "0"), (f"{DECIDES}k", "0")],
    ),
    # each SELECT of a UNION gives rows; what stands behind EXCEPT decides which of the others are there
    ("INSERT INTO t SELECT a, b FROM s UNION ALL SELECT ?, ?", [("k", "0"), ("v", "1")]),
    (
        "INSERT INTO t SELECT a, b FROM s WHERE a > ? UNION SELECT ?, upper(?)",
        [("k", "1"), ("v", f"{COMPUTED}2"), (f"{DECIDES}0", "0")],
    ),
    ("CREATE TABLE t AS SELECT a AS k, b AS v FROM s UNION ALL SELECT 1, :n", [("v", "n")]),
    ("INSERT INTO t SELECT a, b FROM s EXCEPT SELECT ?, ?", [(f"{DECIDES}0", "0"), (f"{DECIDES}1", "1")]),
    ("INSERT INTO t SELECT * FROM s EXCEPT SELECT ?, 1", [(f"{DECIDES}0", "0")]),
    # beside a star it is told by place, as what stands in no list of several queries is, and may decide as well
    (
        "INSERT INTO t SELECT * FROM s UNION ALL SELECT ?, ? FROM u",
        [("k", "0"), ("v", "1"), (f"{DECIDES}0", "0"), (f"{DECIDES}1", "1")],
    ),
    ("CREATE TABLE t AS WITH c AS (SELECT $n AS x) SELECT 1 AS k, x AS v FROM c", [("v", "n")]),
]
ALONE = [
    ("INSERT INTO t FROM s WHERE a > ?", [(f"{DECIDES}0", "0")]),
    ("INSERT INTO t (k, v) FROM s SELECT ?, b WHERE a > $2", [("k", "0"), (f"{DECIDES}1", "1")]),
    ("CREATE TABLE t AS FROM s WHERE a > ?", [(f"{DECIDES}0", "0")]),
    (
        "MERGE INTO t USING (SELECT ? AS k, ? AS v) s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v "
        "WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v)",
        [("v", "1"), ("k", "0"), (f"{DECIDES}0", "0")],
    ),
    (
        "MERGE INTO t USING s ON t.k = s.a WHEN MATCHED THEN UPDATE SET v = ? "
        "WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.a, ?)",
        [("v", "0"), ("v", "1")],
    ),
    ("COPY (SELECT a AS k, ? AS v FROM s WHERE a >= ?) TO 'o.csv'", [("v", "0"), (f"{DECIDES}1", "1")]),
]


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [*(("duckdb", *one) for one in (*BOTH, *ALONE)), *(("sqlite", *one) for one in BOTH)],
)
def test_each_value_is_followed_through_queries_of_its_statement(
    dialect: str, text: str, expected: list[tuple[str, str]]
) -> None:
    analysis = known.analyse(text, lambda source, spelled: None, dialect)
    assert analysis is not None
    (one,) = analysis.statements

    assert list(valued.columns(text, ["k", "v"], one, dialect)) == expected


def test_what_stands_in_a_list_is_told_by_its_place_without_reading_the_statement_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "INSERT INTO t VALUES (?, 'a union')"
    analysis = known.analyse(text, lambda source, spelled: None, "duckdb")
    assert analysis is not None
    monkeypatch.setattr(known, "analyse", None)

    assert valued.columns(text, "kv", analysis.statements[0], "duckdb") == inserted.columns(text, "kv")


BASE = """\
import csv, {0}
base = {0}.connect("base.db")
base.execute("CREATE TABLE s (a INTEGER, b TEXT)")
base.execute("CREATE TABLE t (k INTEGER, v TEXT)")
for one in csv.DictReader(open("customers.csv")):
    plan, spend = one["plan"], one["spend"]
"""
PLAN, LOOKED = ("customers.csv", "plan", "IDENTITY", 0.9), ("customers.csv", "spend", "FILTER", 0.9)


@pytest.mark.parametrize("library", ["duckdb", "sqlite3"])
def test_a_value_in_a_common_table_expression_comes_from_what_was_read(script: Script, library: str) -> None:
    text = "WITH c AS (SELECT a, ? AS x FROM s WHERE b > ?) INSERT INTO t SELECT a, x FROM c"
    events = script(f"{BEGIN}{DATA}{BASE.format(library)}    base.execute({text!r}, [plan, spend])\nbase.commit()\n")
    assert edges(events, "t") == {"v": {PLAN}, "": {LOOKED}}


@pytest.mark.parametrize("library", ["duckdb", "sqlite3"])
def test_a_value_in_the_second_query_of_a_union_is_data(script: Script, library: str) -> None:
    text = "INSERT INTO t SELECT a, b FROM s WHERE b > ? UNION ALL SELECT 1, ?"
    events = script(f"{BEGIN}{DATA}{BASE.format(library)}    base.execute({text!r}, [spend, plan])\nbase.commit()\n")
    assert edges(events, "t") == {"v": {PLAN}, "": {LOOKED}}


def test_a_value_in_a_query_that_is_copied_comes_from_what_was_read(script: Script) -> None:
    text = "COPY (FROM s SELECT a, ? AS v WHERE b > ?) TO 'o.csv'"
    events = script(f"{BEGIN}{DATA}{BASE.format('duckdb')}    base.execute({text!r}, [plan, spend])\n")
    assert edges(events, "o.csv") == {"v": {PLAN}, "": {LOOKED}}
