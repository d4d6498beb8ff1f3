"""The in-process sink: what it takes, the engine has."""

from pathlib import Path
from typing import Any

from driftline.capture import fault
from driftline.config import Settings
from driftline.engine import local
from driftline.engine.engine import Engine
from driftline.event import sink
from driftline.event.answer import Answer


def test_events_and_answers_are_durable_when_the_sink_returns(town: Any, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "local"), console=False)
    opened = local.open_sink(settings)
    opened.events(town.events(0))
    opened.answers([Answer(id="00000000-0000-7000-8000-000000000001", time_us=1, endpoint="desk", money=3.0)])
    with Engine.open(settings) as other:  # seen from another connection, before the sink is closed
        seen = other.overview()
    opened.close()
    assert (seen.events["accepted"], seen.runs, seen.answers, seen.money) == (5, 3, 1, 3.0)


def test_the_embedded_store_is_the_sink_where_no_server_is_named(tmp_path: Path) -> None:
    opened = sink.open_sink(Settings(home=str(tmp_path / "home"), console=False))
    assert isinstance(opened, local.LocalSink)
    opened.close()


def test_a_store_in_postgresql_is_the_sink_where_one_is_named(town: Any, tmp_path: Path, postgres: Any) -> None:
    settings = Settings(home=str(tmp_path / "home"), store=postgres.new_url(), console=False)
    opened = sink.open_sink(settings)
    opened.events([*town.events(0), b"nonsense", *town.events(1), *town.events(0)])
    opened.answers([Answer(id="00000000-0000-7000-8000-000000000001", time_us=1, endpoint="desk", money=3.0)])
    assert isinstance(opened, local.LocalSink)
    assert opened.engine.house.store.ledger.compact() == 1
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
    local.LocalSink(town.engine).events([b"nonsense", *town.events(0)])
    assert town.engine.overview().events == {"accepted": 5, "merged": 0, "quarantined": 1, "replaced": 0}


def test_an_answer_that_cannot_be_kept_does_not_hold_up_the_others(tmp_path: Path) -> None:
    opened = local.open_sink(Settings(home=str(tmp_path / "home"), console=False))
    batch = [Answer(id=f"a{number}", time_us=number, endpoint="desk") for number in range(5)]
    batch[3] = Answer(id="bad", time_us=-1, endpoint="desk")  # before 1970
    before = fault.counts().get("refused", 0)
    opened.answers(batch)
    assert {one.id for one in opened.engine.answers()} == {"a0", "a1", "a2", "a4"}
    assert fault.counts()["refused"] == before + 1
    opened.close()
