"""Versions: equal bytes have equal ones, a changed file never keeps its old one."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
import xxhash

import driftline
from driftline.capture.tables import measure
from driftline.config import Settings
from driftline.testing import MemorySink, use_sink


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


def test_a_file_that_changes_while_it_is_hashed_is_not_named_by_bytes_that_it_never_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"old")
    original = measure._hash

    def slow(path: str) -> str:
        found = original(path)
        file.write_bytes(b"newer")
        return found

    monkeypatch.setattr(measure, "_hash", slow)
    found = measure.of_file(str(file))
    assert (found.version[:5], found.size, found.deferred) == ("stat:", 3, False)
    monkeypatch.undo()
    assert measure.of_file(str(file)).version.startswith("xxh3:")


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


@pytest.mark.parametrize(
    ("wanted", "hashed", "printed", "profiled"),
    [("names", False, False, False), ("fingerprints", True, True, False), ("full", True, True, True)],
)
def test_a_setting_says_how_much_is_measured(
    tmp_path: Path, wanted: str, hashed: bool, printed: bool, profiled: bool
) -> None:
    """By hand, from the three rows of docs/guide/capture-safety.md."""
    (tmp_path / "a.csv").write_text("x\n1\n2\n")
    memory = MemorySink()
    with use_sink(memory, home=str(tmp_path / ".driftline"), measure=wanted), driftline.run("job") as run:
        read = run.read(tmp_path / "a.csv")
        run.write("prompt", data="say it")
    state = facet(memory, "driftline_state")
    assert read.version.startswith("xxh3:" if hashed else "stat:")
    assert ("names only" in state.get("attributes", {}).get("identity", "")) is not hashed
    assert bool(state.get("fingerprint")) is printed
    assert bool(facet(memory, "driftline_profile")) is profiled
    assert memory.decoded()[-1].outputs[0].name == "prompt"
    measure.use(Settings())


def facet(memory: MemorySink, name: str) -> dict[str, Any]:
    raw = memory.decoded()[-1].inputs[0].facets.get(name)
    found: dict[str, Any] = {} if raw is None else msgspec.json.decode(bytes(raw))
    return found
