"""What is PostgreSQL's own: servers that go away, several writers, months, passwords."""

import contextlib
import subprocess
import sys
import threading
import traceback
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from driftline import clock
from driftline.errors import MissingExtra, StoreTooNew, StoreUnusable
from driftline.store import connection, open_store, sql
from driftline.store import postgres as module
from driftline.store.log import RUN, Fresh
from driftline.store.postgres import PostgresConnection

SECRET = "s3cr%40t"
CUT = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'driftline'"


@pytest.fixture
def url(postgres: Any) -> str:
    found: str = postgres.new_url()
    return found


@pytest.fixture
def link(url: str) -> Iterator[PostgresConnection]:
    found = PostgresConnection(url)
    yield found
    found.close()


def put(link: PostgresConnection, name: str) -> None:
    link.execute("setting_put", name=name, body=b"x")


def held(link: PostgresConnection, name: str) -> bool:
    return link.row("setting_get", name=name) is not None


def test_every_statement_is_understood(link: PostgresConnection, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as raw:
        for number, statement in enumerate(sql.load("postgresql").values()):
            query, names = statement.text, set()
            for name in sorted({part.split(")s")[0] for part in query.split("%(")[1:]}, key=len, reverse=True):
                names.add(name)
            numbered = {name: f"${place}" for place, name in enumerate(sorted(names), 1)}
            raw.execute(f"prepare p{number} as {query % numbered}")


def test_a_server_that_went_away_between_calls_is_not_noticed_by_readers_and_transactions(
    postgres: Any, link: PostgresConnection
) -> None:
    put(link, "a")
    assert held(link, "a")
    postgres.run(CUT)
    assert held(link, "a")
    with link.transaction():
        put(link, "b")
    assert held(link, "b")


def test_a_single_write_to_a_server_that_went_away_fails_and_the_next_one_works(
    postgres: Any, link: PostgresConnection
) -> None:
    postgres.run(CUT)
    with pytest.raises(StoreUnusable, match="postgresql://"):
        put(link, "a")
    put(link, "b")
    assert held(link, "b")


def test_a_connection_lost_inside_a_transaction_fails_all_of_it(postgres: Any, link: PostgresConnection) -> None:
    told: list[str] = []
    link.on_rollback(lambda: told.append("undone"))

    def work() -> None:
        with link.transaction():
            put(link, "a")
            postgres.run(CUT)
            with pytest.raises(StoreUnusable):
                put(link, "b")
            with pytest.raises(StoreUnusable, match="lost inside"):
                put(link, "c")

    with pytest.raises(StoreUnusable, match="lost inside a transaction"):
        work()
    assert told == ["undone"]
    put(link, "d")
    assert [held(link, name) for name in "abcd"] == [False, False, False, True]


def test_a_server_that_is_down_is_said_in_a_sentence_and_works_again_when_it_is_back(
    postgres: Any, link: PostgresConnection
) -> None:
    postgres.stop()
    try:
        for attempt in (lambda: put(link, "a"), lambda: held(link, "a"), link.transaction().__enter__):
            with pytest.raises(StoreUnusable, match="postgresql://") as caught:
                attempt()
            assert "--store" in caught.value.hint
    finally:
        postgres.start()
    put(link, "b")
    assert held(link, "b")


def test_a_mistake_stays_what_it_is(link: PostgresConnection) -> None:
    with pytest.raises(psycopg.IntegrityError):
        link.execute("setting_put", name="a", body=None)
    with pytest.raises(psycopg.ProgrammingError):
        link.execute("setting_put", name="a")
    with pytest.raises(psycopg.IntegrityError), link.transaction():
        link.execute("setting_put", name="a", body=None)
    put(link, "a")


def test_many_threads_write_and_read_at_once(url: str) -> None:
    store = open_store(url)
    wrong: list[BaseException] = []

    def work(worker: int) -> None:
        run = str(uuid.UUID(int=worker))
        try:
            for number in range(20):
                with store.transaction():
                    store.log.append([Fresh(b"%d/%d" % (worker, number), 1, run, RUN)], received_us=1)
                    assert len(store.log.of_run(run)) == number + 1
                assert len(store.log.of_run(run)) == number + 1
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.log.counts()["accepted"] == 240
    store.close()


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_committed(link: PostgresConnection) -> None:
    seen: list[bool] = []
    with link.transaction():
        put(link, "a")
        reader = threading.Thread(target=lambda: seen.append(held(link, "a")))
        reader.start()
        reader.join(10)
    assert seen == [False]
    assert held(link, "a")


def test_two_servers_take_turns_and_a_turn_that_does_not_end_is_said(
    url: str, link: PostgresConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    other = PostgresConnection(url)
    with link.transaction():
        put(link, "a")
        with pytest.raises(StoreUnusable, match="lock"), other.transaction():
            raise AssertionError
        assert not held(other, "a")
    with other.transaction():
        put(other, "b")
    assert held(link, "b")
    other.close()


def test_stores_in_other_schemas_do_not_wait_for_each_other(
    postgres: Any, link: PostgresConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    other = PostgresConnection(postgres.new_url())
    with link.transaction(), other.transaction():
        put(link, "a")
        assert not held(other, "a")
    other.close()


def test_a_transaction_of_a_server_that_was_killed_leaves_nothing(
    url: str, link: PostgresConnection, spawn: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    script = """
import sys, time
from driftline.store import open_store
store = open_store(sys.argv[1])
store.state.put("kept", b"1")
with store.transaction():
    store.state.put("lost", b"1")
    print("inside", flush=True)
    time.sleep(60)
"""
    writer = spawn([sys.executable, "-c", script, url], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.wait()
    with link.transaction():
        assert (held(link, "kept"), held(link, "lost")) == (True, False)


def test_a_newer_schema_is_noticed_when_connecting_anew(postgres: Any, url: str, link: PostgresConnection) -> None:
    postgres.run("insert into schema_version (version, name, applied_us) values (999, 'later', 0)", url)
    put(link, "a")
    postgres.run(CUT)
    with pytest.raises(StoreTooNew, match="its schema is 999"), link.transaction():
        raise AssertionError


def test_no_more_readers_than_agreed_are_connected(postgres: Any, url: str, link: PostgresConnection) -> None:
    threads = [threading.Thread(target=link.rows, args=("tally_all",)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((count,),) = postgres.run("select count(*) from pg_stat_activity where application_name = 'driftline'")
    assert count <= module.READERS + 1


def test_closed_is_closed(link: PostgresConnection) -> None:
    link.close()
    for attempt in (lambda: put(link, "a"), lambda: held(link, "a")):
        with pytest.raises(StoreUnusable, match="closed"):
            attempt()


def test_a_database_with_other_tables_is_refused_and_not_changed(postgres: Any, url: str) -> None:
    postgres.run("create table theirs (id bigint)", url)
    with pytest.raises(StoreUnusable, match="not those of Driftline"):
        open_store(url)
    assert postgres.run("select tablename from pg_tables where schemaname = current_schema()", url) == [("theirs",)]


def test_a_schema_that_is_not_there_is_said_in_a_sentence(postgres: Any) -> None:
    with pytest.raises(StoreUnusable, match="no schema"):
        open_store(postgres.url("nowhere"))


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ann:{SECRET}@127.0.0.1:1/driftline",
        f"postgresql://ann@127.0.0.1:1/driftline?password={SECRET}",
        f"postgresql://ann:{SECRET}@127.0.0.1:s3cr@t/driftline",
        "postgresql://ann:s3cr@t@nowhere.invalid/driftline",
        "postgresql://ann:s3cr@t/x@nowhere.invalid/driftline",
        f"postgresql://ann:{SECRET}@[127.0.0.1/driftline",
        f"postgresql://ann:{SECRET}@127.0.0.1:1/driftline?nonsense={SECRET}",
        f"postgrsql://ann:{SECRET}@127.0.0.1:1/driftline",
    ],
)
def test_a_password_is_never_said(address: str) -> None:
    with pytest.raises(StoreUnusable) as caught:
        open_store(address)
    said = "".join(traceback.format_exception(caught.value)) + caught.value.message + caught.value.hint
    assert "s3cr" not in said


def test_a_missing_driver_is_said_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match="psycopg") as caught:
        open_store("postgresql://db/x")
    assert ".[postgres]" in caught.value.hint


def test_answers_are_moved_to_files_below_the_home(url: str, tmp_path: Path) -> None:
    store = open_store(url, home=str(tmp_path))
    assert store.ledger.compact() == 0
    assert store._connection.folder == tmp_path
    store.close()
    store = open_store(url)
    assert store._connection.folder is None
    store.close()


def parted(postgres: Any, url: str) -> None:
    """Put a log in parts by month in the place of the one that there is."""
    postgres.run("drop table event_log", url)
    text = "create table event_log (seq {id_}, event_us bigint not null) {by_month}"
    postgres.run(sql.expand(text.replace("{id_}", "bigint"), "postgresql"), url)
    postgres.run("create table event_log_other partition of event_log default", url)


def parts(postgres: Any, url: str) -> dict[str, int]:
    """How many entries each part of the log holds."""
    names = postgres.run(
        "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid "
        "where i.inhparent = to_regclass('event_log') order by 1",
        url,
    )
    return {name: postgres.run(f"select count(*) from {name}", url)[0][0] for (name,) in names}


def test_the_log_gets_a_part_for_each_month(postgres: Any, url: str, link: PostgresConnection) -> None:
    parted(postgres, url)
    now = clock.now_us()
    this = f"event_log_{clock.to_datetime(now):%Y_%m}"
    link.ensure_month(now)
    link.ensure_month(now)
    link.ensure_month(0)  # too far off
    link.ensure_month(2**63 - 1)
    postgres.run(f"insert into event_log values (1, {now}), (2, 0), (3, {2**62})", url)
    assert parts(postgres, url) == {this: 1, "event_log_other": 2}


def test_a_month_of_which_the_default_part_holds_entries_stays_there(
    postgres: Any, url: str, link: PostgresConnection
) -> None:
    parted(postgres, url)
    now = clock.now_us()
    postgres.run(f"insert into event_log values (1, {now})", url)
    with link.transaction():
        put(link, "a")
        link.ensure_month(now)
        put(link, "b")
    postgres.run(f"insert into event_log values (2, {now})", url)
    assert parts(postgres, url) == {"event_log_other": 2}
    assert held(link, "a")
    assert held(link, "b")


def test_a_month_made_in_work_that_is_undone_is_made_again(postgres: Any, url: str, link: PostgresConnection) -> None:
    parted(postgres, url)
    now = clock.now_us()
    with contextlib.suppress(KeyError), link.transaction():
        link.ensure_month(now)
        raise KeyError
    assert list(parts(postgres, url)) == ["event_log_other"]
    link.ensure_month(now)
    assert len(parts(postgres, url)) == 2


def test_servers_that_race_for_a_month_make_it_once(postgres: Any, url: str, link: PostgresConnection) -> None:
    parted(postgres, url)
    links = [PostgresConnection(url) for _ in range(4)]
    start, wrong = threading.Barrier(4), []

    def race(one: PostgresConnection) -> None:
        try:
            start.wait()
            for month in range(4):
                one.ensure_month(clock.now_us() - month * 31 * 86_400_000_000)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=race, args=(one,)) for one in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in links:
        one.close()
    assert wrong == []
    assert len(parts(postgres, url)) == 5


def test_a_value_that_no_index_takes_is_no_trouble_of_the_store(link: PostgresConnection) -> None:
    too_long = "".join(uuid.UUID(int=number).hex[::-1] + str(hash(number * 0.37)) for number in range(300))
    with pytest.raises(ValueError, match="cannot hold it"):
        put(link, too_long)
    with link.transaction():
        with pytest.raises(ValueError, match="cannot hold it"), link.transaction():
            put(link, too_long)
        put(link, "inside")
    assert held(link, "inside")
    put(link, "short")
    assert held(link, "short")
