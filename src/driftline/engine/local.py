"""The in-process sink: capture delivers straight into the engine, on the same store and the same code as a server.

Named by the schemes ``sqlite`` and ``postgresql`` in ``driftline.event.sink``. One engine per store and process. Events
are kept at once; what follows from them is worked out for many together, at the latest a second later, or when
somebody asks or the sink is closed. What a dead process left waiting is worked out by the next one.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from driftline.capture.ground import fault
from driftline.config import Settings
from driftline.engine import accept, ingest, opening
from driftline.engine.house import House
from driftline.errors import BadInput
from driftline.event.answer import Answer
from driftline.store.store import FILE

FOLLOW_SECONDS = 1.0  # how long an event may wait for others, to be followed together with them


class LocalSink:
    """Hands events and answers to the steps of the engine, in this process."""

    def __init__(self, house: House, settings: Settings) -> None:
        self.house = house
        self._open = True
        self.house.store.note()
        self._settings = settings
        scheme, _, folder = settings.location.partition("://")
        self._folder = folder if scheme == "sqlite" else ""  # of the embedded store
        self._due: float | None = time.monotonic() + FOLLOW_SECONDS  # when to work out what waits; None = nothing does

    def events(self, batch: Sequence[bytes]) -> None:
        """Take OpenLineage events; durable when it returns."""
        self._still_there()
        try:
            accept.events(self.house, batch, noted=())
        finally:
            self.house.store.note()
        if self._due is None:
            self._due = time.monotonic() + FOLLOW_SECONDS

    def answers(self, batch: Sequence[Answer]) -> None:
        """Take answers; durable when it returns. One that cannot be kept is a counted loss; the others are kept."""
        self._still_there()
        try:
            try:
                ingest.record(self.house, batch)
            finally:
                self.house.store.note()
        except BadInput as error:
            if len(batch) > 1:  # find it
                self.answers(batch[: len(batch) // 2])
                self.answers(batch[len(batch) // 2 :])
            else:
                fault.count("refused")
                fault.tell("refused", f"an answer cannot be kept ({error.message})")

    def _still_there(self) -> None:
        """Open a new store where somebody has removed this one, into whose files nobody would look any more.

        Raises:
            StoreUnusable: the program has closed files of this one, or opened its own under their numbers.
        """
        if not self.house.store.ours():
            self.abandon()
        if not self._open:
            self._renew()
        if not self._folder or (Path(self._folder) / FILE).exists():
            return
        said = f"the store in {self._folder} was removed while it was used: what it held is gone, and a new one is made"
        fault.tell("gone", said)
        self.house.store.close()
        self._renew()

    def _renew(self) -> None:
        self.house = _opened(self._settings)
        self.house.store.note()
        self._open = True

    def release(self) -> None:
        """Let go of the files of the store until there is more to do."""
        if self._open and self.house.store.ours():
            self._open = False
            self.house.store.close()

    def part(self) -> None:
        """Let go of the embedded store before a fork.

        SQLite would take the parent's files for the child's own, with locks that only the parent has, and neither would
        see that the other writes. Source: https://www.sqlite.org/howtocorrupt.html (carrying across a fork).
        """
        if self._folder:
            self.release()

    def abandon(self) -> None:
        """Neither use nor close the store any more: its numbers are the program's, or a parent's that forked."""
        if self._open:
            self._open = False
            self.house.store.abandon()

    def follow(self, *, asked: bool) -> None:
        """Work out what follows from the events that wait, where somebody asked or the oldest has waited enough."""
        if self._due is None or not (asked or time.monotonic() >= self._due):
            return
        self._still_there()
        try:
            while ingest.follow(self.house):
                pass
        finally:
            self.house.store.note()
        self._due = None

    def close(self) -> None:
        """Work out what still waits, and let go of the store."""
        try:
            self.follow(asked=True)
        finally:
            self.release()


def open_sink(settings: Settings) -> LocalSink:
    """Return a sink into the store of ``settings``."""
    return LocalSink(_opened(settings), settings)


def _opened(settings: Settings) -> House:
    house = opening.house(settings)
    try:
        opening.take_charge(house)
    except BaseException:
        house.store.close()
        raise
    return house
