"""Single answers out of segments, against the answers that were written: plain Python says which they must be."""

import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from driftline.errors import StoreUnusable
from driftline.event.answer import Answer, Retrieved, Source, Verdict
from driftline.event.lineage import Dataset, Version
from driftline.store import ledger_files, ledger_picks, ledger_rows
from driftline.store.ledger_picks import Picker

START_US = 1_359_600_000_000_000
MODEL = Source("model", Version(Dataset("file", "model"), "7"))


def answer(number: int, **changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": f"{START_US // 1000 + number:012x}-{number:04d}",
        "time_us": START_US + number // 2,  # two at each moment
        "endpoint": "desk",
        "sources": (MODEL,),
        "documents": (Retrieved(f"xxh3:{number % 7}", f"page#{number}", number / 8),),
        "features": {"delay": number},
        "money": number * 0.5,
    }
    return Answer(**values | changes)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_files, "ROW_GROUP", 8)


def written(folder: Path, answers: list[Answer]) -> str:
    return ledger_files.write(folder, "2013-01", ledger_rows.to_table(answers)).name


def test_the_answers_of_some_moments_are_found_in_several_row_groups(tmp_path: Path) -> None:
    made = [answer(number) for number in range(50)]
    name = written(tmp_path, made)
    assert pq.read_metadata(tmp_path / name).num_row_groups == 7  # 50 in groups of 8
    wanted = {START_US, START_US + 3, START_US + 4, START_US + 24, START_US + 99}
    found = Picker(tmp_path).at({name: wanted})
    assert found == [one for one in made if one.time_us in wanted]
    assert len(found) == 8
    assert Picker(tmp_path).at({name: {START_US - 1}}) == []


def test_an_answer_is_found_by_its_id(tmp_path: Path) -> None:
    made = [answer(number) for number in range(50)]
    name = written(tmp_path, made)
    picker = Picker(tmp_path)
    assert [picker.by_id(name, one.id) for one in made] == made
    assert picker.by_id(name, made[20].id + "x") is None
    assert picker.by_id(name, "0") is None


def test_columns_that_are_the_same_throughout_are_not_read_and_not_lost(tmp_path: Path) -> None:
    verdict = Verdict(action="flag", money_avoided=2.5)
    made = [answer(n, money=math.inf, text="so", verdict=verdict, tools=("a", "b"), tokens_in=4) for n in range(20)]
    name = written(tmp_path, made)
    picker = Picker(tmp_path)
    assert picker.at({name: [one.time_us for one in made]}) == made
    columns = set(picker._known(name).columns)
    assert columns.isdisjoint({"sources", "nodes", "text", "tools", "verdict", "avoided", "endpoint"})
    assert {"id", "time_us", "documents", "features"} <= columns
    assert "money" in columns  # JSON has no word for infinity
    assert pq.read_table(tmp_path / name).column("text").to_pylist() == ["so"] * 20  # for everybody else it is there


def test_a_text_that_is_long_is_read_where_it_is(tmp_path: Path) -> None:
    made = [answer(1, text="x" * 10_000)]
    name = written(tmp_path, made)
    assert len(pq.read_metadata(tmp_path / name).metadata[ledger_files.CONSTANT]) < 2_000
    assert Picker(tmp_path).at({name: [made[0].time_us]}) == made


def test_segments_of_before_are_read_as_they_are(tmp_path: Path) -> None:
    made = [answer(number) for number in range(30)]
    (tmp_path / "2013-01").mkdir()
    pq.write_table(ledger_rows.to_table(made), tmp_path / "2013-01" / "old.parquet", row_group_size=20)
    oldest = ledger_rows.to_table(made).drop_columns(list(ledger_rows.ADDED))
    pq.write_table(oldest, tmp_path / "2013-01" / "oldest.parquet", write_statistics=False)
    for name in ("2013-01/old.parquet", "2013-01/oldest.parquet"):
        picker = Picker(tmp_path)
        assert picker.at({name: {START_US + 11}}) == made[22:24]
        assert picker.by_id(name, made[7].id) == made[7]


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    made = [answer(number) for number in range(30)]
    name = written(tmp_path, made)
    picker = Picker(tmp_path)
    assert picker.by_id(name, made[3].id) == made[3]
    other = tmp_path / "other.parquet"
    pq.write_table(ledger_rows.to_table(made[3:4]), other)
    other.replace(tmp_path / name)
    assert picker.by_id(name, made[3].id) == made[3]
    assert picker.by_id(name, made[4].id) is None


def test_footers_are_kept_while_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_picks, "KEPT", 4)
    names = [written(tmp_path, [answer(number + 100 * part) for number in range(16)]) for part in range(5)]
    picker = Picker(tmp_path)
    for name in names:
        picker.at({name: {START_US}})
    assert list(picker._files) == names[-2:]  # two row groups each


@pytest.mark.parametrize("damage", ["gone", "cut", "foreign"])
def test_a_segment_that_cannot_be_read_is_said(tmp_path: Path, damage: str) -> None:
    name = written(tmp_path, [answer(1)])
    place = tmp_path / name
    if damage == "gone":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes()[:40] if damage == "cut" else b"not parquet")
    for ask in (lambda: Picker(tmp_path).at({name: {START_US}}), lambda: Picker(tmp_path).by_id(name, answer(1).id)):
        with pytest.raises(StoreUnusable, match="answer ledger in"):
            ask()
