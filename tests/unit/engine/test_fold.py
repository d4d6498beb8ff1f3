"""The second step: what waits is folded, an event like no other holds nobody up, and facets stand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine import accept, fold
from driftline.engine.house import House
from driftline.errors import BadEvent
from driftline.event import openlineage
from driftline.event.lineage import Dataset, Job
from driftline.graph import fold as pure
from driftline.store import open_store

RUN = "01900000-0000-7000-8000-00000000000{}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings, store = Settings(home=str(tmp_path), console=False), open_store(":memory:")
    yield House(settings, store, Outbox(store, settings), now=lambda: 7)
    store.close()


def event(run: int, second: int, state: str = "COMPLETE", **facets: dict[str, Any]) -> bytes:
    body = {
        "eventTime": f"2026-01-01T00:00:{second:02d}Z",
        "eventType": state,
        "run": {"runId": RUN.format(run)},
        "job": {"namespace": "n", "name": f"j{run}"},
        "outputs": [{"namespace": "n", "name": f"d{run}", "facets": facets}],
    }
    return json.dumps(body).encode()


def folded(house: House, *events: bytes, quiet: bool = False) -> fold.Folded:
    """Accept events and fold what waits."""
    accept.events(house, events, quiet=quiet)
    waiting = house.store.log.waiting(99)
    with house.store.transaction():
        found = fold.waiting(house, waiting)
        house.store.log.done(waiting)
    return found


def test_executions_that_have_news_are_handed_on_once_each(house: House) -> None:
    found = folded(house, event(1, 1, "START"), event(2, 2), event(1, 3))
    assert sorted((run.job.name, run.state) for run in found.runs) == [("j1", "COMPLETE"), ("j2", "COMPLETE")]
    assert found.refused == {}
    assert [run.state for run in folded(house, event(1, 4, "FAIL")).runs] == ["FAIL"]


def test_an_execution_is_folded_from_all_its_events_whenever_they_came(house: House) -> None:
    folded(house, event(1, 3))
    (run,) = folded(house, event(1, 1, "START")).runs
    assert (run.state, run.ended_us - run.started_us) == ("COMPLETE", 2_000_000)


def test_what_is_read_in_from_the_past_is_no_news_but_for_what_comes_beside_it(house: House) -> None:
    assert folded(house, event(1, 1), quiet=True).runs == []
    assert house.store.lineage.run(RUN.format(1)) is not None
    accept.events(house, [event(2, 1)], quiet=True)
    assert [run.job for run in folded(house, event(2, 2)).runs] == [Job("n", "j2")]


def test_job_and_dataset_events_are_written_and_are_no_news(house: House) -> None:
    job = (
        b'{"eventTime":"2026-01-01T00:00:01Z","job":{"namespace":"n","name":"j"},'
        b'"outputs":[{"namespace":"n","name":"x"}]}'
    )
    dataset = b'{"eventTime":"2026-01-01T00:00:01Z","dataset":{"namespace":"n","name":"y"}}'
    assert folded(house, job, dataset).runs == []
    assert house.store.lineage.counts()["datasets"] == 2


def test_an_event_that_cannot_be_folded_waits_in_quarantine_and_the_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(events: Any) -> Any:
        if any(one.job.name == "j2" for one in events):
            raise LookupError("like no other")
        return real(events)

    real = pure.fold
    monkeypatch.setattr(pure, "fold", fails)
    found = folded(house, event(1, 1), event(2, 2), event(3, 3))
    assert sorted(run.job.name for run in found.runs) == ["j1", "j3"]
    (refused,) = house.store.log.refused()
    assert (refused.raw, list(found.refused)) == (event(2, 2), [refused.seq])
    assert refused.reason == "it cannot be folded: LookupError: like no other"
    assert house.store.log.counts() == {"accepted": 2, "merged": 0, "quarantined": 1, "replaced": 0}
    assert house.store.lineage.run(RUN.format(2)) is None
    assert "cannot be folded" in caplog.text


@pytest.mark.parametrize(
    "error", [BadEvent("no"), RecursionError("deep"), msgspec.DecodeError("odd"), OverflowError("big")]
)
def test_whatever_an_event_raises_it_holds_nobody_up(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(raw: bytes) -> Any:
        if b"j2" in raw:
            raise error
        return real(raw)

    accept.events(house, [event(1, 1), event(2, 2), event(3, 3)])
    house.heard.clear()  # it was another process that accepted them
    real = openlineage.decode
    monkeypatch.setattr(openlineage, "decode", fails)
    with house.store.transaction():
        found = fold.waiting(house, house.store.log.waiting(99))
    assert sorted(run.job.name for run in found.runs) == ["j1", "j3"]
    assert [refused.raw for refused in house.store.log.refused()] == [event(2, 2)]


def test_the_newest_facets_of_a_dataset_and_a_job_stand_over_all_runs(house: House) -> None:
    older = {"documentation": {"description": "old"}, "ownership": {"owners": []}}
    folded(house, event(1, 5, documentation={"description": "new"}, storage={"_deleted": True}))
    folded(house, event(1, 2, **older, storage={"storageLayer": "delta"}))
    held = house.store.lineage.facets("DATASET", "n", "d1")
    assert {key: json.loads(facet) for key, facet in held.items()} == {
        "documentation": {"description": "new"},
        "ownership": {"owners": []},
    }


def test_columns_are_known_from_the_first_event_whose_schema_names_them(house: House) -> None:
    raw = event(1, 5, schema={"fields": [{"name": "x", "type": "int"}]})
    folded(house, raw, event(1, 2, "START"))
    found = house.store.lineage.lookup("datasetField:n:d1:x")
    assert found is not None
    assert found.since_us == openlineage.decode(raw).time_us


def test_datasets_that_only_facets_name_exist_since_then(house: House) -> None:
    raw = event(1, 5, symlinks={"identifiers": [{"namespace": "n", "name": "alias", "type": "TABLE"}]})
    folded(house, raw)
    found = house.store.lineage.lookup(Dataset("n", "alias").node)
    assert found is not None
    assert found.since_us == openlineage.decode(raw).time_us


def test_what_a_run_found_out_about_the_quality_of_what_it_read_stands_on_the_dataset(house: House) -> None:
    held = {
        "dataQualityAssertions": {"assertions": [{"assertion": "unique", "success": False}]},
        "inputStatistics": {"rowCount": 3},  # of this reading alone
    }
    body = json.loads(event(1, 2)) | {"inputs": [{"namespace": "n", "name": "read", "inputFacets": held}]}
    folded(house, json.dumps(body).encode())
    assert set(house.store.lineage.facets("DATASET", "n", "read")) == {"dataQualityAssertions"}


def test_an_event_is_read_once_where_it_is_accepted_and_folded_by_one_process(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    decode = openlineage.decode
    monkeypatch.setattr(openlineage, "decode", lambda raw: (read.append(raw), decode(raw))[1])
    batch = [event(1, 1), event(2, 2)]
    accept.events(house, [*batch, batch[0]], noted=())
    assert len(read) == 3
    fold.waiting(house, house.store.log.waiting(10))
    assert len(read) == 3  # what was read when it was accepted is folded as it is
    assert house.heard == {}


def test_an_event_that_another_process_accepted_is_read_from_the_log(house: House) -> None:
    accept.events(house, [event(1, 1)], noted=())
    house.heard.clear()
    assert [run.job for run in fold.waiting(house, house.store.log.waiting(10)).runs] == [Job("n", "j1")]


def test_only_events_that_are_not_in_memory_are_fetched_from_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept.events(house, [event(1, 1), event(2, 2), event(3, 3)], noted=())
    waiting = house.store.log.waiting(10)
    house.heard.pop(house.store.log.names([waiting[1].seq])[waiting[1].seq])
    fetched: list[list[int]] = []
    at = house.store.log.at
    monkeypatch.setattr(house.store.log, "at", lambda seqs: (fetched.append(list(seqs)), at(seqs))[1])
    assert {run.job.name for run in fold.waiting(house, waiting).runs} == {"j1", "j2", "j3"}
    assert fetched == [[waiting[1].seq]]


def test_only_so_many_events_are_kept_in_memory(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accept, "HEARD", 2)
    accept.events(house, [event(number, number) for number in range(1, 6)], noted=())
    assert len(house.heard) == 2
    assert len(fold.waiting(house, house.store.log.waiting(10)).runs) == 5
    accept.events(house, [event(6, 6)], noted=())
    house.forget()  # as where another process has folded
    assert house.heard == {}
