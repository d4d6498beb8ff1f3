"""psycopg2 against a real server: its classes and results are as without hooks, and what it executes is recorded."""

import contextlib
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.postgres_server import PostgresServer
from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import psycopg2 as hook
from driftline.capture.hooks import schemas
from driftline.capture.watching import watch
from driftline.testing import MemorySink

psycopg2 = pytest.importorskip("psycopg2")
extras = pytest.importorskip("psycopg2.extras")
ROWS = [(number, f"n{number * 7 % 61}") for number in range(60)]


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A schema with a table of sixty rows, and an empty one."""
    found: str = postgres.new_url()
    with contextlib.closing(psycopg2.connect(found)) as plain, plain, plain.cursor() as cursor:
        cursor.execute("create table t (id integer, name text)")
        cursor.executemany("insert into t values (%s, %s)", ROWS)
        cursor.execute("create table copy (a integer, b text)")
    return found


@pytest.fixture
def connection(watched: MemorySink, url: str) -> Iterator[Any]:
    with contextlib.closing(psycopg2.connect(url)) as connection:
        yield connection


def touched(run: Any) -> tuple[list[str], list[str]]:
    return tuple([name.rpartition(".")[2] for name in side] for side in names(run))


KINDS = {
    "plain": ({}, {}), "dict rows": ({"connection_factory": extras.DictConnection}, {}),
    "real dicts": ({"cursor_factory": extras.RealDictCursor}, {}),
    "named tuples": ({}, {"cursor_factory": extras.NamedTupleCursor}), "of the server": ({}, {"name": "big"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_connections_and_cursors_of_every_class_give_what_they_give_without_hooks(
    watched: MemorySink, url: str, kind: str
) -> None:
    made, asked = KINDS[kind]

    def fetched() -> Any:
        with contextlib.closing(psycopg2.connect(url, **made)) as connection, connection.cursor(**asked) as cursor:
            cursor.execute("select id, name from t where id < %s order by id", (3,))
            kinds = [(type(one).__module__, type(one).__qualname__) for one in (connection, cursor)]
            return kinds, cursor.fetchall(), isinstance(connection, psycopg2.extensions.connection)

    with driftline.run("job") as run:
        found = fetched()
    assert touched(run) == (["t"], [])
    watch.unwatch()
    assert fetched() == found


def test_what_a_transaction_writes_counts_once_it_is_committed(connection: Any) -> None:
    with driftline.run("job") as run:
        with connection.cursor() as cursor:
            cursor.execute("insert into copy values (1, 'x')")
        connection.rollback()
        with contextlib.suppress(psycopg2.Error), connection, connection.cursor() as cursor:
            cursor.execute("insert into copy values (1, 'x')")
            cursor.execute("select 1 / 0")
        with contextlib.suppress(psycopg2.Error), connection.cursor() as cursor:
            cursor.execute("insert into copy values (1, 'x')")
            cursor.execute("select 1 / 0")
        connection.commit()  # of a transaction that has failed, which the server takes back
        assert touched(run) == ([], [])
        with connection, connection.cursor() as cursor:
            cursor.execute("insert into copy select id, name from t")
            assert touched(run)[1] == []
    assert touched(run) == (["t"], ["copy"])


def test_copy_is_recorded_both_ways(connection: Any) -> None:
    out = io.StringIO()
    for write in (
        lambda cursor: cursor.copy_expert("copy copy (a, b) from stdin", io.StringIO("1\tx\n")),
        lambda cursor: cursor.copy_from(io.StringIO("1\tx\n"), "copy", columns=("a", "b")),
    ):
        with driftline.run("in") as run, connection, connection.cursor() as cursor:
            write(cursor)
        assert touched(run) == ([], ["copy"])
    for read in (
        lambda cursor: cursor.copy_expert(sql="copy (select id from t) to stdout", file=out),
        lambda cursor: cursor.copy_to(out, "t", columns=["name"]),
    ):
        with driftline.run("out") as run, connection.cursor() as cursor:
            read(cursor)
        assert touched(run) == (["t"], [])
    assert len(out.getvalue().splitlines()) == 2 * len(ROWS)


def test_many_rows_at_once_are_written_and_not_read_one_by_one(connection: Any) -> None:
    with driftline.run("job") as run, connection, connection.cursor() as cursor:
        extras.execute_values(cursor, "insert into copy (b, a) values %s", [(name * 9, key) for key, name in ROWS])
        extras.execute_batch(cursor, "insert into copy (b, a) values (%s, %s)", [(name, key) for key, name in ROWS])
        cursor.execute("select count(*) from copy")
        assert cursor.fetchone() == (2 * len(ROWS),)
    assert touched(run)[1] == ["copy"]
    assert run.trace.gaps == {}


def test_rows_may_be_sorted_by_the_place_of_a_column_behind_a_star(connection: Any) -> None:
    with driftline.run("job") as run, connection.cursor() as cursor:
        cursor.execute("select * from t order by 1")
        assert cursor.fetchone() == ROWS[0]
    assert (touched(run), run.trace.gaps) == ((["t"], []), {})


def test_an_insert_is_shortened_only_where_it_is_long() -> None:
    text = "INSERT INTO t (a, b) VALUES (1, 2)"
    assert hook._short(text) == text
    assert hook._short(text + ", (3, 4)" * 1_000) == "INSERT INTO t (a, b) VALUES(NULL)"
    other = "select '" + "x" * 3_000 + "'"
    assert hook._short(other) == other


def test_statements_of_sqlalchemy_are_recorded_once(watched: MemorySink, url: str) -> None:
    sa = pytest.importorskip("sqlalchemy")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
    with driftline.run("job") as run:
        with engine.begin() as connection:
            connection.execute(sa.text("insert into copy select id, name from t"))
        with engine.connect() as connection:
            connection.execute(sa.text("insert into t select a, b from copy"))
            connection.rollback()
    engine.dispose()
    assert touched(run) == (["t"], ["copy"])
    assert run.trace.gaps == {}


def test_a_function_that_makes_connections_is_left_alone(watched: MemorySink, url: str) -> None:
    made = psycopg2.connect(url, connection_factory=lambda dsn: psycopg2.extensions.connection(dsn))
    assert type(made) is psycopg2.extensions.connection
    made.close()


@pytest.fixture
def several(watched: MemorySink, postgres: PostgresServer) -> tuple[str, str]:
    """The addresses of two schemas, of which the second has a table."""
    first, second = postgres.new_url(), postgres.new_url()
    postgres.run("create table only_there (a int)", second)
    return first, second


def whole(run: Any) -> list[str]:
    return [name.partition(".")[2] for name in names(run)[0]]


@pytest.mark.parametrize("way", ["options", "set", "autocommit"])
def test_a_table_is_of_the_schema_in_which_the_server_finds_it(several: tuple[str, str], way: str) -> None:
    """The question comes before a transaction: at the beginning, before the path is set, or outside of all."""
    first, second = (one.rpartition("%3D")[2] for one in several)
    with driftline.run("job") as run:
        url = f"{several[0]},{second}" if way == "options" else several[0]
        with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            connection.autocommit = way == "autocommit"
            if way != "options":
                cursor.execute(f"set search_path to {first}, {second}")
                assert connection.info.transaction_status == (2 if way == "set" else 0)
            cursor.execute("select a from only_there")
            assert connection.autocommit == (way == "autocommit")
    assert whole(run) == [f"{second}.only_there"]


def test_a_connection_that_two_threads_use_is_not_asked(several: tuple[str, str]) -> None:
    """A statement of the other one would stand by itself meanwhile; the first schema counts then."""
    first, second = (one.rpartition("%3D")[2] for one in several)
    with contextlib.closing(psycopg2.connect(several[0])) as connection, driftline.run("job") as run:
        cursor = connection.cursor()
        thread = threading.Thread(target=cursor.execute, args=("select 1",))
        thread.start()
        thread.join()
        connection.rollback()
        cursor.execute(f"set search_path to {first}, {second}")
        cursor.execute("select a from only_there")
    assert whole(run) == [f"{first}.only_there"]


@pytest.mark.parametrize("level", ["READ COMMITTED", None])
def test_a_connection_that_somebody_has_set_up_is_left_as_it_is(several: tuple[str, str], level: str | None) -> None:
    class Own(psycopg2.extensions.connection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.set_session(isolation_level=level, autocommit=level is None)

    with driftline.run("job"):
        connection = psycopg2.connect(several[0], connection_factory=Own)
        assert connection.autocommit == (level is None)
        assert (connection.isolation_level is None) == (level is None)
        assert connection.info.transaction_status == 0
        connection.close()


def test_a_thread_that_comes_while_the_server_is_asked_begins_its_own_transaction(
    several: tuple[str, str], postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question itself is asked outside of transactions, in which no statement of the user's may find itself."""
    first, second = (one.rpartition("%3D")[2] for one in several)
    with contextlib.closing(psycopg2.connect(several[0])) as connection, driftline.run("job"):
        insert = f"insert into {second}.only_there values (1)"
        other = threading.Thread(target=lambda: connection.cursor().execute(insert))

        def late(self: Any, asked: Any, path: Any) -> bool:
            other.start()
            other.join(0.5)
            return False

        monkeypatch.setattr(schemas.schemas_asked.Listing, "ask", late)
        connection.cursor().execute(f"set search_path to {first}, {second}")
        other.join()
        assert not connection.autocommit
        assert connection.info.transaction_status == 2  # PQTRANS_INTRANS
        connection.rollback()
    assert postgres.run(f"select a from {second}.only_there") == []


def test_what_psycopg2_takes_for_a_transaction_is_left_alone(several: tuple[str, str]) -> None:
    """It has sent BEGIN, and does not know of a COMMIT that the user has written out."""
    first, second = (one.rpartition("%3D")[2] for one in several)
    with contextlib.closing(psycopg2.connect(several[0])) as connection, driftline.run("job"):
        for _ in range(4):
            connection.cursor().execute("select 1")
            connection.cursor().execute("commit")
            connection.cursor().execute(f"set search_path to {first}, {second}")
    assert "hook psycopg2.execute" not in fault.counts()


def test_a_function_of_the_users_that_waits_for_the_server_waits_for_statements_of_theirs_alone(
    several: tuple[str, str],
) -> None:
    """As gevent and others have psycopg2 wait; its documentation, "Support for coroutine libraries"."""
    waited: list[int] = []

    def wait(connection: Any) -> None:
        waited.append(1)
        extras.wait_select(connection)

    first, second = (one.rpartition("%3D")[2] for one in several)
    counts = []
    for recorded in (False, True):
        waited.clear()
        psycopg2.extensions.set_wait_callback(wait)
        try:
            with (
                driftline.run("job") if recorded else contextlib.nullcontext(),
                contextlib.closing(psycopg2.connect(several[0])) as connection,
            ):
                connection.cursor().execute(f"set search_path to {first}, {second}")
        finally:
            psycopg2.extensions.set_wait_callback(None)
        counts.append(len(waited))
    assert counts[0] == counts[1]
