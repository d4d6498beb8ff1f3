"""A store is opened by a program that only records with what recording needs."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from driftline.config import Settings
from driftline.engine import opening
from driftline.errors import StoreUnusable


def test_a_house_knows_what_is_quarantined(town: Any) -> None:
    town.live(0, 1)
    added = town.engine.quarantine("features", "on purpose")
    opened = opening.house(town.settings, create=False)
    assert [entry.id for entry in opened.quarantined] == [added.id]
    opened.store.close()


def test_whoever_takes_charge_tells_every_guard(tmp_path: Path) -> None:
    opened = opening.house(Settings(home=str(tmp_path / "home"), console=False))
    before = (tmp_path / "home" / "guard.json").exists()
    opening.take_charge(opened)
    assert (before, (tmp_path / "home" / "guard.json").exists()) == (False, True)
    opened.store.close()


def test_no_store_is_made_where_none_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable):
        opening.house(Settings(home=str(tmp_path / "none"), console=False), create=False)
    assert not (tmp_path / "none").exists()


def test_recording_loads_nothing_that_only_questions_need() -> None:
    code = "import sys, driftline.engine.local; print(*(one for one in sys.modules if 'driftline.engine.' in one))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for question in ("engine", "reports", "questions", "catalogue", "selection", "differences", "documents"):
        assert f"driftline.engine.{question}" not in loaded
