"""Two servers on one PostgreSQL: whoever takes an event, the store holds what one store with all of them would hold."""

import random
from pathlib import Path
from typing import Any

import pytest
from tests.events import seeded

from driftline.config import Settings
from driftline.engine import upkeep
from driftline.engine.engine import Engine


@pytest.mark.parametrize("seed", [3, 11])
def test_two_servers_that_take_turns_hold_what_one_would(postgres: Any, tmp_path: Path, seed: int) -> None:
    events = seeded(seed, 40)
    chance = random.Random(seed)
    shuffled = chance.sample(events, len(events))
    url = postgres.new_url()
    with (
        Engine.open(Settings(home=str(tmp_path / "one"), store=url, console=False)) as one,
        Engine.open(Settings(home=str(tmp_path / "two"), store=url, console=False)) as two,
        Engine.open(Settings(home=str(tmp_path / "alone"), console=False)) as alone,
    ):
        for raw in shuffled:
            chance.choice((one, two)).ingest(raw)
        alone.ingest_many(events)
        assert upkeep.digest(one.house) == upkeep.digest(two.house) == upkeep.digest(alone.house)
