"""A store of the schema before: its log is read into the new one, and all that follows is worked out anew."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.engine.house import House
from driftline.event import ids
from driftline.store import Store, migrate, open_store

OLD = "insert into event_log (hash, run, event_us, received_us, status, reason, raw) values ({})"
NAMES = ("hash", "run", "event_us", "received_us", "status", "reason", "raw")
AT = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
RUN = "01900000-0000-7000-8000-00000000000{}"


@pytest.fixture(params=["file", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, postgres_servers: Callable[[str], Any]) -> str:
    return f"sqlite://{tmp_path}/home" if request.param == "file" else postgres_servers("wheel").new_url()


def event(number: int, second: int, **more: Any) -> bytes:
    body = {
        "eventTime": f"2026-01-01T00:00:{second:02d}Z",
        "eventType": "COMPLETE",
        "run": {"runId": RUN.format(number)},
        "job": {"namespace": "n", "name": "j"},
        "outputs": [{"namespace": "n", "name": f"d{number}"}],
        **more,
    }
    return json.dumps({key: value for key, value in body.items() if value is not None}).encode()


def connect(place: str, *, known: bool = False) -> Any:
    """Return a raw connection to an empty store, or to one that is there."""
    if place.startswith("postgresql"):
        return psycopg.connect(place, autocommit=True)
    folder = Path(place.removeprefix("sqlite://"))
    folder.mkdir(parents=True, exist_ok=known)
    return sqlite3.connect(folder / "driftline.db", isolation_level=None)


def old_store(place: str, events: list[tuple[bytes, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a store of the first schema that holds events, each with the reason for which it was refused."""
    dialect = "postgresql" if place.startswith("postgresql") else "sqlite"
    raw = connect(place)
    with monkeypatch.context() as patch:
        first = migrate.available()[:1]
        patch.setattr(migrate, "available", lambda: first)
        migrate.migrate(raw, dialect)
    marks = ", ".join("%s" if dialect == "postgresql" else "?" for _ in NAMES)
    for number, (body, reason) in enumerate(events):
        status = "quarantined" if reason else "accepted"
        moment = 0 if reason else AT + int(json.loads(body)["eventTime"][17:19]) * 1_000_000
        raw.execute(OLD.format(marks), (ids.digest(body), "r", moment, 7 + number, status, reason, body))
    raw.close()


def engine(store: Store, tmp_path: Path) -> Engine:
    quiet = Settings(home=str(tmp_path / "quiet"), console=False)
    return Engine(House(quiet, store, Outbox(store, quiet)))


def test_the_old_log_becomes_the_new_one_and_waits_quietly(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = event(3, 9, run=None, eventType=None)
    dataset = b'{"eventTime":"2026-01-01T00:00:11Z","dataset":{"namespace":"n","name":"d"}}'
    good = [event(1, 5), event(2, 6), job, dataset]
    old_store(place, [(good[0], ""), (b"\xff{", "not JSON"), *((raw, "") for raw in good[1:])], monkeypatch)
    store = open_store(place)
    assert [entry.raw for entry in store.log.read()] == [good[0], b"\xff{", *good[1:]]
    assert [entry.event_us - AT for entry in store.log.read() if entry.event_us] == [
        5_000_000,
        6_000_000,
        9_000_000,
        11_000_000,
    ]
    assert [(one.raw, one.reason, one.received_us) for one in store.log.refused()] == [(b"\xff{", "not JSON", 8)]
    assert store.log.counts() == {"accepted": 4, "merged": 0, "quarantined": 1, "replaced": 0}
    assert [one.quiet for one in store.log.waiting(9)] == [True] * 4
    assert store.log.of_run(RUN.format(1)) == [good[0]]
    store.close()


def test_what_follows_is_what_a_new_store_would_say(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [event(number, number + 1) for number in range(1, 6)]
    old_store(place, [(raw, "") for raw in events[:3]], monkeypatch)
    store, fresh = open_store(place), open_store(":memory:")
    receipts = engine(store, tmp_path).ingest_many(events)  # the first three are known already
    assert [receipt.status for receipt in receipts] == ["merged"] * 3 + ["accepted"] * 2
    engine(fresh, tmp_path).ingest_many(events)
    assert store.canonical.digests() == fresh.canonical.digests()
    assert (store.log.backlog(), store.log.counts()["accepted"]) == (0, 5)
    store.close()
    fresh.close()


def test_an_event_that_can_no_longer_be_read_is_put_into_quarantine(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older version took a job with an empty name."""
    bad = event(1, 5, job={"namespace": "n", "name": ""})
    old_store(place, [(bad, "")], monkeypatch)
    store = open_store(place)
    (refused,) = store.log.refused()
    assert refused.raw == bad
    assert "empty" in refused.reason
    assert store.log.backlog() == 0
    store.close()


def test_an_empty_old_store_becomes_an_empty_new_one(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old_store(place, [], monkeypatch)
    store = open_store(place)
    assert list(store.log.read()) == []
    assert store.log.counts()["accepted"] == 0
    store.close()


def test_the_states_of_slices_are_what_a_new_store_would_hold(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store as it was before migration 8: the same tables, without that of the states and later indexes."""

    def said(number: int, *slices: str) -> bytes:
        facets = [{"driftline_state": {"version": f"xxh3:{number % 2}", "partition": slice_}} for slice_ in slices]
        reads, writes = ([{"namespace": "n", "name": name, "facets": one} for one in facets] for name in "rd")
        return event(number, number, inputs=reads, outputs=writes)

    store = open_store(place)
    engine(store, tmp_path).ingest_many([said(1, "jan"), said(2, "feb", "mar"), said(3, "jan", "feb"), event(4, 4)])
    before = sorted(store.canonical.facts("state"))  # they come in no order
    store.close()
    raw = connect(place, known=True)
    raw.execute("drop table state")
    raw.execute("drop index touch_written")
    raw.execute("drop index version_named")
    raw.execute("delete from schema_version where version >= 8")
    raw.close()
    store = open_store(place)
    assert sorted(store.canonical.facts("state")) == before
    assert len(before) == 10  # of each of five slices that were said, one reading and one writing
    store.close()
