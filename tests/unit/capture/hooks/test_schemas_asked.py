"""What a server says of its search path, and when it is asked; against a real server."""

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


def ask(connection: Any, name: str, beyond: str = "") -> str | None:
    return schemas_asked.schema_of(lambda: connection, name, beyond)


def test_the_schema_is_the_one_in_which_the_server_finds_the_table(connection: Any) -> None:
    """By hand: the search path goes from the left, and a schema that does not count is passed over."""
    first, second = connection.names
    connection.execute("select 1")
    assert [ask(connection, name) for name in ("one", "both", "two", "none", "Both")] == [
        first, first, second, None, None,
    ]  # fmt: skip
    assert ask(connection, "both", first) == second


def test_a_question_begins_no_transaction_and_ends_none(connection: Any) -> None:
    status = psycopg.pq.TransactionStatus
    assert ask(connection, "one") is not None
    assert connection.info.transaction_status == status.IDLE
    connection.execute("create temp table t (a int)")
    assert ask(connection, "one") is not None
    assert connection.info.transaction_status == status.INTRANS
    connection.rollback()
    assert connection.execute("select to_regclass('pg_temp.t')").fetchone() == (None,)


def test_nothing_is_asked_where_something_is_under_way(connection: Any) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("select 1 / 0")
    assert ask(connection, "one") is None  # the transaction has failed
    connection.rollback()
    with connection.pipeline():
        connection.execute("select 1")
        assert ask(connection, "one") is None
    stream = connection.cursor().stream("select generate_series(1, 5)")
    next(stream)
    assert ask(connection, "one") is None
    assert [row for (row,) in stream] == [2, 3, 4, 5]
    with connection.cursor() as cursor, cursor.copy('copy "both" from stdin') as copy:
        assert ask(connection, "one") is None
        copy.write_row((1,))
    assert connection.execute('select a from "both"').fetchall() == [(1,)]
    with connection.lock:
        assert ask(connection, "one") is None
    connection.close()
    assert ask(connection, "one") is None


def test_the_rows_of_a_cursor_on_the_server_come_as_they_would(connection: Any) -> None:
    with connection.cursor(name="big") as cursor:
        cursor.execute("select generate_series(1, 5)")
        assert cursor.fetchmany(2) == [(1,), (2,)]
        assert ask(connection, "one") == connection.names[0]
        assert cursor.fetchall() == [(3,), (4,), (5,)]


def test_another_thread_is_not_waited_for(connection: Any) -> None:
    busy = threading.Thread(target=connection.execute, args=("select pg_sleep(0.5)",))
    busy.start()
    while not connection.lock.locked():
        pass
    assert ask(connection, "one") is None
    busy.join()


def test_an_asynchronous_connection_is_not_asked(postgres: PostgresServer) -> None:
    async def work() -> str | None:
        async with await psycopg.AsyncConnection.connect(postgres.new_url()) as connection:
            await connection.execute("create table t (a int)")
            return ask(connection, "t")

    assert asyncio.run(work()) is None


def test_psycopg2_is_asked_where_that_begins_no_transaction(postgres: PostgresServer) -> None:
    psycopg2 = pytest.importorskip("psycopg2")
    url = postgres.new_url()
    postgres.run("create table t (a int)", url)
    connection = psycopg2.connect(url)
    assert ask(connection, "t") is None
    assert connection.info.transaction_status == 0
    connection.cursor().execute("select 1")
    assert ask(connection, "t") == url.rpartition("%3D")[2]
    connection.rollback()
    connection.autocommit = True
    assert ask(connection, "t") == url.rpartition("%3D")[2]
    assert connection.info.transaction_status == 0
    connection.close()


def test_asyncpg_tells_and_is_not_asked() -> None:
    class Connection:  # as that of asyncpg: one that is open has no attribute that says so
        def get_settings(self) -> object:
            return type("ConnectionSettings", (), {"search_path": "a, b"})()

    one = Connection()
    assert (schemas_asked.told(one), ask(one, "t")) == ("a, b", None)


def test_what_is_no_connection_of_these_tells_nothing() -> None:
    one = type("Connection", (), {"closed": False})()
    assert (schemas_asked.told(one), schemas_asked.waits(one), schemas_asked.options(one)) == (None, False, "")
    assert (schemas_asked.user(one), ask(one, "t"), ask(None, "t")) == ("", None, None)


def test_a_server_that_only_speaks_as_postgresql_does_is_not_asked(connection: Any) -> None:
    """A question that it refused would end the user's transaction. PostgreSQL's documentation, "Asynchronous
    Operations", lists what it reports by itself; others report a part of that.
    """

    class Server:
        def __getattr__(self, name: str) -> Any:
            return getattr(connection.pgconn, name)

        def parameter_status(self, name: bytes) -> bytes | None:
            return None if name == b"in_hot_standby" else connection.pgconn.parameter_status(name)

    other = types.SimpleNamespace(pgconn=Server(), lock=connection.lock, closed=False)
    assert ask(other, "one") is None
    assert ask(connection, "one") is not None
