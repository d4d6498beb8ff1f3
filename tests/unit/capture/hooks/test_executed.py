"""What a cursor of sqlite3 has executed; what the hooks make of it, ``test_dbapi`` says."""

import contextlib
import sqlite3
from collections.abc import Iterator

import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink


@pytest.fixture
def shop(watched: MemorySink) -> Iterator[sqlite3.Connection]:
    """A database with two tables."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("create table t (a, b); create table s (a, b)")
        yield connection


def test_what_a_text_has_taken_back_itself_is_not_recorded(shop: sqlite3.Connection) -> None:
    with driftline.run("job") as run:
        shop.executescript("begin; insert into t values (1, 2); rollback; begin; insert into s values (1, 2); commit")
    assert names(run) == ([], ["s"])


def test_tables_that_are_named_in_single_quotes_are_told_apart(shop: sqlite3.Connection) -> None:
    """https://sqlite.org/lang_keywords.html: where a name must stand, a text is taken for one."""
    with driftline.run("job") as run:
        for name in ("t", "s"):
            shop.execute(f"insert into '{name}' values ('1', '2')")
        shop.commit()
    assert names(run) == ([], ["s", "t"])


def test_where_each_statement_commits_a_statement_in_a_loop_counts_at_once(shop: sqlite3.Connection) -> None:
    shop.isolation_level = None
    with driftline.run("job") as run:
        for number in range(3):
            shop.execute("insert into t values (?, 'a')", (number,))
            assert names(run) == ([], ["t"])


def test_what_waits_counts_once_the_statement_is_over_that_commits_it(shop: sqlite3.Connection) -> None:
    with driftline.run("job") as run:
        shop.execute("insert into t values (1, 2)")
        assert run.outputs == ()
        shop.executescript("select 1")  # https://docs.python.org/3/library/sqlite3.html: it commits first
        assert names(run) == ([], ["t"])


def test_more_rows_than_are_read_are_one_statement_like_any_other(shop: sqlite3.Connection) -> None:
    rows = ", ".join(f"({number}, 'a{number}')" for number in range(20_000))
    with driftline.run("job") as run:
        shop.execute(f"insert into t values {rows}")
        shop.commit()
    assert names(run) == ([], ["t"])
    assert run.trace.gaps == {}
