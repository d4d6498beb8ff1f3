import re
import sqlite3
from typing import Any

import pytest

from driftline.store import migrate, sql

NOT_PORTABLE = (
    r"\bautoincrement\b", r"\bifnull\(", r"\binsert or\b", r"\breplace into\b", r"\bglob\b", r"\browid\b",
    r"\bmax\([^()]*,", r"\bmin\([^()]*,", r"\bgreatest\(", r"\bilike\b", r"\bjson_each\b", r"::", r'"',
)  # fmt: skip


def test_both_dialects_hold_the_same_statements() -> None:
    assert sql.load("sqlite").keys() == sql.load("postgresql").keys()


def test_every_statement_says_what_it_is_for() -> None:
    for statement in sql.load().values():
        assert statement.purpose.endswith("."), statement.name


def test_psycopg_takes_named_parameters_and_doubled_percent_signs() -> None:
    text = "select a from t where b = :b_1 and c like '%:x' and d = cast(:d as bigint)"
    assert sql.psycopg(text) == "select a from t where b = %(b_1)s and c like '%%:x' and d = cast(%(d)s as bigint)"


def test_a_lock_clause_is_there_for_postgresql_only() -> None:
    assert "skip locked" in sql.load("postgresql")["outbox_claim"].text
    assert "skip locked" not in sql.load("sqlite")["outbox_claim"].text


def test_reading_and_writing_statements_are_told_apart() -> None:
    statements = sql.load()
    assert statements["log_append"].writes
    assert not statements["log_read"].writes
    assert not statements["edges_into"].writes


@pytest.mark.parametrize("pattern", NOT_PORTABLE)
def test_no_statement_uses_what_only_one_of_the_two_databases_has(pattern: str) -> None:
    for file in sql.FOLDER.glob("*.sql"):  # as written: what a token stands for may differ
        assert not re.search(pattern, re.sub(r"--.*", "", file.read_text("utf-8"))), file.name


def test_a_token_takes_a_whole_list_as_one_parameter() -> None:
    raw = sqlite3.connect(":memory:")
    raw.execute("create table t (id integer, name text)")
    raw.executemany("insert into t values (?, ?)", [(1, "a"), (2, "b"), (3, "c"), (4, "2")])
    by_id = sql.expand("select name from t where id in {integers:ids} order by id", "sqlite")
    by_name = sql.expand("select id from t where name in {texts:names} and id > :low order by id", "sqlite")
    assert raw.execute(by_id, {"ids": "[3, 1, 9, 1]"}).fetchall() == [("a",), ("c",)]
    assert raw.execute(by_id, {"ids": "[]"}).fetchall() == []
    assert raw.execute(by_name, {"names": '["a", "b", "2"]', "low": 1}).fetchall() == [(2,), (4,)]
    raw.close()


def test_a_list_is_one_parameter_for_psycopg_too() -> None:
    text = sql.psycopg(sql.expand("select name from t where id in {integers:ids}", "postgresql"))
    assert text.count("%(ids)s") == 1
    assert ":" not in text


def test_an_unknown_token_is_refused() -> None:
    with pytest.raises(KeyError):
        sql.expand("select {nonsense}", "sqlite")
    with pytest.raises(KeyError):
        sql.expand("select {floats:ids}", "sqlite")


def test_a_list_finds_the_same_rows_in_postgresql(postgres: Any) -> None:
    import psycopg

    with psycopg.connect(postgres.new_url(), autocommit=True) as raw:
        raw.execute('create table t (id bigint, name text collate "C")')
        raw.execute("insert into t values (1, 'a'), (2, 'b'), (3, 'c'), (4, '2')")
        for words, values, expected in (
            ("select name from t where id in {integers:ids} order by id", {"ids": "[3, 1, 9, 1]"}, [("a",), ("c",)]),
            ("select name from t where id in {integers:ids}", {"ids": "[]"}, []),
            ("select id from t where name in {texts:names} order by id", {"names": '["b", "2"]'}, [(2,), (4,)]),
        ):
            assert raw.execute(sql.psycopg(sql.expand(words, "postgresql")), values).fetchall() == expected


def test_no_table_is_defined_in_words_that_only_one_of_the_two_databases_has() -> None:
    for _, _, file in migrate.available():
        for text in migrate.statements(file, "postgresql"):
            assert "blob not" not in text
            assert "without rowid" not in text
            assert "{" not in text
