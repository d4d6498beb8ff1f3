"""The in-process sink: what it takes, the engine has."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.ground import fault
from driftline.config import Settings
from driftline.engine import local
from driftline.engine.engine import Engine
from driftline.event import sink
from driftline.event.answer import Answer

ANSWER = Answer(id="00000000-0000-7000-8000-000000000001", time_us=1, endpoint="desk", money=3.0)


def test_events_and_answers_are_durable_when_the_sink_returns(town: Any, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "local"), console=False)
    opened = local.open_sink(settings)
    opened.events(town.events(0))
    opened.answers([ANSWER])
    with Engine.open(settings) as other:  # seen from another connection, before the sink is closed
        kept = other.overview()
        other.catch_up()
        seen = other.overview()
    opened.close()
    assert (kept.events["accepted"], kept.answers, kept.money) == (5, 1, 3.0)
    assert (seen.events["accepted"], seen.runs, seen.answers, seen.money) == (5, 3, 1, 3.0)


def test_what_follows_waits_until_somebody_asks(town: Any, tmp_path: Path) -> None:
    opened = local.open_sink(Settings(home=str(tmp_path / "local"), console=False))
    opened.events(town.events(0))
    opened.follow(asked=False)
    waiting = opened.house.store.log.backlog()
    opened.follow(asked=True)
    assert (waiting, opened.house.store.log.backlog(), Engine(opened.house).overview().runs) == (5, 0, 3)
    opened.close()


def test_what_follows_waits_a_second_at_most(town: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(local.time, "monotonic", lambda: now)
    opened = local.open_sink(Settings(home=str(tmp_path / "local"), console=False))
    opened.follow(asked=True)
    opened.events(town.events(0)[:2])
    now += 0.9
    opened.events(town.events(0)[2:])  # what comes later does not put it off
    opened.follow(asked=False)
    waiting = opened.house.store.log.backlog()
    now += 0.1
    opened.follow(asked=False)
    assert (waiting, opened.house.store.log.backlog()) == (5, 0)
    opened.close()


def test_what_still_waits_at_the_end_is_worked_out(town: Any, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "local"), console=False)
    opened = local.open_sink(settings)
    opened.events(town.events(0))
    opened.close()
    with Engine.open(settings) as other:
        assert other.overview().runs == 3


def test_what_a_killed_process_left_waiting_is_worked_out_by_the_next(town: Any, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "local"), console=False)
    killed = local.open_sink(settings)
    killed.events(town.events(0))
    killed.house.store.close()  # the store is let go of, and nothing else is done
    following = local.open_sink(settings)
    following.close()
    with Engine.open(settings) as other:
        assert (other.house.store.log.backlog(), other.overview().runs) == (0, 3)


def test_the_order_of_keeping_and_following_leaves_the_same_memory(town: Any, tmp_path: Path) -> None:
    digests = set()
    for name, each in (("at once", True), ("at the end", False)):
        opened = local.open_sink(Settings(home=str(tmp_path / name), console=False))
        for day in range(3):
            for event in town.events(day):
                opened.events([event])
                if each:
                    opened.follow(asked=True)
        opened.follow(asked=True)
        digests.add(opened.house.store.canonical.digest())
        opened.close()
    assert len(digests) == 1


def test_the_embedded_store_is_the_sink_where_no_server_is_named(tmp_path: Path) -> None:
    opened = sink.open_sink(Settings(home=str(tmp_path / "home"), console=False))
    assert isinstance(opened, local.LocalSink)
    opened.close()


def test_a_store_in_postgresql_is_the_sink_where_one_is_named(town: Any, tmp_path: Path, postgres: Any) -> None:
    settings = Settings(home=str(tmp_path / "home"), store=postgres.new_url(), console=False)
    opened = sink.open_sink(settings)
    opened.events([*town.events(0), b"nonsense", *town.events(1), *town.events(0)])
    opened.answers([ANSWER])
    assert isinstance(opened, local.LocalSink)
    opened.follow(asked=True)
    assert opened.house.store.ledger.compact() == 1
    with Engine.open(settings) as other:
        seen = other.overview()
    opened.close()
    assert (seen.events, seen.answers, seen.money) == (
        {"accepted": 10, "merged": 5, "quarantined": 1, "replaced": 0},
        1,
        3.0,
    )
    assert list((tmp_path / "home" / "ledger").glob("*/*.parquet"))


def test_a_bad_event_does_not_stop_the_batch(town: Any) -> None:
    local.LocalSink(town.engine.house, Settings(store=":memory:")).events([b"nonsense", *town.events(0)])
    assert town.engine.overview().events == {"accepted": 5, "merged": 0, "quarantined": 1, "replaced": 0}


def test_a_store_that_is_removed_while_it_is_used_is_made_anew_and_told(
    town: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fault.reset()
    settings = Settings(home=str(tmp_path / "local"), console=False)
    opened = local.open_sink(settings)
    opened.events(town.events(0))
    shutil.rmtree(tmp_path / "local")
    opened.events(town.events(1))
    opened.close()
    assert [message for message in caplog.messages if "was removed while it was used" in message]
    with Engine.open(settings) as other:
        assert other.overview().events["accepted"] == len(town.events(1))


def test_an_answer_that_cannot_be_kept_does_not_hold_up_the_others(tmp_path: Path) -> None:
    opened = local.open_sink(Settings(home=str(tmp_path / "home"), console=False))
    batch = [Answer(id=f"a{number}", time_us=number, endpoint="desk") for number in range(5)]
    batch[3] = Answer(id="bad", time_us=-1, endpoint="desk")  # before 1970
    before = fault.counts().get("refused", 0)
    opened.answers(batch)
    assert {one.id for one in Engine(opened.house).answers()} == {"a0", "a1", "a2", "a4"}
    assert fault.counts()["refused"] == before + 1
    opened.close()


def test_a_store_that_could_not_be_taken_charge_of_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def fail(house: local.House) -> None:
        monkeypatch.setattr(house.store, "close", lambda: closed.append(True))
        raise OSError("no room")

    monkeypatch.setattr(local.opening, "take_charge", fail)
    with pytest.raises(OSError, match="no room"):
        local.open_sink(Settings(home=str(tmp_path / "local"), console=False))
    assert closed == [True]
