"""Functions that a script defines. Expected edges by hand: the body with the arguments in place of the parameters."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql import functions, known
from driftline.capture.sql.relation import Output

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("name", "define"),
    [
        ("postgres", "CREATE FUNCTION f(i int) RETURNS int AS $$ SELECT p FROM q WHERE q.k = i $$ LANGUAGE sql"),
        ("postgres", "CREATE FUNCTION f(int) RETURNS int AS 'SELECT p FROM q WHERE q.k = $1' LANGUAGE sql"),
        ("databricks", "CREATE FUNCTION f(i INT) RETURNS INT RETURN (SELECT p FROM q WHERE q.k = i)"),
        ("bigquery", "CREATE TEMP FUNCTION f(i INT64) AS ((SELECT p FROM q WHERE q.k = i))"),
        ("duckdb", "CREATE MACRO f(i) AS (SELECT p FROM q WHERE q.k = i)"),
        ("snowflake", "CREATE FUNCTION f(i INT) RETURNS INT AS 'SELECT p FROM q WHERE q.k = i'"),
    ],
)
def test_a_function_gives_what_its_body_makes_of_the_arguments(tell: Tell, name: str, define: str) -> None:
    *_, one = tell(f"{define}; SELECT f(a) AS b FROM t", name)
    assert one.columns == {"b": ["q.k FILTER", "q.p IDENTITY", "t.a FILTER"]}


@pytest.mark.parametrize(
    ("name", "define", "call"),
    [
        ("tsql", "CREATE FUNCTION d.f(@i INT) RETURNS TABLE AS RETURN (SELECT p FROM q WHERE q.k = @i)",
         "SELECT g.p AS b FROM t CROSS APPLY d.f(t.a) AS g"),
        ("bigquery", "CREATE TABLE FUNCTION d.f(i INT64) AS SELECT p FROM q WHERE q.k = i",
         "SELECT g.p AS b FROM t, d.f(t.a) AS g"),
        ("duckdb", "CREATE MACRO f(i) AS TABLE SELECT p FROM q WHERE q.k = i", "SELECT p AS b FROM t, f(t.a)"),
        ("databricks", "CREATE FUNCTION f(i INT) RETURNS TABLE (p INT) RETURN SELECT p FROM q WHERE q.k = i",
         "SELECT g.p AS b FROM t, LATERAL f(t.a) AS g"),
        ("postgres", "CREATE FUNCTION f(i int) RETURNS TABLE (b int) LANGUAGE sql AS 'SELECT p FROM q WHERE q.k = i'",
         "SELECT g.b FROM t, f(t.a) g"),
        ("snowflake", "CREATE FUNCTION f(i INT) RETURNS TABLE (b INT) AS 'SELECT p FROM q WHERE q.k = i'",
         "SELECT g.b FROM t, TABLE(f(t.a)) g"),
    ],
)  # fmt: skip
def test_a_function_that_returns_rows_is_the_query_that_it_is(tell: Tell, name: str, define: str, call: str) -> None:
    *_, one = tell(f"{define}; {call}", name)
    assert one.columns == {"b": ["q.p IDENTITY"]}
    assert one.rows == ["q.k FILTER", "t.a FILTER"]
    assert one.doubts == []


def test_a_value_passes_through_as_the_body_has_it(tell: Tell) -> None:
    one, other = tell(
        "CREATE MACRO f(x, y) AS CASE WHEN x > 0 THEN y END; SELECT f(a, b) AS c FROM t; SELECT f(a) AS c FROM t",
        "duckdb",
    )
    assert one.columns == {"c": ["t.a CONDITIONAL", "t.b IDENTITY"]}
    assert other.columns == {"c": ["t.a CONDITIONAL"]}


@pytest.mark.parametrize(
    "define",
    [
        "CREATE FUNCTION f(x int) RETURNS int AS $$ return 1 $$ LANGUAGE plpython3u",
        "CREATE FUNCTION f(x int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; "
        "CREATE FUNCTION f(x int, y int) RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql",
        "CREATE FUNCTION f(x int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; "
        "CREATE FUNCTION f(x text) RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql",
        "CREATE FUNCTION f(x int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; "
        "CREATE FUNCTION f(x int, y int) RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql; "
        "CREATE FUNCTION f(x int, y int, z int) RETURNS int AS $$ SELECT 3 $$ LANGUAGE sql",
        "CREATE FUNCTION s.f(x int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; "
        "CREATE FUNCTION u.f(x int) RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql",
        "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql",
        "CREATE FUNCTION f(x int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql; "
        "CREATE OR REPLACE FUNCTION f(x int) RETURNS int AS $$ return 1 $$ LANGUAGE plpython3u",
    ],
    ids=["other language", "several", "other types", "three", "other schema", "fewer parameters", "another one now"],
)
def test_of_any_other_function_the_result_comes_from_all_that_it_is_given(tell: Tell, define: str) -> None:
    *_, one = tell(f"{define}; SELECT f(a) AS b FROM t", "postgres")
    assert one.columns == {"b": ["t.a TRANSFORMATION"]}


def test_a_function_that_calls_itself_is_followed_once(tell: Tell) -> None:
    *_, one = tell("CREATE MACRO f(x) AS x + f(x - 1); SELECT f(a) AS b FROM t", "duckdb")
    assert one.columns == {"b": ["t.a TRANSFORMATION"]}


@pytest.mark.parametrize(
    ("name", "define", "call"),
    [
        ("postgres", "CREATE FUNCTION f(x int, y int) RETURNS int LANGUAGE sql AS 'SELECT y'", "f(y => b, x => a)"),
        ("postgres", "CREATE FUNCTION f(x int, y int) RETURNS int LANGUAGE sql AS 'SELECT f.y'", "f(a, b)"),
        ("postgres", "CREATE FUNCTION f(OUT x int, INOUT y int) LANGUAGE sql AS 'SELECT y, y'", "f(b)"),
        ("duckdb", "CREATE MACRO f(x, y) AS y", "f(y := b, x := a)"),
        ("snowflake", "CREATE FUNCTION f(x INT, y INT) RETURNS INT AS 'y'", "f(y => b, x => a)"),
    ],
)
def test_a_parameter_goes_by_its_name(tell: Tell, name: str, define: str, call: str) -> None:
    *_, one = tell(f"{define}; SELECT {call} AS c FROM t", name)
    assert one.columns == {"c": ["t.b IDENTITY"]}
    assert one.doubts == []


def test_a_table_called_like_the_function_hides_its_parameters(tell: Tell) -> None:
    *_, one = tell(
        "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT f.x FROM u f'; SELECT f(a) AS c FROM t",
        "postgres",
    )
    assert one.columns == {"c": ["u.x IDENTITY"]}


@pytest.mark.parametrize(
    ("takes", "body", "call"),
    [
        ("t tab", "$1.a", "f(t)"), ("t tab", "t.a", "f(t)"), ("u tab", "(u).a", "f(t)"), ("tab", "($1).a", "f(t.*)"),
        ("u tab", "f.u.a", "f(t)"),
    ],
)  # fmt: skip
def test_a_whole_row_is_handed_over_column_by_column(tell: Tell, takes: str, body: str, call: str) -> None:
    *_, one = tell(f"CREATE FUNCTION f({takes}) RETURNS int AS 'SELECT {body} + 1' LANGUAGE sql; "
                   f"SELECT {call} AS b FROM tab t", "postgres")  # fmt: skip
    assert one.columns == {"b": ["tab.a TRANSFORMATION"]}


@pytest.mark.parametrize(
    ("name", "define", "drop"),
    [
        ("postgres", "CREATE FUNCTION f(i int) RETURNS int AS 'SELECT p FROM q' LANGUAGE sql", "DROP FUNCTION f"),
        ("postgres", "CREATE FUNCTION f(i int) RETURNS int AS 'SELECT p FROM q' LANGUAGE sql",
         "DROP FUNCTION IF EXISTS s.f(int) CASCADE"),
        ("duckdb", "CREATE MACRO f(i) AS (SELECT p FROM q)", "DROP MACRO f"),
    ],
)  # fmt: skip
def test_a_function_that_is_dropped_is_not_followed(tell: Tell, name: str, define: str, drop: str) -> None:
    *_, one = tell(f"{define}; {drop}; SELECT f(a) AS b FROM t", name)
    assert one.columns == {"b": ["t.a TRANSFORMATION"]}
    *_, one = tell(f"{define}; DROP TABLE f; SELECT f(a) AS b FROM t", name)
    assert one.columns == {"b": ["q.p IDENTITY"]}


@pytest.mark.parametrize(
    ("name", "define"),
    [
        ("duckdb", "CREATE MACRO f(i, j := (SELECT p FROM q)) AS i + j"),
        ("postgres", "CREATE FUNCTION f(i int, j int = (SELECT p FROM q)) RETURNS int AS 'SELECT i + j' LANGUAGE sql"),
        ("postgres", "CREATE FUNCTION f(i int, j int DEFAULT (SELECT p FROM q)) RETURNS int RETURN i + j"),
    ],
)
def test_a_parameter_that_no_call_hands_over_has_its_default(tell: Tell, name: str, define: str) -> None:
    *_, one = tell(f"{define}; SELECT f(a) AS b, f(a, c) AS d, f(a, j := c) AS e FROM t", name)
    given = ["t.a TRANSFORMATION", "t.c TRANSFORMATION"]
    assert one.columns == {"b": ["q.p TRANSFORMATION", "t.a TRANSFORMATION"], "d": given, "e": given}


def test_a_parameter_that_may_be_a_column_as_well_is_in_doubt(tell: Tell) -> None:
    body = "'SELECT p FROM q WHERE q.i = i' LANGUAGE sql"
    *_, one = tell(f"CREATE FUNCTION f(i int) RETURNS int AS {body}; SELECT f(a) AS b FROM t", "postgres")
    assert one.columns == {"b": ["q.i FILTER", "q.i FILTER 0.5", "q.p IDENTITY", "t.a FILTER 0.5"]}
    assert one.doubts == ["i"]


def test_a_variable_of_mysql_hides_the_column_of_its_name(tell: Tell) -> None:
    sql = "CREATE PROCEDURE p(k INT) BEGIN SELECT a INTO k FROM c; INSERT INTO m (x) SELECT k FROM q; END"
    assert tell(sql, "mysql", {"q": ("k",)})[-1].columns == {"x": ["c.a IDENTITY"]}
    assert tell(sql, "oracle", {"q": ("k",)})[-1].columns == {"x": ["q.k IDENTITY"]}


@pytest.mark.parametrize("begin", ["BEGIN RETURN", "BEGIN RETURN 1; END"])
def test_a_body_of_plpgsql_with_much_white_space_is_looked_at_in_linear_time(
    growth: Callable[..., float], begin: str
) -> None:
    assert growth(lambda blanks: functions._RETURNS.fullmatch(f"{begin}{blanks}x"), " ", 2_000) < 24


def test_a_body_of_plpgsql_that_only_returns_something_is_followed(tell: Tell) -> None:
    define = "CREATE FUNCTION f(i int) RETURNS {} AS $$ BEGIN RETURN {}; END $$ LANGUAGE plpgsql"
    *_, one = tell(f"{define.format('int', 'i + 1')}; SELECT f(a) AS b FROM t", "postgres")
    assert one.columns == {"b": ["t.a TRANSFORMATION"]}
    rows = define.format("TABLE (x int)", "QUERY SELECT p FROM q WHERE q.k = i; RETURN")
    *_, one = tell(f"{rows}; SELECT g.x FROM t, f(t.a) g", "postgres")
    assert one.columns == {"x": ["q.p IDENTITY"]}
    *_, one = tell(f"{define.format('int', 'i; DELETE FROM z')}; SELECT f(a) AS b FROM t", "postgres")
    assert one.columns == {"b": ["t.a TRANSFORMATION"]}


@pytest.mark.parametrize(
    "define",
    ["CREATE MACRO f(x) AS x, (x, y) AS (SELECT p FROM q)",
     "CREATE MACRO f(x) AS x; CREATE MACRO f(x, y) AS (SELECT p FROM q)"],
)  # fmt: skip
def test_of_several_functions_of_one_name_it_is_said_that_what_they_read_is_not_known(tell: Tell, define: str) -> None:
    *_, one = tell(f"{define}; SELECT f(a, b) AS c FROM t", "duckdb")
    assert one.columns == {"c": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}
    assert one.doubts == ["f()"]


def test_a_form_is_understood_anew_once_a_function_that_it_calls_is_defined_otherwise() -> None:
    """By hand: f passes its argument on, then adds to it; g is asked for and not known."""
    defined, text = {"f": "CREATE MACRO f(x) AS x"}, "CREATE TABLE r AS SELECT f(a) AS c, g(a) AS d FROM t"

    def kind() -> str:
        found = known.analyse(
            text,
            lambda *_: None,
            defined_as=lambda name: defined.get(name, ""),
        )
        assert found is not None
        assert found.statements[0].lineage is not None
        first = found.statements[0].lineage.items[0]
        assert isinstance(first, Output)
        (edge,) = first.edges
        return edge.kind[1]

    known.analyse(text, lambda *_: None)  # by somebody who cannot tell of functions
    assert [kind(), kind()] == ["IDENTITY", "IDENTITY"]
    defined["f"] = "CREATE MACRO f(x) AS x + 1"
    assert [kind(), kind()] == ["TRANSFORMATION", "TRANSFORMATION"]
    del defined["f"]
    assert kind() == "TRANSFORMATION"


def test_a_macro_of_duckdb_takes_the_place_of_a_function_that_the_parser_knows(tell: Tell) -> None:
    define = "CREATE MACRO upper(x) AS 'me'; CREATE MACRO concat(x, y) AS y; CREATE MACRO length(x) AS 1"
    *_, one = tell(f"{define}; SELECT upper(b) AS u, concat(a, b) AS c, lower(b) AS l FROM t", "duckdb")
    assert (one.columns, one.doubts) == ({"u": [], "c": ["t.b IDENTITY"], "l": ["t.b TRANSFORMATION"]}, [])
    *_, one = tell(f"{define}; SELECT len(b) AS n, length(b) AS m FROM t", "duckdb")  # both are one to the parser
    assert one.columns == {"n": ["t.b TRANSFORMATION"], "m": []}


@pytest.mark.parametrize(
    ("define", "edges"),
    [
        ("f AS (x, y) -> x + 1", ["t.a TRANSFORMATION"]),
        ("f AS (x, y) -> y", ["t.b IDENTITY"]),
        ("f ON CLUSTER c AS (x, y) -> if(x > 1, y, 0)", ["t.a CONDITIONAL", "t.b IDENTITY"]),
        ("f AS (x, y) -> arrayMap(z -> z + x, [1, 2])", ["t.a TRANSFORMATION"]),
        ("f AS (x, y) -> arrayMap(x -> x + 1, y)", ["t.b TRANSFORMATION"]),
        ("f AS (x, y) -> x + z", ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]),  # z is of where it is called
    ],
)
def test_a_function_of_clickhouse_is_the_lambda_that_it_is_made_of(tell: Tell, define: str, edges: list[str]) -> None:
    """By hand: ClickHouse's manual, "CREATE FUNCTION" from a lambda expression."""
    *_, one = tell(f"CREATE FUNCTION {define}; SELECT f(a, b) AS c FROM t", "clickhouse")
    assert one.columns == {"c": edges}


def test_a_function_of_clickhouse_that_is_dropped_is_not_known(tell: Tell) -> None:
    *_, one = tell("CREATE FUNCTION f AS (x, y) -> x; DROP FUNCTION f; SELECT f(a, b) AS c FROM t", "clickhouse")
    assert one.columns == {"c": ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]}
