import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from driftline.errors import StoreUnusable
from driftline.store import connection, open_store, sqlite
from driftline.store.log import RUN, Fresh
from driftline.store.sqlite import SqliteConnection

ONE = "01900000-0000-7000-8000-000000000001"

# Writes numbers one after another, each in two places at once, and says each when it is acknowledged.
WRITER = """
import sys
from driftline.store import open_store
from driftline.store.log import RUN, Fresh
store = open_store(sys.argv[1])
for number in range(10**9):
    with store.transaction():
        store.log.append([Fresh(b"%d" % number, number, sys.argv[2], RUN)], received_us=0)
        store.state.put("last", b"%d" % number)
    print(number, flush=True)
"""


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(
    tmp_path: Path, spawn: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    location = f"sqlite://{tmp_path}"
    for _ in range(3):
        writer = spawn([sys.executable, "-c", WRITER, location, ONE], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        acknowledged = -1
        while acknowledged < 200:
            acknowledged = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        for line in writer.stdout.read().split(b"\n")[:-1]:
            acknowledged = int(line)
        store = open_store(location)
        kept = [int(raw) for raw in store.log.of_run(ONE)]
        assert kept == list(range(len(kept)))
        assert len(kept) > acknowledged
        assert int(store.state.get("last") or b"-1") <= kept[-1]
        store.close()


def test_a_transaction_that_was_killed_half_way_left_nothing(
    tmp_path: Path, spawn: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    script = """
import sys, time
from driftline.store import open_store
store = open_store(sys.argv[1])
store.state.put("kept", b"1")
with store.transaction():
    store.state.put("lost", b"1")
    print("inside", flush=True)
    time.sleep(60)
"""
    writer = spawn([sys.executable, "-c", script, f"sqlite://{tmp_path}"], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    store = open_store(f"sqlite://{tmp_path}")
    assert (store.state.get("kept"), store.state.get("lost")) == (b"1", None)
    store.close()


@pytest.mark.parametrize("place", ["file", "memory"])
def test_many_threads_write_and_read_at_once(tmp_path: Path, place: str) -> None:
    store = open_store(":memory:" if place == "memory" else f"sqlite://{tmp_path}")
    wrong: list[BaseException] = []

    def work(worker: int) -> None:
        run = str(uuid.UUID(int=worker))
        try:
            for number in range(30):
                with store.transaction():
                    store.log.append([Fresh(b"%d/%d" % (worker, number), 1, run, RUN)], received_us=1)
                    assert len(store.log.of_run(run)) == number + 1
                assert len(store.log.of_run(run)) == number + 1
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.log.counts()["accepted"] == 180
    store.close()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    store = open_store(f"sqlite://{tmp_path}")
    store.state.put("a", b"before")
    seen: list[bytes | None] = []
    with store.transaction():
        store.state.put("a", b"after")
        reader = threading.Thread(target=lambda: seen.append(store.state.get("a")))
        reader.start()
        reader.join(10)
    assert seen == [b"before"]
    assert store.state.get("a") == b"after"
    store.close()


def test_two_processes_share_a_store(tmp_path: Path) -> None:
    ours = open_store(f"sqlite://{tmp_path}")
    script = "import sys; from driftline.store import open_store; open_store(sys.argv[1]).state.put('theirs', b'1')"
    subprocess.run([sys.executable, "-c", script, f"sqlite://{tmp_path}"], check=True)
    assert ours.state.get("theirs") == b"1"
    ours.close()


def test_a_lock_held_too_long_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    store = open_store(f"sqlite://{tmp_path}")
    other = sqlite3.connect(tmp_path / "driftline.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreUnusable, match="locked"), store.transaction():
        raise AssertionError
    other.execute("rollback")
    store.state.put("a", b"1")
    other.close()
    store.close()


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreUnusable, match="taken"):
        open_store(f"sqlite://{tmp_path}/taken/home")


def test_a_file_that_is_no_database_is_said_in_a_sentence_and_kept(tmp_path: Path) -> None:
    (tmp_path / "driftline.db").write_text("a letter, not a database" * 100)
    with pytest.raises(StoreUnusable, match="not a database"):
        open_store(str(tmp_path))
    assert (tmp_path / "driftline.db").read_text().startswith("a letter")


def test_an_unknown_kind_of_store_is_refused() -> None:
    with pytest.raises(StoreUnusable, match="oracle"):
        open_store("oracle://host")


def test_a_store_that_another_process_is_writing_to_is_said_to_be_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    link = SqliteConnection(tmp_path / "driftline.db")
    other = sqlite3.connect(tmp_path / "driftline.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreUnusable) as caught, link.transaction():
        raise AssertionError
    assert "Another process has been writing" in caught.value.hint
    other.close()
    link.close()


def as_seen_by_one_who_may_not_write(place: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteConnection:
    monkeypatch.setattr(sqlite, "_may_write", lambda _file: False)  # root may write everything
    return SqliteConnection(place)


def test_a_store_that_may_not_be_written_answers_and_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "driftline.db"
    writer = SqliteConnection(file)
    writer.execute("setting_put", name="a", body=b"1")
    reader = as_seen_by_one_who_may_not_write(file, monkeypatch)  # beside the log of one who writes
    writer.execute("setting_put", name="a", body=b"2")
    assert reader.rows("setting_get", name="a") == [(b"2",)]
    reader.close()
    writer.close()
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    reader = as_seen_by_one_who_may_not_write(file, monkeypatch)
    assert (reader.read_only, reader.rows("setting_get", name="a")) == (True, [(b"2",)])
    with pytest.raises(StoreUnusable) as caught:
        reader.execute("setting_put", name="a", body=b"3")
    assert caught.value.hint == sqlite.READ_ONLY
    reader.close()
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_an_older_store_that_may_not_be_written_says_why_it_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "driftline.db"
    SqliteConnection(file).close()
    raw = sqlite3.connect(file)
    raw.execute("delete from schema_version where version > 4")
    raw.commit()
    raw.close()
    with pytest.raises(StoreUnusable, match="its schema is 4"):
        as_seen_by_one_who_may_not_write(file, monkeypatch)


def test_a_forked_child_never_opens_what_its_parent_has_open(tmp_path: Path) -> None:
    """Source: https://www.sqlite.org/howtocorrupt.html, "Carrying an open database connection across a fork()"."""
    file = tmp_path / "driftline.db"
    opened = SqliteConnection(file)
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(StoreUnusable):
            SqliteConnection(file)
            code = 2
        SqliteConnection(tmp_path / "other.db").close()
        os._exit(0 if code == 1 else code)
    assert os.waitpid(child, 0)[1] == 0
    opened.close()
    again = os.fork()  # what is closed is no concern of a child
    if again == 0:
        SqliteConnection(file).close()
        os._exit(0)
    assert os.waitpid(again, 0)[1] == 0
    SqliteConnection(file).close()


def test_a_forked_child_that_closes_what_its_parent_had_open_removes_nobody_s_log(tmp_path: Path) -> None:
    """By hand: a process that is killed leaves one row in the log, which SQLite in the child knows nothing of."""
    file = tmp_path / "driftline.db"
    opened = SqliteConnection(file)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        opened.close()
        os._exit(0)
    opened.close()
    writes = "import os, sqlite3, sys\nraw = sqlite3.connect(sys.argv[1])\nraw.execute('create table t (a)')\n"
    subprocess.run([sys.executable, "-c", writes + "os.kill(os.getpid(), 9)\n", str(file)], check=False)
    os.write(writing, b"x")
    assert os.waitpid(child, 0)[1] == 0
    os.close(reading)
    os.close(writing)
    with sqlite3.connect(file) as raw:
        assert raw.execute("select count(*) from t").fetchone() == (0,)
    raw.close()


def test_a_store_that_could_not_be_opened_keeps_no_child_out(tmp_path: Path) -> None:
    file = tmp_path / "driftline.db"
    file.write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnusable, match="not a database") as kept:  # with it, what failed
        SqliteConnection(file)
    file.unlink()
    child = os.fork()
    if child == 0:
        SqliteConnection(file).close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert kept.value
