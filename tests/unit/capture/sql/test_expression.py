"""What is behind an expression. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.script import Script

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("name", "sql", "kind"),
    [
        ("snowflake", "SELECT hash(*) AS v FROM t", "TRANSFORMATION"),
        ("snowflake", "SELECT object_construct(t.*) AS v FROM t", "TRANSFORMATION"),
        ("postgres", "SELECT to_jsonb(t.*) AS v FROM t", "TRANSFORMATION"),
        ("postgres", "SELECT (t.*)::text AS v FROM t", "TRANSFORMATION"),
        ("mysql", "SELECT count(DISTINCT *) AS v FROM t", "AGGREGATION"),
    ],
)
def test_a_star_inside_a_function_is_the_whole_row(tell: Tell, name: str, sql: str, kind: str) -> None:
    (one,) = tell(sql, name, {"t": ("a", "b")})
    assert one.columns == {"v": [f"t.a {kind}", f"t.b {kind}"]}


def test_counting_rows_looks_at_no_column(tell: Tell) -> None:
    (one,) = tell("SELECT count(*) AS n, count(t.*) AS m FROM t", "postgres", {"t": ("a", "b")})
    assert one.columns == {"n": [], "m": []}


@pytest.mark.parametrize(
    ("name", "sql", "reads"),
    [
        ("bigquery", "SELECT * FROM ML.PREDICT(MODEL m, (SELECT a FROM t))", {"m", "t"}),
        ("bigquery", "SELECT * FROM ML.EVALUATE(MODEL m, TABLE t)", {"m", "t"}),
        ("bigquery", "SELECT * FROM VECTOR_SEARCH(TABLE m, 'e', (SELECT e FROM t))", {"m", "t"}),
        ("bigquery", "SELECT a FROM APPENDS(TABLE t, NULL, NULL)", {"t"}),
        ("trino", "SELECT * FROM TABLE(exclude_columns(input => TABLE(t), columns => DESCRIPTOR(a)))", {"t"}),
    ],
)
def test_tables_and_models_that_a_function_is_given_are_read(name: str, sql: str, reads: set[str]) -> None:
    script = Script(dialect.of(name), lambda _: None)
    (one,) = statement.read(sql, script)
    assert ({source.names[0] for source in one.reads}, one.problem) == (reads, "")


def test_the_next_value_of_a_sequence_comes_from_no_column(tell: Tell) -> None:
    (one,) = tell("SELECT NEXT VALUE FOR dbo.seq AS n, a FROM t", "tsql")
    assert (one.columns, one.doubts) == ({"n": [], "a": ["t.a IDENTITY"]}, [])


def test_a_number_that_is_bound_is_no_column_of_staged_files(tell: Tell) -> None:
    (one,) = tell("SELECT :1 AS task, a FROM t", "snowflake")
    assert one.columns == {"task": [], "a": ["t.a IDENTITY"]}


def test_an_ordered_set_is_aggregated(tell: Tell) -> None:
    (one,) = tell("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY c) AS m FROM t", "postgres")
    assert one.columns == {"m": ["t.c AGGREGATION"]}
