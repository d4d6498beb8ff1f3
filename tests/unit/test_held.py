"""A program that closes numbers which it does not know gets nothing of ours into its files. Seen in real processes."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from driftline import held

CLOSES = {
    "closerange": "os.closerange(3, 256)",
    "all": "os.closerange(3, 1100)",
    "loop": """
for number in range(3, 1100):
    try:
        os.close(number)
    except OSError:
        pass
""",
    "dup2": """
own = os.open("own.bin", os.O_RDWR | os.O_CREAT)
for number in [*range(3, 24), *range(960, 970)]:
    if number != own:
        os.dup2(own, number)
os.write(own, b"1234")
""",
    "daemon": """
if os.fork():
    os.wait()
    sys.exit()
for number in range(3, 1100):
    try:
        os.close(number)
    except OSError:
        pass
""",
}
SCRIPT = """
import os, sqlite3, sys, time
import driftline
driftline.watch("job")
open("before.txt", "w").write("a")
driftline.record_answer("desk")
driftline.flush()
time.sleep(1.2)
{closes}
files = [open(f"k{{number}}.bin", "w+b") for number in range(24)]
for file in files:
    file.write(b"A" * 10_000)
    file.flush()
for file in files:
    file.write(b"B")  # in memory until Python closes it
database = sqlite3.connect("shop.db")
database.execute("create table t as select 7 as a")
database.commit()
for number in range(4):
    driftline.record_answer("desk")
    time.sleep(0.3)
database.execute("insert into t values (8)")
database.commit()
"""


class Server(BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    protocol_version = "HTTP/1.1"
    taken: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Server.taken.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def ran(folder: Path, how: str, **more: str) -> None:
    """Run the script and look at its files: what it wrote, and nothing else, is in them."""
    (folder / "script.py").write_text(SCRIPT.format(closes=CLOSES[how]))
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false", "DRIFTLINE_HOME": str(folder / "home"), **more}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=environment, timeout=60, check=False, capture_output=True
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr.decode()
    for number in range(24):
        assert (folder / f"k{number}.bin").read_bytes() == b"A" * 10_000 + b"B"
    with sqlite3.connect(folder / "shop.db") as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert database.execute("select a from t").fetchall() == [(7,), (8,)]
    database.close()
    if how == "dup2":
        assert (folder / "own.bin").read_bytes() == b"1234"


@pytest.mark.parametrize("how", CLOSES)
def test_files_of_the_program_stay_its_own_beside_the_embedded_store(tmp_path: Path, how: str) -> None:
    """By hand: five answers, of which the child of the daemon says four; the run ends well."""
    ran(tmp_path, how)
    environment = {**os.environ, "DRIFTLINE_HOME": str(tmp_path / "home")}

    def told(what: str) -> str:
        command = [sys.executable, "-m", "driftline", what, "--json"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, timeout=60, check=True, capture_output=True, text=True
        )
        return done.stdout

    assert told("answers").count('"endpoint":') == 5
    assert told("runs").count('"COMPLETE"') == 1


@pytest.mark.parametrize("how", CLOSES)
def test_files_of_the_program_stay_its_own_beside_a_server(tmp_path: Path, how: str, server: str) -> None:
    ran(tmp_path, how, DRIFTLINE_URL=server)
    bodies = [one for body in Server.taken for one in json.loads(body)]
    assert sum("endpoint" in one for one in bodies) == 5
    assert [one["eventType"] for one in bodies if one.get("eventType") not in (None, "START", "RUNNING")] == [
        "COMPLETE"
    ]


def test_a_file_is_written_and_closed_only_under_its_own_number(tmp_path: Path) -> None:
    file = held.File(tmp_path / "ours")
    file.write(b"one")
    other = os.open(tmp_path / "theirs", os.O_RDWR | os.O_CREAT)
    number = file.fileno()
    os.dup2(other, number)
    with pytest.raises(OSError, match="closed"):
        file.write(b"two")
    file.close()
    assert os.write(number, b"still open") == 10
    assert ((tmp_path / "ours").read_bytes(), (tmp_path / "theirs").read_bytes()) == (b"one", b"still open")
    os.close(number)
    os.close(other)


def test_its_number_is_a_high_one(tmp_path: Path) -> None:
    file = held.File(tmp_path / "ours")
    assert 512 < file.fileno() < 1024
    assert not os.get_inheritable(file.fileno())
    assert held.of([str(tmp_path / "ours")]) == {file.fileno(): held.mark(file.fileno())}
    file.close()
    assert not file.ours


def test_where_no_high_number_is_free_it_keeps_its_low_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", lambda _name: 1_000_000_000)
    monkeypatch.setattr(held, "_HIGH", 1_000_000_000)
    file = held.File(tmp_path / "ours")
    assert file.fileno() < 512
    file.close()


def test_half_of_what_could_not_be_written_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = held.File(tmp_path / "ours")
    file.write(b"one\n")
    write = os.write

    def full(number: int, data: memoryview) -> int:
        if len(data) < 4:
            raise OSError("the disk is full")
        return write(number, data[:2])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="full"):
        file.write(b"two\n")
    assert file.read() == b"one\n"
    file.close()


def test_what_the_map_of_a_file_has_open_is_found(tmp_path: Path) -> None:
    import mmap

    file = held.File(tmp_path / "ours")
    file.write(bytes(128))
    with mmap.mmap(file.fileno(), 128):
        numbers = held.of([str(tmp_path / "ours")])
        assert held.twin(file.fileno()) in set(numbers) - {file.fileno()}
        assert held.same(numbers)
    assert not held.same(numbers)
    file.close()
