import sqlite3
from pathlib import Path

import pytest

from driftline.errors import StoreTooNew, StoreUnusable
from driftline.store import migrate, open_store

TABLES = {
    "answer_inbox", "blob", "change", "column_edge", "column_set", "event_log", "field", "finding", "flow", "incident",
    "incident_member", "ledger_segment", "node", "outbox", "quarantine", "run", "run_columns", "schema_version",
    "setting", "tally", "touch", "version", "version_edge",
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
