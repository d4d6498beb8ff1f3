"""Events and answers on their way to a real server: it is killed and comes back, the sender is killed, disks are full.

Each job and each answer is named by a number, so that what arrived can be counted, and what came twice as well.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.serving import Server, Spawn, start
from tests.drills import processes

import driftline
from driftline.capture.ground import fault
from driftline.capture.sending import client

pytestmark = pytest.mark.acceptance
SENDS = str(processes.HERE / "scripts" / "sends.py")


@pytest.fixture
def serve(spawn: Spawn, tmp_path: Path) -> Callable[..., Server]:
    def begin(**options: Any) -> Server:
        return start(spawn, tmp_path / "server", **options)

    (tmp_path / "server").mkdir()
    return begin


def environment(tmp_path: Path, url: str) -> dict[str, str]:
    sender = {"DRIFTLINE_HOME": str(tmp_path / "sender"), "DRIFTLINE_URL": url, "DRIFTLINE_FLUSH_SECONDS": "5"}
    return {**processes.environment(), **sender}


def arrived(server: Server) -> tuple[int, int]:
    """How many jobs and answers the server knows."""
    overview = server.get("/api/v1/overview")
    return overview.get("jobs", 0), overview.get("answers", 0)


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_nothing_is_lost_or_doubled_when_the_server_is_killed_and_comes_back(
    serve: Callable[..., Server], spawn: Spawn, tmp_path: Path
) -> None:
    server = serve()
    port = server.port
    sender = spawn(
        [sys.executable, SENDS, "60", "0.05", "a"], env=environment(tmp_path, server.address), stdout=subprocess.PIPE
    )
    assert sender.stdout is not None
    for _ in range(15):
        sender.stdout.readline()
    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    for _ in range(25):
        sender.stdout.readline()
    server = serve(port=port)
    assert sender.wait(60) == 0
    driven = environment(tmp_path, server.address)
    subprocess.run([sys.executable, SENDS, "1", "0", "last"], env=driven, check=True, timeout=60, capture_output=True)
    until(lambda: arrived(server) == (61, 61))


def test_what_was_spooled_by_a_process_that_was_killed_is_delivered_by_the_next(
    serve: Callable[..., Server], spawn: Spawn, tmp_path: Path
) -> None:
    server = serve()
    port, address = server.port, server.address
    server.end(signal.SIGKILL)
    sender = spawn(
        [sys.executable, SENDS, "40", "0", "a", "wait"], env=environment(tmp_path, address), stdout=subprocess.PIPE
    )
    assert sender.stdout is not None
    for _ in range(40):
        sender.stdout.readline()
    until(lambda: spooled(tmp_path) == 80)
    sender.kill()
    assert sender.wait(20) == -signal.SIGKILL
    server = serve(port=port)
    driven = environment(tmp_path, server.address)
    subprocess.run([sys.executable, SENDS, "1", "0", "next"], env=driven, check=True, timeout=60, capture_output=True)
    until(lambda: arrived(server) == (41, 41))
    assert spooled(tmp_path) == 0


def spooled(tmp_path: Path) -> int:
    """How many whole lines the spool of the sender holds."""
    files = (tmp_path / "sender" / "spool").glob("*.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in files)


def test_a_process_that_is_killed_loses_what_it_made_in_the_last_moments_and_no_more(
    serve: Callable[..., Server], spawn: Spawn, tmp_path: Path
) -> None:
    """With a server that answers, what is older than two seconds has arrived: docs/guide/capture-safety.md says so."""
    server = serve()
    sender = spawn(
        [sys.executable, SENDS, "5000", "0.02", "a"],
        env=environment(tmp_path, server.address),
        stdout=subprocess.PIPE,
    )
    assert sender.stdout is not None
    made: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < 5.0:
        sender.stdout.readline()
        made.append(time.monotonic())
    sender.kill()
    killed = time.monotonic()
    sender.wait(20)
    old = sum(killed - moment > 2.0 for moment in made)
    assert old > 10
    until(lambda: min(arrived(server)) >= old)


def test_what_is_dropped_is_counted_and_shown_in_the_status_and_in_the_next_run(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    """No server, and no place to spool: all is lost but what the memory holds, and everybody can see how much."""
    server = serve()
    port, address = server.port, server.address
    server.end(signal.SIGKILL)
    home = tmp_path / "home"
    home.write_text("a file where a folder should be")
    fault.reset()
    try:
        driftline.configure(home=str(home), url=address, queue=10, flush_seconds=5.0)
        for number in range(30):
            driftline.record_answer("desk", question=str(number))
        assert not driftline.flush(timeout=5.0)
        lost = client.status()["lost"]
        assert lost == 30
        server = serve(port=port)
        with driftline.run("after"):
            pass
        assert driftline.flush(timeout=20.0)
        run = server.get("/api/v1/graph?node=job:default:after&depth=1")
        assert run["nodes"]
        assert client.status()["delivered"] == 1
    finally:
        client.forget()
        fault.reset()


def test_spooling_to_a_disk_that_is_full_leaves_no_half_lines(tmp_path: Path) -> None:
    """The kernel refuses what goes beyond 4,096 bytes of a file, in the middle of a write."""
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "from driftline.capture.sending.spool import Spool\n"
        f"spool = Spool({str(tmp_path)!r})\n"
        "event = b'{\"a\": \"' + b'x' * 900 + b'\"}'\n"
        "kept = 0\n"
        "for _ in range(9):\n"
        "    try:\n"
        "        spool.add([event], [])\n"
        "        kept += 1\n"
        "    except OSError:\n"
        "        pass\n"
        "spool.add([b'{}'], [])\n"
        "print(kept, spool.replay(lambda events, answers: None))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60)
    assert done.stdout.strip() == "4 (5, 0)", done.stderr  # 4 lines of 911 bytes fit, then a short one; none is torn
