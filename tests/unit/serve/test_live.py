import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import Busy
from driftline.serve import live
from driftline.serve.live import Live
from driftline.serve.threads import Threads

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    with Engine.open(Settings(home=str(tmp_path / "home"))) as found:
        yield found


async def listening(engine: Engine, deed: Callable[[], Any], wanted: bytes) -> list[bytes]:
    """Listen, do ``deed`` after the first ticks, and return what came until ``wanted`` did."""
    house = Live(engine, Threads(), every=0.01)
    watching = asyncio.create_task(house.watch())
    heard: list[bytes] = []
    done = False
    async with asyncio.timeout(10):
        async for part in house.stream():
            heard.append(part)
            if not done and len(heard) == 3:
                done = True
                deed()
            elif done and part.startswith(wanted):
                house.close()
    watching.cancel()
    return heard


def test_a_listener_hears_how_things_stand_and_what_changes(engine: Engine, event: Make) -> None:
    raw = msgspec.json.encode(event())
    heard = asyncio.run(listening(engine, lambda: engine.ingest(raw), b"event: overview"))
    assert heard[0].startswith(b"retry: ")
    assert {part.split(b"\n")[0] for part in heard[1:3]} == {b"event: incident", b"event: overview"}
    # format of server-sent events: name, data on one line, an empty line
    name, data, *rest = heard[-1].split(b"\n")
    assert (name, rest) == (b"event: overview", [b"", b""])
    assert msgspec.json.decode(data.removeprefix(b"data: "))["runs"] == 1


def test_a_slow_listener_gets_the_newest_tick_only() -> None:
    listener = live._Listener()
    for number in (b"1", b"2", b"3"):
        listener.give(live.Tick("overview", number))
    listener.give(live.Tick("incident", b"9"))
    assert [tick.data for tick in listener.take()] == [b"3", b"9"]
    assert listener.take() == []


def test_listeners_are_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LISTENERS", 1)

    async def run() -> None:
        house = Live(engine, Threads())
        house.admit()
        stream = house.stream()
        await anext(stream)
        with pytest.raises(Busy):
            house.admit()
        await stream.aclose()
        house.admit()

    asyncio.run(run())


def test_a_stream_that_is_idle_shows_that_it_lives(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)

    async def run() -> list[bytes]:
        stream = Live(engine, Threads()).stream()
        found = [await anext(stream), await anext(stream)]
        await stream.aclose()
        return found

    assert asyncio.run(run())[1].startswith(b":")


def test_updates_go_on_after_the_engine_could_not_be_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers = iter([OSError("disk"), [live.Tick("overview", b"1")]])

    def look() -> list[live.Tick]:
        answer = next(answers, [])
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def run() -> bytes:
        house = Live(engine, Threads(), every=0.01)
        monkeypatch.setattr(house, "_look", look)
        watching = asyncio.create_task(house.watch())
        stream = house.stream()
        await anext(stream)
        async with asyncio.timeout(5):
            heard = await anext(stream)
        watching.cancel()
        return heard

    assert asyncio.run(run()) == b"event: overview\ndata: 1\n\n"
    assert "trying again" in caplog.text
