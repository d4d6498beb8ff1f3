"""What is held in the hand: opening, answering, closing, and what becomes of a store that is not ours to touch."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import NotFound, StoreTooNew, StoreUnusable


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_an_engine_makes_its_home_and_closes_with_its_block(tmp_path: Path) -> None:
    with Engine.open(Settings(home=str(tmp_path / "deep" / "home"), console=False)) as engine:
        assert engine.overview().events == {"accepted": 0, "merged": 0, "quarantined": 0, "replaced": 0}
    assert (tmp_path / "deep" / "home" / "driftline.db").exists()


def test_what_was_taken_is_there_when_the_store_is_opened_again(town: Any) -> None:
    town.live(0, 1)
    town.answer(1, 0, 10.0)
    before = town.engine.overview()
    town.reopen()
    assert town.engine.overview() == before


def test_a_store_from_a_newer_version_is_refused_and_left_untouched(town: Any) -> None:
    town.live(0, 0)
    town.engine.close()
    with sqlite3.connect(town.home / "driftline.db") as database:
        database.execute("insert into schema_version (version, name, applied_us) values (9999, 'from later', 0)")
    database.close()
    before = contents(town.home)
    with pytest.raises(StoreTooNew):
        Engine.open(town.settings)
    assert contents(town.home) == before


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(StoreUnusable):
        Engine.open(Settings(home=str(tmp_path / "home"), console=False))


def test_an_answer_is_taken_once(town: Any) -> None:
    answer = town.answer(0, 0, 10.0)
    assert town.engine.record([answer]) == 0
    assert town.engine.answer(answer.id) == answer


def test_answers_are_listed_newest_first_and_page_by_page(town: Any) -> None:
    given = [town.answer(number, 0, 10.0) for number in range(5)]
    first = town.engine.answers(limit=2)
    assert first == [given[4], given[3]]
    assert town.engine.answers(limit=2, before=first[-1].id) == [given[2], given[1]]
    assert town.engine.answers(endpoint="another") == []


def test_resolving_an_incident_lifts_its_quarantines_and_only_its(ill: Any) -> None:
    own = ill.engine.quarantine("archive", "mine")
    (incident,), _ = ill.engine.incidents()
    resolved = ill.engine.resolve_incident(incident.id[:6])
    assert resolved.state == "resolved"
    assert [entry.id for entry in ill.engine.quarantines()] == [own.id]
    assert [entry["node"] for entry in ill.switch["entries"]] == [ill.archive.node]
    lifted = [entry for entry in ill.engine.quarantines(active=False) if entry.incident == incident.id]
    assert {entry.released_by for entry in lifted} == {"incident resolved"}


def test_an_unknown_incident_is_not_resolved(town: Any) -> None:
    with pytest.raises(NotFound):
        town.engine.resolve_incident("nothing")


def test_a_fault_after_an_incident_was_resolved_by_hand_is_told_anew(ill: Any) -> None:
    (incident,), _ = ill.engine.incidents()
    ill.engine.resolve_incident(incident.id)
    ill.live(31, 31, ill.seconds)
    assert ill.engine.incidents()[1] == 2


def test_threads_that_ingest_at_once_lose_nothing(town: Any) -> None:
    days = [town.events(number) for number in range(6)]
    threads = [threading.Thread(target=town.engine.ingest_many, args=(events,)) for events in days]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = town.engine.overview()
    assert seen.events["accepted"] == 30  # six days of five events
    assert (seen.runs, seen.versions) == (18, 24)
    assert town.engine.house.known[town.features.node].reference.batches == 6
