"""What is kept beside a segment, against what pyarrow says of the segment."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Version
from driftline.store import ledger_files, ledger_groups, ledger_picks, ledger_rows


@pytest.fixture
def segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ledger_files, "ROW_GROUP", 8)
    made = [Answer(id=f"{n:03d}", time_us=1_000 + n, endpoint="desk", money=float(n)) for n in range(20)]
    return tmp_path / ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(made)).name


def moments(groups: ledger_groups.Groups) -> list[list[int]]:
    held = memoryview(groups.times).cast("q").tolist()
    return [held[place : place + 2] for place in range(0, len(held), 2)]


def test_bounds_are_those_of_the_rows(segment: Path) -> None:
    found = ledger_groups.known(segment, segment.stat().st_size)
    assert moments(found) == [[1_000, 1_007], [1_008, 1_015], [1_016, 1_019]]  # 20 in groups of 8
    assert [tuple(one) for one in found.ids] == [("000", "007"), ("008", "015"), ("016", "019")]
    assert found.at([999, 1_007]) == [0]
    assert found.at([1_008, 1_016]) == [1, 2]
    assert found.with_id("010") == [1]
    assert found.constant["endpoint"] == "desk"
    assert found.columns == ["id", "time_us", "money"]


def test_it_is_kept_beside_the_segment_and_never_needed(segment: Path) -> None:
    size = segment.stat().st_size
    beside = segment.with_suffix(ledger_groups.SUFFIX)
    kept = ledger_groups.known(segment, size)
    assert kept == ledger_groups.of(segment)
    for held in (None, b"", b"something else"):
        if held is None:
            beside.unlink()
        else:
            beside.write_bytes(held)
        assert ledger_groups.known(segment, size) == kept
    ledger_groups.keep(segment)
    assert beside.stat().st_size > 100


def test_what_is_kept_of_another_file_of_that_name_does_not_count(segment: Path) -> None:
    pq.write_table(pq.read_table(segment).slice(0, 3), segment)
    assert moments(ledger_groups.known(segment, segment.stat().st_size)) == [[1_000, 1_002]]


def test_sources_are_told_by_codes_where_their_kinds_are_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_files, "ROW_GROUP", 7)

    def source(role: str, version: str) -> Source:
        return Source(role, Version(Dataset("file", f"desk/{role}"), version))

    kinds = [
        (),
        (source("model", "1"),),
        (source("model", "1"), source("index", "1")),
        (source("index", "1"), source("model", "1")),
        (source("model", "1"), source("model", "1")),
        (source("model", "2"), source("index", "1")),
    ]
    made = [
        Answer(id=f"{n:03d}", time_us=1_000 + n, endpoint="desk", sources=kinds[n * n % 11 % len(kinds)])
        for n in range(50)
    ]
    name = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(made)).name
    found = ledger_groups.of(tmp_path / name)
    assert "sources" not in found.columns
    assert len(found.stands) == len({one.sources for one in made})
    picker = ledger_picks.Picker(tmp_path)
    assert picker.at({name: [one.time_us for one in made]}) == made
    assert picker.at({name: [made[n].time_us for n in (3, 22, 48)]}) == [made[3], made[22], made[48]]
    assert [picker.by_id(name, one.id) for one in made] == made


def test_sources_of_many_kinds_are_read_where_they_are(tmp_path: Path) -> None:
    made = [
        Answer(
            id=f"{n:03d}",
            time_us=1_000 + n,
            endpoint="desk",
            sources=(Source("model", Version(Dataset("file", "desk"), str(n))),),
        )
        for n in range(300)
    ]
    name = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(made)).name
    assert "sources" in ledger_groups.of(tmp_path / name).columns
    assert ledger_picks.Picker(tmp_path).at({name: [one.time_us for one in made]}) == made
