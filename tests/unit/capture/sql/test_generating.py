"""Functions that give several columns. Expected edges by hand, from the manuals of Spark and ClickHouse."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.relation import Output
from driftline.capture.sql.script import Script

Tell = Callable[..., list[Any]]
Columns = dict[str, list[str]]
A, B = ["t.a IDENTITY"], ["t.b IDENTITY"]
EITHER = ["t.a IDENTITY", "t.b IDENTITY"]


@pytest.mark.parametrize(
    ("name", "sql", "columns"),
    [
        ("spark", "SELECT stack(2, 'x', a, 'y', b) AS (n, v) FROM t", {"n": [], "v": EITHER}),
        ("spark", "SELECT stack(2, 'x', a, 'y', b) FROM t", {"col0": [], "col1": EITHER}),
        ("hive", "SELECT s.n, s.v FROM t LATERAL VIEW stack(2, 'x', a, 'y', b) s AS n, v", {"n": [], "v": EITHER}),
        ("databricks", "SELECT col1 FROM t, LATERAL stack(2, 'x', a, 'y', b)", {"col1": EITHER}),
        ("spark", "SELECT stack(2, a, b, c) AS (n, v) FROM t", {"n": ["t.a IDENTITY", "t.c IDENTITY"], "v": B}),
        ("spark", "SELECT stack(2, a, b) AS v FROM t", {"v": EITHER}),
        ("spark", "SELECT inline(array(struct(a, b))) FROM t", {"a": A, "b": B}),
        ("spark", "SELECT inline_outer(array(struct(a, b), struct(b, a))) AS (x, y) FROM t",
         {"x": EITHER, "y": EITHER}),
        ("spark", "SELECT inline(l) FROM t", {"*": ["t.l TRANSFORMATION"]}),
        ("spark", "SELECT inline(array(struct(a, b), s)) FROM t",
         {"*": ["t.a TRANSFORMATION 0.33", "t.b TRANSFORMATION 0.33", "t.s TRANSFORMATION 0.33"]}),
        ("spark", "SELECT explode(map(a, b)) AS (k, v) FROM t",
         {"k": ["t.a TRANSFORMATION"], "v": ["t.b TRANSFORMATION"]}),
        ("spark", "SELECT value AS v FROM t LATERAL VIEW explode(map('x', b)) m", {"v": ["t.b TRANSFORMATION"]}),
        ("spark", "SELECT posexplode(l) FROM t", {"pos": [], "col": ["t.l TRANSFORMATION"]}),
        ("spark", "SELECT explode(l) AS e FROM t", {"e": ["t.l TRANSFORMATION"]}),
        ("clickhouse", "SELECT untuple((a, b)) AS z FROM t", {"z.1": A, "z.2": B}),
        ("clickhouse", "SELECT untuple(x), 1 AS c FROM (SELECT (a, b) AS x FROM t)",
         {"untuple(x).1": A, "untuple(x).2": B, "c": []}),
        ("clickhouse", "SELECT untuple(x) FROM t", {"*": ["t.x TRANSFORMATION"]}),
    ],
)  # fmt: skip
def test_each_column_has_what_is_behind_it_alone(tell: Tell, name: str, sql: str, columns: Columns) -> None:
    (one,) = tell(sql, name)
    assert one.columns == columns


@pytest.mark.parametrize(
    ("name", "call"),
    [("spark", "stack(2, 'x', a, 'y', b)"), ("spark", "inline(array(struct('x', b), struct('y', a)))")],
)
def test_they_come_to_the_columns_of_a_table_in_order(tell: Tell, name: str, call: str) -> None:
    (one,) = tell(f"INSERT INTO o SELECT k, {call} FROM t", name, {"o": ("k", "n", "v")})
    assert one.columns == {"k": ["t.k IDENTITY"], "n": [], "v": EITHER}


def test_a_column_of_texts_in_the_statement_is_made_of_literals() -> None:
    script = Script(dialect.of("spark"), lambda _: None)
    (one,) = statement.read("SELECT stack(2, 'x', a, 'y', b) AS (n, v) FROM t", script)
    assert one.lineage is not None
    made = [item.made for item in one.lineage.items if isinstance(item, Output)]
    assert made == ["literals", ""]


def test_a_stack_of_a_number_that_is_not_known_comes_from_all_of_it(tell: Tell) -> None:
    (one,) = tell("SELECT stack(k, a) AS (n, v) FROM t", "spark")
    every = ["t.a TRANSFORMATION", "t.k TRANSFORMATION"]
    assert one.columns == {"n": every, "v": every}


@pytest.mark.parametrize(
    ("name", "sql", "rows"),
    [
        ("duckdb", "SELECT unnest(a) AS e, b FROM t", ["t.a JOIN"]),
        ("duckdb", "SELECT unnest(a) + 1 AS e, b FROM t", ["t.a JOIN"]),
        ("duckdb", "SELECT unnest([x FOR x IN a]) AS e, b FROM t", ["t.a JOIN"]),
        ("duckdb", "SELECT unnest([a, b]) AS e FROM t", []),
        ("duckdb", "SELECT unnest({'p': a, 'q': b}) FROM t", []),
        ("duckdb", "SELECT e FROM t, UNNEST([a, b]) AS u(e)", []),
        ("duckdb", "SELECT e FROM t, UNNEST(t.a) AS u(e)", ["t.a JOIN"]),
        ("duckdb", "SELECT unnest([a, b]::bigint[]) AS e FROM t", []),
        ("duckdb", "SELECT unnest(l) AS e FROM (SELECT [a, b] AS l FROM t)", []),
        ("duckdb", "SELECT e FROM (SELECT [a, b] AS l FROM t), unnest(l) AS u(e)", []),
        ("duckdb", "SELECT unnest(l) AS e FROM (SELECT [a, b] AS l FROM t UNION ALL SELECT [a] FROM t)",
         ["t.a JOIN", "t.b JOIN"]),
        ("duckdb", "SELECT unnest(l, recursive := true) AS e FROM (SELECT [[1], a] AS l FROM t)", ["t.a JOIN"]),
        ("spark", "SELECT explode(a) AS e, b FROM t", ["t.a JOIN"]),
        ("spark", "SELECT b FROM t LATERAL VIEW explode(array(a, b)) v AS e", []),
        ("postgres", "SELECT jsonb_array_elements(a) AS e, b FROM t", ["t.a JOIN"]),
        ("postgres", "SELECT generate_series(1, a) AS e, b FROM t", ["t.a JOIN"]),
        ("postgres", "SELECT string_to_array(a, ',') AS e, b FROM t", []),
        ("trino", "SELECT v FROM t CROSS JOIN UNNEST(map(ARRAY['x'], ARRAY[a])) AS u(k, v)", []),
    ],
)  # fmt: skip
def test_a_list_decides_how_many_rows_there_are_but_one_that_is_written_out(
    tell: Tell, name: str, sql: str, rows: list[str]
) -> None:
    """By hand, and by running DuckDB: with one more element in a there is one more row with b."""
    (one,) = tell(sql, name, {"t": ("a", "b")})
    assert one.rows == rows


def test_keys_and_values_of_a_map_are_columns_of_their_own(tell: Tell) -> None:
    (one,) = tell("SELECT k, v FROM t CROSS JOIN UNNEST(map(ARRAY[b], ARRAY[a])) AS u(k, v)", "trino")
    assert one.columns == {"k": ["t.b TRANSFORMATION"], "v": ["t.a TRANSFORMATION"]}
