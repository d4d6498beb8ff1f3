"""Structs that a statement builds and takes apart again. Expected edges by hand: each field from its own expression."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlglot import exp

from driftline.capture.sql import dialect, structs
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.scope import Scope

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
    ("duckdb", "SELECT {'p': a, 'q': b}['q'] AS q FROM t", {"q": B}),
    ("bigquery", "SELECT ARRAY_AGG(STRUCT(a, b AS q) ORDER BY k DESC LIMIT 1)[OFFSET(0)].q AS z FROM t",
     {"z": ["t.b AGGREGATION", "t.k SORT"]}),
    ("duckdb", "SELECT s.q AS z FROM (SELECT first({'p': a, 'q': b}) FILTER (WHERE k > 1) AS s FROM t)",
     {"z": ["t.b AGGREGATION", "t.k CONDITIONAL"]}),
    ("duckdb", "SELECT s.q AS z FROM (SELECT any_value({'p': a, 'q': b}) OVER (PARTITION BY k) AS s FROM t)",
     {"z": ["t.b AGGREGATION", "t.k WINDOW"]}),
    ("trino", "SELECT CAST(ROW(a, b) AS ROW(x int, y int)).y AS z FROM t", {"z": ["t.b TRANSFORMATION"]}),
    ("duckdb", "SELECT [a, b][1] AS p, list_value(a, b)[-1] AS q, list_extract([a, b], 2) AS r, ([b])[3] AS s FROM t",
     {"p": A, "q": B, "r": B, "s": []}),
    # a row by its place, and a list each of whose elements is made into another one
    ("duckdb", "SELECT row(a, b)[2] AS p, (a, b)[1] AS q, struct_extract_at(row(a, b), 2) AS r, "
     "struct_extract({'p': a, 'q': b}, 'q') AS s FROM t",
     {"p": B, "q": A, "r": B, "s": B}),
    ("duckdb", "SELECT [a, b].list_transform(x -> x + 1)[2] AS p, list_apply([a, b], x -> x + k)[1] AS q, "
     "[x + 1 FOR x IN [a, b]][2] AS r, [a, b].list_reverse()[1] AS s, array_reverse([a, b])[2] AS u FROM t",
     {"p": ["t.b TRANSFORMATION"], "q": ["t.a TRANSFORMATION", "t.k TRANSFORMATION"], "r": ["t.b TRANSFORMATION"],
      "s": B, "u": A}),
    ("duckdb", "SELECT [x FOR x IN [a, b] IF x > k][1] AS p, [{'p': x} FOR x IN [a, b]][2].p AS q FROM t",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION", "t.k CONDITIONAL"], "q": ["t.b TRANSFORMATION"]}),
    ("clickhouse", "SELECT tupleElement((a, b), 2) AS p, (a, b).2 AS q, tuple(a + 1, b).2 AS r, (k, (a, b)).2.1 AS s, "
     "tupleElement(tuple(a AS x, b), 'x') AS u FROM t",
     {"p": B, "q": B, "r": B, "s": A, "u": A}),
    ("clickhouse", "SELECT m.2 AS p, n.m.1 AS q, tupleElement(m, 2) AS r FROM (SELECT (a, b) AS m FROM t) AS n",
     {"p": B, "q": A, "r": B}),
    ("clickhouse", "SELECT [a, b][2] AS p, [a, b][-1] AS q, arrayElement([a, b], 1) AS r FROM t",
     {"p": B, "q": B, "r": A}),
    ("clickhouse", "SELECT tupleElement((a, b), k) AS p FROM t",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION", "t.k TRANSFORMATION"]}),
    ("postgres", "SELECT (ARRAY[a, b])[2] AS p, (ARRAY[a, b])[-1] AS q, (ROW(a, b)).f2 AS r FROM t",
     {"p": B, "q": [], "r": B}),
    ("bigquery", "SELECT [a, b][OFFSET(1)] AS p, [a, b][ORDINAL(1)] AS q, [a, b][SAFE_OFFSET(2)] AS r FROM t",
     {"p": B, "q": A, "r": []}),
    ("snowflake", "SELECT ARRAY_CONSTRUCT(a, b)[1] AS P FROM t", {"P": B}),
    ("spark", "SELECT array(a, b)[1] AS p, element_at(array(a, b), -2) AS q, "
     "transform(array(a, b), x -> x + k)[0] AS r FROM t",
     {"p": B, "q": A, "r": ["t.a TRANSFORMATION", "t.k TRANSFORMATION"]}),
    ("trino", "SELECT ARRAY[a, b][2] AS p, element_at(ARRAY[a, b], 1) AS q, ROW(a, b)[2] AS r FROM t",
     {"p": B, "q": A, "r": B}),
    # a part of a JSON value or a map, by its key
    ("snowflake", "SELECT OBJECT_CONSTRUCT('p', a, 'q', b):q::INT AS P, o:p AS Q FROM "
     "(SELECT a, b, OBJECT_CONSTRUCT('p', a) AS o FROM t)",
     {"P": ["t.b TRANSFORMATION"], "Q": ["t.a TRANSFORMATION"]}),
    ("postgres", "SELECT json_build_object('p', a, 'q', b)->>'q' AS p, o->'q'->>'r' AS q FROM "
     "(SELECT a, b, jsonb_build_object('p', a, 'q', jsonb_build_object('r', b)) AS o FROM t) AS s",
     {"p": ["t.b TRANSFORMATION"], "q": ["t.b TRANSFORMATION"]}),
    ("duckdb", "SELECT json_object('p', a, 'q', b)->>'$.q' AS p FROM t", {"p": ["t.b TRANSFORMATION"]}),
    ("mysql", "SELECT JSON_OBJECT('p', a, 'q', b)->>'$.q' AS p, JSON_EXTRACT(JSON_OBJECT('p', a, 'P', b), '$.p') AS q "
     "FROM t",
     {"p": ["t.b TRANSFORMATION"], "q": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}),
    ("sqlite", "SELECT json_extract(json_object('p', a, 'q', b), '$.q', '$.p') AS p FROM t",  # it gives a list of both
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}),
    ("postgres", "SELECT json_build_object('p', a, k, b)->>'p' AS p FROM t",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION", "t.k TRANSFORMATION"]}),
    ("spark", "SELECT map('p', a, 'q', b)['q'] AS p, element_at(map('p', a, 'q', b), 'p') AS q FROM t",
     {"p": B, "q": A}),
    ("trino", "SELECT MAP(ARRAY['p', 'q'], ARRAY[a, b])['q'] AS p FROM t", {"p": B}),
    ("clickhouse", "SELECT map('p', a, 'q', b)['q'] AS p FROM t", {"p": B}),
    # all fields of a struct that is built, each by its name
    ("duckdb", "SELECT s.* FROM (SELECT {'p': a, 'q': b} AS s FROM t)", {"p": A, "q": B}),
    ("spark", "SELECT s.*, k FROM (SELECT struct(a, b) AS s, k FROM t)", {"a": A, "b": B, "k": ["t.k IDENTITY"]}),
    ("bigquery", "SELECT s.* EXCEPT (p) FROM (SELECT STRUCT(a AS p, b AS q) AS s FROM t)", {"q": B}),
    ("mysql", "SELECT ROW(a, b) = ROW(k, k) AS p FROM t",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION", "t.k TRANSFORMATION"]}),
    ("duckdb", "SELECT l[2] AS p, list_element(l, -2) AS q FROM (SELECT [a, b] AS l FROM t)", {"p": B, "q": A}),
    ("duckdb", "SELECT [{'p': a}, {'p': b}][2].p AS p FROM t", {"p": B}),
    ("duckdb", "SELECT map {k: a} AS m, map_keys(map {k: a}) AS p, map_values(map([k], [a])) AS q FROM t",
     {"m": ["t.a TRANSFORMATION", "t.k TRANSFORMATION"], "p": ["t.k TRANSFORMATION"], "q": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT m['q'] AS q FROM (SELECT map {'p': a, 'q': b} AS m FROM t)", {"q": B}),
    ("duckdb", "SELECT u[1] AS p FROM (SELECT unnest([[a], [b]]) AS u FROM t)",
     {"p": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}),
    ("duckdb", "SELECT p, q FROM (SELECT unnest([{'p': a, 'q': b}], recursive := true) FROM t)", {"p": A, "q": B}),
    ("duckdb", "SELECT unnest([{'p': a}, {'p': b}], max_depth := 2) FROM t", {"p": ["t.a IDENTITY", "t.b IDENTITY"]}),
    ("duckdb", "SELECT unnest({'p': a, 'q': b}) FROM t", {"p": A, "q": B}),
    ("duckdb", "SELECT x FROM (SELECT unnest(a, recursive := true) FROM t)", {"x": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT unnest([a], recursive := false) AS x FROM t", {"x": ["t.a TRANSFORMATION"]}),
    # by hand, and what DuckDB gives of two such lists that differ in q alone is the same
    ("duckdb", "SELECT [x.p FOR x IN l] AS z FROM (SELECT [{'p': a, 'q': b}] AS l FROM t)",
     {"z": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT [X.P + k FOR x IN [{'p': a, 'q': b}] IF x.q > 1] AS z FROM t",
     {"z": ["t.a TRANSFORMATION", "t.b CONDITIONAL", "t.k TRANSFORMATION"]}),
    ("duckdb", "SELECT l[1] AS z FROM (SELECT [x.p FOR x IN [{'p': a, 'q': b}]] AS l FROM t)",
     {"z": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT [x FOR x IN [{'p': a, 'q': b}] IF x.p > 1] AS z FROM t",
     {"z": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}),
    ("duckdb", "SELECT [x.p FOR x IN [{'p': a, 'q': b}, {'p': k, 'q': a}]][1] AS z FROM t",
     {"z": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT list_transform([{'p': a, 'q': b}, {'p': k, 'q': a}], x -> x.p)[2] AS z FROM t",
     {"z": ["t.k TRANSFORMATION"]}),
    # by hand, and by running DuckDB with one column changed after the other
    ("duckdb", "SELECT l[1].p AS p, l[2].q AS q, list_extract(l, 2).p AS r, l[-2].p AS s, l[3].p AS u, l[1] AS z "
     "FROM (SELECT [{'p': a, 'q': k}, {'p': b, 'q': k}] AS l FROM t)",
     {"p": A, "q": ["t.k IDENTITY"], "r": B, "s": A, "u": [], "z": ["t.a TRANSFORMATION", "t.k TRANSFORMATION"]}),
    ("duckdb", "SELECT list_transform(l, x -> x.p)[1] AS p, [x.p FOR x IN l][2] AS q, l[k].p AS r "
     "FROM (SELECT [{'p': a}, {'p': b}] AS l, k FROM t)",
     {"p": ["t.a TRANSFORMATION"], "q": ["t.b TRANSFORMATION"], "r": [*A, *B, "t.k TRANSFORMATION"]}),
    ("duckdb", "SELECT e.p FROM (SELECT l[2] AS e FROM (SELECT [{'p': a}, {'p': b}] AS l FROM t))", {"p": B}),
    ("duckdb", "SELECT any_value(l)[1].p AS z FROM (SELECT [{'p': a}, {'p': b}] AS l FROM t)",
     {"z": ["t.a AGGREGATION", "t.b AGGREGATION"]}),
    ("duckdb", "SELECT (SELECT {'p': a} FROM t WHERE k = 1).p AS y, "
     "(SELECT [{'p': a}, {'p': b}] FROM t ORDER BY k LIMIT 1)[2].p AS z",
     {"y": ["t.a IDENTITY", "t.k FILTER"], "z": ["t.b IDENTITY", "t.k SORT"]}),
    ("bigquery", "SELECT l[OFFSET(1)].p AS z FROM (SELECT [STRUCT(a AS p), STRUCT(b AS p)] AS l FROM t)", {"z": B}),
    ("trino", "SELECT l[1].p AS z FROM (SELECT ARRAY[CAST(ROW(a) AS ROW(p int)), CAST(ROW(b) AS ROW(p int))] AS l "
     "FROM t)", {"z": ["t.a TRANSFORMATION"]}),
    # the last of lists of unlike length is not always the last of the longer one
    ("duckdb", "SELECT l[-1] AS z, l[-1].p AS y FROM (SELECT [{'p': a}, {'p': b}] AS l FROM t "
     "UNION ALL SELECT [{'p': x}] FROM u)",
     {"z": ["t.a TRANSFORMATION", "t.b TRANSFORMATION", "u.x TRANSFORMATION"], "y": [*A, *B, "u.x IDENTITY"]}),
    ("duckdb", "SELECT list_transform(l, x -> x.p) AS z, l.list_transform(lambda y: y.q + a) AS y, "
     "list_apply(l, x -> x.p || 'a') AS w FROM (SELECT [{'p': a, 'q': b}] AS l, k AS a FROM t)",
     {"z": ["t.a TRANSFORMATION"], "y": ["t.b TRANSFORMATION", "t.k TRANSFORMATION"], "w": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT list_transform(l, x -> {'p': x.p, 'n': 1}) AS z, list_transform(l, x -> x.p.upper()) AS y "
     "FROM (SELECT [{'p': a, 'q': b}] AS l FROM t)", {"z": ["t.a TRANSFORMATION"], "y": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT list_transform(l, x -> x) AS z, list_transform(l, (x, k) -> x.p + k) AS y, "
     "list_transform(l, x -> list_transform([1], p -> p + x.p)) AS w FROM (SELECT [{'p': a, 'q': b}] AS l, k FROM t)",
     {name: ["t.a TRANSFORMATION", "t.b TRANSFORMATION"] for name in "zyw"}),
    ("duckdb", "SELECT [list_transform(l, x -> x.p) FOR l IN m] AS z "
     "FROM (SELECT [{'p': a, 'q': b}] AS l, [[k]] AS m FROM t)", {"z": ["t.k TRANSFORMATION"]}),
    ("spark", "SELECT transform(l, x -> x.p) AS z FROM (SELECT array(named_struct('p', a, 'q', b)) AS l FROM t)",
     {"z": ["t.a TRANSFORMATION"]}),
    ("duckdb", "SELECT list_transform(l, lambda x: x.p + s['q']) AS z, [x.p FOR x IN l IF s['q'] > 0] AS y "
     "FROM (SELECT [{'p': a}] AS l, {'p': b, 'q': k} AS s FROM t)",
     {"z": ["t.a TRANSFORMATION", "t.k TRANSFORMATION"], "y": ["t.a TRANSFORMATION", "t.k CONDITIONAL"]}),
    # where it is not said which of two it is, it is either
    ("duckdb", "SELECT [a, b][k] AS p FROM t",
     {"p": ["t.a TRANSFORMATION 0.5", "t.b TRANSFORMATION 0.5", "t.k TRANSFORMATION"]}),
    ("bigquery", "SELECT [a, b][OFFSET(k)] AS p FROM t",
     {"p": ["t.a TRANSFORMATION 0.5", "t.b TRANSFORMATION 0.5", "t.k TRANSFORMATION"]}),
    ("duckdb", "SELECT list_slice([a, b], 2, 2) AS p, [a, b][1:1] AS q, list_slice([k, a, b], 2, 3)[1] AS r FROM t",
     {"p": ["t.b TRANSFORMATION"], "q": ["t.a TRANSFORMATION"], "r": A}),
    ("duckdb", "SELECT l[2] AS p FROM (SELECT [k, a, b][2:] AS l FROM t)", {"p": B}),
    ("duckdb", "SELECT list_slice([a, b], 1, k) AS p FROM t",
     {"p": ["t.a TRANSFORMATION 0.5", "t.b TRANSFORMATION 0.5", "t.k TRANSFORMATION"]}),
    ("duckdb", "SELECT x FROM (SELECT unnest([{'p': {'x': a}, 'q': b}], recursive := true) FROM t)",
     {"x": ["t.a TRANSFORMATION 0.5", "t.b TRANSFORMATION 0.5"]}),
    ("duckdb", "SELECT element_at(map {k: a, 'x': b}, 'y') AS p FROM t",
     {"p": ["t.a TRANSFORMATION 0.5", "t.b TRANSFORMATION 0.5"]}),
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


def test_elements_that_are_many_are_not_gone_through_one_by_one_for_many_fields(
    tell: Tell, growth: Callable[..., float]
) -> None:
    """By hand: of NULL, the first, each field is NULL."""

    def read(nulls: str) -> Any:
        fields = ", ".join(f"'p{place}': a{place}" for place in range(len(nulls) // 6))
        (one,) = tell(f"SELECT [x.p0 FOR x IN [{nulls}{{{fields}}}]][1] AS z FROM t", "duckdb")
        return one.columns

    assert read("NULL, " * 20) == {"z": []}
    assert growth(read, "NULL, ", 900) < 24


def test_an_element_without_fields_has_them_from_nothing(tell: Tell) -> None:
    """By hand: a field of NULL is NULL, and x is no column that could be in doubt."""
    each = "[x.p + k FOR x IN l]"
    inner = "SELECT [NULL, {'p': a}] AS l, k FROM t"
    (one,) = tell(f"SELECT {each} AS w, {each}[1] AS y, {each}[2] AS z FROM ({inner})", "duckdb", SCHEMA)
    both = ["t.a TRANSFORMATION", "t.k TRANSFORMATION"]
    assert one.columns == {"w": both, "y": ["t.k TRANSFORMATION"], "z": both}
    (one,) = tell("SELECT [x.p + k FOR x IN [NULL, {'p': a}]][1] AS z FROM t", "duckdb", SCHEMA)
    assert (one.columns, one.doubts) == ({"z": ["t.k TRANSFORMATION"]}, [])


@pytest.mark.parametrize(
    ("given", "edges"),
    [
        ("([a] || [b])[2]", B),
        ("([a] || [b])[0]", []),  # it is NULL
        ("[a, b][0]", []),
        ("([a] || [b] || [k])[-3]", A),
        ("([a] || [b])[3]", []),  # is NULL
        ("list_concat([a], [b])[1]", A),
        ("list_extract(list_append([a], b), 2)", B),
        ("list_prepend(a, [b])[1]", A),
        ("([a, b] || l)[2]", ["t.b IDENTITY", "t.l CONDITIONAL"]),  # with NULL the whole is NULL
        ("(l || [a, b])[-1]", ["t.b IDENTITY", "t.l CONDITIONAL"]),
        ("list_concat(l, [b])[-1]", B),
        ("(l || [b])[3]", ["t.b TRANSFORMATION 0.5", "t.l CONDITIONAL", "t.l TRANSFORMATION"]),  # by how long l is
        ("list_concat(l, [b])[1]", ["t.b TRANSFORMATION 0.5", "t.l TRANSFORMATION"]),
        ("list_concat([a], l)[2]", ["t.l TRANSFORMATION"]),
        ("list_concat([a], l)[k]", ["t.a TRANSFORMATION 0.5", "t.k TRANSFORMATION", "t.l TRANSFORMATION"]),
        ("list_transform([a, b], x -> x + k)[1]", ["t.a TRANSFORMATION", "t.k TRANSFORMATION"]),
        ("list_transform(l, x -> x + k)[1]", ["t.k TRANSFORMATION", "t.l TRANSFORMATION"]),
        ("(a || 'x')[1]", ["t.a TRANSFORMATION"]),  # of a text
    ],
)
def test_an_element_of_lists_that_are_joined_is_that_of_its_list(tell: Tell, given: str, edges: list[str]) -> None:
    """DuckDB's lists, whose first place is 1."""
    (one,) = tell(f"SELECT {given} AS v FROM t", "duckdb", {"t": ("a", "b", "k", "l")})
    assert one.columns == {"v": edges}


def test_an_expression_of_a_type_that_is_not_asked_has_no_fields_and_no_elements() -> None:
    walker = Walker(dialect.of("duckdb"), lambda table: None)
    kinds = {kind for kind in vars(exp).values() if isinstance(kind, type) and issubclass(kind, exp.Expression)}
    asked = {kind for kind in kinds if structs.may_have_parts(kind)}
    assert {exp.Column, exp.Struct, exp.Array, exp.Cast, exp.TryCast, exp.DPipe, exp.Anonymous} <= asked
    assert asked.isdisjoint((exp.Add, exp.Literal, exp.Sum))
    for kind in kinds - asked:
        assert structs.fields(walker, kind(), Scope(None)) == structs.elements(walker, kind(), Scope(None)) == ()
