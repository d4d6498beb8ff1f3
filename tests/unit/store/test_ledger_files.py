"""Segments on disk: whole or not there, named by what is in them, sorted."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from driftline.errors import StoreUnusable
from driftline.event.answer import Answer
from driftline.store import ledger_files, ledger_rows

DAY_US = 86_400_000_000


def answers(*numbers: int) -> list[Answer]:
    return [Answer(id=f"{n:03d}", time_us=n * DAY_US, endpoint="desk", money=float(n)) for n in numbers]


def test_a_segment_of_before_the_hashes_is_written_anew_with_the_others(tmp_path: Path) -> None:
    older = ledger_rows.to_table(answers(1, 2)).drop_columns(list(ledger_rows.ADDED))
    (tmp_path / "1970-01").mkdir()
    pq.write_table(older, tmp_path / "1970-01" / "old.parquet")
    segment = ledger_files.Segment("1970-01/old.parquet", "1970-01", 2, "001", "002", DAY_US, 2 * DAY_US)
    made = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(3)), [segment])
    assert pq.read_table(tmp_path / made.name).column("id").to_pylist() == ["001", "002", "003"]


def test_a_segment_says_what_it_holds_and_is_sorted_by_time(tmp_path: Path) -> None:
    segment = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(5, 2, 9)))
    assert (segment.answers, segment.first_id, segment.last_id) == (3, "002", "009")
    assert (segment.since_us, segment.until_us) == (2 * DAY_US, 9 * DAY_US)
    table = pq.read_table(tmp_path / segment.name)
    assert table.column("id").to_pylist() == ["002", "005", "009"]
    assert table.schema.metadata[b"format"] == b"driftline-ledger-2"


def test_the_same_answers_make_the_same_file_whatever_their_order(tmp_path: Path) -> None:
    one = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(1, 2)))
    two = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(2, 1)))
    assert one == two
    assert len(list(tmp_path.glob("*/*.parquet"))) == 1


def test_an_older_segment_is_written_anew_with_what_came_later(tmp_path: Path) -> None:
    old = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(1, 3)))
    new = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(2)), [old])
    assert (new.answers, new.first_id, new.last_id) == (3, "001", "003")
    assert (tmp_path / old.name).is_file()  # whoever still reads it can


def test_a_sweep_removes_halves_and_strangers_only(tmp_path: Path) -> None:
    kept = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(1)))
    gone = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(2)))
    half = tmp_path / "1970-01" / "half.partial"
    half.write_bytes(b"PAR1")
    note = tmp_path / "1970-01" / "README.txt"
    note.write_text("mine")
    ledger_files.sweep(tmp_path, {kept.name})
    beside = (tmp_path / kept.name).with_suffix(".groups")
    assert sorted(tmp_path.glob("*/*")) == sorted([tmp_path / kept.name, beside, note])
    assert not (tmp_path / gone.name).exists()


def test_a_question_runs_over_files_and_waiting_rows(tmp_path: Path) -> None:
    scanner = ledger_files.Scanner(tmp_path)
    segments = [ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(n, n + 1))) for n in (1, 3)]
    waiting = ledger_rows.to_table(answers(7))
    question = "select count(*) as answers, sum(money) as money from {answers} where money > $low"
    assert scanner.rows(question, {"low": 1.5}, segments, waiting) == (["answers", "money"], [(4, 16.0)])
    assert scanner.rows(question, {"low": 1.5}, []) == ([], [])
    scanner.close()


def test_a_damaged_file_is_said_with_the_folder(tmp_path: Path) -> None:
    scanner = ledger_files.Scanner(tmp_path)
    segment = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(1)))
    (tmp_path / segment.name).write_bytes(b"not parquet")
    with pytest.raises(StoreUnusable, match="answer ledger in"):
        scanner.rows("select * from {answers}", {}, [segment])
    scanner.close()


def test_a_segment_of_an_earlier_layout_is_known_and_written_anew(tmp_path: Path) -> None:
    (tmp_path / "1970-01").mkdir()
    pq.write_table(ledger_rows.to_table(answers(1, 2)), tmp_path / "1970-01" / "old.parquet")
    old = ledger_files.Segment("1970-01/old.parquet", "1970-01", 2, "001", "002", DAY_US, 2 * DAY_US)
    assert ledger_files.outdated(tmp_path, old)
    new = ledger_files.renewed(tmp_path, old)
    assert not ledger_files.outdated(tmp_path, new)
    assert (new.name != old.name, new.month, new.answers) == (True, "1970-01", 2)
    assert pq.read_table(tmp_path / new.name).equals(pq.read_table(tmp_path / old.name))


def test_of_a_segment_that_lacks_its_row_groups_only_these_are_written(tmp_path: Path) -> None:
    segment = ledger_files.write(tmp_path, "1970-01", ledger_rows.to_table(answers(1, 2)))
    place = tmp_path / segment.name
    before = place.stat().st_mtime_ns
    beside = place.with_suffix(".groups")
    held = beside.read_bytes()
    beside.unlink()
    assert ledger_files.outdated(tmp_path, segment)
    assert ledger_files.renewed(tmp_path, segment) == segment
    assert (place.stat().st_mtime_ns, beside.read_bytes()) == (before, held)
    assert not ledger_files.outdated(tmp_path, segment)
