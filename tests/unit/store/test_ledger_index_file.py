"""One file of the index: rows in, the same rows out, by key."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline.store import ledger_index_file as files


def by_key(row: tuple[int, int, int]) -> tuple[int, int]:
    return row[0], row[2]


def file_of(path: Path, rows: list[tuple[int, int, int]]) -> files.IndexFile:
    keys, places, values = (np.array(column) for column in zip(*sorted(rows, key=by_key), strict=True))
    files.write(path, b'["a","b"]', [(keys.astype(np.uint64), places.astype(np.int32), values.astype(np.int64))])
    found = files.open_file(path)
    assert found is not None
    return found


def rows_of(file: files.IndexFile, *keys: int) -> list[tuple[int, int, int]] | None:
    found = file.look(np.array(keys, np.uint64))
    return None if found is None else list(zip(*(column.tolist() for column in found), strict=True))


def test_the_rows_of_keys_are_found_across_row_groups(tmp_path: Path) -> None:
    rows = [(2**63 + number // 3, number % 2, number) for number in range(50_000)]
    file = file_of(tmp_path / "1-x.parquet", rows)
    assert (file.level, file.segments) == (1, ("a", "b"))
    assert len(file.lowest) == 49  # 50,000 rows in groups of 1,024
    for key in (2**63, 2**63 + 1_024 // 3, 2**63 + 49_999 // 3):
        found = rows_of(file, key)
        assert sorted(found or ()) == sorted(row for row in rows if row[0] == key)
    assert rows_of(file, 7) == []


def test_all_rows_are_those_of_the_segments_that_are_kept(tmp_path: Path) -> None:
    file = file_of(tmp_path / "0-x.parquet", [(1, 0, 10), (2, 1, 20), (3, 0, 30)])
    everything = (0, 2**64 - 1)
    keys, places, values = file.between(*everything, ["other", "b"])
    assert (keys.tolist(), places.tolist(), values.tolist()) == ([2], [1], [20])
    assert file.between(2, 3, ["a"])[2].tolist() == [30]
    assert file.between(4, 9, ["a"])[2].tolist() == []


def test_a_file_that_is_gone_or_something_else_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "0-x.parquet"
    file = file_of(path, [(1, 0, 10)])
    file.remove()
    file.remove()
    assert rows_of(file, 1) is None
    path.write_bytes(b"something else")
    assert files.open_file(path) is None
    assert rows_of(file, 1) is None


def test_parts_without_rows_leave_no_trace(tmp_path: Path) -> None:
    nothing = (np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.int64))
    one = (np.array([7], np.uint64), np.zeros(1, np.int32), np.array([70], np.int64))
    files.write(tmp_path / "0-x.parquet", b'["a"]', [nothing, one, nothing])
    file = files.open_file(tmp_path / "0-x.parquet")
    assert file is not None
    assert rows_of(file, 7) == [(7, 0, 70)]
    files.write(tmp_path / "0-y.parquet", b'["a"]', [nothing])
    empty = files.open_file(tmp_path / "0-y.parquet")
    assert empty is not None
    assert rows_of(empty, 7) == []


def newest(file: files.IndexFile, keys: list[int], most: int, since: int = 0, until: int = 2**62, *places: int) -> Any:
    found = file.last(files.Span(np.array(keys, np.uint64), since, until, most), places or (0, 1))
    assert found is not None
    return list(zip(*(column.tolist() for column in found), strict=True))


def test_the_newest_rows_of_a_key_come_from_few_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(5, number % 2, number) for number in range(30_000)] + [(9, 0, 7), (2, 1, 8)]
    file = file_of(tmp_path / "1-x.parquet", rows)
    read: list[int] = []
    whole = files.IndexFile._read
    monkeypatch.setattr(files.IndexFile, "_read", lambda self, groups: read.append(len(groups)) or whole(self, groups))
    ordered = sorted((row for row in rows if row[0] == 5), key=lambda row: row[2])
    for until in (2**62, 29_000, 12_345, 60):
        expected = [row for row in ordered if row[2] < until][-50:]
        assert newest(file, [5], 50, 0, until)[-50:] == expected
    assert max(read) <= 3  # of 30
    assert newest(file, [5], 50, 100, 103) == ordered[100:103]
    assert newest(file, [2, 9], 50) == [(2, 1, 8), (9, 0, 7)]
    assert newest(file, [7], 50) == []


def test_rows_of_segments_that_are_gone_do_not_stand_for_the_newest(tmp_path: Path) -> None:
    rows = [(5, int(number >= 10_000), number) for number in range(30_000)]
    file = file_of(tmp_path / "1-x.parquet", rows)
    assert newest(file, [5], 50, 0, 2**62, 0)[-50:] == rows[9_950:10_000]


def test_all_rows_of_the_last_moment_are_among_the_newest(tmp_path: Path) -> None:
    rows = [(5, number % 2, 1 + number // 10_000) for number in range(30_000)]  # ten thousand at each moment
    found = newest(file_of(tmp_path / "1-x.parquet", rows), [5], 50)
    assert sum(value == 3 for _, _, value in found) == 10_000


def test_what_is_beside_a_file_is_never_needed(tmp_path: Path) -> None:
    path = tmp_path / "1-x.parquet"
    kept = file_of(path, [(number // 3, number % 2, number) for number in range(5_000)])
    beside = path.with_suffix(".groups")
    for held in (None, b"", b"something else"):
        if held is None:
            beside.unlink()
        else:
            beside.write_bytes(held)
        found = files.open_file(path)
        assert found is not None
        assert (found.segments, found.level, found.cuts) == (kept.segments, kept.level, kept.cuts)
        for name in ("lowest", "highest", "oldest", "newest"):
            assert getattr(found, name).tolist() == getattr(kept, name).tolist()
