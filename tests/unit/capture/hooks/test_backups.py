"""Backups of SQLite; which tables there are, the programs say. Their columns: ``test_inserted``."""

import sqlite3
from contextlib import closing

import pytest
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import sqlite_asked
from driftline.testing import MemorySink


@pytest.fixture(autouse=True)
def _files(watched: MemorySink) -> None:
    """Make ``shop.db``, with two tables and a view."""
    with closing(sqlite3.connect("shop.db")) as one:
        one.executescript("create table orders (id integer primary key autoincrement); create table sqlitelike (a);")
        one.executescript("create view few as select id from orders; insert into orders values (1);")


def test_each_table_is_read_and_written_and_the_backup_is_that_of_sqlite() -> None:
    steps: list[tuple[int, ...]] = []
    with closing(sqlite3.connect("shop.db")) as one, closing(sqlite3.connect("copy.db")) as other:
        with driftline.run("job") as run:
            one.backup(other, pages=1, progress=lambda *step: steps.append(step))
        assert other.execute("select id from few").fetchall() == [(1,)]
    assert steps
    assert names(run) == (["orders", "sqlitelike"], ["orders", "sqlitelike"])
    assert {str(one.dataset.namespace) for one in run.outputs} == {"sqlite://copy.db"}


def test_a_backup_that_fails_raises_as_before_and_nothing_is_told() -> None:
    with driftline.run("job") as run, closing(sqlite3.connect("shop.db")) as one:
        with pytest.raises(ValueError, match="target cannot be the same connection instance"):
            one.backup(one)
        with pytest.raises(TypeError):
            one.backup()
    assert names(run) == ([], [])
    assert "hook sqlite3.backup" not in fault.counts()


def test_an_attached_database_is_not_the_one_that_the_connection_has_opened() -> None:
    """It may be named; the tables of the first are not said to have been copied then."""
    with driftline.run("job") as run, closing(sqlite3.connect(":memory:")) as one:
        one.execute("attach 'shop.db' as aux")
        with closing(sqlite3.connect("copy.db")) as other:
            one.backup(other, name="aux")
            assert sqlite_asked.tables(other) == ["orders", "sqlitelike"]
    assert names(run) == ([], [])
