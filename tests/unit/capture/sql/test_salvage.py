"""What is said of statements whose columns cannot be followed. Expected values by hand."""

import pytest

from driftline.capture.sql import dialect, salvage, statement
from driftline.capture.sql.limit import Limit
from driftline.capture.sql.parse import pieces
from driftline.capture.sql.script import Script


def script() -> Script:
    return Script(dialect.of("postgres"), lambda source: None)


def told(sql: str) -> tuple[list[str], str | None, str]:
    (piece,) = pieces(sql, "postgres")
    assert piece.tree is None
    one = salvage.from_tokens(piece, script())
    return [s.names[0] for s in one.reads], one.writes.names[0] if one.writes else None, one.how


def test_tables_are_found_behind_the_words_that_name_them() -> None:
    assert told("INSERT INTO m.n (a) SELECT a FROM x.t JOIN u USING (k) WHERE ((") == (["x.t", "u"], "m.n", "change")
    assert told("SELECT a FROM t, WHERE (( ") == (["t"], None, "query")
    assert told("WITH q AS (SELECT a FROM t) INSERT INTO n SELECT a FROM q WHERE ((") == (["t"], "n", "change")


def test_the_format_of_a_new_table_is_no_source() -> None:
    assert told("CREATE TABLE n USING parquet ((") == ([], "n", "change")
    assert told("MERGE INTO n USING t ON ((") == (["t"], "n", "change")


@pytest.mark.parametrize(
    ("sql", "target"),
    [
        ("INSERT INTO d.t (a) EXEC d.p @x = 1", "d.t"),
        ("INSERT #t EXEC d.p", "#t"),
        ("INSERT INTO @t EXEC d.p 1", "@t"),
    ],
)
def test_what_a_procedure_gives_goes_into_a_table_that_is_known(sql: str, target: str) -> None:
    (one,) = statement.read(sql, Script(dialect.of("tsql"), lambda source: None))
    assert one.writes is not None
    assert one.writes.names[0] == target
    assert one.problem.startswith("runs a procedure, which is not followed: EXEC d.p")
    assert one.gaps == ("sql not followed",)


def test_a_statement_whose_columns_take_too_long_keeps_its_tables() -> None:
    sql = "INSERT INTO n SELECT a FROM t JOIN (SELECT b FROM u) q ON q.b = t.a"
    (piece,) = pieces(sql, "")
    (one,) = statement._statements(piece, script(), Limit(-1.0))
    assert one.problem == "not finished within -1 seconds"
    assert [source.names[0] for source in one.reads] == ["t", "u"]
    assert one.writes is not None
    assert one.writes.names[0] == "n"
    assert one.gaps == ("sql columns",)
