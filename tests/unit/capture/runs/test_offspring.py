"""What a child process recorded reaches the parent's event, whole, and leaves nothing behind."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from driftline.capture.ground import fault
from driftline.capture.runs import offspring
from driftline.capture.runs.columns import Declared, Reach
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Field, Job, Touched

SOURCE = Dataset("file", "a")


def trace() -> Trace:
    return Trace(run="run-1", job=Job("default", "j"), started_us=0)


def test_a_version_arrives_as_it_was_left(tmp_path: Path) -> None:
    home = str(tmp_path)
    touched = Touched(dataset=Dataset("file", "x"), version="xxh3:1", kind="file", fields=(Field("a", "int"),))
    reach = Reach("file", "a", "id", "DIRECT", "IDENTITY")
    left = Seen(touched=touched, path="/x", size=3, modified_ns=4, at_ns=5, edges=[Declared({"a": [reach]})])
    offspring.leave(home, "run-1", "write", left)
    offspring.leave(home, "run-1", "read", Seen(touched=Touched(dataset=SOURCE, version="v")))
    child = trace()
    child.statements, child.gaps, child.opened = ["select 1"], {"sql columns": 2}, {("/y", "read"): 7}
    offspring.leave_rest(home, child)
    parent = trace()
    offspring.collect(home, parent)
    (output,) = parent.outputs
    assert (output.touched, output.path, output.size, output.modified_ns, output.at_ns) == (touched, "/x", 3, 4, 5)
    assert output.edges[0].bind(None) == ({"a": [reach]}, [])
    assert [seen.touched.dataset for seen in parent.inputs] == [SOURCE]
    assert (parent.statements, parent.gaps, parent.opened) == (["select 1"], {"sql columns": 2}, {("/y", "read"): 7})
    assert list((tmp_path / "runs").iterdir()) == []


def test_what_a_child_has_told_of_is_not_opened_by_hand_whichever_part_hears_of_that(tmp_path: Path) -> None:
    child = trace()
    child.outputs = [Seen(touched=Touched(dataset=SOURCE, version="v"), path="/x")]
    child.opened = {("/x", "write"): 7, ("/y", "write"): 8}
    offspring.leave_rest(str(tmp_path), child)
    part = trace()
    offspring.collect(str(tmp_path), part)
    assert (part.opened, part.attributed) == (child.opened, {"/x"})


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    offspring.leave(str(tmp_path), "run-1", "read", Seen(touched=Touched(dataset=SOURCE, version="v")))
    (file,) = (tmp_path / "runs" / "run-1").iterdir()
    file.write_bytes(b'{"way": "rea\n' + file.read_bytes())
    parent = trace()
    offspring.collect(str(tmp_path), parent)
    assert len(parent.inputs) == 1
    assert fault.counts()["offspring"] == 1
    fault.reset()


def test_what_killed_parents_left_goes_after_a_week(tmp_path: Path) -> None:
    old, new = tmp_path / "runs" / "old", tmp_path / "runs" / "new"
    old.mkdir(parents=True)
    new.mkdir()
    stamp = time.time() - offspring.STALE_SECONDS - 60
    os.utime(old, (stamp, stamp))
    offspring.sweep(str(tmp_path))
    assert [one.name for one in (tmp_path / "runs").iterdir()] == ["new"]


def test_what_belongs_to_a_run_that_is_open_or_still_grows_is_never_too_old(tmp_path: Path) -> None:
    stamp = time.time() - offspring.STALE_SECONDS - 60
    for name in ("open", "grows", "dead"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "1-1.jsonl").write_bytes(b"{}\n")
        if name != "grows":
            os.utime(tmp_path / "runs" / name / "1-1.jsonl", (stamp, stamp))
        os.utime(tmp_path / "runs" / name, (stamp, stamp))
    (tmp_path / "runs" / "open.open").write_bytes(b"{}")
    offspring.sweep(str(tmp_path))
    assert sorted(one.name for one in (tmp_path / "runs").iterdir()) == ["grows", "open", "open.open"]


LINES = 3_000
LEAVE = """
import sys
from driftline.capture.runs import offspring
from driftline.capture.runs.trace import Seen
from driftline.event.lineage import Dataset, Touched
for number in range(int(sys.argv[2])):
    touched = Touched(dataset=Dataset("file", f"f{number}"), version="1")
    offspring.leave(sys.argv[1], "run-1", "read", Seen(touched=touched))
"""


def test_what_is_left_while_the_parent_collects_arrives_once(tmp_path: Path) -> None:
    parent, looked = trace(), 0
    with subprocess.Popen([sys.executable, "-c", LEAVE, str(tmp_path), str(LINES)]) as child:
        while child.poll() is None:
            offspring.collect(str(tmp_path), parent)
            looked += 1
        assert child.returncode == 0
    offspring.collect(str(tmp_path), parent)
    assert looked > 10
    assert [seen.touched.dataset.name for seen in parent.inputs] == [f"f{number}" for number in range(LINES)]
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_process_that_is_forked_in_the_midst_of_a_line_does_not_hold_the_file_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, seen = str(tmp_path), Seen(touched=Touched(dataset=SOURCE, version="v"))
    forked: list[int] = []
    write = os.write

    def forking(handle: int, line: bytes) -> int:
        forked.append(os.dup(handle))  # as a fork does: the same opened file, in one more process
        return write(handle, line)

    monkeypatch.setattr(os, "write", forking)
    offspring.leave(home, "run-1", "read", seen)
    monkeypatch.undo()
    (file,) = (tmp_path / "runs" / "run-1").iterdir()
    look = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    assert subprocess.run([sys.executable, "-c", look, str(file)], check=False).returncode == 0
    os.close(*forked)


def test_what_a_child_leaves_arrives_where_the_file_system_has_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError(errno.ENOSYS, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuses)
    offspring.leave(str(tmp_path), "run-1", "read", Seen(touched=Touched(dataset=SOURCE, version="v")))
    parent = trace()
    offspring.collect(str(tmp_path), parent)
    assert [seen.touched.dataset for seen in parent.inputs] == [SOURCE]
    assert fault.counts() == {}


def test_a_child_forgets_what_it_has_handed_over_once_that_is_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offspring, "_MUCH", 3)
    child = trace()
    child.inputs = [Seen(touched=Touched(dataset=SOURCE, version="v"))]
    child.attributed, child.gaps = {"/x"}, {"sql columns": 2}
    offspring.forget(str(tmp_path), child)
    assert len(child.inputs) == 1
    child.opened = {("/y", "read"): 7}
    offspring.forget(str(tmp_path), child)
    assert child == trace()
    parent = trace()
    offspring.collect(str(tmp_path), parent)
    assert (parent.attributed, parent.gaps, parent.opened) == ({"/x"}, {"sql columns": 2}, {("/y", "read"): 7})


def test_what_a_signal_handler_records_in_the_midst_of_a_line_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs on the thread that holds the lock of the file, and would wait for that for ever."""
    names = iter("bc")

    def leave(name: str) -> None:
        offspring.leave(str(tmp_path), "run-1", "read", Seen(touched=Touched(dataset=Dataset("file", name))))

    def handled(handle: int, fstat: Callable[[int], os.stat_result] = os.fstat) -> os.stat_result:
        for name in names:
            leave(name)
        return fstat(handle)

    monkeypatch.setattr(os, "fstat", handled)
    thread = threading.Thread(target=leave, args=("a",), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    parent = trace()
    offspring.collect(str(tmp_path), parent)
    assert sorted(seen.touched.dataset.name for seen in parent.inputs) == ["a", "b", "c"]


def test_a_line_for_which_the_disk_has_no_room_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen(touched=Touched(dataset=SOURCE, version="v"))
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, line, write=os.write: write(handle, line[:9]))
        with pytest.raises(OSError, match="in part"):
            offspring.leave(str(tmp_path), "run-1", "read", seen)
    offspring.leave(str(tmp_path), "run-1", "read", seen)
    (file,) = (tmp_path / "runs" / "run-1").iterdir()
    assert file.read_bytes().count(b"\n") == 1
    parent = trace()
    offspring.collect(str(tmp_path), parent)
    assert [one.touched.version for one in parent.inputs] == ["v"]


def test_a_fork_is_known_to_what_began_before_it_and_not_to_what_begins_after(tmp_path: Path) -> None:
    before = offspring.forks()
    assert not offspring.forked(before)
    child = os.fork()
    if not child:
        os._exit(offspring.forked(offspring.forks()))  # it has forked nothing itself
    assert os.waitpid(child, 0)[1] == 0
    assert offspring.forked(before)
    assert not offspring.forked(offspring.forks())


def test_what_begins_and_ends_while_another_thread_forks_is_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offspring._Forks, "begun", 1)  # as ``before`` leaves it, and ``after_in_parent`` ends it
    monkeypatch.setattr(offspring._Forks, "ended", 0)
    assert offspring.forked(offspring.forks())
