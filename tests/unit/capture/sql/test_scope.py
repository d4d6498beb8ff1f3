"""What an unqualified name means, and how sure that is. Expected values by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]

CASES = [
    # a relation that surely has the name wins over one that might
    ("SELECT a FROM t JOIN v ON t.k = v.k", {"t": ("a", "k")}, ["t.a IDENTITY"], []),
    # none of the known ones has it, so it is of the one that is not known
    ("SELECT b FROM t JOIN v ON t.k = v.k", {"t": ("a", "k")}, ["v.b IDENTITY"], []),
    ("SELECT b FROM v, w, x", {}, ["v.b IDENTITY 0.33", "w.b IDENTITY 0.33", "x.b IDENTITY 0.33"], ["b"]),
    ("SELECT a FROM t, u", {"t": ("a",), "u": ("a",)}, ["t.a IDENTITY 0.5", "u.a IDENTITY 0.5"], ["a"]),
    ("SELECT zz FROM t", {"t": ("a",)}, ["t.zz IDENTITY 0.3"], ["zz"]),
    ("SELECT t.zz FROM t", {"t": ("a",)}, ["t.zz IDENTITY 0.3"], ["zz"]),
    ("SELECT q.zz FROM (SELECT a FROM t) q", {"t": ("a",)}, ["t.zz IDENTITY 0.3"], ["zz"]),
    # which file a row is of stands in no column of any; a table has such a column as any other
    ("SELECT filename FROM read_csv('d/*.csv', filename = true)", {"d/*.csv": ("a",)}, [], []),
    ("SELECT f.filename FROM 'd/*.csv' AS f", {"d/*.csv": ("a",)}, [], []),
    ("SELECT filename FROM 'a.csv'", {"a.csv": ("filename",)}, ["a.csv.filename IDENTITY"], []),
    ("SELECT filename FROM t", {"t": ("a",)}, ["t.filename IDENTITY 0.3"], ["filename"]),
    # inner scopes come first; an outer one that surely has the name makes it doubtful
    ("SELECT (SELECT max(b) FROM v) AS m FROM t", {"t": ("a",)}, ["v.b AGGREGATION"], []),
    ("SELECT (SELECT max(a) FROM v) AS m FROM t", {"t": ("a",)}, ["t.a AGGREGATION 0.5", "v.a AGGREGATION 0.5"], ["a"]),
    ("SELECT (SELECT max(a) FROM u) AS m FROM t", {"t": ("a",), "u": ("b",)}, ["t.a AGGREGATION"], []),
    # the table goes by another alias, which most databases refuse
    ("SELECT t.a FROM t AS q", {"t": ("a",)}, ["t.a IDENTITY 0.8"], ["t.a"]),
    ("SELECT a FROM v AS p JOIN v AS q ON p.k = q.k", {}, ["v.a IDENTITY"], []),  # whichever it is, it is that column
    ("SELECT A FROM t", {"t": ("a",)}, ["t.a IDENTITY"], []),
]


@pytest.mark.parametrize(("sql", "schema", "edges", "doubts"), CASES, ids=[case[0] for case in CASES])
def test_a_name_means_what_it_can_mean_with_its_confidence(
    tell: Tell, sql: str, schema: dict[str, tuple[str, ...]], edges: list[str], doubts: list[str]
) -> None:
    (one,) = tell(sql, "duckdb" if ".csv" in sql else "postgres", schema)
    (found,) = one.columns.values()
    assert (found, one.doubts) == (edges, doubts)


def test_a_name_that_no_table_here_or_around_could_have_is_noted(tell: Tell) -> None:
    (one,) = tell("SELECT a", "postgres")
    assert (one.columns, one.doubts) == ({"a": []}, ["a"])


def test_a_column_of_using_that_several_tables_may_have_is_in_doubt(tell: Tell) -> None:
    (one,) = tell("SELECT k FROM a JOIN b ON a.i = b.i JOIN c USING (k)")
    assert one.columns == {"k": ["a.k IDENTITY 0.5", "b.k IDENTITY 0.5"]}
    assert one.rows == ["a.i JOIN", "a.k JOIN 0.5", "b.i JOIN", "b.k JOIN 0.5", "c.k JOIN"]
    (one,) = tell("SELECT k FROM a JOIN b ON a.i = b.i JOIN c USING (k)", "", {"b": ("i", "k"), "a": ("i",)})
    assert one.columns == {"k": ["b.k IDENTITY"]}
    (one,) = tell("SELECT k FROM a JOIN b USING (k) JOIN c USING (k)")
    assert one.columns == {"k": ["a.k IDENTITY"]}


def test_an_alias_of_clickhouse_hides_the_column_of_its_name(tell: Tell) -> None:
    sql = "SELECT lower(e.city) AS name, count() AS n FROM e WHERE e.k = 1 GROUP BY name"
    for schema in ({}, {"e": ("city", "name", "k")}):
        (one,) = tell(sql, "clickhouse", schema)
        assert (one.rows, one.doubts) == (["e.city GROUP_BY", "e.k FILTER"], [])
    (one,) = tell(sql, "postgres", {"e": ("city", "name", "k")})
    assert one.rows == ["e.k FILTER", "e.name GROUP_BY"]


@pytest.mark.parametrize(
    ("sql", "columns", "rows"),
    [
        ("SELECT x.t.c, w.t.b FROM w.t JOIN x.t ON w.t.a = x.t.a",
         {"c": ["x.t.c IDENTITY"], "b": ["w.t.b IDENTITY"]}, ["w.t.a JOIN", "x.t.a JOIN"]),
        ("SELECT t.b, x.t.a FROM t, x.t", {"b": ["t.b IDENTITY"], "a": ["x.t.a IDENTITY"]}, []),
        ("SELECT x.t.* FROM w.t, x.t", {"a": ["x.t.a IDENTITY"], "c": ["x.t.c IDENTITY"]}, []),
        ("SELECT (SELECT max(x.t.c) FROM x.t WHERE x.t.a = w.t.a) AS m FROM w.t",
         {"m": ["w.t.a FILTER", "x.t.a FILTER", "x.t.c AGGREGATION"]}, []),
        ("UPDATE x.t SET c = w.t.b FROM w.t WHERE w.t.a = x.t.a",
         {"c": ["w.t.b IDENTITY"]}, ["w.t.a FILTER", "x.t.a FILTER"]),
        ("SELECT d.x.t.c FROM d.w.t JOIN d.x.t ON d.w.t.a = d.x.t.a",
         {"c": ["d.x.t.c IDENTITY"]}, ["d.w.t.a JOIN", "d.x.t.a JOIN"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["sqlite", "postgres", "snowflake"])
def test_two_tables_of_one_name_are_told_apart_by_their_schemas(
    tell: Tell, name: str, sql: str, columns: dict[str, list[str]], rows: list[str]
) -> None:
    schema = {"t": ("a", "b"), "w.t": ("a", "b"), "x.t": ("a", "c"), "d.w.t": ("a", "b"), "d.x.t": ("a", "c")}
    (one,) = tell(sql, name, schema)
    found = {column.lower(): [edge.lower() for edge in edges] for column, edges in one.columns.items()}
    assert found == {column: [edge.lower() for edge in edges] for column, edges in columns.items()}
    assert ([edge.lower() for edge in one.rows], one.doubts) == ([edge.lower() for edge in rows], [])
