"""What several processes keep in common files: whole or not at all, bounded, what was asked for last stays."""

import os
import shutil
import signal
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from driftline.capture.tables.shelf import Shelf

ROOM = 1_000_000


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def shelf(tmp_path: Path, room: int = ROOM) -> Shelf:
    return Shelf(str(tmp_path / "shelf"), room)


def size(tmp_path: Path) -> int:
    return sum(path.stat().st_size for path in (tmp_path / "shelf").iterdir())


def test_the_last_body_of_a_key_is_got_by_who_put_it_and_by_others(tmp_path: Path) -> None:
    mine, other = shelf(tmp_path), shelf(tmp_path)
    assert mine.get(key(1)) is None
    for body in (b"one", b"", b"other"):
        mine.put(key(1), body)
        assert mine.get(key(1)) == shelf(tmp_path).get(key(1)) == body
        assert other.get(key(1)) == b"one"  # which it knows
    other.put(key(2), b"two")
    assert (mine.get(key(2)), mine.get(key(3))) == (b"two", None)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "shelf").iterdir()}
    assert modes == {0o600}  # its owner's alone


@pytest.mark.parametrize("cut", [0, 5, 8, 11])
def test_a_body_that_is_torn_or_another_one_is_as_if_it_was_never_there(tmp_path: Path, cut: int) -> None:
    shelf(tmp_path).put(key(1), b"four")
    bodies = next(path for path in (tmp_path / "shelf").iterdir() if path.suffix != ".keys")
    whole = bodies.read_bytes()
    bodies.write_bytes(whole[:cut])
    assert shelf(tmp_path).get(key(1)) is None
    bodies.write_bytes(b"12345678four")
    found = shelf(tmp_path)
    assert found.get(key(1)) is None
    found.put(key(1), b"anew")
    assert found.get(key(1)) == shelf(tmp_path).get(key(1)) == b"anew"


def test_a_record_that_is_torn_hides_nothing_that_is_put_later(tmp_path: Path) -> None:
    shelf(tmp_path).put(key(1), b"one")
    keys = next((tmp_path / "shelf").glob("*.keys"))
    with keys.open("ab") as file:
        file.write(b"torn")
    late = shelf(tmp_path)
    for number in (2, 3, 4):
        late.put(key(number), b"late")
    after = shelf(tmp_path)
    assert [after.get(key(number)) for number in (1, 3, 4)] == [b"one", b"late", b"late"]


def test_a_body_is_never_taken_for_that_of_another_key(tmp_path: Path) -> None:
    """The records of two bodies of one length are changed over: both hashes are those of bodies under other keys."""
    shelf(tmp_path).put(key(1), b"one")
    shelf(tmp_path).put(key(2), b"two")
    keys = next((tmp_path / "shelf").glob("*.keys"))
    one, two = keys.read_bytes()[:32], keys.read_bytes()[32:]
    keys.write_bytes(one[:16] + two[16:] + two[:16] + one[16:])
    assert [shelf(tmp_path).get(key(number)) for number in (1, 2)] == [None, None]


def test_no_more_lies_there_than_was_said_and_what_is_asked_for_stays(tmp_path: Path) -> None:
    found = shelf(tmp_path, 10_000)
    for number in range(100):
        found.put(key(number), number.to_bytes(4, "big") * 50)
        assert size(tmp_path) <= 10_000
        if number:
            assert found.get(key(0)) == bytes(200)  # it is asked for again and again
    roomy = shelf(tmp_path)  # moves nothing
    kept = [number for number in range(1, 100) if roomy.get(key(number)) is not None]
    assert kept == list(range(kept[0], 100))  # the newest
    assert len(kept) * 240 > 5_000
    assert shelf(tmp_path, 10_000).get(key(0)) == bytes(200)


def test_what_another_process_removed_is_gone_and_can_be_put_again(tmp_path: Path) -> None:
    mine, other = shelf(tmp_path, 10_000), shelf(tmp_path, 10_000)
    mine.put(key(0), b"mine")
    for number in range(1, 100):
        other.put(key(number), bytes(200))
    assert (mine.get(key(0)), mine.get(key(99))) == (None, bytes(200))
    mine.put(key(0), b"anew")
    assert other.get(key(0)) == b"anew"
    assert size(tmp_path) <= 10_000


def test_a_folder_that_was_removed_is_made_anew(tmp_path: Path) -> None:
    found = shelf(tmp_path)
    found.put(key(1), b"one")
    for path in (tmp_path / "shelf").iterdir():
        path.unlink()
    (tmp_path / "shelf").rmdir()
    assert found.get(key(1)) is None
    found.put(key(1), b"two")
    assert found.get(key(1)) == b"two"


def test_files_of_other_users_and_those_that_are_no_volumes_stay_and_do_not_count(tmp_path: Path) -> None:
    """As in a folder that several people share; each has the whole room."""
    found = shelf(tmp_path, 10_000)
    found.put(key(100), b"first")
    uid = os.getuid()
    names = (
        f"00000000.{uid + 1}",
        f"00000000.{uid + 1}.keys",
        f"00000000.{uid}0",
        "notes.txt",
        "0123",
        f"x.{uid}.keys",
    )
    others = [tmp_path / "shelf" / name for name in names]
    for foreign in others:
        foreign.write_bytes(bytes(9_000))
        os.utime(foreign, (0, 0))
    for number in range(100):
        found.put(key(number), bytes(200))
    assert [foreign.stat().st_size for foreign in others] == [9_000] * len(others)
    assert found.get(key(99)) == bytes(200)
    assert found.get(key(100)) is None  # its own oldest has gone
    assert size(tmp_path) - 9_000 * len(others) <= 10_000


def test_nothing_is_put_where_no_room_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shelf(tmp_path, 1_000)
    monkeypatch.setattr(os, "unlink", lambda path: (_ for _ in ()).throw(PermissionError(path)))
    for number in range(4):
        found.put(key(number), bytes(200))
    with pytest.raises(OSError, match="full"):
        found.put(key(4), bytes(200))
    assert size(tmp_path) <= 1_000


WRITER = """
import sys
from driftline.capture.tables.shelf import Shelf
found = Shelf(sys.argv[1], 1_000_000)
print("ready", flush=True)
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 500):
    found.put(number.to_bytes(16, "big"), number.to_bytes(2, "big") * (number % 300))
"""


def test_processes_that_write_at_one_time_find_what_each_has_put(tmp_path: Path) -> None:
    starts = (0, 1_000, 2_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "shelf"), str(start)]) for start in starts
    ]
    assert [one.wait(60) for one in writers] == [0, 0, 0]
    found = shelf(tmp_path)
    for number in (number for start in starts for number in range(start, start + 500)):
        assert found.get(key(number)) == number.to_bytes(2, "big") * (number % 300)


def test_a_process_that_is_killed_leaves_what_it_had_put(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "shelf"), "0"], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        while not list(tmp_path.glob("shelf/*.keys")) and writer.poll() is None:
            pass
        writer.send_signal(signal.SIGKILL)
    found = shelf(tmp_path)
    present = [number for number in range(500) if found.get(key(number)) is not None]
    assert present == list(range(len(present)))
    assert all(found.get(key(number)) == number.to_bytes(2, "big") * (number % 300) for number in present)
    found.put(key(7_000), b"after")
    assert shelf(tmp_path).get(key(7_000)) == b"after"


@pytest.mark.parametrize(("place", "length"), [(0, 2**60), (0, 2**64 - 1), (2**63 + 5, 11), (2**62, 11)])
def test_a_record_that_is_damaged_has_nothing_read(tmp_path: Path, place: int, length: int) -> None:
    shelf(tmp_path).put(key(1), b"one")
    with next((tmp_path / "shelf").glob("*.keys")).open("ab") as file:
        file.write(struct.pack("<16sQQ", key(1), place, length))
    found = shelf(tmp_path)
    assert found.get(key(1)) is None
    found.put(key(1), b"anew")
    assert shelf(tmp_path).get(key(1)) == b"anew"


@pytest.mark.parametrize("looked", [False, True], ids=["unnoticed", "noticed"])
def test_a_folder_that_was_removed_and_made_anew_is_read_from_its_beginning(tmp_path: Path, looked: bool) -> None:
    mine = shelf(tmp_path)
    for number in range(20):
        mine.put(key(number), b"former")
    shutil.rmtree(tmp_path / "shelf")
    if looked:
        assert mine.get(key(99)) is None
    shelf(tmp_path).put(key(100), b"later")
    assert (mine.get(key(100)), mine.get(key(1))) == (b"later", None)


def test_what_is_called_like_a_volume_and_is_none_is_passed_over(tmp_path: Path) -> None:
    shelf(tmp_path).put(key(1), b"one")
    volume = next((tmp_path / "shelf").glob("*.keys"))
    for number in ("\u00b2", "x", ""):
        (tmp_path / "shelf" / volume.name.replace("00000000", number)).touch()
    assert shelf(tmp_path).get(key(1)) == b"one"


@pytest.mark.parametrize("ending", ["", ".keys"])
@pytest.mark.parametrize("way", ["link", "pipe"])
def test_nothing_is_appended_to_what_a_link_leads_to_and_no_pipe_is_waited_for(
    tmp_path: Path, ending: str, way: str
) -> None:
    other, folder = tmp_path / "other", tmp_path / "shelf"
    other.write_text("of somebody")
    shelf(tmp_path).put(key(1), b"one")
    volume = next(path for path in folder.iterdir() if path.suffix != ".keys")
    place = folder / f"{volume.name}{ending}"
    place.unlink()
    if way == "link":
        place.symlink_to(other)
    else:
        os.mkfifo(place)
    found = shelf(tmp_path)
    assert found.get(key(1)) is None
    with pytest.raises(OSError):
        found.put(key(2), b"two")
    assert other.read_text() == "of somebody"
