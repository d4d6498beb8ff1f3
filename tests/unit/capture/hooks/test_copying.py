"""What a COPY between a table and the program does; the forms are those of PostgreSQL's documentation."""

import pytest

from driftline.capture.hooks import copying


@pytest.mark.parametrize(
    ("text", "same", "table"),
    [
        ("COPY t (a, b) FROM STDIN", "INSERT INTO t (a, b) VALUES (%s, %s)", "t"),
        ('copy "S"."T" ("a b") from stdin (format binary)', 'INSERT INTO "S"."T" ("a b") VALUES (%s)', "S.T"),
        ('copy S."a""b" from stdin', "", 's.a"b'),
        ("COPY t FROM STDIN WITH (FORMAT csv, HEADER)", "", "t"),
        ("COPY s.t TO STDOUT", "SELECT * FROM s.t", ""),
        ("COPY t(a) TO STDOUT CSV HEADER", "SELECT a FROM t", ""),
        ("COPY (SELECT a FROM t WHERE b IN (1, 2)) TO STDOUT", "SELECT a FROM t WHERE b IN (1, 2)", ""),
    ],
)
def test_a_copy_reads_or_writes_as_another_statement_does(text: str, same: str, table: str) -> None:
    assert copying.of(text) == copying.Copied(same, table)


@pytest.mark.parametrize("text", ["COPY t FROM 'in.csv'", "COPY t TO PROGRAM 'gzip'", "select 1", "copying"])
def test_what_the_server_copies_by_itself_is_none(text: str) -> None:
    assert copying.of(text) is None
