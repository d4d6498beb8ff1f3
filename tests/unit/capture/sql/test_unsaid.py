"""Clauses that say nothing of columns. Expected targets and edges by hand from the manuals of the dialects."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]

CASES = [
    ("databricks", "MERGE WITH SCHEMA EVOLUTION INTO n USING t ON n.a = t.a WHEN MATCHED THEN UPDATE SET b = t.b",
     "n", {"b": ["t.b IDENTITY"]}),
    ("databricks", "CREATE OR REFRESH LIVE TABLE n (CONSTRAINT c EXPECT (a > (1)) ON VIOLATION DROP ROW) AS "
     "SELECT a FROM LIVE.t", "n", {"a": ["t.a IDENTITY"]}),
    ("databricks", "CREATE OR REFRESH STREAMING TABLE n (x INT, CONSTRAINT c EXPECT (x > 1), y INT) AS "
     "SELECT a, b FROM STREAM(LIVE.t)", "n", {"x": ["t.a IDENTITY"], "y": ["t.b IDENTITY"]}),
    ("databricks", "CREATE TABLE n DEEP CLONE t VERSION AS OF 3", "n", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}),
    ("databricks", "CREATE TABLE n SHALLOW CLONE t", "n", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}),
    ("spark", "INSERT OVERWRITE DIRECTORY '/n' USING csv OPTIONS (header 'true') SELECT a FROM t",
     "/n", {"a": ["t.a IDENTITY"]}),
    ("bigquery", "CREATE SNAPSHOT TABLE n CLONE t FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(now(), INTERVAL 1 DAY)",
     "n", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}),
    ("oracle", "INSERT INTO n (x) SELECT a FROM t LOG ERRORS INTO e ('tag') REJECT LIMIT UNLIMITED",
     "n", {"x": ["t.a IDENTITY"]}),
    ("oracle", "CREATE MATERIALIZED VIEW n (x) BUILD IMMEDIATE REFRESH FAST ON COMMIT ENABLE QUERY REWRITE AS "
     "SELECT a FROM t", "n", {"x": ["t.a IDENTITY"]}),
    ("oracle", "CREATE TABLE n (x) NOLOGGING PARALLEL 4 TABLESPACE d AS SELECT a FROM t", "n", {"x": ["t.a IDENTITY"]}),
    ("oracle", "CREATE GLOBAL TEMPORARY TABLE n ON COMMIT PRESERVE ROWS AS SELECT a FROM t", "n",
     {"a": ["t.a IDENTITY"]}),
    ("clickhouse", "CREATE MATERIALIZED VIEW n ENGINE = SummingMergeTree ORDER BY a POPULATE AS SELECT a FROM t",
     "n", {"a": ["t.a IDENTITY"]}),
    ("tsql", "CREATE TABLE n WITH (DISTRIBUTION = HASH(a), CLUSTERED COLUMNSTORE INDEX) AS SELECT a FROM t",
     "n", {"a": ["t.a IDENTITY"]}),
    ("postgres", "CREATE VIEW n AS SELECT a FROM t WITH LOCAL CHECK OPTION", "n", {"a": ["t.a IDENTITY"]}),
    ("postgres", "CREATE MATERIALIZED VIEW n AS SELECT a FROM t WITH NO DATA", "n", {"a": ["t.a IDENTITY"]}),
    ("postgres", "CREATE TEMP TABLE n ON COMMIT DROP AS SELECT a FROM t", "n", {"a": ["t.a IDENTITY"]}),
    ("postgres", "CREATE LOCAL TEMP TABLE n AS SELECT a FROM t", "n", {"a": ["t.a IDENTITY"]}),
    ("postgres", "SELECT a INTO LOCAL TEMPORARY n FROM t", "n", {"a": ["t.a IDENTITY"]}),
    ("oracle", "SELECT a AS b, p FROM t, XMLTABLE('/r' PASSING t.a AS \"d\", t.b AS \"e\" RETURNING SEQUENCE BY REF "
     "COLUMNS p NUMBER PATH 'p')", None,
     {"b": ["t.a IDENTITY"], "p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}),
    ("postgres", "SELECT p FROM t, XMLTABLE('/r' PASSING BY REF a BY REF COLUMNS p INT PATH 'p')", None,
     {"p": ["t.a TRANSFORMATION"]}),
    ("postgres", "SELECT x.p, u.b AS q FROM t, XMLTABLE('/r' PASSING t.a COLUMNS p INT PATH 'p') AS x, u", None,
     {"p": ["t.a TRANSFORMATION"], "q": ["u.b IDENTITY"]}),
    ("oracle", "SELECT x.p FROM t, XMLTABLE('/r' PASSING CAST(t.a AS XMLTYPE) AS \"d\" COLUMNS p NUMBER) x", None,
     {"p": ["t.a TRANSFORMATION"]}),
    ("teradata", "LOCKING TABLE t FOR ACCESS SELECT a FROM t", None, {"a": ["t.a IDENTITY"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql", "target", "columns"), CASES, ids=[case[1][:60] for case in CASES])
def test_a_statement_is_read_without_them(
    tell: Tell, name: str, sql: str, target: str | None, columns: dict[str, list[str]]
) -> None:
    one, after = tell(f"{sql}; SELECT c FROM u", name, {"t": ("a", "b")})
    assert (one.target, one.columns, one.problem) == (target, columns, "")
    assert (after.columns, after.problem) == ({"c": ["u.c IDENTITY"]}, "")


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("databricks", "SELECT live, deep, using_, t.live AS l FROM t"),
        ("oracle", "SELECT log, materialized FROM t"),
        ("clickhouse", "SELECT populate FROM t"),
        ("bigquery", "SELECT snapshot, clone FROM t"),
        ("postgres", "SELECT local, global, commit FROM t"),
        ("tsql", "WITH w (a) AS (SELECT a FROM t) SELECT a FROM w"),
    ],
)
def test_names_that_are_called_like_such_a_clause_stay(tell: Tell, name: str, sql: str) -> None:
    (one,) = tell(sql, name)
    assert one.problem == ""
    assert all(len(edges) == 1 for edges in one.columns.values())
