"""Statements in other words. Expected words, tables and edges by hand."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import words
from driftline.capture.sql.rewrite import of_statements, of_texts, queried, rewritten
from driftline.capture.sql.tokens import between_semicolons, held

DIALECTS = (
    "", "bigquery", "clickhouse", "databricks", "doris", "duckdb", "hive", "mysql", "oracle", "postgres", "redshift",
    "snowflake", "spark", "sqlite", "teradata", "tsql",
)  # fmt: skip
REWRITTEN = (
    "arrows", "assigned", "beneath", "filling", "flink", "functions", "looping", "matching", "oracle", "parse", "pivot",
    "prepared", "queried", "rewrite", "triggers", "unsaid", "windowing",
)  # fmt: skip
Tell = Callable[..., list[Any]]


def test_what_the_parser_does_not_know_is_rewritten_before_it_sees_it() -> None:
    tokens = sqlglot.tokenize("SELECT dob (TITLE 'Birth') FROM e", read="teradata")
    assert [token.text for token in rewritten(tokens, "teradata")] == ["SELECT", "dob", "FROM", "e"]
    tokens = sqlglot.tokenize("SEL dob (FORMAT 'YY'), n (NAMED m) FROM e", read="teradata")
    assert [token.text for token in rewritten(tokens, "teradata")] == ["SEL", "dob", ",", "n", "AS", "m", "FROM", "e"]
    tokens = sqlglot.tokenize("UPDATE t SET q.a += 1", read="tsql")
    assert " ".join(token.text for token in rewritten(tokens, "tsql")) == "UPDATE t SET q . a = q . a + 1"
    tokens = sqlglot.tokenize("SELECT @n += a", read="tsql")
    assert " ".join(token.text for token in rewritten(tokens, "tsql")) == "SELECT @ n = @ n + a"


def test_deleting_within_a_merge_of_oracle_is_a_clause_of_its_own(tell: Tell) -> None:
    merge, after = tell(
        "MERGE INTO m USING s ON (m.k = s.k) WHEN MATCHED THEN UPDATE SET m.v = s.v WHERE s.w = 1 DELETE WHERE m.z = 0 "
        "WHEN NOT MATCHED THEN INSERT (k) VALUES (s.k); DELETE FROM t WHERE a = 1",
        "oracle",
    )
    assert merge.columns == {"v": ["s.v IDENTITY", "s.w CONDITIONAL"], "k": ["s.k IDENTITY"]}
    assert merge.rows == ["m.k JOIN", "m.z FILTER", "s.k JOIN"]
    assert (after.target, after.rows) == ("t", ["t.a FILTER"])


def test_who_reads_a_stream_reads_its_table(tell: Tell) -> None:
    stream, insert = tell(
        "CREATE STREAM s ON TABLE t; INSERT INTO m (x) SELECT k FROM s", "snowflake", {"t": ("k", "v")}
    )
    assert (stream.target, stream.columns) == ("s", {"k": ["t.k IDENTITY"], "v": ["t.v IDENTITY"]})
    assert insert.columns == {"x": ["s.k IDENTITY"]}


def test_a_pipe_loads_columns_of_staged_files_by_their_place(tell: Tell) -> None:
    (one,) = tell("CREATE PIPE p AS COPY INTO t (k, v) FROM (SELECT $2, f.$1:z::int FROM @s/x f)", "snowflake")
    assert (one.target, one.columns) == ("t", {"k": ["@s/x.$2 IDENTITY"], "v": ["@s/x.$1 TRANSFORMATION"]})


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("sqlite", "REPLACE INTO final SELECT id, v FROM stage"),
        ("mysql", "REPLACE INTO final SELECT id, v FROM stage"),
        ("hive", "UPSERT INTO final SELECT id, v FROM stage"),
        ("mysql", "replace low_priority final select id, v from stage"),
        ("", "replace into final select id, v from stage"),
        ("sqlite", "WITH q AS (SELECT id, v FROM stage) REPLACE INTO final SELECT id, v FROM q"),
        ("mysql", "CREATE PROCEDURE p() BEGIN REPLACE INTO final SELECT id, v FROM stage; END"),
    ],
)
def test_replacing_is_inserting(tell: Tell, name: str, sql: str) -> None:
    (one,) = tell(sql, name, {"final": ("id", "v")})
    assert (one.target, one.problem) == ("final", "")
    assert one.columns == {"id": ["stage.id IDENTITY"], "v": ["stage.v IDENTITY"]}


def test_a_function_or_an_option_called_replace_is_no_statement(tell: Tell) -> None:
    (one,) = tell("SELECT replace(a, 'x', 'y') AS b FROM t", "mysql")
    assert (one.target, one.columns) == (None, {"b": ["t.a TRANSFORMATION"]})
    (one,) = tell("LOAD DATA INFILE 'a' REPLACE INTO TABLE x", "mysql")
    assert (one.target, one.problem) == ("x", "")


@pytest.mark.parametrize("escape", ["ESCAPE (e || '')", "ESCAPE e", "ESCAPE lower(e)"])
def test_what_escapes_may_be_an_expression(tell: Tell, escape: str) -> None:
    for word in ("LIKE", "ILIKE", "SIMILAR TO"):
        (one,) = tell(f"SELECT a {word} p {escape} AS hit FROM t", "postgres")
        assert one.columns == {"hit": [f"t.{name} TRANSFORMATION" for name in ("a", "e", "p")]}
    (one,) = tell("SELECT a LIKE p ESCAPE '!' AS hit FROM t", "postgres")
    assert one.columns == {"hit": ["t.a TRANSFORMATION", "t.p TRANSFORMATION"]}


def test_a_label_of_a_load_is_left_out(tell: Tell) -> None:
    (one,) = tell("INSERT INTO d.t WITH LABEL d.l1 (a) SELECT b FROM s", "doris")
    assert (one.target, one.columns) == ("d.t", {"a": ["s.b IDENTITY"]})
    (one,) = tell("INSERT INTO t WITH LABEL l1 SELECT a FROM s", "starrocks")
    assert (one.target, one.columns, one.problem) == ("t", {"a": ["s.a IDENTITY"]}, "")


def test_how_many_rows_are_changed_is_left_out(tell: Tell) -> None:
    update, delete, insert = tell(
        "UPDATE TOP (@n) t SET a = 1 WHERE b = 0; DELETE TOP (10) PERCENT FROM t WHERE c = 1; "
        "INSERT TOP (5) INTO u (x) SELECT a FROM t",
        "tsql",
    )
    assert (update.target, update.columns, update.rows) == ("t", {"a": []}, ["t.b FILTER"])
    assert (delete.target, delete.rows, delete.problem) == ("t", ["t.c FILTER"], "")
    assert (insert.target, insert.columns) == ("u", {"x": ["t.a IDENTITY"]})


@pytest.mark.parametrize(
    ("sql", "target"),
    [
        ("INSERT INTO IDENTIFIER('s.t') SELECT a FROM u", "s.t"),
        ("CREATE TABLE identifier('t') AS SELECT a FROM u", "t"),
        ("INSERT INTO t SELECT a FROM IDENTIFIER('u')", "t"),
    ],
)
def test_a_name_in_a_text_is_that_name(tell: Tell, sql: str, target: str) -> None:
    (one,) = tell(sql, "databricks")
    assert (one.target, one.columns) == (target, {"a": ["u.a IDENTITY"]})


def test_a_table_that_gets_another_schema_goes_by_another_name(tell: Tell) -> None:
    (one,) = tell("ALTER TABLE a.t SET SCHEMA b", "postgres", {"a.t": ("x",)})
    assert (one.target, one.columns) == ("b.t", {"x": ["a.t.x IDENTITY"]})


@pytest.mark.parametrize("word", ["MAP", "REDUCE"])
def test_a_program_of_hive_has_its_columns_from_all_that_it_is_given(tell: Tell, word: str) -> None:
    (one,) = tell(f"INSERT OVERWRITE TABLE o {word} a, b USING 'm.py' AS k, v FROM t", "hive")
    given = ["t.a TRANSFORMATION", "t.b TRANSFORMATION"]
    assert (one.target, one.columns, one.problem) == ("o", {"k": given, "v": given}, "")
    both = f"FROM (FROM t MAP t.a, t.b USING 'm.py' AS k, v) m INSERT OVERWRITE TABLE o {word} m.k, m.v USING 'r' AS x"
    (one,) = tell(both, "hive")
    assert (one.target, one.problem) == ("o", "")
    assert one.columns == {"x": given}


def test_a_column_and_a_type_that_are_called_map_stay_so(tell: Tell) -> None:
    (one,) = tell("INSERT OVERWRITE TABLE o SELECT map, map('a', b) AS m FROM t", "hive")
    assert one.columns == {"map": ["t.map IDENTITY"], "m": ["t.b TRANSFORMATION"]}


def test_a_delete_of_tsql_may_say_from_twice(tell: Tell) -> None:
    (one,) = tell("DELETE FROM d.o FROM d.o AS x JOIN d.b ON b.id = x.id", "tsql")
    assert (one.target, one.rows, one.problem) == ("d.o", ["d.b.id JOIN", "d.o.id JOIN"], "")
    deleted, kept = tell(
        "DELETE FROM d.o OUTPUT deleted.id INTO #gone (k) FROM d.o x JOIN d.b ON b.id = x.id WHERE x.a = 1", "tsql"
    )
    assert (deleted.target, kept.target, kept.columns) == ("d.o", "#gone", {"k": ["d.o.id IDENTITY"]})


def test_rows_that_tsql_reads_from_files_come_from_these(tell: Tell) -> None:
    said = "SELECT r.a FROM OPENROWSET(BULK 'd/*.parquet', FORMAT = 'PARQUET') WITH (a int) AS r"
    (one,) = tell(said, "tsql")
    assert (one.columns, one.problem) == ({"a": ["d/*.parquet.a IDENTITY"]}, "")


def test_what_is_bound_by_its_number_is_no_column(tell: Tell) -> None:
    query, insert = tell("SELECT a FROM t WHERE b = :1; INSERT INTO t (a, b) VALUES (:1, :2)", "oracle")
    assert (query.columns, query.rows, query.problem) == ({"a": ["t.a IDENTITY"]}, ["t.b FILTER"], "")
    assert (insert.columns, insert.problem) == ({"a": [], "b": []}, "")


GROWING = [
    ("tsql", "a += "), ("tsql", "REPLACE INTO "), ("tsql", "UPDATE TOP ( "), ("tsql", "OPENROWSET(BULK "),
    ("tsql", "DELETE FROM a OUTPUT deleted.b "), ("tsql", "WITH (HEAP, "), ("tsql", "END "), ("tsql", "BEGIN END "),
    ("tsql", "DELETE FROM a WHERE b = 1; "), ("", "TUMBLE(TABLE t, "), ("", "MATCH_RECOGNIZE(DEFINE "),
    ("", "STATEMENT SET BEGIN "), ("oracle", "FOR r IN (SELECT "), ("oracle", "MERGE DELETE WHERE a "),
    ("oracle", "UPDATE (SELECT "), ("oracle", "CREATE MATERIALIZED VIEW a AS "), ("oracle", "LOG ERRORS ( "),
    ("databricks", "CONSTRAINT c EXPECT ( "), ("databricks", "MAP a "), ("databricks", "IDENTIFIER('a.b') "),
    ("hive", "TRANSFORM USING 'x' AS a, b "), ("teradata", "a (NAMED b) "), ("teradata", "LOCKING t "),
    ("mysql", "REPLACE INTO a VALUES (1, 'x'); "), ("doris", "WITH LABEL l "), ("bigquery", "f(MODEL m, TABLE t), "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "part"), GROWING, ids=[f"{name}: {part}" for name, part in GROWING])
def test_what_is_rewritten_at_every_word_takes_no_time_that_grows_with_the_square_of_the_text(
    growth: Callable[..., float], name: str, part: str
) -> None:
    grammar = sqlglot.Dialect.get_or_raise(name or None)
    opened = frozenset(["END", "REPLACE"])

    def rewrite(text: str) -> None:
        queried(rewritten(words.split(grammar, text, 1, opened), name))

    assert growth(rewrite, part, 1_500) < 24


def test_words_of_rewritten_words_are_rewritten_too() -> None:
    """Each of these stands within what is rewritten around it. Expected words by hand."""
    tokens = sqlglot.tokenize("SELECT TRANSFORM (a) USING 'x' AS b, c FROM (MAP d USING 'y' AS e) q", read="hive")
    assert " ".join(token.text for token in rewritten(tokens, "hive")) == (
        "SELECT TRANSFORM ( a ) USING x AS ( b , c ) FROM ( SELECT TRANSFORM ( d ) USING y AS ( e ) ) q"
    )
    merge = "MERGE INTO t USING s ON a WHEN MATCHED THEN UPDATE SET b = 1 DELETE WHERE c = 1 WHEN NOT MATCHED THEN x"
    tokens = sqlglot.tokenize(merge, read="oracle")
    assert " ".join(token.text for token in rewritten(tokens, "oracle")) == merge.replace(
        "DELETE WHERE c = 1", "WHEN MATCHED AND ( c = 1 ) THEN DELETE"
    )
    tokens = sqlglot.tokenize("FOR a IN (SELECT 1) LOOP FOR b IN (SELECT 2) LOOP", read="oracle")
    assert " ".join(token.text for token in rewritten(tokens, "oracle")) == (
        "FOR a IN SELECT 1 LOOP FOR b IN SELECT 2 LOOP"
    )


@pytest.mark.parametrize("dialect", ["", "duckdb", "postgres", "sqlite", "snowflake", "redshift"])
def test_a_placeholder_with_its_type_is_two_words(tell: Tell, dialect: str) -> None:
    (insert,) = tell("INSERT INTO t (run, k) SELECT ?::INT, d.k::INT FROM d WHERE d.day >= ?::date", dialect)
    assert insert.columns == {"run": [], "k": ["d.k TRANSFORMATION"]}
    assert insert.rows == ["d.day FILTER"]


def test_a_cast_of_databricks_that_may_fail_stays_one(tell: Tell) -> None:
    (insert,) = tell("INSERT INTO t (k) SELECT d.k?::INT FROM d", "databricks")
    assert insert.columns == {"k": ["d.k TRANSFORMATION"]}


def _texts() -> list[str]:
    """The texts of the tests where something is rewritten."""
    trees = [ast.parse(Path(__file__).with_name(f"test_{name}.py").read_text("utf-8")) for name in REWRITTEN]
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return sorted({text for text in constants if isinstance(text, str) and " " in text.strip()})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_rewriting_does_nothing_to_texts_without_one_of_its_words(dialect: str) -> None:
    """So that it may be left out of them."""
    grammar = sqlglot.Dialect.get_or_raise(dialect or None)

    def all_of(tokens: list[Any]) -> list[Any]:
        return [(token.token_type, token.text, token.start) for token in tokens]

    for text in _texts():
        try:
            tokens = words.split(grammar, text, 1, frozenset())
        except sqlglot.errors.TokenError:
            continue
        parts = [part for part in between_semicolons(tokens) if part]
        for steps, given in ((of_texts(dialect), [tokens]), (of_statements(dialect), parts)):
            for rewrite, about in steps:
                for part in given:
                    if about.isdisjoint(held(part)):
                        assert all_of(rewrite(list(part))) == all_of(part), (rewrite, text)
