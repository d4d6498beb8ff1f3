"""Contents are found again under what they follow from, and nothing else."""

from pathlib import Path

import pyarrow as pa
import pytest

from driftline.capture.tables import contents, measure, measured, remembered
from driftline.capture.tables.form import Form

FOUND = contents.of_arrow(pa.table({"n": [1, 2], "s": ["x", None]}))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "at_hand", {})
    monkeypatch.setattr(measure.level, "home", str(tmp_path))
    monkeypatch.setattr(measure.level, "remembered", 1 << 20)
    monkeypatch.setattr(remembered._Held, "shelf", None)


def test_what_is_at_hand_depends_on_what_is_measured_and_on_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [measured.key("v"), measured.key("w"), measured.key("v", Form(delimiter=";"))]
    for level in ("profiles", "rows"):
        monkeypatch.setattr(measure.level, level, not getattr(measure.level, level))
        keys.append(measured.key("v"))
    assert len(set(keys)) == 5


def test_the_oldest_go_and_what_is_held_again_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "_CACHE", 2)
    one, two, three = map(measured.key, ("one", "two", "three"))
    for key in (one, two, two, three):
        measured.hold(key, FOUND)
    assert list(measured.at_hand) == [two, three]


def test_what_took_long_is_recalled_whole_and_what_did_not_is_not() -> None:
    long, short = (measured.name(measured.key(version), 7, "parquet") for version in ("long", "short"))
    measured.keep(long, FOUND, 2_000_000)
    measured.keep(short, FOUND, 500_000)
    assert measured.recall(long) == FOUND
    assert measured.recall(short) is None
    assert measured.recall(measured.name(measured.key("long"), 8, "parquet")) is None


def test_what_cannot_be_read_as_contents_is_not_recalled() -> None:
    name = measured.name(measured.key("v"), 7, "parquet")
    remembered.put("contents", name, b"something else")
    assert measured.recall(name) is None
