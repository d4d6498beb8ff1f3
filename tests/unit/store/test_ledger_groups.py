"""What is kept beside a segment, against what pyarrow says of the segment."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from driftline.event.answer import Answer
from driftline.store import ledger_files, ledger_groups, ledger_rows


@pytest.fixture
def segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ledger_files, "ROW_GROUP", 8)
    made = [Answer(id=f"{n:03d}", time_us=1_000 + n, endpoint="desk", money=float(n)) for n in range(20)]
    return tmp_path / ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(made)).name


def test_bounds_are_those_of_the_rows(segment: Path) -> None:
    found = ledger_groups.known(segment, segment.stat().st_size)
    assert [tuple(one) for one in found.times] == [(1_000, 1_007), (1_008, 1_015), (1_016, 1_019)]  # 20 in groups of 8
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
    assert [tuple(one) for one in ledger_groups.known(segment, segment.stat().st_size).times] == [(1_000, 1_002)]
