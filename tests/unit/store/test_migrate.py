import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from driftline.errors import StoreTooNew, StoreUnusable
from driftline.store import migrate, open_store
from driftline.store.log import RUN as RUNS
from driftline.store.log import Fresh

RUN = "01900000-0000-7000-8000-000000000001"

TABLES = {
    "alias_word", "state", "answer_inbox", "blob", "change", "column_edge", "edge", "edge_moved", "event_log", "field",
    "finding", "flow",
    "incident", "incident_member", "job_parent", "ledger_segment", "node", "node_amount", "outbox", "pairing",
    "pending", "quarantine",
    "receipt", "run", "run_columns", "schema_version", "setting", "tally", "tie", "touch", "trace", "version",
    "entry", "label", "posting", "tag_block", "tag_kind", "term",
}  # fmt: skip


def schema(raw: sqlite3.Connection) -> list[tuple[str, str]]:
    return raw.execute("select name, sql from sqlite_master where sql is not null order by name").fetchall()


def test_the_migrations_add_up_to_the_schema() -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    assert migrate.version(raw) == 0
    assert migrate.migrate(raw) == migrate.available()[-1][0]
    assert {name for name, text in schema(raw) if text.lower().startswith("create table")} == TABLES
    raw.close()


def test_migrating_again_changes_nothing() -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(raw)
    before = schema(raw)
    migrate.migrate(raw)
    assert schema(raw) == before
    raw.close()


def test_every_step_from_an_older_store_leads_to_the_same_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    every = migrate.available()
    whole = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(whole)
    for done in range(1, len(every) + 1):
        raw = sqlite3.connect(":memory:", isolation_level=None)
        with monkeypatch.context() as patch:
            patch.setattr(migrate, "available", lambda done=done: every[:done])
            migrate.migrate(raw)
        migrate.migrate(raw)
        assert schema(raw) == schema(whole)
        raw.close()
    whole.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "9999_broken.sql"
    broken.write_text("create table extra (id bigint); create nonsense;")
    raw = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(raw)
    before = schema(raw)
    after = [*migrate.available(), (len(migrate.available()) + 1, "broken", broken)]
    monkeypatch.setattr(migrate, "available", lambda: after)
    with pytest.raises(sqlite3.OperationalError):
        migrate.migrate(raw)
    assert schema(raw) == before
    raw.close()


def test_a_store_from_a_newer_version_is_refused_and_not_changed(tmp_path: Path) -> None:
    open_store(f"sqlite://{tmp_path}").close()
    raw = sqlite3.connect(tmp_path / "driftline.db")
    raw.execute("insert into schema_version (version, name, applied_us) values (999, 'later', 0)")
    raw.commit()
    raw.close()
    before = (tmp_path / "driftline.db").read_bytes()
    with pytest.raises(StoreTooNew, match="its schema is 999"):
        open_store(f"sqlite://{tmp_path}")
    assert (tmp_path / "driftline.db").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["driftline.db"]


def test_a_database_of_something_else_is_refused_and_not_changed(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "driftline.db")
    raw.execute("create table theirs (id integer)")
    raw.commit()
    raw.close()
    before = (tmp_path / "driftline.db").read_bytes()
    with pytest.raises(StoreUnusable, match="not one of Driftline"):
        open_store(f"sqlite://{tmp_path}")
    assert (tmp_path / "driftline.db").read_bytes() == before


@pytest.fixture(params=["file", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, postgres_servers: Callable[[str], Any]) -> str:
    """Return the address of an empty store."""
    return f"sqlite://{tmp_path}/home" if request.param == "file" else postgres_servers("wheel").new_url()


def later(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> int:
    """Add a migration to those there are, for code that runs from now on; return its number."""
    if folder != migrate.FOLDER:
        shutil.copytree(migrate.FOLDER, folder)
        monkeypatch.setattr(migrate, "FOLDER", folder)
    number = len(migrate.available()) + 1
    (folder / f"{number:04d}_later.sql").write_text(text)
    return number


def test_older_code_goes_on_beside_newer_code_where_the_migration_says_so(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrate.available()
    running = open_store(place)
    with monkeypatch.context() as patch:
        text = f"-- compatible: {len(known)}\n-- More.\nalter table setting add column more text not null default 'm';"
        later(tmp_path / "next", patch, text)
        newer = open_store(place)
        newer.state.put("newer", b"1")
        running.state.put("running", b"1")
        with monkeypatch.context() as inner:
            inner.setattr(migrate, "available", lambda: known)
            older = open_store(place)  # started after the migration
            older.state.put("older", b"1")
        for store in (running, newer, older):
            assert [store.state.get(name) for name in ("newer", "running", "older")] == [b"1"] * 3
            with store.transaction():
                store.log.append([Fresh(b"%d" % id(store), 1, RUN, RUNS)], received_us=1)
        assert len(newer.log.of_run(RUN)) == 3
        open_store(place).close()
    for store in (running, newer, older):
        store.close()


def test_running_code_stops_writing_where_a_newer_migration_does_not_allow_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = open_store(place)
    with running.transaction():
        running.state.put("before", b"1")
    known = migrate.available()
    with monkeypatch.context() as patch:
        later(tmp_path / "next", patch, "alter table setting add column more text not null default 'm';")
        newer = open_store(place)
    monkeypatch.setattr(migrate, "available", lambda: known)
    with pytest.raises(StoreTooNew), running.transaction():
        running.state.put("after", b"1")
    assert [newer.state.get(name) for name in ("before", "after")] == [b"1", None]
    for store in (running, newer):
        store.close()


@pytest.mark.parametrize("second", ["", "-- compatible: {first}\n"])
def test_older_code_is_refused_where_any_newer_migration_does_not_allow_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    known = migrate.available()
    first = later(tmp_path / "next", monkeypatch, "create table extra (id bigint not null);")
    number = later(
        tmp_path / "next", monkeypatch, second.format(first=first) + "create table more (id bigint not null);"
    )
    open_store(place).close()
    monkeypatch.setattr(migrate, "available", lambda: known)
    with pytest.raises(StoreTooNew, match=f"its schema is {number}, this version knows {len(known)}"):
        open_store(place)


def test_a_store_from_before_there_was_compatibility_is_taken_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"sqlite://{tmp_path}"
    open_store(place).close()
    raw = sqlite3.connect(tmp_path / "driftline.db")
    raw.execute("alter table schema_version drop column compatible_from")
    raw.commit()
    raw.close()
    open_store(place).close()
    number = later(tmp_path / "next", monkeypatch, "-- compatible: 1\ncreate table extra (id bigint not null);")
    open_store(place).close()
    raw = sqlite3.connect(tmp_path / "driftline.db")
    held = raw.execute("select version, compatible_from from schema_version order by version").fetchall()
    raw.close()
    assert held[-1] == (number, 1)
    assert {since for _, since in held[:-1]} == {None}


def test_a_statement_may_be_for_one_engine_only(tmp_path: Path) -> None:
    file = tmp_path / "0001_x.sql"
    file.write_text(
        "-- compatible: 1\n-- The log; in parts.\ncreate table event_log (event_us bigint, name text) {by_month};\n"
        "-- only: postgresql\n-- What is far off; and more.\n"
        "create table event_log_other partition of event_log default;\n"
        "-- only: sqlite\ncreate index a on event_log (event_us);\ncreate table b (c text not null);\n"
        "update b set c = cast(1 as text);\n"
    )
    words = [" ".join(text.split()) for text in migrate.statements(file, "sqlite")]
    assert words == [
        "create table event_log (event_us bigint, name text)",
        "create index a on event_log (event_us)",
        "create table b (c text not null)",
        "update b set c = cast(1 as text)",
    ]
    words = [" ".join(text.split()) for text in migrate.statements(file, "postgresql")]
    assert words == [
        'create table event_log (event_us bigint, name text collate "C") partition by range (event_us)',
        "create table event_log_other partition of event_log default",
        'create table b (c text collate "C" not null)',
        "update b set c = cast(1 as text)",
    ]


def test_postgresql_gets_the_same_tables_and_compares_texts_by_their_bytes(postgres: Any) -> None:
    url = postgres.new_url()
    open_store(url).close()
    columns = postgres.run(
        "select table_name, column_name, data_type, collation_name from information_schema.columns "
        "where table_schema = current_schema() and table_name not like 'event_log_%'",
        url,
    )
    assert {table for table, *_ in columns} == TABLES
    free = {(table, column) for table, column, type_, collation in columns if type_ == "text" and collation != "C"}
    assert free == {("schema_version", "name")}


def test_several_servers_that_start_at_once_migrate_once(postgres: Any) -> None:
    url = postgres.new_url()
    start, wrong = threading.Barrier(4), []

    def serve() -> None:
        try:
            start.wait()
            open_store(url).close()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert postgres.run("select count(*) from schema_version", url) == [(len(migrate.available()),)]


def test_a_migration_that_fails_leaves_postgresql_as_it_was(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_url()
    open_store(url).close()
    number = later(tmp_path / "next", monkeypatch, "create table extra (id bigint); create nonsense;")
    with psycopg.connect(url, autocommit=True) as raw:
        with pytest.raises(psycopg.errors.SyntaxError):
            migrate.migrate(raw, "postgresql")
        assert migrate.version(raw, "postgresql") == number - 1
        assert raw.execute("select to_regclass('extra')").fetchone() == (None,)
