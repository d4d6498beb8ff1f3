"""Live updates as server-sent events: a tick named ``incident`` or ``overview`` whenever that has changed.

One watcher per server compares what the engine says with what it said before, so that changes by other
processes on the same store are seen as well; it rests while nobody listens. Listeners and what waits for each
of them are bounded: a slow one misses ticks, never the newest, and holds up nobody.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import NamedTuple

import anyio
import msgspec

from driftline.engine.engine import Engine
from driftline.errors import Busy
from driftline.serve.threads import Threads

EVERY_SECONDS = 1.0
REST = 20  # at least this many times as long as a look took
HEARTBEAT_SECONDS = 15.0
LISTENERS = 100
WATCHED_INCIDENTS = 50

_log = logging.getLogger(__name__)
_OPENING = b"retry: 2000\n\n"
_HEARTBEAT = b": still here\n\n"


class Tick(NamedTuple):
    """One update: its name and its JSON."""

    name: str
    data: bytes

    @property
    def lines(self) -> bytes:
        """The update as the stream carries it."""
        return b"event: " + self.name.encode() + b"\ndata: " + self.data + b"\n\n"


class _Listener:
    """The newest tick of each kind that one listener has not been given yet."""

    def __init__(self) -> None:
        self.waiting: dict[str, Tick] = {}
        self.ready = asyncio.Event()

    def give(self, tick: Tick) -> None:
        self.waiting[tick.name] = tick
        self.ready.set()

    def take(self) -> list[Tick]:
        ticks = list(self.waiting.values())
        self.waiting.clear()
        self.ready.clear()
        return ticks


class Live:
    """Tells listeners what has changed."""

    def __init__(self, engine: Engine, threads: Threads, every: float = EVERY_SECONDS) -> None:
        self._engine = engine
        self._threads = threads
        self._every = every
        self._listeners: set[_Listener] = set()
        self._said: dict[str, Tick] = {}
        self._closed = False
        self._somebody = asyncio.Event()

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the events of one listener, until it leaves or the server stops."""
        listener = _Listener()
        self._listeners.add(listener)
        self._somebody.set()
        try:
            for tick in self._said.values():
                listener.give(tick)
            yield _OPENING
            while not self._closed:
                try:
                    await asyncio.wait_for(listener.ready.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield _HEARTBEAT
                    continue
                for tick in listener.take():
                    yield tick.lines
        finally:
            self._listeners.discard(listener)

    def admit(self) -> None:
        """Make sure that there is room for one more listener.

        Raises:
            Busy: there is none.
        """
        if len(self._listeners) >= LISTENERS:
            raise Busy(f"{LISTENERS} pages are listening already", hint="Close a page, or reload this one by hand.")

    async def watch(self) -> None:
        """Look for changes until the server stops."""
        while not self._closed:
            if not self._listeners:
                self._somebody.clear()
                await self._somebody.wait()
            began = anyio.current_time()
            try:
                ticks = await self._threads.read(self._look)
            except Exception:  # one failed look must not end the updates of a server that runs for months
                _log.exception("Live updates: the engine could not be asked; trying again.")
                ticks = []
            for tick in ticks:
                if self._said.get(tick.name) != tick:
                    self._said[tick.name] = tick
                    for listener in self._listeners:
                        listener.give(tick)
            await asyncio.sleep(max(self._every, REST * (anyio.current_time() - began)))

    def _look(self) -> list[Tick]:
        found, total = self._engine.incidents(limit=WATCHED_INCIDENTS)
        incidents = {
            "total": total,
            "incidents": [[incident.id, incident.state, incident.updated_us] for incident in found],
        }
        return [
            Tick("incident", msgspec.json.encode(incidents)),
            Tick("overview", msgspec.json.encode(self._engine.overview())),
        ]

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self._somebody.set()
        for listener in self._listeners:
            listener.ready.set()
