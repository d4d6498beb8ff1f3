"""The list of a SELECT: stars with what they leave out, names of outputs. Expected values by hand."""

import time
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "c"), "w": ("id", "place", "place.city")}
CASES = [
    ("bigquery", "SELECT t.* EXCEPT (a) REPLACE (b + 1 AS b) FROM t",
     {"b": ["t.b TRANSFORMATION"], "c": ["t.c IDENTITY"]}),
    ("snowflake", "SELECT * EXCLUDE (A) RENAME (b AS z) FROM t", {"z": ["t.b IDENTITY"], "c": ["t.c IDENTITY"]}),
    ("snowflake", "SELECT * ILIKE '%B%' FROM t", {"b": ["t.b IDENTITY"]}),
    ("bigquery", "SELECT s.* FROM (SELECT STRUCT(a AS x) AS s FROM t)", {"x": ["t.a IDENTITY"]}),
    ("bigquery", "SELECT * FROM w", {"id": ["w.id IDENTITY"], "place": ["w.place IDENTITY"]}),
    ("bigquery", "SELECT place.city, place.zip FROM w",
     {"city": ["w.place.city IDENTITY"], "zip": ["w.place TRANSFORMATION"]}),
    ("postgres", "SELECT (a).x, b::int, cast(c AS text) FROM t",
     {"x": ["t.a TRANSFORMATION"], "b": ["t.b TRANSFORMATION"], "c": ["t.c TRANSFORMATION"]}),
    ("tsql", "SELECT z = a, 'x' + b FROM t", {"z": ["t.a IDENTITY"], "'x' + b": ["t.b TRANSFORMATION"]}),
    ("spark", "SELECT explode(a) AS (p, q) FROM t", {"p": ["t.a TRANSFORMATION"], "q": ["t.a TRANSFORMATION"]}),
    ("snowflake", "SELECT a:x.y::string AS z FROM t", {"z": ["t.a TRANSFORMATION"]}),
    ("mysql", "SELECT max(a), count(*) FROM t", {"max(a)": ["t.a AGGREGATION"], "count(*)": []}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sql", "columns"), CASES, ids=[case[1][:50] for case in CASES])
def test_outputs_have_their_names_and_edges(tell: Tell, name: str, sql: str, columns: dict[str, list[str]]) -> None:
    (one,) = tell(sql, name, SCHEMA)
    assert one.columns == columns


def test_a_star_over_a_table_without_schema_stays_a_star_and_never_names_a_column(tell: Tell) -> None:
    (one,) = tell("SELECT * EXCEPT (a) FROM v UNION ALL SELECT * FROM x", "bigquery")
    assert one.columns == {"*": ["v.*", "x.*"]}


def test_columns_chosen_by_a_pattern_over_an_unknown_table_are_a_doubt(tell: Tell) -> None:
    (one,) = tell("SELECT * ILIKE '%b%' FROM v", "snowflake")
    assert one.doubts == ["*"]


@pytest.mark.parametrize("given", ["(c, d)", "(c INT, d STRING)", "c, d", "(`c`, d)"])
@pytest.mark.parametrize("name", ["hive", "spark", "databricks"])
def test_each_column_of_a_program_comes_from_all_that_it_is_given(tell: Tell, name: str, given: str) -> None:
    (one,) = tell(f"SELECT TRANSFORM (a, b) USING 'p.py' AS {given} FROM t WHERE k = 1", name)
    both = ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]
    assert (one.columns, one.rows, one.problem) == ({"c": both, "d": both}, ["t.k FILTER"], "")


def test_a_program_whose_columns_are_not_named_gives_a_key_and_a_value(tell: Tell) -> None:
    (one,) = tell("SELECT TRANSFORM (a) USING 'p.py' FROM t", "hive")
    assert one.columns == {"key": ["t.a TRANSFORMATION"], "value": ["t.a TRANSFORMATION"]}


def test_an_expression_over_chosen_columns_is_one_for_each(tell: Tell) -> None:
    # names as DuckDB 1.4 gives them
    (one,) = tell(
        """SELECT COLUMNS('^a') + c, min(COLUMNS(* EXCLUDE (c))) OVER () AS "m_\\0", COLUMNS(['c']) FROM t""",
        "duckdb",
        {"t": ("aa", "ab", "c")},
    )
    assert one.columns == {
        "aa": ["t.aa TRANSFORMATION", "t.c TRANSFORMATION"],
        "ab": ["t.ab TRANSFORMATION", "t.c TRANSFORMATION"],
        "m_aa": ["t.aa AGGREGATION"],
        "m_ab": ["t.ab AGGREGATION"],
        "c": ["t.c IDENTITY"],
    }
    (one,) = tell("SELECT COLUMNS('^a') + c FROM v", "duckdb")
    assert "*" in one.doubts


def test_a_function_is_applied_to_each_column_of_a_star(tell: Tell) -> None:
    (one,) = tell("SELECT * EXCEPT (b) APPLY(sum) FROM t", "clickhouse", {"t": ("a", "b")})
    assert one.columns == {"sum(a)": ["t.a AGGREGATION"]}
    (one,) = tell("SELECT * APPLY(toString), COLUMNS('b') APPLY(groupArray) FROM t", "clickhouse", {"t": ("b",)})
    assert one.columns == {"toString(b)": ["t.b TRANSFORMATION"], "groupArray(b)": ["t.b AGGREGATION"]}
    (one,) = tell("SELECT * APPLY(sum) FROM v", "clickhouse")
    assert one.columns == {"*": ["v.* AGGREGATION 0.3"]}


def test_columns_by_a_pattern_may_be_renamed_and_left_out(tell: Tell) -> None:
    (one,) = tell("SELECT * ILIKE '%X%' RENAME (a_x AS ax) FROM t", "snowflake", {"t": ("a_x", "b_x", "c")})
    assert one.columns == {"ax": ["t.a_x IDENTITY"], "b_x": ["t.b_x IDENTITY"]}


def test_columns_of_one_table_are_chosen_by_a_pattern(tell: Tell) -> None:
    """By hand, from DuckDB's manual: ``t.COLUMNS(…)`` chooses among the columns of t alone."""
    schema = {"s": ["id", "a"], "u": ["id", "x"]}
    (one,) = tell("SELECT u.COLUMNS(*) FROM s JOIN u ON s.id = u.id", "duckdb", schema)
    assert one.columns == {"id": ["u.id IDENTITY"], "x": ["u.x IDENTITY"]}
    (one,) = tell("SELECT u.COLUMNS('x') + 1 AS \"n_\\0\" FROM s JOIN u ON s.id = u.id", "duckdb", schema)
    assert one.columns == {"n_x": ["u.x TRANSFORMATION"]}


@pytest.mark.parametrize("form", ["^[[:alpha:]]$", "^(a+)+$", "\\\\pL"])
def test_a_pattern_that_means_something_else_to_python_or_may_take_long_is_not_tried(tell: Tell, form: str) -> None:
    (one,) = tell(f"SELECT COLUMNS('{form}') FROM s", "duckdb", {"s": ["a", "b"]})
    assert (one.columns, one.doubts) == ({"*": []}, ["*"])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * LIKE 'b%' FROM t", {"b": ["t.b IDENTITY"]}),
        ("SELECT t.* LIKE 'b%' FROM t", {"b": ["t.b IDENTITY"]}),
        ("SELECT * NOT LIKE 'b%' FROM t", {"a": ["t.a IDENTITY"], "ts": ["t.ts IDENTITY"]}),
        ("SELECT t.* NOT ILIKE 'T%' FROM t", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}),
        ("SELECT * EXCLUDE (b) NOT LIKE 'a' FROM t", {"ts": ["t.ts IDENTITY"]}),
        ("SELECT * LIKE '%s%' FROM t", {"ts": ["t.ts IDENTITY"]}),
        ("SELECT * LIKE '%t%s' FROM t", {"ts": ["t.ts IDENTITY"]}),
        ("SELECT * LIKE '_%_' FROM t", {"ts": ["t.ts IDENTITY"]}),
        ("SELECT * NOT LIKE 't%%' FROM t", {"a": ["t.a IDENTITY"], "b": ["t.b IDENTITY"]}),
        ("SELECT greatest(*COLUMNS('b|ts'), 1) + 1 AS z FROM t", {"z": ["t.b TRANSFORMATION", "t.ts TRANSFORMATION"]}),
        ("SELECT COLUMNS('(b|t)s?') AS 'x_\\1' FROM t", {"x_b": ["t.b IDENTITY"], "x_t": ["t.ts IDENTITY"]}),
        ("SELECT COLUMNS('(t)(s)') AS '\\2\\1_\\0' FROM t", {"st_ts": ["t.ts IDENTITY"]}),
        ("SELECT COLUMNS('^(t)|^(b)') AS 'k\\2' FROM t", {"kb": ["t.b IDENTITY"], "k": ["t.ts IDENTITY"]}),
        ("SELECT COLUMNS(lambda c: c LIKE 't%') FROM t", {"ts": ["t.ts IDENTITY"]}),
        ("SELECT max(COLUMNS(lambda c: c NOT LIKE '_')) + 1 FROM t", {"ts": ["t.ts AGGREGATION"]}),
        (
            "SELECT COLUMNS(lambda c: C ILIKE 'T%' OR (c = 'b')) FROM t",
            {"b": ["t.b IDENTITY"], "ts": ["t.ts IDENTITY"]},
        ),
        ("SELECT COLUMNS(lambda x: x NOT IN ('a', 'B') AND NOT x = 'ts') FROM t", {"b": ["t.b IDENTITY"]}),
        ("SELECT COLUMNS(lambda c: c <> 'b' AND c != 'a') FROM t", {"ts": ["t.ts IDENTITY"]}),
    ],
)
def test_columns_are_chosen_and_called_as_duckdb_does(tell: Tell, text: str, columns: dict[str, list[str]]) -> None:
    """The edges by hand; the names are those of DuckDB itself."""
    (one,) = tell(text, "duckdb", {"t": ("a", "b", "ts")})
    assert one.columns == columns
    with duckdb.connect() as connection:
        described = connection.execute("CREATE TABLE t AS SELECT 1 AS a, 2 AS b, 3 AS ts").execute(text).description
    assert [column[0] for column in described or ()] == list(columns)


@pytest.mark.parametrize("chosen", ["t.* LIKE 'b%'", "* NOT LIKE 'b%'", "* SIMILAR TO 'b'", "max(*COLUMNS('b'))"])
def test_columns_chosen_among_unknown_ones_are_a_doubt(tell: Tell, chosen: str) -> None:
    (one,) = tell(f"SELECT {chosen} FROM t", "duckdb")
    assert "*" in one.doubts


def test_rows_that_are_compared_are_one_column(tell: Tell) -> None:
    (one,) = tell("SELECT t.* = w.* AS same FROM t, w", "postgres", {"t": ("a",), "w": ("b",)})
    assert one.columns == {"same": ["t.a TRANSFORMATION", "w.b TRANSFORMATION"]}


@pytest.mark.parametrize("told", ["len(c) > 1", "c LIKE 'a' OR len(c) > 1", "c LIKE 'a!%' ESCAPE '!'", "c LIKE d"])
def test_a_function_that_tells_columns_by_more_than_their_names_is_a_doubt(tell: Tell, told: str) -> None:
    (one,) = tell(f"SELECT COLUMNS(lambda c: {told}) FROM t", "duckdb", {"t": ("a", "bc")})
    assert (one.columns, one.doubts) == ({"*": []}, ["*"])


def test_many_names_that_a_function_tells_columns_by_are_gone_through_once(
    tell: Tell, growth: Callable[..., float]
) -> None:
    def read(names: str) -> None:
        columns = tuple(f"c{place}" for place in range(len(names) // 5))
        told = names.replace("'x'", "'{}'").format(*columns).removesuffix(", ")
        tell(f"SELECT COLUMNS(lambda c: c IN ({told})) FROM t", "duckdb", {"t": columns})

    assert growth(read, "'x', ", 800) < 24


def test_a_row_of_or_as_long_as_it_may_be_tells_columns(tell: Tell) -> None:
    """By hand: each LIKE names one column, and k is in none of them."""
    names = [f"c{place}" for place in range(1_000)]
    told = " OR ".join(f"c LIKE '{name}'" for name in names)
    (one,) = tell(f"SELECT COLUMNS(lambda c: {told}) FROM t", "duckdb", {"t": (*names, "k")})
    assert list(one.columns) == names


def test_a_function_tells_columns_with_the_arrow_of_earlier_versions(tell: Tell) -> None:
    """By hand; DuckDB 2.0 has ``lambda c:`` in its place."""
    (one,) = tell("SELECT COLUMNS(c -> c LIKE 'a%') FROM t", "duckdb", {"t": ("a", "ba", "ab")})
    assert one.columns == {"a": ["t.a IDENTITY"], "ab": ["t.ab IDENTITY"]}


@pytest.mark.parametrize(
    "chosen",
    [
        f"* LIKE '{'%a' * 20}b'",
        f"COLUMNS(lambda c: c LIKE '{'%a' * 20}b')",
        f"COLUMNS('{'a*' * 20}b')",
        f"COLUMNS('^{'a?' * 40}{'a' * 40}c')",
    ],
)
def test_a_pattern_that_fits_nearly_is_not_looked_for_again_and_again(tell: Tell, chosen: str) -> None:
    """Each of these takes longer than anybody waits when every way to part a name is tried."""
    begun = time.thread_time()
    tell(f"SELECT {chosen} FROM t", "duckdb", {"t": ("a" * 60, "b")})
    assert time.thread_time() - begun < 2
