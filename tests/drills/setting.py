"""What stands around one iteration: settings, a sink, hooks, caches, limits, and what processes before it have left.

Enters: a mode, and whether faults are armed. Leaves: capture as it is at the start of a program, and afterwards the
libraries as they were. Is imported once the points are in place.
"""

import contextlib
import importlib
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.drills import caches, inside, servers, workloads
from tests.drills.faults import Faults
from tests.drills.modes import WAIT, Mode

import driftline
from driftline import config
from driftline.capture.ground import fault
from driftline.capture.sending import client
from driftline.capture.watching import hooking, process, watch
from driftline.event import sink as event_sink
from driftline.guard import switch

SCRIPTS = ("computed", "example")  # of the others the text is not followed: it would be that of the whole drill
UNUSABLE = (
    {"DRIFTLINE_MEASURE": "all"}, {"DRIFTLINE_URL": "localhost:8620"}, {"DRIFTLINE_QUEUE": "many"},
    {"DRIFTLINE_URL": "postgresql://user:secret@host/db"}, {"DRIFTLINE_ENABLED": "maybe"},
)  # fmt: skip
ARGUMENTS = ["drill", "--rows", "-3", "--key=v", "word", "-x"]
LEFT = {  # below ``home/runs``, by a process that was killed, and by children of it
    "0190.open": b'{"run": "0190", "job": {"namespace": "default", "name": "gone"}, "started_us": 1}',
    "0191.open": b'{"run": "0191", "job": {"namespace": "default", "name": "said"}, "started_us": 1}\n'
    b'{"eventType": "FAIL"}\n',
    "0190/7-7.jsonl": b'{"way": "read", "touched": {"dataset": {"namespace": "file", "name": "a"}}, "path": "a", '
    b'"fields": {"x": [["file", "b", "y", "DIRECT", "IDENTITY", "", 1.0]]}, "gaps": {"odd": 1}}\nno JSON\n',
}


class Setting:
    """That of one drill."""

    def __init__(self, faults: Faults, chance: random.Random, root: Path) -> None:
        self._faults = faults
        self._random = chance
        self._root = root
        self._number = 0
        self._read_code = False
        self._home = root / "home"
        self._misbehaving, self._missing = servers.misbehaving(), servers.missing()
        self._hooks = self._sound()
        inside.put()

    def _sound(self) -> list[Any]:
        """Put all hooks on and off again; returns what they replace, sound."""
        hooking.hooks_on()
        found = [patch for patches in hooking._patches.values() for patch in patches]
        watch.unwatch()
        return found

    def _unhook(self) -> None:
        """Take all hooks off, those as well whose patches were forgotten since putting on the next one failed."""
        watch.unwatch()
        for patch in reversed(self._hooks):
            if isinstance(patch, tuple) and hasattr(patch, "attribute"):
                if patch.owner.__dict__.get(patch.attribute) is not patch.original and not patch.inherited:
                    setattr(patch.owner, patch.attribute, patch.original)
                elif patch.inherited and patch.attribute in patch.owner.__dict__:
                    delattr(patch.owner, patch.attribute)

    @contextlib.contextmanager
    def around(self, name: str, mode: Mode) -> Iterator[None]:
        """Have one iteration inside."""
        fault.reset()
        caches.forget()
        self._number += 1
        self._home = self._root / f"home-{self._number}"  # a sender of before may still write to its own
        if mode.unwritable:
            self._home.write_text("no folder can be made here")
        self._read_code = name.startswith(SCRIPTS)
        self._install(mode)
        kept, sys.argv = sys.argv, ARGUMENTS
        try:
            with _limited(name):
                hooking.hooks_on()
                yield
                self._faults.disarm()
        finally:
            self._faults.disarm()
            sys.argv = kept
            process.end()
            inside.wait()
            client.forget()
            switch._settings = None
            if name == "watching":
                self._unhook()
            for variable in [one for one in os.environ if one.startswith("DRIFTLINE_")]:
                del os.environ[variable]
            self._home.unlink() if self._home.is_file() else shutil.rmtree(self._home, ignore_errors=True)

    def _install(self, mode: Mode) -> None:
        for name, content in LEFT.items() if not mode.unwritable else ():
            path = self._home / "driftline" / "runs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        settings: dict[str, Any] = {"home": str(self._home / "driftline"), "queue": mode.queue}
        settings |= {"read_code": self._read_code}
        settings |= {"flush_seconds": WAIT, "measure": "rows" if mode.around == "process" else "full"}
        if mode.sink == "given":  # the first use reads them, and fails perhaps
            client.forget()
            for name, value in {**settings, "url": self._missing}.items():
                os.environ[f"DRIFTLINE_{name.upper()}"] = str(value)
        elif mode.sink == "unusable":
            client.forget()
            os.environ |= self._random.choice(UNUSABLE)
        elif mode.sink in ("here", "slow"):
            client.install(
                config.load(settings), lambda _: _Sink(self._faults, 2 * WAIT if mode.sink == "slow" else 0.0)
            )
        elif mode.sink == "store":
            client.install(config.load(settings), event_sink.open_sink)
        else:
            settings["url"] = self._misbehaving if mode.sink == "wrong" else self._missing
            client.install(config.load(settings), event_sink.open_sink)

    def end(self, mode: Mode, seconds: float) -> None:
        """What the end of the interpreter calls; where a server was wrong, another run delivers what was kept."""
        process._at_exit()
        client.flush(seconds)
        driftline.flush(WAIT)
        client.status()
        client._at_exit()
        if mode.sink in ("wrong", "dead"):
            with self._faults.quiet():
                self._install(mode._replace(sink="here"))
            with driftline.run("after"):
                pass
            client.flush(WAIT)


@contextlib.contextmanager
def _limited(name: str) -> Iterator[None]:
    """Constants of our modules as the workload wants them."""
    kept = []
    for module, values in workloads.LIMITS.get(name, {}).items():
        for constant, value in values.items():
            owner = importlib.import_module(module)
            kept.append((owner, constant, getattr(owner, constant)))
            setattr(owner, constant, value)
    try:
        yield
    finally:
        for owner, constant, value in kept:
            setattr(owner, constant, value)


class _Sink:
    """Takes everything, where no fault says otherwise."""

    def __init__(self, faults: Faults, pause: float) -> None:
        self._faults = faults
        self._pause = pause

    def _take(self, _: Any) -> None:
        time.sleep(self._pause)
        faults = self._faults
        if faults.armed and faults.spreads and faults.random.random() < 0.1:
            faults.counts["a sink that fails"] += 1
            raise ConnectionRefusedError("no server there")

    events = answers = _take

    def close(self) -> None:
        return None
