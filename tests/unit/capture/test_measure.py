"""Versions: equal bytes have equal ones, a changed file never keeps its old one."""

import os
from pathlib import Path

import pytest
import xxhash

from driftline.capture import measure


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"a" * 3_000_000)
    found = measure.of_file(str(file))
    assert found.version == f"xxh3:{xxhash.xxh3_64_hexdigest(b'a' * 3_000_000)}"
    assert found.size == 3_000_000


def test_a_file_that_is_rewritten_within_one_tick_has_a_new_version(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"old")
    stamp = file.stat().st_mtime_ns
    first = measure.of_file(str(file)).version
    file.write_bytes(b"new")
    os.utime(file, ns=(stamp, stamp))
    assert measure.of_file(str(file)).version != first


def test_a_settled_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"old")
    os.utime(file, ns=(1, 1))
    first = measure.of_file(str(file))
    monkeypatch.setattr(measure, "_hash", lambda path: pytest.fail("hashed again"))
    assert measure.of_file(str(file)) == first


def test_a_huge_file_is_named_by_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "HASH_LIMIT", 2)
    file = tmp_path / "x"
    file.write_bytes(b"large")
    assert measure.of_file(str(file)).version.startswith("stat:")


def test_hidden_files_of_a_folder_are_no_data(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "_SUCCESS", ".part.crc"):
        (tmp_path / name).touch()
    (tmp_path / "_temporary").mkdir()
    (tmp_path / "_temporary" / "x.csv").touch()
    assert measure.files(str(tmp_path)) == [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]


def test_an_object_that_cannot_be_pickled_is_named_by_its_description() -> None:
    first, way = measure.of_object(lambda: 1)
    assert way == "repr"
    assert measure.of_object({"a": 1}) == measure.of_object({"a": 1})
    assert measure.of_object({"a": 1})[0] != measure.of_object({"a": 2})[0]
    assert first.startswith("xxh3:")


def test_the_boundaries_of_parts_count() -> None:
    assert measure.of_parts("ab", "c") != measure.of_parts("a", "bc")
