"""The spool: what goes in comes out, oldest first, exactly once, whoever wrote it."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

from driftline import held
from driftline.capture.ground import fault
from driftline.capture.sending import spool as spools
from driftline.capture.sending.spool import Spool
from driftline.event.answer import Answer


def answer(number: int) -> Answer:
    return Answer(id=f"id-{number}", time_us=number, endpoint="desk", text="two\nlines")


class Taker:
    """Remembers what it was given, or refuses it."""

    def __init__(self) -> None:
        self.events: list[bytes] = []
        self.answers: list[Answer] = []
        self.refuse_after = 1_000_000

    def __call__(self, events: Sequence[bytes], answers: Sequence[Answer]) -> None:
        if len(self.events) + len(events) > self.refuse_after:
            raise OSError("down")
        self.events += events
        self.answers += answers


def test_everything_comes_back_in_order_and_the_folder_is_empty(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.empty()
    events = [b'{"n":%d}' % number for number in range(1200)]
    for start in range(0, 1200, 100):
        spool.add(events[start : start + 100], [answer(start)])
    assert not spool.empty()
    taker = Taker()
    assert spool.replay(taker) == (1212, 0)
    assert taker.events == events
    assert taker.answers == [answer(number) for number in range(0, 1200, 100)]
    assert spool.empty()
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("then", ["add", "replay", "close"])
def test_what_waits_in_a_folder_that_somebody_removes_is_there_again_and_said(
    then: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By hand: two events waited when the folder above the home was removed; one comes later."""
    fault.reset()
    spool = Spool(tmp_path / "project" / ".driftline")
    spool.add([b'{"n":1}', b'{"n":2}'], [])
    shutil.rmtree(tmp_path / "project")
    if then == "add":
        spool.add([b'{"n":3}'], [])
    if then != "replay":
        spool.close()
        assert len(list(spool.folder.iterdir())) == 1
    taker = Taker()
    assert spool.replay(taker) == (3 if then == "add" else 2, 0)
    assert taker.events[:2] == [b'{"n":1}', b'{"n":2}']
    assert sum("was removed while events waited there" in record.message for record in caplog.records) == 1


def test_what_waits_for_a_server_is_taken_by_who_sends_to_one_and_by_nobody_else(tmp_path: Path) -> None:
    """By hand: one event of a process that sends, one of a process with the embedded store."""
    sending, embedded = Spool(tmp_path, server=True), Spool(tmp_path)
    sending.add([b'{"n":1}'], [])
    sending.close()
    assert embedded.empty()
    embedded.add([b'{"n":2}'], [])
    taker = Taker()
    assert embedded.replay(taker) == (1, 0)
    assert taker.events == [b'{"n":2}']
    embedded.add([b'{"n":3}'], [])
    embedded.close()
    assert Spool(tmp_path, server=True).replay(taker) == (2, 0)
    assert taker.events == [b'{"n":2}', b'{"n":1}', b'{"n":3}']


def test_what_may_not_be_removed_is_left_to_who_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The spool of another user, in a home that both use: it would be delivered again and again."""
    spool = Spool(tmp_path)
    spool.add([b"{}"], [])
    spool.close()
    spool.folder.chmod(0o555)
    if os.geteuid() == 0:  # who may do anything
        monkeypatch.setattr(os, "access", lambda path, how: bool(Path(path).stat().st_mode & 0o222) or how != os.W_OK)
    taker = Taker()
    assert spool.replay(taker) == (0, 0)
    assert taker.events == []
    spool.folder.chmod(0o755)
    assert spool.replay(taker) == (1, 0)


def test_in_a_folder_where_everybody_may_write_each_removes_his_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a folder such as /tmp, with the sticky bit, what others own cannot be removed: man 7 inode, S_ISVTX."""
    spool = Spool(tmp_path)
    spool.add([b"{}"], [])
    spool.close()
    spool.folder.chmod(0o1777)
    owner = os.geteuid()
    taker = Taker()
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: owner + 1)
        assert spool.replay(taker) == (0, 0)
    assert spool.replay(taker) == (1, 0)
    assert taker.events == [b"{}"]


def test_what_a_child_left_for_a_server_is_no_concern_of_a_parent_that_sends_to_none(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / f"1-2{spools.SERVER}{spools.OF}{os.getpid()}.jsonl").write_text("E {}\n")
    assert not Spool(tmp_path).orphaned()
    assert Spool(tmp_path, server=True).orphaned()


def test_a_replay_that_fails_keeps_the_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.add([b"{}"] * 700, [])
    taker = Taker()
    taker.refuse_after = 500
    with pytest.raises(OSError, match="down"):
        spool.replay(taker)
    taker.refuse_after = 10_000
    spool.add([b'{"later":1}'], [])
    spool.replay(taker)
    assert len(taker.events) == 500 + 700 + 1  # the first part comes again: receivers know events by content
    assert taker.events[-1] == b'{"later":1}'


def test_what_a_dead_process_left_is_replayed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "00000000000000000001-1.jsonl").write_bytes(b'E {"dead":1}\n')
    living = folder / "00000000000000000002-2.jsonl"
    living.write_bytes(b'E {"living":1}\n')
    taker = Taker()
    with living.open("rb") as held:
        fcntl.flock(held.fileno(), fcntl.LOCK_EX)
        Spool(tmp_path).replay(taker)
    assert taker.events == [b'{"dead":1}']
    assert living.exists()


def test_a_torn_line_is_counted_and_never_guessed_at(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "1-1.jsonl").write_bytes(b'E {"whole":1}\nE {"torn":')
    taker = Taker()
    assert Spool(tmp_path).replay(taker) == (1, 1)
    assert taker.events == [b'{"whole":1}']


def test_a_full_spool_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LIMIT_BYTES", 10)
    spool = Spool(tmp_path)
    spool.add([b"{}" * 10], [])
    with pytest.raises(OSError, match="full"):
        spool.add([b"{}"], [])
    spool.close()


def test_what_is_added_in_the_midst_of_a_line_waits_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    written = held.File.write

    def interrupted(file: held.File, data: bytes) -> None:
        monkeypatch.setattr(held.File, "write", written)
        half = len(data) // 2
        file.write(data[:half])
        spool.add([b'{"n":2}'], [])  # as a signal handler does, on the same thread
        file.write(data[half:])

    monkeypatch.setattr(held.File, "write", interrupted)
    spool.add([b'{"n":1}'], [])
    spool.add([b'{"n":3}'], [])
    taker = Taker()
    assert spool.replay(taker) == (3, 0)
    assert taker.events == [b'{"n":1}', b'{"n":3}', b'{"n":2}']


def test_a_server_that_is_down_for_long_makes_one_file_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "LIMIT_BYTES", 1_000)
    spool, taker = Spool(tmp_path), Taker()
    taker.refuse_after = 0
    kept = 0
    for _ in range(1_000 // 11):  # of which each line takes so many bytes or one less
        spool.add([b'{"n":%d}' % kept], [])
        kept += 1
        with pytest.raises(OSError, match="down"):
            spool.replay(taker)
    with contextlib.suppress(OSError):
        while kept < 500:
            spool.add([b'{"n":%d}' % kept], [])
            kept += 1
    (file,) = (tmp_path / "spool").iterdir()
    assert 1_000 <= file.stat().st_size < 1_100
    with file.open("rb") as other:
        assert not spools.locked(other)
    taker.refuse_after = 1_000
    assert spool.replay(taker) == (kept, 0)
    assert taker.events == [b'{"n":%d}' % number for number in range(kept)]


def test_what_others_have_left_counts_when_the_folder_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "LIMIT_BYTES", 100)
    one = Spool(tmp_path)
    one.add([b"{}" * 60], [])
    other = Spool(tmp_path)
    with pytest.raises(OSError, match="full"):
        other.add([b"{}"], [])
    one.close()
    other.close()


def test_a_forked_child_does_not_hold_the_file_of_its_parent(tmp_path: Path) -> None:
    """Its lock would last as long as the child, however its parent ended."""
    spool = Spool(tmp_path)
    spool.add([b'{"n":1}'], [])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        spool.reborn()
        os.read(reading, 1)
        os._exit(0)
    time.sleep(0.5)
    assert spool._file is not None
    spool._file.close()  # as where the parent is killed
    taker = Taker()
    assert Spool(tmp_path).replay(taker) == (1, 0)
    os.write(writing, b"x")
    assert os.waitpid(child, 0)[1] == 0
    os.close(reading)
    os.close(writing)


def test_a_file_that_another_process_delivers_between_two_looks_is_not_delivered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Spool(tmp_path)
    other.add([b'{"n": 1}'], [])
    other.close()
    (path,) = (tmp_path / "spool").iterdir()
    lock = spools.locked

    def late(file: IO[bytes]) -> bool:
        path.unlink(missing_ok=True)  # by the one that held the lock until now
        return lock(file)

    monkeypatch.setattr(spools, "locked", late)
    taker = Taker()
    assert Spool(tmp_path).replay(taker) == (0, 0)
    assert taker.events == []


def test_a_file_that_another_process_has_delivered_is_not_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, taker = Spool(tmp_path), Taker()
    spool.add([b'{"n": 1}'], [])
    (path,) = (tmp_path / "spool").iterdir()
    lock = spools.locked

    def late(file: IO[bytes]) -> bool:
        path.unlink(missing_ok=True)
        return lock(file)

    monkeypatch.setattr(spools, "locked", late)
    taker.refuse_after = 0
    with pytest.raises(OSError, match="down"):
        spool.replay(taker)
    monkeypatch.undo()
    spool.add([b'{"n": 2}'], [])
    spool.close()
    assert [line for path in (tmp_path / "spool").iterdir() for line in path.read_bytes().splitlines()] == [
        b'E {"n": 2}'
    ]


def test_what_is_lent_is_taken_by_others_and_written_on_where_nobody_has_taken_it(tmp_path: Path) -> None:
    lending, taker = Spool(tmp_path), Taker()
    lending.add([b'{"n":1}'], [])
    lending.lend()
    lending.add([b'{"n":2}'], [])
    assert Spool(tmp_path).replay(taker) == (0, 0)  # it is written on just now
    lending.lend()
    assert Spool(tmp_path).replay(taker) == (2, 0)
    lending.add([b'{"n":3}'], [])
    lending.lend()
    taker.refuse_after = 2
    with pytest.raises(OSError, match="down"):
        lending.replay(taker)
    taker.refuse_after = 3
    assert lending.replay(taker) == (1, 0)
    assert (taker.events, lending.empty()) == ([b'{"n":1}', b'{"n":2}', b'{"n":3}'], True)


def test_a_child_that_is_forked_amid_a_replay_does_not_keep_the_file(tmp_path: Path) -> None:
    former = Spool(tmp_path)
    former.add([b'{"n":1}'], [])
    former.close()
    reading, writing = os.pipe()
    child = 0

    def fail(_events: Sequence[bytes], _answers: Sequence[Answer]) -> None:
        nonlocal child
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
        raise OSError("down")

    with pytest.raises(OSError, match="down"):
        Spool(tmp_path).replay(fail)
    taken = Spool(tmp_path).replay(Taker())
    os.write(writing, b"x")
    assert (taken, os.waitpid(child, 0)[1]) == ((1, 0), 0)
    os.close(reading)
    os.close(writing)
