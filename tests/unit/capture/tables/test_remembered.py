"""What is kept for other processes: as much as the settings say, and of the code that made it only."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.capture.ground import fault
from driftline.capture.tables import formats, measure, measured, remembered
from driftline.capture.tables.form import Form
from driftline.config import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(remembered._Held, "shelf", None)
    measure.use(Settings(home=str(tmp_path)))
    yield tmp_path / remembered.FOLDER
    measure.use(Settings())


def test_what_was_put_is_got_for_the_same_kind_and_key_only(home: Path) -> None:
    remembered.put("a", ("x", 1), b"one")
    remembered.put("a", ("x", 2), b"two")
    assert remembered.get("a", ("x", 1)) == b"one"
    assert remembered.get("a", ("x", 2)) == b"two"
    assert remembered.get("b", ("x", 1)) is None
    assert remembered.get("a", ("x", 1.5)) is None
    remembered.put("a", ("x", 1), b"other")
    assert remembered.get("a", ("x", 1)) == b"other"
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o600}  # its owner's alone


def test_other_code_does_not_get_what_this_code_made(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered.put("a", ("x",), b"one")
    monkeypatch.setattr(remembered, "_code", lambda: b"other code")
    assert remembered.get("a", ("x",)) is None


def test_the_code_is_what_lies_in_the_folders_that_make_what_is_kept() -> None:
    paths = {path for path, _, _ in remembered._sources()}
    assert {"/capture/tables/contents.py", "/capture/sql/change.py", "/profile/fingerprint.py"} <= paths


def test_what_would_take_much_of_the_room_is_not_kept(home: Path) -> None:
    measure.use(Settings(home=str(home.parent), remembered_bytes=1_000))
    remembered.put("a", (1,), bytes(251))
    assert not home.exists()


def test_nothing_is_kept_where_none_is_wanted(home: Path) -> None:
    remembered.put("a", (1,), b"one")
    measure.use(Settings(home=str(home.parent), remembered_bytes=0))
    assert remembered.get("a", (1,)) is None
    remembered.put("a", (2,), b"two")
    measure.use(Settings(home=str(home.parent)))
    assert (remembered.get("a", (1,)), remembered.get("a", (2,))) == (b"one", None)


def test_a_folder_that_cannot_be_written_is_done_without(home: Path) -> None:
    home.write_text("a file of that name")
    remembered.put("a", (1,), b"one")
    assert remembered.get("a", (1,)) is None


def test_what_fails_in_here_is_counted_and_the_work_is_done_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("broken")

    fault.reset()
    monkeypatch.setattr(remembered, "_code", broken)
    for _ in range(5):
        remembered.put("a", (1,), b"one")
        assert remembered.get("a", (1,)) is None
    assert fault.counts() == {"remembered": fault.OFF_AFTER}
    fault.reset()


def test_bytes_that_another_process_has_measured_are_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contents are those of the first time, to the last hash; nothing of the file but its name is looked at."""
    monkeypatch.setattr(measured, "_WORTH_NS", 0)
    path = tmp_path / "x.csv"
    path.write_text("n,s\n1,x\n2,\n3,z\n")
    os.utime(path, (0, 0))
    state = measure.of_file(str(path))
    said = (str(path), state.version, state.size, state.modified_ns)
    monkeypatch.setattr(measured, "at_hand", {})
    first = formats.of_file(*said)
    assert first is not None
    monkeypatch.setattr(measured, "at_hand", {})  # as in another process
    monkeypatch.setattr(formats, "_read", lambda *_: pytest.fail("it was measured again"))
    assert formats.of_file(*said) == first
    monkeypatch.setattr(measured, "at_hand", {})
    monkeypatch.setattr(formats, "_read", lambda *_: None)
    assert formats.of_file(*said, Form(delimiter=";")) is None  # read in another way it is something else
    measure.use(Settings(home=str(tmp_path), measure="fingerprints"))
    assert formats.of_file(*said) is None


def test_what_cannot_be_decoded_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "get", lambda *_: b"\x93no contents")
    path = tmp_path / "x.csv"
    path.write_text("n,s\n1,x\n")
    state = measure.of_file(str(path))
    found = formats.of_file(str(path), state.version, state.size, state.modified_ns)
    assert found is not None
    assert found.rows == 1
