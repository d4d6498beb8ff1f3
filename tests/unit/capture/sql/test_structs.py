"""Structs that a statement builds and takes apart again. Expected edges by hand: each field from its own expression."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "k"), "u": ("k", "x")}
A, B = ["t.a IDENTITY"], ["t.b IDENTITY"]

CASES = [
    ("duckdb", "SELECT s.p, s.q FROM (SELECT {'p': a, 'q': b} AS s FROM t)", {"p": A, "q": B}),
    ("duckdb", "SELECT s.q FROM (SELECT struct_pack(p := a, q := b + 1) AS s FROM t)", {"q": ["t.b TRANSFORMATION"]}),
    ("duckdb", "SELECT s['q'] AS q FROM (SELECT struct_pack(p := a, q := b) AS s FROM t)", {"q": B}),
    ("duckdb", "SELECT s.p FROM (SELECT row(a, b)::STRUCT(p INT, q INT) AS s FROM t)", {"p": ["t.a TRANSFORMATION"]}),
    ("spark", "WITH r AS (SELECT named_struct('p', a, 'q', b) AS s FROM t) SELECT r.s.p FROM r", {"p": A}),
    ("spark", "WITH r AS (SELECT collect_list(struct(a, b)) AS l FROM t) "
     "SELECT e.b FROM r LATERAL VIEW explode(l) v AS e",
     {"b": ["t.b AGGREGATION"]}),
    ("bigquery", "WITH r AS (SELECT k, ARRAY_AGG(STRUCT(a, b AS q)) AS l FROM t GROUP BY k) "
     "SELECT k, e.a, q FROM r, UNNEST(l) AS e",
     {"k": ["t.k IDENTITY"], "a": ["t.a AGGREGATION"], "q": ["t.b AGGREGATION"]}),
    ("bigquery", "SELECT l[OFFSET(0)].q AS z FROM (SELECT [STRUCT(a AS p, b AS q)] AS l FROM t)", {"z": B}),
    ("bigquery", "SELECT e.x FROM t, UNNEST(ARRAY(SELECT AS STRUCT u.x, u.k FROM u)) AS e", {"x": ["u.x IDENTITY"]}),
    ("bigquery", "SELECT * FROM t, UNNEST([STRUCT(b AS p)]) AS e",
     {"a": A, "b": B, "k": ["t.k IDENTITY"], "p": B}),
    ("bigquery", "SELECT s.p FROM (SELECT STRUCT(a AS p) AS s FROM t UNION ALL SELECT STRUCT(x AS p) AS s FROM u)",
     {"p": ["t.a IDENTITY", "u.x IDENTITY"]}),
    # where the fields of one branch are not known, a field comes from all that the struct is made of
    ("bigquery", "SELECT s.p FROM (SELECT STRUCT(a AS p, b AS q) AS s FROM t UNION ALL SELECT x FROM u)",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION", "u.x TRANSFORMATION"]}),
    ("bigquery", "SELECT s.p FROM (SELECT COALESCE(STRUCT(a AS p), b) AS s FROM t)",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql", "columns"), CASES, ids=[case[1][:60] for case in CASES])
def test_a_field_comes_from_its_own_expression(tell: Tell, name: str, sql: str, columns: dict[str, list[str]]) -> None:
    (one,) = tell(sql, name, SCHEMA)
    assert one.columns == columns
