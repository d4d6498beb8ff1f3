"""What a server says of its search path and its tables, and when it is asked; against a real server."""

import asyncio
import threading
import types
from collections.abc import Iterator
from typing import Any

import pytest
from tests.postgres_server import PostgresServer

from driftline.capture.hooks import schemas_asked

psycopg = pytest.importorskip("psycopg")


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[Any]:
    """A connection that searches two schemas: ``one`` is in the first, ``both`` in both, ``two`` in the second."""
    names = [postgres.new_url().rpartition("%3D")[2] for _ in range(2)]
    for schema, table in ((names[0], "one"), (names[0], "both"), (names[1], "both"), (names[1], "two")):
        postgres.run(f'create table {schema}."{table}" (a int)')
    with psycopg.connect(postgres.url(",".join(names))) as found:
        found.names = names
        yield found


def ask(connection: Any, name: str = "one", beyond: str = "") -> str:
    """Ask on a connection of which nothing is known, and return what that says of a name."""
    listing = schemas_asked.Listing()
    listing.ask(connection, getattr(connection, "names", ("a", "b")))
    return listing.schema_of(getattr(connection, "names", ("a", "b")), name, beyond)


def test_the_schema_is_the_one_in_which_the_server_finds_the_table(connection: Any) -> None:
    """By hand: the search path goes from the left, and a schema that does not count is passed over."""
    first, second = connection.names
    assert [ask(connection, name) for name in ("one", "both", "two", "none", "Both")] == [first, first, second, "", ""]
    assert ask(connection, "both", first) == second


def test_a_table_is_made_in_the_first_schema_that_is_there(connection: Any, postgres: PostgresServer) -> None:
    """PostgreSQL's documentation, "The Schema Search Path": the first schema in it that exists."""
    first, second = connection.names
    empty = postgres.new_url().rpartition("%3D")[2]
    for path, found in (((first, second), first), (("none", empty, second), empty), (("none",), "none"), ((), "")):
        listing = schemas_asked.Listing()
        listing.ask(connection, (*path, second))
        assert listing.first(path) == found


def test_a_schema_that_the_user_may_not_use_is_passed_over(connection: Any, postgres: PostgresServer) -> None:
    """The same page: a schema for which the user has no USAGE privilege is ignored."""
    first, second = connection.names
    name = f"reader_{first}"
    postgres.run(f"create role {name} login")
    postgres.run(f"grant usage on schema {second} to {name}")
    connection.execute(f"set session authorization {name}")
    connection.commit()
    assert ask(connection, "both") == second


def test_a_schema_may_have_any_name(connection: Any) -> None:
    connection.execute("""create schema "it's \\ ""A""\"""")
    connection.execute("""create table "it's \\ ""A""\".one (a int)""")
    connection.commit()
    connection.names = ['it\'s \\ "A"', *connection.names]
    assert ask(connection) == 'it\'s \\ "A"'


def test_a_question_begins_no_transaction_and_leaves_nothing(connection: Any) -> None:
    notices: list[Any] = []
    connection.add_notice_handler(notices.append)
    before = [connection.execute(f"show {name}").fetchone() for name in ("lock_timeout", "statement_timeout")]
    connection.commit()
    assert ask(connection)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert [connection.execute(f"show {name}").fetchone() for name in ("lock_timeout", "statement_timeout")] == before
    assert notices == []


def test_nothing_is_asked_where_something_is_under_way(connection: Any) -> None:
    connection.execute("select 1")
    assert ask(connection) == ""  # a transaction is open
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("select 1 / 0")
    assert ask(connection) == ""  # and has failed
    connection.rollback()
    with connection.pipeline():
        assert ask(connection) == ""
    stream = connection.cursor().stream("select generate_series(1, 5)")
    next(stream)
    assert ask(connection) == ""
    assert [row for (row,) in stream] == [2, 3, 4, 5]
    with connection.cursor() as cursor, cursor.copy('copy "both" from stdin') as copy:
        assert ask(connection) == ""
        copy.write_row((1,))
    connection.commit()
    with connection.lock:
        assert ask(connection) == ""
    assert ask(connection) != ""
    connection.close()
    assert ask(connection) == ""


@pytest.mark.parametrize("setting", ["lock_timeout = 0", "lock_timeout = 1", "statement_timeout = 1"])
def test_a_question_that_is_not_answered_ends_soon_and_nothing_else(
    connection: Any, postgres: PostgresServer, setting: str
) -> None:
    connection.execute("select 1")
    connection.commit()
    connection.pgconn.exec_(f"set {setting}".encode())
    with psycopg.connect(postgres.url()) as other:
        other.execute("lock table pg_catalog.pg_class in access exclusive mode")
        assert ask(connection) == ""
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        other.rollback()
    assert ask(connection) != ""


def test_an_answer_stands_until_a_name_is_missed_or_something_is_defined(connection: Any) -> None:
    first, second = names = connection.names
    listing = schemas_asked.Listing()
    assert listing.ask(connection, names)
    connection.execute(f"create table {second}.late (a int)")
    connection.commit()
    assert not listing.ask(connection, names)
    assert (listing.schema_of(names, "late", ""), listing.stale) == ("", True)
    assert listing.ask(connection, names)
    assert listing.schema_of(names, "late", "") == second
    assert (listing.schema_of(names, "none", ""), listing.stale) == ("", True)
    assert not listing.ask(connection, names)  # it tells nothing new
    assert (listing.schema_of(names, "none", ""), listing.stale) == ("", False)  # and is not asked for twice
    listing.made(first, "late")
    assert listing.schema_of(names, "late", "") == first


def test_another_thread_is_not_waited_for(connection: Any) -> None:
    busy = threading.Thread(target=connection.execute, args=("select pg_sleep(0.5)",))
    busy.start()
    while not connection.lock.locked():
        pass
    assert ask(connection) == ""
    busy.join()


def test_an_asynchronous_connection_is_not_asked(postgres: PostgresServer) -> None:
    async def work() -> str:
        url = postgres.new_url()
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute("create table one (a int)")
            connection.names = (url.rpartition("%3D")[2], "public")
            return ask(connection)

    assert asyncio.run(work()) == ""


def test_psycopg2_is_asked_where_that_begins_no_transaction(postgres: PostgresServer, connection: Any) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    names = connection.names
    other = psycopg2.connect(postgres.url())
    listing = schemas_asked.Listing()
    assert not listing.ask(other, names)
    assert other.info.transaction_status == 0
    other.autocommit = True
    listing.stale = True
    assert listing.ask(other, names)
    assert (listing.schema_of(names, "two", ""), other.info.transaction_status) == (names[1], 0)
    connection.execute("lock table pg_catalog.pg_class in access exclusive mode")
    listing.stale = True
    assert not listing.ask(other, names)
    assert other.info.transaction_status == 0
    other.close()
    assert not schemas_asked.idle(other)


def test_asyncpg_tells_and_is_not_asked() -> None:
    class Connection:  # as that of asyncpg: one that is open has no attribute that says so
        def get_settings(self) -> object:
            return type("ConnectionSettings", (), {"search_path": "a, b"})()

    one = Connection()
    assert (schemas_asked.told(one), ask(one), schemas_asked.idle(one)) == ("a, b", "", False)


def test_what_is_no_connection_of_these_tells_nothing() -> None:
    one = type("Connection", (), {"closed": False})()
    assert (schemas_asked.told(one), schemas_asked.waits(one), schemas_asked.options(one)) == (None, False, "")
    assert (schemas_asked.user(one), ask(one), ask(None), schemas_asked.idle(one)) == ("", "", "", False)


def test_a_server_that_only_speaks_as_postgresql_does_is_not_asked(connection: Any) -> None:
    """A question that it refused would end the user's transaction. PostgreSQL's documentation, "Asynchronous
    Operations", lists what it reports by itself; others report a part of that.
    """

    class Server:
        def __getattr__(self, name: str) -> Any:
            return getattr(connection.pgconn, name)

        def parameter_status(self, name: bytes) -> bytes | None:
            return None if name == b"in_hot_standby" else connection.pgconn.parameter_status(name)

    other = types.SimpleNamespace(pgconn=Server(), lock=connection.lock, names=connection.names)
    assert (ask(other), ask(connection)) == ("", connection.names[0])
