"""A process that takes events is killed: what it acknowledged is there, and nothing is left half done."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from tests.events import seeded

# Takes the events of a file (one a line) from the first to the last, some at a time, and says how many it has taken.
WRITER = """
import sys
from driftline.config import Settings
from driftline.engine.engine import Engine
home, file, together = sys.argv[1:]
events = open(file, "rb").read().splitlines()
with Engine.open(Settings(home=home, console=False)) as engine:
    print("open", flush=True)
    for at in range(0, len(events), int(together)):
        engine.ingest_many(events[at : at + int(together)])
        print(min(at + int(together), len(events)), flush=True)
print("done", flush=True)
"""
EVENTS = 150
KILLS = 5

Spawn = Callable[..., "subprocess.Popen[bytes]"]


def _killed(spawn: Spawn, home: Path, file: Path, together: int, after_s: float) -> int:
    """Start a writer, kill it so long after it opened the store, and return how many events it acknowledged."""
    writer = spawn([sys.executable, "-c", WRITER, str(home), str(file), str(together)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"open\n"
    time.sleep(after_s)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    said = [line for line in writer.stdout.read().split(b"\n")[:-1] if line.isdigit()]
    return int(said[-1]) if said else 0


@pytest.mark.parametrize("together", [1, 10])
def test_a_store_whose_writer_was_killed_holds_what_was_acknowledged_and_ends_like_one_undisturbed(
    tmp_path: Path, spawn: Spawn, together: int
) -> None:
    events = list(dict.fromkeys(seeded(7, EVENTS)))
    file = tmp_path / "events"
    file.write_bytes(b"\n".join(events))
    chance = random.Random(together)
    settings = Settings(home=str(tmp_path / "home"), console=False)
    for _ in range(KILLS):
        acknowledged = _killed(spawn, tmp_path / "home", file, together, chance.uniform(0, 0.25))
        with Engine.open(settings) as engine:
            kept = {entry.raw for entry in engine.house.store.log.read()}
        assert set(events[:acknowledged]) <= kept
    whole = tmp_path / "whole"
    with Engine.open(Settings(home=str(whole), console=False)) as undisturbed:
        undisturbed.ingest_many(events)
        expected = undisturbed.house.store.canonical.digests()
    with Engine.open(settings) as engine:
        engine.ingest_many(events)  # sent again, as a client does that was not answered
        store = engine.house.store
        assert store.canonical.digests() == expected
        assert (store.log.counts()["accepted"], store.log.backlog()) == (len(events), 0)
