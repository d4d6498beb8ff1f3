"""Whether a file holds other bytes than before it was opened."""

import os
from pathlib import Path

from driftline.capture.hooks import rewritten
from driftline.capture.tables import measure


def test_a_file_is_the_same_by_its_bytes_and_not_by_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"one")
    before = rewritten.state(path)
    os.utime(path, (1, 1))
    assert rewritten.same(before, os.fsencode(path))
    path.write_bytes(b"two")
    assert not rewritten.same(before, path)


def test_one_that_was_not_there_or_is_too_large_to_be_hashed_at_once_counts_as_changed(tmp_path: Path) -> None:
    path = tmp_path / "large.h5"
    path.write_bytes(bytes(measure.BUDGET + 1))
    before = rewritten.state(path)
    os.utime(path, (1, 1))
    assert not rewritten.same(before, path)
    assert not rewritten.same(None, path)
