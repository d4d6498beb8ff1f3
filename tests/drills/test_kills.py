"""A short part of the kills; ``python -m tests.drills.kills`` goes on for ten minutes."""

from pathlib import Path

import pytest
from tests.drills import kills

pytestmark = pytest.mark.acceptance


def test_what_had_arrived_or_was_spooled_is_there_once_whoever_is_killed(tmp_path: Path) -> None:
    found = kills.drill(tmp_path, seed=2, rounds=6, seconds=120.0)
    assert found.wrong == []
    assert found.arrived
    assert found.done["answers that are lost, and told"] + found.done["and perhaps"] > 0  # two of three children die
    assert found.done["answers that are there"] >= len(found.arrived | found.spooled)
