import re

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
    assert not statements["flow_nodes_up"].writes


@pytest.mark.parametrize("pattern", NOT_PORTABLE)
def test_no_statement_uses_what_only_one_of_the_two_databases_has(pattern: str) -> None:
    for statement in sql.load().values():
        assert not re.search(pattern, statement.text), statement.name


def test_no_table_is_defined_in_words_that_only_one_of_the_two_databases_has() -> None:
    for _, _, file in migrate.available():
        for text in migrate.statements(file, "postgresql"):
            assert "blob not" not in text
            assert "without rowid" not in text
            assert "{" not in text
