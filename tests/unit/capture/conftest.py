"""Every test of the SDK delivers to a sink in memory and begins with all hooks on and nothing counted."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline.capture.explaining import followed
from driftline.capture.ground import fault
from driftline.capture.watching import watch
from driftline.testing import MemorySink, use_sink

# Prints every event that a script's store holds, one a line.
_READ = (
    "import sys\n"
    "from driftline import config\n"
    "from driftline.engine.engine import Engine\n"
    "engine = Engine.open(config.load({'console': False}))\n"
    "for entry in engine.house.store.log.read(): sys.stdout.write(bytes(entry.raw).decode() + chr(10))\n"
    "engine.close()\n"
)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MemorySink]:
    """Return the sink that everything goes to; dataset names are relative to ``tmp_path``."""
    fault.reset()
    followed._Spent.seconds = 0.0  # of reading code, which a process does not do for ever
    memory = MemorySink()
    with use_sink(memory, home=str(tmp_path / ".driftline")):
        yield memory
        watch.unwatch()
    watch.unwatch()
    fault.reset()


@pytest.fixture
def watched(sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemorySink:
    """Return the sink, with all hooks on and ``tmp_path`` as the current folder."""
    monkeypatch.chdir(tmp_path)
    driftline.watch()
    return sink


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that runs a script in ``tmp_path`` and returns how each run in its store ended."""

    def run(text: str, *arguments: str, status: int | None = 0, **variables: str) -> list[dict[str, Any]]:
        file = tmp_path / "script.py"
        file.write_text(text)
        patient = {"DRIFTLINE_CONSOLE": "false", "DRIFTLINE_FLUSH_SECONDS": "60"}  # else a busy machine spools the end
        environment = {**os.environ, **patient, **variables}
        command = [sys.executable, str(file), *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert status in (None, done.returncode), done.stderr
        if not (tmp_path / ".driftline").exists():
            return []
        read = subprocess.run([sys.executable, "-c", _READ], cwd=tmp_path, capture_output=True, text=True, check=True)
        events = [json.loads(line) for line in read.stdout.splitlines()]
        return [event for event in events if event["eventType"] not in ("START", "RUNNING")]

    return run


@pytest.fixture
def child_takes() -> Callable[[Callable[[], Any]], bool]:
    """Return a function: a thread holds the lock that it is told of; can a child that is forked meanwhile take it?"""

    def takes(lock: Callable[[], Any]) -> bool:
        held, let_go = threading.Event(), threading.Event()

        def hold() -> None:
            with lock():
                held.set()
                let_go.wait(30)

        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(30)
        child = os.fork()
        if child == 0:
            os._exit(0 if lock().acquire(timeout=10) else 1)
        _, status = os.waitpid(child, 0)
        let_go.set()
        thread.join(30)
        return status == 0

    return takes
