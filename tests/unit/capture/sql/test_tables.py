"""FROM and JOIN: table functions, lateral views, merged columns. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "k"), "u": ("k", "x")}

CASES = [
    ("snowflake", "SELECT f.value AS v, f.index AS i FROM t, LATERAL FLATTEN(input => t.a) f",
     {"v": ["t.a TRANSFORMATION"], "i": ["t.a TRANSFORMATION"]}, ["t.a JOIN"]),
    ("bigquery", "SELECT e, o FROM t, UNNEST(t.b) AS e WITH OFFSET AS o",
     {"e": ["t.b TRANSFORMATION"], "o": []}, ["t.b JOIN"]),
    ("bigquery", "SELECT a, code FROM t, UNNEST(t.b) AS e",
     {"a": ["t.a IDENTITY"], "code": ["t.b TRANSFORMATION"]}, ["t.b JOIN"]),
    ("bigquery", "SELECT (SELECT count(1) FROM UNNEST(t.b) e WHERE e.z = k) AS n FROM t",
     {"n": ["t.b FILTER", "t.b JOIN", "t.k FILTER"]}, []),
    ("spark", "SELECT p, e.z FROM t LATERAL VIEW posexplode(b) q AS p, e", {"p": [], "z": ["t.b TRANSFORMATION"]},
     ["t.b JOIN"]),
    ("postgres", "SELECT v, n FROM t CROSS JOIN LATERAL unnest(t.a) WITH ORDINALITY AS q (v, n)",
     {"v": ["t.a TRANSFORMATION"], "n": []}, ["t.a JOIN"]),
    ("bigquery", "SELECT p.code FROM t LEFT JOIN UNNEST(t.b) AS p", {"code": ["t.b TRANSFORMATION"]}, ["t.b JOIN"]),
    ("trino", "SELECT x, n FROM t CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS q (x, y, n)",
     {"x": ["t.a TRANSFORMATION"], "n": []}, ["t.a JOIN", "t.b JOIN"]),
    ("hive", "SELECT q.one FROM t LATERAL VIEW json_tuple(t.a, 'k') q AS one, two",
     {"one": ["t.a TRANSFORMATION"]}, ["t.a JOIN"]),
    ("clickhouse", "SELECT e FROM t ARRAY JOIN b AS e", {"e": ["t.b TRANSFORMATION"]}, ["t.b JOIN"]),
    ("clickhouse", "SELECT e, f, n FROM z ARRAY JOIN b AS e, c AS f, arrayEnumerate(b) AS n",
     {"e": ["z.b TRANSFORMATION"], "f": ["z.c TRANSFORMATION"], "n": ["z.b TRANSFORMATION"]},
     ["z.b JOIN", "z.c JOIN"]),
    ("clickhouse", "SELECT k, b, c.x FROM z LEFT ARRAY JOIN b, c",
     {"k": ["z.k IDENTITY"], "b": ["z.b IDENTITY"], "x": ["z.c TRANSFORMATION"]}, ["z.b JOIN", "z.c JOIN"]),
    # a map has two columns: the first is that of the map, the last that of the array, the other one of either
    ("trino", "SELECT k, v, w, n FROM z CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS q (k, v, w, n)",
     {"k": ["z.a TRANSFORMATION"], "v": ["z.a TRANSFORMATION 0.5", "z.b TRANSFORMATION 0.5"],
      "w": ["z.b TRANSFORMATION"], "n": []}, ["z.a JOIN", "z.b JOIN"]),
    ("postgres", "SELECT d, a FROM t, generate_series(1, t.b) AS d",
     {"d": ["t.b TRANSFORMATION"], "a": ["t.a IDENTITY"]}, ["t.b JOIN"]),
    ("postgres", "SELECT k FROM t LEFT JOIN u USING (k)", {"k": ["t.k IDENTITY"]}, ["t.k JOIN", "u.k JOIN"]),
    ("postgres", "SELECT k FROM t RIGHT JOIN u USING (k)", {"k": ["u.k IDENTITY"]}, ["t.k JOIN", "u.k JOIN"]),
    ("postgres", "SELECT * FROM t FULL JOIN u USING (k)",
     {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"], "k": ["t.k IDENTITY", "u.k IDENTITY"], "x": ["u.x IDENTITY"]},
     ["t.k JOIN", "u.k JOIN"]),
    ("postgres", "SELECT * FROM t NATURAL JOIN u",
     {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"], "k": ["t.k IDENTITY"], "x": ["u.x IDENTITY"]},
     ["t.k JOIN", "u.k JOIN"]),
    ("spark", "SELECT * FROM t LEFT SEMI JOIN u ON t.k = u.k",
     {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"], "k": ["t.k IDENTITY"]}, ["t.k FILTER", "u.k FILTER"]),
    ("postgres", "SELECT r.a FROM ((t AS r JOIN u ON r.k = u.k))", {"a": ["t.a IDENTITY"]}, ["t.k JOIN", "u.k JOIN"]),
    ("postgres", "SELECT q.z FROM t, LATERAL (SELECT t.a + u.x AS z FROM u) q",
     {"z": ["t.a TRANSFORMATION", "u.x TRANSFORMATION"]}, []),
    ("clickhouse", "SELECT a FROM t FINAL PREWHERE b = 1", {"a": ["t.a IDENTITY"]}, ["t.b FILTER"]),
    ("clickhouse", "SELECT dictGet(spare.names, 'full', k) AS n FROM t", {"n": ["t.k TRANSFORMATION"]}, []),
    ("snowflake", "SELECT a, q.b FROM SEMANTIC_VIEW(t METRICS a DIMENSIONS b) AS q",
     {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}, []),
    ("databricks", "SELECT q.a FROM STREAM(t) q", {"a": ["t.a IDENTITY"]}, []),
    ("oracle", "SELECT LEVEL + a AS n FROM t WHERE ROWNUM < 5 START WITH b = 1 CONNECT BY PRIOR k = a",
     {"n": ["t.a TRANSFORMATION"]}, ["t.a FILTER", "t.b FILTER", "t.k FILTER"]),
    ("postgres", "SELECT count(u) AS n FROM u", {"n": ["u.k AGGREGATION", "u.x AGGREGATION"]}, []),
    ("postgres", "WITH m AS (DELETE FROM u WHERE x = 1 RETURNING *) SELECT k FROM m", {"k": ["u.k IDENTITY"]},
     ["u.x FILTER"]),
    # an aggregate over all rows is one row, whatever shapes what it is made of
    ("postgres", "SELECT t.a, q.m FROM t, (SELECT max(x) AS m FROM u WHERE k = 1) q",
     {"a": ["t.a IDENTITY"], "m": ["u.k FILTER", "u.x AGGREGATION"]}, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql", "columns", "rows"), CASES, ids=[case[1][:60] for case in CASES])
def test_what_stands_in_from_offers_its_columns(
    tell: Tell, name: str, sql: str, columns: dict[str, list[str]], rows: list[str]
) -> None:
    *_, one = tell(sql, name, SCHEMA)  # a change in WITH is a statement before it
    assert (one.columns, one.rows, one.doubts) == (columns, rows, [])


def test_a_subquery_in_from_does_not_see_what_stands_beside_it(tell: Tell) -> None:
    (one,) = tell("SELECT p.n AS n1, q.n AS n2 FROM (SELECT n FROM v) p, (SELECT n FROM w) q", "postgres")
    assert one.columns == {"n1": ["v.n IDENTITY"], "n2": ["w.n IDENTITY"]}
    assert one.doubts == []


def test_a_natural_join_of_tables_without_schema_says_that_it_does_not_know(tell: Tell) -> None:
    (one,) = tell("SELECT a FROM v NATURAL JOIN w", "postgres")
    assert "NATURAL JOIN" in one.doubts


def test_members_of_an_object_come_from_the_object(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT o.id, name, price FROM orders o, UNPIVOT o.prices AS price AT name", "redshift")
    whole = ["orders.prices TRANSFORMATION"]
    assert one.columns == {"id": ["orders.id IDENTITY"], "name": whole, "price": whole}
    assert (one.rows, one.doubts) == (["orders.prices JOIN"], [])
