"""A lock of POSIX is the program's until the program gives it back. The other process is real."""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import driftline
from driftline.capture.ground import locks
from driftline.capture.tables import heading, measure
from driftline.capture.tables.form import Form
from driftline.testing import MemorySink

fcntl = pytest.importorskip("fcntl")

TRY = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def is_free(path: Path) -> bool:
    return (
        subprocess.run([sys.executable, "-c", TRY, str(path)], stderr=subprocess.DEVNULL, check=False).returncode == 0
    )


@pytest.fixture
def watched(sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemorySink]:
    monkeypatch.chdir(tmp_path)
    driftline.watch()
    yield sink
    driftline.unwatch()


@pytest.mark.parametrize("how", ["lockf", "fcntl"])
def test_a_table_that_is_read_from_a_locked_file_stays_locked(how: str, watched: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    os.utime(path, (1_000_000_000,) * 2)  # before the run: clocks of files are coarse
    bare = measure.of_file(str(path)).version
    measure._hashes.clear()
    with driftline.run("job"), path.open("r+") as file:
        if how == "lockf":
            fcntl.lockf(file, fcntl.LOCK_EX)
        else:  # struct flock of Linux: l_type, l_whence, l_start, l_len, l_pid
            fcntl.fcntl(file, fcntl.F_SETLK, struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 0, 0))
        pd.read_csv(file)
        assert not is_free(path)
    assert is_free(path)
    driftline.flush()
    assert bare in bytes(watched.decoded()[-1].inputs[0].facets["driftline_state"]).decode()


def test_a_file_that_is_locked_until_the_end_has_no_contents_and_says_why(watched: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with path.open("r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        with driftline.run("job"):
            pd.read_csv(file)
        driftline.flush()
        assert not is_free(path)
    run = watched.decoded()[-1].run
    assert run is not None
    assert "locked by the program" in bytes(run.facets["driftline_gaps"]).decode()


def test_a_lock_ends_with_the_file_or_when_it_is_given_back(watched: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    with path.open("r+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        assert locks.on(path.stat())
        with pytest.raises(measure.Locked):
            measure.unlocked(str(path))
        assert heading.of_file(str(path), Form(",", names=("x",), skip=1), {"header": 0}) is not None
        assert not is_free(path)
        fcntl.lockf(file, fcntl.LOCK_UN)
        assert not locks.on(path.stat())
        fcntl.lockf(file, fcntl.LOCK_EX)
    assert not locks.on(path.stat())
