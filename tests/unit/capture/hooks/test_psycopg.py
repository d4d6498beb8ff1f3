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
