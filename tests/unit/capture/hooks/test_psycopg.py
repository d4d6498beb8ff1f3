"""psycopg 3 against a real server: what is fetched is what is fetched without hooks, and COPY counts once it stands."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from tests.postgres_server import PostgresServer
from tests.recorded import names
from tests.told_by_code import BEGIN, Script, edges

import driftline
from driftline.capture.hooks import schemas
from driftline.testing import MemorySink

psycopg = pytest.importorskip("psycopg")
ROWS = [(number, f"n{number * 7 % 61}") for number in range(60)]


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A schema with a table of sixty rows, and an empty one."""
    found: str = postgres.new_url()
    with psycopg.connect(found) as connection, connection.cursor() as cursor:
        cursor.execute("create table t (id integer, name text)")
        cursor.executemany("insert into t values (%s, %s)", ROWS)
        cursor.execute("create table copy (a integer, b text)")
    return found


@pytest.fixture
def connection(watched: MemorySink, url: str) -> Iterator[Any]:
    with psycopg.connect(url) as connection:
        yield connection


def touched(run: Any) -> tuple[list[str], list[str]]:
    return tuple([name.rpartition(".")[2] for name in side] for side in names(run))


def test_every_kind_of_cursor_gives_its_rows_and_is_recorded(connection: Any) -> None:
    text = "select id, name from t order by id"
    ways = [
        lambda closing: connection.execute(text).fetchall(),
        lambda closing: closing.enter_context(connection.cursor(name="big")).execute(text).fetchmany(60),
        lambda closing: list(closing.enter_context(connection.cursor(name="big", scrollable=True)).execute(text)),
        lambda closing: list(connection.cursor().stream(text)),
        lambda closing: psycopg.ClientCursor(connection).execute(text).fetchall(),
        lambda closing: psycopg.RawCursor(connection).execute(text).fetchall(),
    ]
    for way in ways:
        with driftline.run("job") as run, contextlib.ExitStack() as closing:
            assert way(closing) == ROWS
        assert touched(run) == (["t"], [])


def test_a_pipeline_gives_its_results_in_order(connection: Any) -> None:
    with driftline.run("job") as run:
        with connection.pipeline():
            first = connection.execute("select id from t order by id limit 2")
            second = connection.execute("select name from t order by id limit 1")
            connection.cursor().executemany("insert into copy values (%s, %s)", ROWS[:3])
            assert (first.fetchall(), second.fetchone()) == ([(0,), (1,)], ("n0",))
        connection.commit()
    assert touched(run) == (["t"], ["copy"])
    assert connection.execute("select count(*) from copy").fetchone() == (3,)


@pytest.mark.parametrize("order", ["1", "2 desc, id"])
def test_rows_may_be_sorted_by_the_place_of_a_column_behind_a_star(connection: Any, order: str) -> None:
    with driftline.run("job") as run:
        found = connection.execute(f"select * from t order by {order}").fetchall()
    assert sorted(found) == ROWS
    assert (touched(run), run.trace.gaps) == ((["t"], []), {})


@pytest.mark.parametrize("text", ["copy t to stdout", "copy (select id, name from t) to stdout"])
def test_what_copy_takes_out_is_read(connection: Any, text: str) -> None:
    with driftline.run("job") as run, connection.cursor() as cursor, cursor.copy(text) as copy:
        assert [(int(number), name) for number, name in copy.rows()] == ROWS
    assert touched(run) == (["t"], [])


@pytest.mark.parametrize("text", ["copy copy (a, b) from stdin", "copy copy from stdin"])
@pytest.mark.parametrize("autocommit", [False, True])
def test_what_copy_brings_in_is_written_once_it_stands(connection: Any, text: str, autocommit: bool) -> None:
    connection.autocommit = autocommit
    with driftline.run("job") as run:
        with connection.cursor() as cursor, cursor.copy(text) as copy:
            for row in ROWS:
                copy.write_row(row)
        assert touched(run) == ([], ["copy"] if autocommit else [])
        connection.commit()
    assert touched(run) == ([], ["copy"])
    assert connection.execute("select * from copy order by a").fetchall() == ROWS
    with driftline.run("show") as shown:
        connection.execute("select 1 from copy")
    assert shown.inputs[0].version == run.outputs[0].version


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_copy_that_fails_or_is_taken_back_has_written_nothing(connection: Any, autocommit: bool) -> None:
    connection.autocommit = autocommit
    with driftline.run("job") as run:
        failing = contextlib.suppress(psycopg.DataError, ZeroDivisionError)
        with failing, connection.cursor() as cursor, cursor.copy("copy copy (a, b) from stdin") as copy:
            copy.write(b"no number\tx\n")
        connection.rollback()
        with failing, connection.cursor() as cursor, cursor.copy("copy copy (a, b) from stdin") as copy:
            copy.write_row((1, "x"))
            raise ZeroDivisionError
        connection.rollback()
        connection.execute("insert into t values (100, 'z')")
        connection.commit()
    assert touched(run) == ([], ["t"])
    assert connection.execute("select count(*) from copy").fetchone() == (0,)


def test_an_asynchronous_copy_is_recorded_as_well(watched: MemorySink, url: str) -> None:
    async def work() -> list[Any]:
        async with await psycopg.AsyncConnection.connect(url) as connection, connection.cursor() as cursor:
            async with cursor.copy("copy copy (a, b) from stdin") as copy:
                await copy.write_row((1, "x"))
            await connection.commit()
            async with cursor.copy("copy t to stdout") as copy:
                return [row async for row in copy.rows()]

    with driftline.run("job") as run:
        assert len(asyncio.run(work())) == len(ROWS)
    assert touched(run) == (["t"], ["copy"])


def test_the_run_shows_the_copy_as_it_was_written(watched: MemorySink, connection: Any) -> None:
    with driftline.run("job"):
        with connection.cursor() as cursor, cursor.copy("copy copy (a, b) from stdin") as copy:
            copy.write_row((1, "x"))
        connection.commit()
    assert driftline.flush(timeout=20)
    jobs = [one.job for one in watched.decoded() if one.job and one.job.name == "job" and "sql" in one.job.facets]
    assert b"copy copy (a, b) from stdin" in bytes(jobs[-1].facets["sql"])


def test_rows_that_copy_brings_in_have_the_columns_of_what_was_fetched(script: Script, url: str) -> None:
    events = script(BEGIN + (
        "import psycopg\n"
        f"con = psycopg.connect({url!r})\n"
        'rows = con.execute("SELECT * FROM t").fetchall()\n'
        'with con.cursor() as cur, cur.copy("COPY copy (b, a) FROM STDIN") as copy:\n'
        "    for key, name in rows:\n"
        "        copy.write_row((name.upper(), key))\n"
        "con.commit()\n"
        'with con.cursor() as cur, cur.copy("COPY t (id) TO STDOUT") as copy:\n'
        '    pd.DataFrame([{"k": row[0]} for row in copy.rows()]).to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    (name,) = {one["name"] for event in events for one in event["outputs"] if one["name"].endswith(".copy")}
    source = name.removesuffix("copy") + "t"
    assert edges(events, name) == {
        "b": {(source, "name", "TRANSFORMATION", 0.9)}, "a": {(source, "id", "IDENTITY", 0.9)},
    }  # fmt: skip
    assert edges(events, "out.csv")["k"] == {(source, "id", "IDENTITY", 0.9)}


def test_a_star_over_several_tables_is_told_by_the_tables_that_the_server_names(script: Script, url: str) -> None:
    events = script(BEGIN + (
        "import psycopg\n"
        f"con = psycopg.connect({url!r})\n"
        'con.execute("insert into copy select id, upper(name) from t")\n'
        "con.commit()\n"
        'rows = con.execute("SELECT c.*, 1 AS one, t.* FROM t JOIN copy c ON c.a = t.id").fetchall()\n'
        'pd.DataFrame([{"x": row[1], "y": row[4]} for row in rows]).to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    told = edges(events, "out.csv").items()
    found = {name: {(one[0].rpartition(".")[2], *one[1:]) for one in sources} for name, sources in told}
    assert found["x"] == {("copy", "b", "IDENTITY", 0.9)}
    assert found["y"] == {("t", "name", "IDENTITY", 0.9)}
    assert {one[:2] for one in found[""]} == {("t", "id"), ("copy", "a")}


def test_a_connection_of_a_class_of_the_users_is_one_of_psycopg(watched: MemorySink, url: str) -> None:
    kind = type("Ours", (psycopg.Connection,), {"__module__": __name__})
    with kind.connect(url) as own, driftline.run("job") as run:
        own.execute("insert into copy select id, name from t")
        own.rollback()
        own.execute("insert into t select a, b from copy")
        own.commit()
    assert touched(run) == (["copy", "t"], ["t"])  # what was taken back has written nothing


@pytest.fixture
def several(watched: MemorySink, postgres: PostgresServer) -> Iterator[Any]:
    """A connection that searches two schemas, of which the second has the tables."""
    first, second = postgres.new_url(), postgres.new_url()
    postgres.run("create table here (a int); create table there (a int)", second)
    with psycopg.connect(f"{first},{second.rpartition('%3D')[2]}") as connection:
        connection.execute("insert into here select a from there")  # no run: the server knows both from now on
        connection.commit()
        yield connection


@pytest.mark.parametrize("setting", ["lock_timeout = 20", "statement_timeout = 200"])
def test_no_timeout_of_a_question_ends_the_users_transaction(
    several: Any, postgres: PostgresServer, setting: str
) -> None:
    """The catalog is locked by somebody else, so that a question about it fails; the user's own statements do not."""
    several.execute(f"set {setting}")
    several.commit()
    with psycopg.connect(postgres.url()) as other, driftline.run("job") as run:
        other.execute("lock table pg_catalog.pg_class in access exclusive mode")
        for _ in range(2):
            several.execute("insert into here select a from there")
            assert several.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        several.commit()
        other.rollback()
    assert touched(run) == (["there"], ["here"])


@pytest.mark.parametrize("way", ["statement", "block", "set"])
def test_a_table_is_of_the_schema_in_which_the_server_finds_it(
    several: Any, postgres: PostgresServer, way: str
) -> None:
    """The question comes before a transaction begins, as nothing is asked within one."""
    (path,) = several.execute("show search_path").fetchone()
    several.commit()
    with driftline.run("job") as run:
        if way == "block":
            with several.transaction():
                several.execute("select a from there")
        elif way == "statement":
            several.execute("select a from there")
        else:
            with psycopg.connect(postgres.url()) as other:
                other.execute(psycopg.sql.SQL("set search_path to {}").format(psycopg.sql.SQL(path)))
                other.execute("select a from there")
    (found,) = names(run)[0]
    assert found.endswith(f".{path.rpartition(',')[2]}.there")


@pytest.mark.parametrize("handled", [False, True])
def test_a_notification_that_arrives_with_the_answer_reaches_who_waits_for_it(
    several: Any, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, handled: bool
) -> None:
    """psycopg's documentation, "Asynchronous notifications": by ``notifies()``, or by handlers while statements run."""
    several.autocommit = True
    several.execute("listen news")
    heard: list[str] = []
    if handled:
        several.add_notify_handler(lambda one: heard.append(one.payload))
    ask = schemas.schemas_asked.Listing.ask

    def late(self: Any, connection: Any, path: Any) -> bool:
        postgres.run("notify news, 'told'")
        self.stale = True
        return ask(self, connection, path)

    monkeypatch.setattr(schemas.schemas_asked.Listing, "ask", late)
    with driftline.run("job") as run:
        several.execute("select a from there")
    assert touched(run) == (["there"], [])
    assert (heard or [one.payload for one in several.notifies(timeout=5, stop_after=1)]) == ["told"]
    assert bool(heard) == handled
