"""A file that others replace: the last good content, at the price of a look now and then."""

import os
import time
from pathlib import Path

import pytest

from driftline.guard import counters
from driftline.guard import watched as watched_module
from driftline.guard.watched import Watched


def watched(path: Path) -> Watched[int]:
    return Watched(path, int, 0, label="policy")


def test_a_settled_file_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "n"
    path.write_text("1")
    os.utime(path, (1, 1))
    reads = []
    found = Watched(path, lambda data: reads.append(data) or int(data), 0, label="policy")
    assert [found.refresh() for _ in range(5)] == [1] * 5
    assert reads == [b"1"]
    assert counters.total("driftline_guard_file_reloads_total", file="policy") == 1


def test_a_change_within_one_tick_of_the_files_clock_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "n"
    path.write_text("1")
    found = watched(path)
    now = time.time()
    os.utime(path, (now, now))
    assert found.refresh() == 1
    with path.open("r+") as same_inode_and_size:
        same_inode_and_size.write("2")
    os.utime(path, (now, now))
    assert found.refresh() == 2


def test_the_file_is_not_looked_at_for_every_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_module, "LOOK_EVERY_NS", 200_000_000)
    path = tmp_path / "n"
    path.write_text("1")
    found = watched(path)
    assert found.get() == 1
    path.write_text("2")
    assert found.get() == 1  # within 200 ms of the last look
    time.sleep(0.25)
    assert found.get() == 2


def test_a_bad_file_is_counted_once_and_a_mended_one_taken(tmp_path: Path) -> None:
    path = tmp_path / "n"
    path.write_text("1")
    found = watched(path)
    assert found.refresh() == 1
    path.write_text("one")
    assert [found.refresh() for _ in range(3)] == [1, 1, 1]
    assert "ValueError" in found.error
    path.write_text("1")
    assert (found.refresh(), found.error) == (1, "")
    assert counters.total("driftline_guard_file_errors_total", file="policy") == 1


def test_a_folder_in_the_files_place_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "n").mkdir()
    found = watched(tmp_path / "n")
    assert (found.refresh(), found.loaded) == (0, False)
    assert found.error


def test_whatever_fails_while_it_is_read_the_last_good_content_stays_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n"
    path.write_text("1")
    found = watched(path)
    assert found.refresh() == 1
    path.write_text("2")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda _: {}["x"])  # an error that is none of the file's
        assert (found.refresh(), found.last, found.loaded) == (1, 1, True)
        assert found.error.startswith("KeyError")
    assert counters.total("driftline_guard_file_errors_total", file="policy") == 1
    assert (found.refresh(), found.error) == (2, "")
