"""Where statements begin and end, in scripts and blocks of several dialects. Expected values by hand."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql.limit import Limit
from driftline.capture.sql.parse import pieces

Tell = Callable[..., list[Any]]


def test_a_statement_that_cannot_be_parsed_does_not_take_the_others_along(tell: Tell) -> None:
    first, broken, last = tell("SELECT a FROM t; SELECT FROM WHERE JOIN x; SELECT b FROM u", "postgres")
    assert first.columns == {"a": ["t.a IDENTITY"]}
    assert broken.problem.startswith("cannot be parsed: Expected table name")
    assert last.columns == {"b": ["u.b IDENTITY"]}


BLOCKS = [
    ("bigquery", "CREATE PROCEDURE d.p(lim INT64) BEGIN DECLARE n INT64 DEFAULT 0; IF lim IS NULL THEN SET lim = 0; "
     "END IF; LOOP SET n = n + 1; INSERT INTO m (x) SELECT a FROM t WHERE k > lim AND k < n; "
     "IF n >= lim THEN LEAVE; END IF; END LOOP; EXCEPTION WHEN ERROR THEN SELECT @@error.message AS e; END",
     ["m", None], ["t.k FILTER"]),
    ("oracle", "CREATE PROCEDURE p(lim NUMBER) AS n NUMBER := 0; BEGIN IF lim IS NULL THEN n := 0; END IF; "
     "FOR r IN (SELECT a FROM t) LOOP INSERT INTO m (x) SELECT v FROM s WHERE s.k = r.a AND s.w < lim; END LOOP; END;",
     [None, "m"], ["s.k FILTER", "s.w FILTER", "t.a FILTER"]),
    ("tsql", "CREATE PROCEDURE p @d DATE AS\nBEGIN\nSET NOCOUNT ON\nIF EXISTS (SELECT 1 FROM t)\nBEGIN\n"
     "INSERT INTO m (x) SELECT a FROM t WHERE b = @d\nUPDATE m SET y = 1 WHERE x = 2\nEND\nELSE\nDELETE FROM m\nEND",
     ["m", "m", "m"], ["t.b FILTER"]),
    ("postgres", "CREATE FUNCTION f(lim int) RETURNS void AS $$ BEGIN IF lim > 1 THEN INSERT INTO m (x) "
     "SELECT a FROM t WHERE b > lim; ELSE DELETE FROM m; END IF; END $$ LANGUAGE plpgsql", ["m", "m"], ["t.b FILTER"]),
    ("postgres", "DO $$ BEGIN INSERT INTO m (x) SELECT a FROM t WHERE b = 1; END $$", ["m"], ["t.b FILTER"]),
    ("snowflake", "CREATE PROCEDURE p() RETURNS STRING LANGUAGE SQL AS $$ DECLARE n INT; BEGIN n := 1; "
     "INSERT INTO m (x) SELECT a FROM t WHERE b = n; RETURN 'done'; END; $$", ["m"], ["t.b FILTER"]),
    ("tsql", "insert into m (x) select a from t where b = 1 insert into n (y) select c from u", ["m", "n"],
     ["t.b FILTER"]),
    ("mysql", "CREATE PROCEDURE p(IN lim INT) BEGIN INSERT INTO m (x) SELECT CASE WHEN b > 1 THEN a ELSE b END FROM t "
     "WHERE b = lim; END", ["m"], ["t.b FILTER"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sql", "targets", "rows"), BLOCKS, ids=[f"{case[0]}: {case[1][:40]}" for case in BLOCKS]
)
def test_statements_inside_blocks_are_found_and_variables_are_no_columns(
    tell: Tell, name: str, sql: str, targets: list[str | None], rows: list[str]
) -> None:
    found = tell(sql, name)
    assert [one.target for one in found] == targets
    assert next(one.rows for one in found if one.target) == rows
    assert all(not one.problem for one in found)


def test_a_statement_in_a_block_that_cannot_be_parsed_is_told_with_its_tables(tell: Tell) -> None:
    found = tell("BEGIN INSERT INTO m SELECT a FROM t WHERE a = = b; UPDATE n SET x = 1; END", "tsql")
    assert [(one.target, bool(one.problem)) for one in found] == [("m", True), ("n", False)]
    found = tell("insert into m select a from t where a = = b insert into n (x) select c from u", "tsql")
    assert [(one.target, bool(one.problem)) for one in found] == [("m", True), ("n", False)]


def test_the_end_of_a_case_is_not_the_end_of_a_statement(tell: Tell) -> None:
    (one,) = tell("BEGIN INSERT INTO m (x) SELECT CASE WHEN a > 1 THEN b END AS x FROM t END", "tsql")
    assert one.columns == {"x": ["t.a CONDITIONAL", "t.b IDENTITY"]}


def test_bodies_in_other_languages_are_left_alone(tell: Tell) -> None:
    sql = "CREATE FUNCTION f() RETURNS STRING LANGUAGE PYTHON AS $$ sql = 'INSERT INTO m SELECT a FROM t' $$"
    assert tell(sql, "snowflake") == []


def test_pieces_know_their_line() -> None:
    assert [piece.line for piece in pieces("SELECT 1;\n\nSELECT 2;\nSELECT\n3", "")] == [1, 3, 4]


def test_deeply_nested_and_very_long_expressions_are_followed_or_told(tell: Tell) -> None:
    (long,) = tell("SELECT " + " || ".join(f"c{n}" for n in range(600)) + " AS x FROM t", "postgres")
    assert len(long.columns["x"]) == 600
    (union,) = tell(" UNION ALL ".join(f"SELECT a{n} AS a FROM t" for n in range(200)), "postgres")
    assert len(union.columns["a"]) == 200
    (deep,) = tell("SELECT " + "(" * 20_000 + "a" + ")" * 20_000 + " AS x FROM t", "postgres")
    assert deep.problem == "too deeply nested"


def test_a_statement_that_takes_too_long_is_told_and_the_next_one_goes_on() -> None:
    wide = "SELECT " + ", ".join(f"c{n} + 1 AS c{n}" for n in range(20_000)) + " FROM t; SELECT a FROM t"
    began = time.monotonic()
    first, second = pieces(wide, "postgres", Limit(0.1, alarm=True))
    assert time.monotonic() - began < 20  # most of it to split so long a text into words
    assert first.problem == "not finished within 0.1 seconds"
    assert second.tree is not None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SELECT `full name` FROM `shop.sales.people`", "full name"),
        ("SELECT [full name] FROM [sales].[people] p", "full name"),
        ("SELECT top.k FROM people AS top", "k"),
    ],
)
def test_quotes_tell_the_dialect_where_none_is_given(text: str, name: str) -> None:
    (piece,) = pieces(text, "")
    assert (piece.problem, piece.tree.expressions[0].name) == ("", name)


def test_words_without_a_verb_are_no_statement_but_where_a_procedure_is_called_so() -> None:
    assert [piece.problem for piece in pieces("sp_help orders; refresh(1)", "")] == ["cannot be parsed", ""]
    assert [piece.problem for piece in pieces("sp_help orders", "tsql")] == [""]


TRY = """CREATE PROCEDURE dbo.p AS
BEGIN
  BEGIN TRY
    INSERT INTO dbo.a (x) SELECT x FROM dbo.s;
  END TRY
  BEGIN CATCH
    INSERT INTO dbo.err (x) SELECT x FROM dbo.e;
    THROW;
  END CATCH
  INSERT INTO dbo.tail (x) SELECT x FROM dbo.u;
END"""


def test_statements_that_catch_and_those_behind_them_are_found(tell: Tell) -> None:
    found = tell(TRY, "tsql")
    assert [one.target for one in found] == ["dbo.a", "dbo.err", "dbo.tail"]
    assert [one.columns["x"] for one in found] == [[f"dbo.{name}.x IDENTITY"] for name in ("s", "e", "u")]
    assert [piece.line for piece in pieces(TRY, "tsql") if piece.text.startswith("INSERT")] == [4, 7, 10]


def test_a_setting_that_is_switched_on_does_not_hide_the_statement_behind_it(tell: Tell) -> None:
    (one,) = tell("SET NOCOUNT ON\nINSERT INTO m (x) SELECT a FROM t", "tsql")
    assert (one.target, one.columns) == ("m", {"x": ["t.a IDENTITY"]})


def test_a_procedure_that_is_run_is_told_among_the_statements_around_it(tell: Tell) -> None:
    found = tell("SET NOCOUNT ON INSERT INTO m (x) SELECT a FROM t EXEC dbo.p 'x' DELETE FROM n", "tsql")
    said = "runs a procedure, which is not followed: EXEC dbo.p 'x'"
    assert [(one.target, one.problem) for one in found] == [("m", ""), (None, said), ("n", "")]
    (one,) = tell("BEGIN INSERT INTO m EXEC dbo.p END", "tsql")
    assert (one.target, one.problem) == ("m", "runs a procedure, which is not followed: EXEC dbo.p")


def test_sql_that_is_put_together_is_told_as_it_is_written(tell: Tell) -> None:
    body = "DO $$ BEGIN EXECUTE 'insert into x select a from y'; {} END $$"
    (one,) = tell(body.format(""), "postgres")
    assert (one.target, one.problem) == ("x", "")
    for text, target in (("EXECUTE 'insert into x select * from ' || t", "x"), ("EXECUTE way", None)):
        _, one = tell(body.format(f"{text};"), "postgres")
        assert (one.target, one.problem) == (target, f"dynamic SQL, which is not followed: {text}")


@pytest.mark.parametrize(
    ("name", "sql", "said"),
    [
        ("tsql", "CREATE PROCEDURE p AS EXEC q 'select a from t'", "EXEC q 'select a from t'"),
        ("postgres", "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CALL q(1); END $$", "CALL q(1)"),
        ("postgres", "DO $$ BEGIN OPEN c FOR EXECUTE way; END $$", "EXECUTE way"),
        ("oracle", "BEGIN EXECUTE IMMEDIATE 'truncate table ' || t; END;", "EXECUTE IMMEDIATE 'truncate table ' || t"),
    ],
)
def test_a_body_that_only_calls_others_says_so(tell: Tell, name: str, sql: str, said: str) -> None:
    one = tell(sql, name)[-1]
    assert (one.target, one.problem.partition(": ")[2]) == (None, said)


def test_a_whole_text_that_is_run_and_touches_no_data_is_no_problem(tell: Tell) -> None:
    assert tell("BEGIN EXECUTE IMMEDIATE 'alter session set x = 1'; END;", "oracle") == []


def test_a_message_in_a_body_is_no_statement_and_hides_none(tell: Tell) -> None:
    sql = "CREATE PROCEDURE p AS BEGIN PRINT 'the insert begins' INSERT INTO m (x) SELECT a FROM t END"
    (one,) = tell(sql, "tsql")
    assert (one.target, one.columns, one.problem) == ("m", {"x": ["t.a IDENTITY"]}, "")


def test_a_call_ends_where_a_variable_is_set(tell: Tell) -> None:
    call, _ = tell("EXEC d.p @n = 1\nSET @m = (SELECT COUNT(*) FROM d.t)", "tsql")
    assert call.problem == "runs a procedure, which is not followed: EXEC d.p @n = 1"
    assert call.rows == []


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("postgres", "DO $$ BEGIN CASE n WHEN 1 THEN DELETE FROM t; WHEN 2 THEN DELETE FROM u; ELSE DELETE FROM v; "
         "END CASE; END $$"),
        ("snowflake", "BEGIN CASE WHEN i = 1 THEN DELETE FROM t; WHEN i = 2 THEN DELETE FROM u; ELSE DELETE FROM v; "
         "END CASE; END"),
        ("bigquery", "CASE WHEN i = 1 THEN DELETE FROM t; WHEN i = 2 THEN DELETE FROM u; ELSE DELETE FROM v; END CASE"),
        ("mysql", "CREATE PROCEDURE p() BEGIN l: LOOP DELETE FROM t; LEAVE l; END LOOP; m: REPEAT DELETE FROM u; "
         "UNTIL x END REPEAT; DELETE FROM v; END"),
        ("postgres", "DO $$ BEGIN LOOP DELETE FROM t; EXIT WHEN NOT FOUND; CONTINUE; END LOOP; DELETE FROM u; "
         "GET DIAGNOSTICS n = ROW_COUNT; ASSERT n > 0; NULL; DELETE FROM v; END $$"),
    ],
)  # fmt: skip
def test_words_that_steer_a_block_are_no_statements_and_hide_none(
    tell: Callable[..., list[Any]], name: str, sql: str
) -> None:
    assert [(one.target, one.problem) for one in tell(sql, name)] == [("t", ""), ("u", ""), ("v", "")]


@pytest.mark.parametrize("part", ["INSERT INTO m (x) SELECT a FROM t", "SET @a = @a + 1", "EXEC sp_rename 'd.a', 'b'"])
def test_a_long_script_without_semicolons_is_read_to_its_end(tell: Tell, part: str) -> None:
    """Of more than 40 statements, none was found: only the ends of the last ones were tried for each."""
    found = list(pieces(f"{part}\n" * 60, "tsql", Limit(60)))
    assert len(found) == 60
    assert all(piece.tree is not None and piece.line == line for line, piece in enumerate(found, 1))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("tsql", "BULK INSERT t FROM 'f' "), ("tsql", "INSERT INTO m (x) SELECT a FROM t "),
        ("tsql", "FETCH c INTO @a "), ("tsql", "IF (SELECT a FROM c) > 1 BEGIN DELETE FROM m; "),
        ("snowflake", "BEGIN LET a "), ("oracle", "CALL p "), ("oracle", "BEGIN CASE WHEN a THEN "),
        ("mysql", "CREATE PROCEDURE p() BEGIN SELECT 1; END; "),
    ],
)  # fmt: skip
def test_reading_a_script_takes_no_time_that_grows_with_its_square(
    growth: Callable[..., float], name: str, part: str
) -> None:
    assert growth(lambda text: list(pieces(text, name, Limit(60))), part, 1_500) < 24


def test_a_statement_of_tsql_behind_a_variable_that_is_set_is_one_by_itself() -> None:
    found = [type(one.tree).__name__ for one in pieces("SET @y = 2 DELETE FROM n WHERE q = 1", "tsql")]
    assert found == ["Select", "Delete"]


@pytest.mark.parametrize(("rest", "problem"), [("SELECT b FRM u WHERE (", "cannot be parsed"), ("SELECT b FROM u", "")])
def test_what_no_semicolon_parts_from_a_body_is_told(tell: Callable[..., list[Any]], rest: str, problem: str) -> None:
    body = "CREATE FUNCTION f() RETURNS int AS $$ SELECT p FROM q $$ LANGUAGE sql"
    query, insert = tell(f"{body} INSERT INTO z {rest}", "postgres")
    assert (query.columns, insert.target) == ({"p": ["q.p IDENTITY"]}, "z")
    assert insert.problem.startswith(problem)
    assert bool(insert.problem) == bool(problem)
