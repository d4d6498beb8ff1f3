import asyncio
import json
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any

import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import Busy
from driftline.event.report import Receipt
from driftline.serve import intake
from driftline.serve.intake import Intake
from driftline.serve.threads import Threads

Make = Callable[..., dict[str, Any]]


class Counting(Engine):
    """An engine that notes how many events came together."""

    together: list[int]

    def accept(self, batch: Sequence[bytes], *, noted: Container[int] | None = None) -> list[Receipt]:
        self.together.append(len(batch))
        return super().accept(batch, noted=noted)


class Failing(Engine):
    """An engine whose disk is full."""

    def accept(self, batch: Sequence[bytes], *, noted: Container[int] | None = None) -> list[Receipt]:
        raise OSError("no space left")


def test_each_request_gets_its_own_receipts_in_order(tmp_path: Path, event: Make) -> None:
    with Counting.open(Settings(home=str(tmp_path / "home"))) as engine:
        assert isinstance(engine, Counting)
        engine.together = []
        batches = [[json.dumps(event(n)).encode(), b"bad %d" % n] for n in range(1, 11)]

        async def run() -> list[list[Receipt]]:
            door = Intake(engine, Threads())
            return await asyncio.gather(*(door.take(batch) for batch in batches))

        found = asyncio.run(run())
    assert [[r.status for r in receipts] for receipts in found] == [["accepted", "quarantined"]] * 10
    assert len({r.event for receipts in found for r in receipts}) == 20
    # those that come together share their way
    assert sum(engine.together) == 20
    assert len(engine.together) <= 2


def test_a_failure_reaches_everyone_it_concerns_and_nobody_later(tmp_path: Path) -> None:
    with Failing.open(Settings(home=str(tmp_path / "home"))) as engine:

        async def run() -> list[Any]:
            door = Intake(engine, Threads())
            first = await asyncio.gather(*(door.take([b"x"]) for _ in range(3)), return_exceptions=True)
            return [*first, *await asyncio.gather(door.take([b"y"]), return_exceptions=True)]

        assert [type(error) for error in asyncio.run(run())] == [OSError] * 4


def test_what_waits_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "WAITING_BYTES", 10)
    with Engine.open(Settings(home=str(tmp_path / "home"))) as engine:

        async def run() -> list[Any]:
            door = Intake(engine, Threads())
            return await asyncio.gather(*(door.take([b"x" * 6]) for _ in range(3)), return_exceptions=True)

        found = asyncio.run(run())
    # the first is on its way, the second waits, the third would be too much
    assert [isinstance(result, Busy) for result in found] == [False, True, True]


class Stumbling(Engine):
    """An engine that fails at its first look at what waits."""

    stumbled = False

    def follow(self, limit: int = 500) -> int:
        if not self.stumbled:
            self.stumbled = True
            raise RuntimeError("once")
        return super().follow(limit)


def test_a_failure_while_following_does_not_end_the_following(
    tmp_path: Path, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOOK_SECONDS", 0.01)
    with Stumbling.open(Settings(home=str(tmp_path / "home"))) as engine:

        async def run() -> bool:
            door = Intake(engine, Threads())
            following = asyncio.create_task(door.follow())
            await door.take([json.dumps(event(1)).encode()])
            settled = await door.settled()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            return settled

        assert asyncio.run(run())
        assert engine.stumbled
        assert engine.house.store.log.backlog() == 0


def test_a_question_after_a_crash_waits_for_what_was_acknowledged_before_it(tmp_path: Path, event: Make) -> None:
    home = Settings(home=str(tmp_path / "home"))
    with Engine.open(home) as engine:  # which dies before it follows
        engine.accept([json.dumps(event(n)).encode() for n in (1, 2, 3)])
    with Engine.open(home) as engine:

        async def run() -> tuple[bool, int]:
            door = Intake(engine, Threads())
            following = asyncio.create_task(door.follow())
            settled = await door.settled()
            waiting = engine.backlog()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            return settled, waiting

        assert engine.backlog() == 3
        assert asyncio.run(run()) == (True, 0)
